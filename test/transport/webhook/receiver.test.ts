/** The smaller pieces of a webhook receiver. */

import assert from 'node:assert/strict';
import { PbxError, VirtualClock } from '../../../lib/index';
import {
  clientAddress,
  RecentKeys,
  RecentMap,
  sameDigest,
  sameText,
  SourceList,
  webhookPath,
} from '../../../lib/transport/webhook';

describe('the path of a webhook', () => {
  for (const [given, plain] of [
    ['/events/call', '/events/call'],
    ['/events/call/', '/events/call'],
    ['/Events/CALL', '/events/call'],
    ['//events//call//', '/events/call'],
    ['ping', '/ping'],
    ['', '/'],
    ['/', '/'],
  ] as const)
    it(`"${given}" is ${plain}`, () => assert.equal(webhookPath(given), plain));
});

describe('comparison of secrets', () => {
  it('tells equal from different, whatever the lengths', () => {
    assert.equal(sameText('secret', 'secret'), true);
    assert.equal(sameText('secret', 'secres'), false);
    assert.equal(sameText('secret', 'secret '), false);
    assert.equal(sameText('', 'secret'), false);
  });

  it('does not mind the letter case of a digest', () => {
    assert.equal(sameDigest('AB01', 'ab01'), true);
    assert.equal(sameDigest('ab01', 'ab02'), false);
    assert.equal(sameDigest('ab', 'ab01'), false);
    assert.equal(sameDigest('\u0130b01', 'ib01'), false);
  });
});

describe('what was seen lately', () => {
  it('is new once, until its time is over', () => {
    const clock = new VirtualClock();
    const keys = new RecentKeys(clock, { ttlMs: 1_000 });
    assert.equal(keys.first('a'), true);
    assert.equal(keys.first('a'), false);
    clock.advance(999);
    assert.equal(keys.first('a'), false);
    clock.advance(1);
    assert.equal(keys.first('a'), true);
  });

  it('is bounded: the oldest goes first', () => {
    const keys = new RecentKeys(new VirtualClock(), { max: 3 });
    for (const key of ['a', 'b', 'c', 'd']) keys.first(key);
    assert.equal(keys.size, 3);
    assert.equal(keys.first('d'), false);
    assert.equal(keys.first('a'), true);
  });

  it('lets go of what is over without being asked', () => {
    const clock = new VirtualClock();
    const map = new RecentMap<number>(clock, { ttlMs: 1_000 });
    for (let i = 0; i < 100; i++) map.set(`k${i}`, i);
    clock.advance(1_000);
    map.set('new', 1);
    assert.equal(map.size, 1);
    assert.equal(clock.pending, 0);
  });

  it('counts the time of an entry anew when it is set again', () => {
    const clock = new VirtualClock();
    const map = new RecentMap<number>(clock, { ttlMs: 1_000 });
    map.set('a', 1);
    clock.advance(800);
    map.set('a', 2);
    clock.advance(800);
    assert.equal(map.get('a'), 2);
    map.delete('a');
    assert.equal(map.get('a'), undefined);
  });
});

describe('the list of sources', () => {
  it('knows addresses and ranges of both families', () => {
    const list = new SourceList(['81.88.80.132', ' 10.0.0.0/8 ', '2001:db8::/32', '']);
    assert.equal(list.contains('81.88.80.132'), true);
    assert.equal(list.contains('81.88.80.133'), false);
    assert.equal(list.contains('10.200.3.4'), true);
    assert.equal(list.contains('::ffff:10.1.2.3'), true, 'a dual-stack socket wraps IPv4');
    assert.equal(list.contains('2001:db8:1::5'), true);
    assert.equal(list.contains('nonsense'), false);
    assert.equal(list.empty, false);
    assert.equal(new SourceList([' ']).empty, true);
  });

  for (const wrong of ['example.com', '10.0.0.0/33', '10.0.0.0/x', '10.0.0/8', '1.2.3.4/8/8', '::1/129'])
    it(`refuses "${wrong}"`, () => {
      assert.throws(
        () => new SourceList([wrong]),
        (error: unknown) => error instanceof PbxError && error.code === 'invalid-argument',
      );
    });
});

const from = (remoteAddress: string, forwarded: string | undefined, proxies: string[] | null) =>
  clientAddress(
    { remoteAddress, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } },
    proxies && new SourceList(proxies),
  );

describe('the address of the sender', () => {
  it('is the peer when no proxy is listed, whatever the header says', () => {
    assert.equal(from('203.0.113.9', '81.88.80.132', null), '203.0.113.9');
    assert.equal(from('203.0.113.9', '81.88.80.132', ['127.0.0.1']), '203.0.113.9');
  });

  it('is whom a listed proxy speaks for', () => {
    assert.equal(from('::ffff:127.0.0.1', '81.88.80.132', ['127.0.0.1']), '81.88.80.132');
    assert.equal(from('127.0.0.1', '81.88.80.132:4711, 10.0.0.5', ['127.0.0.1', '10.0.0.0/8']), '81.88.80.132');
    assert.equal(from('127.0.0.1', '[2001:db8::1]:80', ['127.0.0.1']), '2001:db8::1');
  });

  it('is not what the sender itself put in front', () => {
    assert.equal(from('127.0.0.1', '81.88.80.132, 203.0.113.9', ['127.0.0.1']), '203.0.113.9');
  });

  it('is the proxy when the header is missing or broken', () => {
    assert.equal(from('127.0.0.1', undefined, ['127.0.0.1']), '127.0.0.1');
    assert.equal(from('127.0.0.1', 'unknown', ['127.0.0.1']), '127.0.0.1');
  });
});
