/** The state of an account as nodes show it and flows are told. */

import assert from 'node:assert/strict';
import { PbxError } from '../../lib/index';
import type { AccountEvent } from '../../lib/index';
import { openDesk } from './desk';
import type { Desk } from './desk';

const broken = new PbxError('unavailable', 'connection refused');
const refused = new PbxError('unauthorized', 'wrong password');

describe('account: status', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk({ opening: () => {} });
  });
  afterEach(() => desk.close());

  const states = () => desk.statuses().map(({ state }) => state);

  it('goes from closed to connecting when it is opened, once', () => {
    desk.account.open();
    assert.deepEqual(states(), ['closed', 'connecting']);
  });

  it('is told at once to who begins to listen, and no more when he ends', () => {
    const seen: string[] = [];
    const end = desk.account.onStatus(({ state }) => seen.push(state));
    desk.host.state('connected');
    end();
    desk.host.state('degraded', broken);
    assert.deepEqual(seen, ['connecting', 'connected']);
  });

  it('says since when, and why', () => {
    desk.host.state('connected');
    desk.clock.advance(60_000);
    desk.host.state('reconnecting', broken);
    desk.clock.advance(5_000);
    desk.host.state('reconnecting', new PbxError('timeout', 'no answer', { vendor: { code: '7', message: 'x' } }));
    assert.deepEqual(
      { ...desk.account.status, counters: null },
      {
        state: 'reconnecting',
        since: '2026-01-01T00:01:00.000Z',
        reason: { code: 'timeout', text: 'no answer', vendor: { code: '7', message: 'x' } },
        counters: null,
        lastEvent: { topic: 'account.disconnected', time: '2026-01-01T00:01:00.000Z' },
      },
    );
  });

  it('tells a flow once that the connection is gone, however many tries fail', () => {
    const { topics } = desk.listen();
    desk.host.state('connected');
    for (let attempt = 0; attempt < 5; attempt++)
      desk.host.state('reconnecting', new PbxError('unavailable', `try ${attempt}`));
    desk.host.state('unauthorized', refused);
    desk.host.state('connected');
    assert.deepEqual(topics(), ['account.connected', 'account.disconnected', 'account.connected']);
    assert.equal(desk.account.status.counters.reconnects, 1);
  });

  it('tells the reason with the event', () => {
    const { events } = desk.listen();
    desk.host.state('connected');
    desk.host.state('degraded', broken);
    const event = events.at(-1) as AccountEvent;
    assert.deepEqual(
      [event.type, event.state, event.reason],
      ['account.degraded', 'degraded', { code: 'unavailable', text: 'connection refused' }],
    );
  });

  it('does not repeat what has not changed', () => {
    const { topics } = desk.listen();
    desk.host.state('connected');
    desk.host.state('connected');
    assert.deepEqual(topics(), ['account.connected']);
    assert.deepEqual(states(), ['closed', 'connecting', 'connected']);
  });

  it('a listener that throws harms neither the others nor the provider', () => {
    desk.account.onStatus(({ state }) => {
      if (state === 'connected') throw new Error('spoiled node');
    });
    const seen: string[] = [];
    desk.account.onStatus(({ state }) => seen.push(state));
    desk.host.state('connected');
    assert.deepEqual(seen, ['connecting', 'connected']);
    assert.match(desk.log.join(), /spoiled node/);
  });

  it('each listener has a status of its own', () => {
    const seen: object[] = [];
    for (let count = 0; count < 2; count++) desk.account.onStatus((status) => seen.push(status, status.counters));
    desk.host.state('connected');
    assert.equal(new Set(seen).size, seen.length);
  });

  it('warnings are told, counted nowhere as failures, and change no state', () => {
    const { events } = desk.listen();
    desk.host.state('connected');
    desk.host.warning(new PbxError('protocol', 'the clock of the PBX is wrong'));
    const event = events.at(-1) as AccountEvent;
    assert.deepEqual([event.type, event.reason?.text], ['account.warning', 'the clock of the PBX is wrong']);
    assert.deepEqual([desk.account.status.state, desk.account.status.counters.failures], ['connected', 0]);
  });

  it('messages that could not be read are counted', () => {
    desk.host.malformed('no JSON');
    desk.host.malformed('no JSON');
    assert.equal(desk.account.status.counters.malformed, 2);
  });

  it('gaps are counted', () => {
    desk.host.gap(0, 1, true);
    assert.equal(desk.account.status.counters.gaps, 1);
  });

  it('a provider that throws when it is opened is shown, not thrown', async () => {
    const other = openDesk({
      opening: () => {
        throw new PbxError('invalid-argument', 'no host');
      },
    });
    assert.equal(other.account.status.reason?.text, 'no host');
    await other.close();
  });

  it('no word of the provider counts after the close', async () => {
    const { topics } = desk.listen();
    await desk.close();
    desk.host.state('connected');
    desk.say({ fact: 'call.begin', call: 'A' });
    assert.equal(desk.account.status.state, 'closed');
    assert.deepEqual(topics(), []);
  });
});
