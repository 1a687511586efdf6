/** What a vendor sends is never trusted: times that are none, floods, repetitions, calls that never end. */

import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CallTracker } from '../../lib/calls';
import { VirtualClock } from '../../lib/clock';
import type { Fact } from '../../lib/facts';
import { answers, begin, caller, ends, joins, leaves, leavesQueue, record, rings } from './record';
import type { Now } from './record';

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe('call tracker: bounds', () => {
  it('with too many live calls the oldest is ended, as inferred', () => {
    const { say, told, tracker } = record({ maxCalls: 3 });
    for (const id of ['A', 'B', 'C', 'D']) say(begin(id));
    const end = told.find(({ topic }) => topic === 'call.end');
    assert.deepEqual([end?.call?.id, end?.inferred, end?.call?.disposition], ['A', true, 'unknown']);
    assert.equal(tracker.size, 3);
  });

  it('a clock that is set by days ends no call that goes on', () => {
    const time = new VirtualClock();
    let set = 0;
    const clock = {
      now: () => time.now() + set,
      elapsed: () => time.now(),
      after: (ms: number, run: () => void) => time.after(ms, run),
    };
    const topics: unknown[] = [];
    const tracker = new CallTracker({
      clock,
      emit: (emission) => topics.push('topic' in emission ? emission.topic : null),
    });
    const state = (...facts: Now<Fact>[]) => {
      for (const fact of facts) tracker.apply({ at: clock.now(), ...fact });
    };
    state(begin('A'), answers('A', '21'));
    for (const days of [3, -2]) {
      set += days * 86_400_000;
      time.advance(5_000);
      state({ fact: 'call.dtmf', call: 'A', digits: '1' });
    }
    assert.deepEqual(topics, ['call.begin', 'call.answer', 'call.dtmf', 'call.dtmf']);
    time.advance(25 * 3_600_000);
    state(begin('B'));
    assert.equal(tracker.find('A')?.ended, true, 'one that is silent for a day is found as ever');
  });

  it('a call that is silent for a day is ended, as inferred', () => {
    const { say, clock, told, tracker } = record();
    say(begin('A'), answers('A', '21'), begin('B'), answers('B', '22'));
    clock.advance(20 * 3_600_000);
    say({ fact: 'call.dtmf', call: 'B', digits: '1' });
    clock.advance(5 * 3_600_000);
    say(begin('C'));
    const end = told.find(({ topic }) => topic === 'call.end');
    assert.deepEqual([end?.call?.id, end?.inferred, end?.call?.disposition], ['A', true, 'answered']);
    assert.deepEqual(
      [...tracker.live()].map(({ id }) => id),
      ['B', 'C'],
    );
  });

  it('one message with a wrong date ends nobody else’s call', () => {
    const { say, clock, tracker, topics } = record();
    say(begin('A'), answers('A', '21'));
    say({ ...begin('B'), at: clock.now() + 400 * 86_400_000 });
    clock.advance(1_000);
    say(begin('C'));
    assert.equal(tracker.size, 3);
    assert.ok(!topics().includes('call.end'));
  });

  for (const at of [Number.NaN, Infinity, -Infinity, 9e15])
    it(`a time that is none (${at}) is taken as now`, () => {
      const { say, clock, told, call } = record();
      say({ fact: 'call.begin', call: 'A', at, startedAt: at }, { ...answers('A', '21'), at });
      say({ ...ends('A', { answeredAt: at, endedAt: at }), at });
      for (const { at: time } of told) assert.equal(time, clock.now());
      assert.equal(call('A').endedAt, new Date(clock.now()).toISOString());
    });

  it('a time that is none takes nothing of the vendor’s message away', () => {
    const { tracker, last } = record();
    const fields = Object.getOwnPropertyDescriptors({ ...begin('A'), at: Number.NaN });
    tracker.apply(Object.create({ raw: 'as sent' }, fields) as Fact);
    assert.equal(last('call.begin').emission.fact.raw, 'as sent');
  });

  it('an end before the begin lasts no time at all', () => {
    const { say, clock, call } = record();
    say(begin('A'), answers('A', '21'), ends('A', { endedAt: clock.now() - 60_000 }));
    assert.deepEqual([call('A').waitSeconds, call('A').talkSeconds], [0, 0]);
  });

  it('everything stated twice is told once', () => {
    const facts = [
      begin('A'),
      caller('A'),
      { fact: 'call.alias', call: 'A', alias: 'A2' },
      joins('A'),
      rings('A', '21'),
      rings('A', '22'),
      answers('A', '21'),
      leaves('A', '22', { lost: true }),
      leavesQueue('A', 'connected'),
      { fact: 'call.hold', call: 'A' },
      { fact: 'call.resume', call: 'A' },
      { fact: 'call.transfer', call: 'A', mode: 'blind', to: { extension: '23' } },
      { fact: 'recording.start', call: 'A', recording: { id: 'r' } },
      ends('A'),
      { fact: 'recording.available', call: 'A', recording: { id: 'r' } },
      { fact: 'sms.received', message: { id: 'm', text: 'x' } },
    ] as const;
    const [once, twice] = [record(), record()];
    for (const fact of facts) {
      once.say(fact);
      twice.say(fact, fact);
    }
    assert.deepEqual(
      twice.told.map(({ id }) => id),
      once.told.map(({ id }) => id),
    );
  });

  it('raw messages are passed on one by one', () => {
    const { say, told } = record();
    say({ fact: 'raw', name: 'X', message: {} }, { fact: 'raw', name: 'X', message: {} });
    assert.equal(new Set(told.map(({ id }) => id)).size, 2);
  });

  it('a closed tracker has no timer and no word left', () => {
    const { say, clock, tracker, topics } = record();
    say(begin('A'), rings('A', '21'), leaves('A', '21'));
    tracker.clear();
    assert.equal(clock.pending, 0);
    clock.advance(10_000);
    assert.ok(!topics().includes('call.end'));
    assert.equal(tracker.size, 0);
  });

  it('100 000 calls leave the memory where it was', function () {
    this.timeout(300_000);
    const clock = new VirtualClock();
    const tracker = new CallTracker({ emit: () => {}, clock });
    const live = (from: number, count: number) => {
      for (let number = from; number < from + count; number++) {
        const id = `call-${number}`;
        clock.advance(50);
        const at = clock.now();
        tracker.apply({ ...begin(id), at });
        tracker.apply({ ...caller(id), at });
        tracker.apply({ ...joins(id), at });
        tracker.apply({ ...rings(id, '21'), at });
        tracker.apply({ ...answers(id, '21'), at });
        tracker.apply({ ...leavesQueue(id, 'connected'), at });
        tracker.apply({ fact: 'recording.available', call: id, recording: { id: `r-${number}` }, at });
        if (number % 2 === 0) tracker.apply({ ...ends(id), at });
        else for (const leg of ['caller', '21']) tracker.apply({ ...leaves(id, leg), at });
      }
      clock.advance(1_000);
    };
    // As many as are remembered, so that the comparison begins with a full memory.
    live(0, 5_000);
    const before = heapBytes();
    live(5_000, 100_000);
    const grown = heapBytes() - before;
    assert.equal(tracker.size, 0);
    assert.equal(clock.pending, 0);
    assert.ok(grown < 1_000_000, `the heap grew by ${grown} bytes`);
  });

  it('10 000 live calls take less than 1.5 kB each', function () {
    this.timeout(300_000);
    const tracker = new CallTracker({ emit: () => {}, clock: new VirtualClock() });
    const before = heapBytes();
    for (let number = 0; number < 10_000; number++) {
      // Cut from a larger text, as they come from a socket: the text must not stay for the sake of its piece.
      const block = Buffer.alloc(4_096, `17660${number.toString().padStart(9, '0')}.1 `).toString('latin1');
      const id = block.slice(0, 16);
      const at = Date.parse('2026-01-01');
      tracker.apply({
        fact: 'call.begin',
        call: id,
        at,
        details: {
          direction: 'inbound',
          from: { number: `+421900${id.slice(5, 14)}`, name: `Customer ${id}` },
          dialed: '+421220282028',
        },
      });
      tracker.apply({ ...caller(id, id), at });
      tracker.apply({ fact: 'call.alias', call: id, alias: `${id}-2`, at });
      tracker.apply({ ...rings(id, '21', `${id}-2`), at });
      tracker.apply({ ...answers(id, '21', `${id}-2`), at });
    }
    const each = (heapBytes() - before) / tracker.size;
    assert.equal(tracker.size, 10_000);
    assert.ok(each < 1_500, `${Math.round(each)} bytes a call`);
  });
});
