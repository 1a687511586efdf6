/** What is kept of texts and times: nothing more than is needed. */

import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { iso } from '../../lib/calls';
import { own } from '../../lib/calls/own';
import { Recently } from '../../lib/calls/recently';

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('a text that is kept', () => {
  for (const text of [
    '',
    'x',
    '1795212000.1234',
    'Jana Kováčová – doma',
    'Юлия Щёголева из отдела',
    'ж'.repeat(300),
    'x'.repeat(300),
  ])
    it(`is the same as before: ${JSON.stringify(text.slice(0, 20))}, ${text.length} characters`, () => {
      assert.equal(own(`${text}|`.slice(0, -1)), text);
    });

  it('may be none', () => {
    assert.equal(own(null), null);
    assert.equal(own(undefined), undefined);
  });

  it('does not keep the message it was cut from', () => {
    const before = heapBytes();
    const kept: string[] = [];
    for (let i = 0; i < 1_000; i++) {
      const block = Buffer.alloc(50_000, `Uniqueid: 1795212000.${i}\r\n`).toString('latin1');
      kept.push(own(block.slice(10, 24)));
    }
    const grown = heapBytes() - before;
    assert.equal(kept.length, 1_000);
    assert.ok(grown < 5_000_000, `the heap grew by ${grown} bytes`);
  });
});

describe('a time', () => {
  const times = [0, 1, 999, 1_000, -1, -999, -1_000, -1_001, 1_795_212_338_206, 1_795_212_338_206.9, -1.9, 0.5];
  times.push(8.64e15, -8.64e15, 253_402_300_799_999, 253_402_300_800_000, 1_795_212_338_999, 1_795_212_339_000);

  it('is told as Date tells it, whichever was told before', () => {
    for (const first of times)
      for (const then of times) {
        iso(first);
        assert.equal(iso(then), new Date(then).toISOString());
      }
  });

  it('that is none is told by nobody', () => {
    assert.throws(() => iso(Number.NaN), RangeError);
  });
});

describe('what was said last', () => {
  it('is a repetition until something else is said', () => {
    const recently = new Recently(10);
    assert.equal(recently.repeats('a', '1'), false);
    assert.equal(recently.repeats('a', '1'), true);
    assert.equal(recently.repeats('a', '2'), false);
    assert.equal(recently.repeats('a', '1'), false);
  });

  it('is remembered of at least half as many things as the limit, and of no more than the limit', () => {
    const limit = 20;
    for (let others = 0; others < 2 * limit; others++) {
      const recently = new Recently(limit);
      recently.repeats('a', '1');
      for (let i = 0; i < others; i++) recently.repeats(`other ${i}`, '1');
      const repeats = recently.repeats('a', '1');
      if (others < limit / 2) assert.equal(repeats, true, `after ${others} others`);
      if (others >= limit) assert.equal(repeats, false, `after ${others} others`);
    }
  });

  it('is forgotten when cleared, in both generations', () => {
    const recently = new Recently(4);
    for (const subject of ['a', 'b', 'c']) recently.repeats(subject, '1');
    recently.clear();
    for (const subject of ['a', 'b', 'c']) assert.equal(recently.repeats(subject, '1'), false);
  });
});
