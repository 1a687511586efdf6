/** One call under many ids, several that turn out to be one, and those that are over. */

import assert from 'node:assert/strict';
import { answers, begin, caller, ends, joins, leaves, leavesQueue, record, rings } from './record';

const merge = (call: string, into: string) => ({ fact: 'call.merge', call, into }) as const;

describe('call tracker: aliases', () => {
  it('every id leads to the call, whose own id never changes', () => {
    const { say, tracker, topics } = record();
    say(begin('A'), { fact: 'call.alias', call: 'A', alias: 'B' }, { fact: 'call.alias', call: 'B', alias: 'C' });
    say(rings('C', '21'), answers('B', '21'));
    assert.deepEqual(topics(), ['call.begin', 'call.ringing', 'call.answer']);
    assert.equal(tracker.find('C')?.id, 'A');
    assert.deepEqual(tracker.find('A')?.keys, ['A', 'B', 'C']);
    assert.equal(tracker.size, 1);
  });

  it('an alias of a call nobody knows names nothing', () => {
    const { say, tracker } = record();
    say({ fact: 'call.alias', call: 'A', alias: 'B' });
    assert.equal(tracker.find('B'), undefined);
  });

  it('an alias that is a live call of its own is left to it', () => {
    const { say, tracker } = record();
    say(begin('A'), begin('B'), { fact: 'call.alias', call: 'A', alias: 'B' });
    assert.equal(tracker.find('B')?.id, 'B');
  });

  it('an alias stated twice counts once', () => {
    const { say, tracker } = record();
    say(begin('A'));
    for (let time = 0; time < 3; time++) say({ fact: 'call.alias', call: 'A', alias: 'B' });
    assert.deepEqual(tracker.find('A')?.keys, ['A', 'B']);
  });
});

describe('call tracker: merges', () => {
  it('the call that is merged ends, once; the other goes on', () => {
    const { say, clock, told, tracker, call } = record();
    say(begin('A'), caller('A'), answers('A', '21'), begin('B', 'internal'), answers('B', '22'));
    say(merge('B', 'A'));
    assert.deepEqual([call('A').state, tracker.size], ['answered', 1]);
    const end = told.at(-1);
    assert.deepEqual([end?.topic, end?.call?.id, end?.call?.disposition], ['call.end', 'B', 'answered']);
    assert.deepEqual(end?.call?.reason, { code: 'merged', text: 'A' });
    clock.advance(10_000);
    assert.equal(told.filter(({ topic }) => topic === 'call.end').length, 1);
  });

  it('ids and legs go over: what is said of the merged call is of the other', () => {
    const { say, clock, told, tracker } = record();
    say(begin('A'), caller('A'), answers('A', '21'), begin('B', 'internal'), answers('B', '22'));
    say(merge('B', 'A'), leaves('A', '21'), leaves('A', 'caller'));
    clock.advance(1_000);
    assert.equal(tracker.find('B')?.id, 'A');
    assert.equal(tracker.size, 1, 'a leg of B is left');
    say({ fact: 'leg.end', call: 'B', leg: 'B/22' });
    clock.advance(1_000);
    assert.deepEqual(
      told.filter(({ topic }) => topic === 'call.end').map(({ call }) => call?.id),
      ['B', 'A'],
    );
  });

  it('a call whose last leg has just gone lives on with the legs it gets', () => {
    const { say, clock, topics, call } = record();
    say(begin('B', 'internal'), answers('B', '22'), begin('A'), answers('A', '21'), leaves('A', '21'));
    clock.advance(50);
    say(merge('B', 'A'));
    clock.advance(10_000);
    assert.equal(call('A').state, 'answered');
    assert.equal(topics().filter((topic) => topic === 'call.end').length, 1);
  });

  it('an attended transfer is told on the call that goes on', () => {
    const { say, told, call } = record();
    say(begin('A'), answers('A', '21'), { fact: 'call.hold', call: 'A' });
    say(begin('B', 'internal'), answers('B', '22'));
    const transfer = { mode: 'attended', by: { extension: '21' }, to: { extension: '22' } } as const;
    say({ ...merge('B', 'A'), transfer });
    assert.deepEqual(
      told.slice(-2).map(({ topic, call }) => [topic, call?.id]),
      [
        ['call.end', 'B'],
        ['call.transfer', 'A'],
      ],
    );
    assert.deepEqual([call('A').state, call('A').to.extension], ['answered', '22']);
  });

  it('a merge stated twice is told once', () => {
    const { say, topics } = record();
    say(begin('A'), answers('A', '21'), begin('B', 'internal'), answers('B', '22'));
    const fact = { ...merge('B', 'A'), transfer: { mode: 'attended', to: { extension: '22' } } } as const;
    say(fact, fact);
    assert.equal(topics().filter((topic) => topic === 'call.transfer').length, 1);
    assert.equal(topics().filter((topic) => topic === 'call.end').length, 1);
  });

  it('a call from outside that is merged is not missed', () => {
    const { say, topics } = record();
    say(begin('A'), begin('B'), rings('B', '21'), merge('B', 'A'));
    assert.ok(!topics().includes('call.missed'));
  });

  it('an answer that was seen on the merged call is the answer of the one that goes on', () => {
    const { say, clock, told, call } = record();
    say(begin('A'), caller('A'), begin('B'));
    clock.advance(5_000);
    say(answers('B', '21'));
    clock.advance(1_000);
    say(merge('B', 'A'));
    assert.equal(call('A').waitSeconds, 5);
    assert.equal(call('A').answeredBy?.extension, '21');
    say(ends('A'));
    assert.ok(!told.some(({ topic }) => topic === 'call.missed'));
    assert.equal(call('A').disposition, 'answered');
  });

  it('with a call that nobody knows, its id becomes one more of the other', () => {
    for (const [gone, into] of [
      ['X', 'A'],
      ['A', 'X'],
    ] as const) {
      const { say, tracker, topics } = record();
      say(begin('A'), merge(gone, into));
      assert.equal(tracker.find('X')?.id, 'A');
      assert.deepEqual(topics(), ['call.begin']);
    }
  });

  it('into itself, or into a call that is over, is nothing', () => {
    const { say, topics, tracker } = record();
    say(begin('A'), begin('B'), ends('B'), merge('A', 'A'), merge('A', 'B'));
    assert.equal(topics().filter((topic) => topic === 'call.end').length, 1);
    assert.equal(tracker.size, 1);
  });

  it('a waiting goes over: the caller has neither left nor given up', () => {
    const { say, topics, call, last } = record();
    say(begin('A'), answers('A', '21'), begin('B', 'internal'), joins('B'));
    say(merge('B', 'A'));
    assert.ok(!topics().includes('queue.leave') && !topics().includes('queue.abandon'));
    assert.equal(call('A').queue, '500');
    say(leavesQueue('A', 'connected'));
    assert.equal(last('queue.leave').call?.id, 'A');
  });
});

describe('call tracker: calls that are over', () => {
  it('late facts are ignored', () => {
    const { say, topics } = record();
    say(begin('A'), answers('A', '21'), ends('A'));
    const before = topics().length;
    say(rings('A', '22'), answers('A', '22'), ends('A'), leaves('A', '21'), begin('A'), joins('A'));
    say({ fact: 'call.hold', call: 'A' }, { fact: 'call.dtmf', call: 'A', digits: '1' });
    assert.equal(topics().length, before);
  });

  it('are remembered, so that a recording finds its call', () => {
    const { say, clock, last } = record();
    say(begin('A'), answers('A', '21'), ends('A'));
    clock.advance(20 * 60_000);
    say({ fact: 'recording.available', call: 'A', recording: { id: 'r' } });
    assert.deepEqual([last('recording.available').call?.id, last('recording.available').call?.state], ['A', 'ended']);
  });

  it('are forgotten after half an hour', () => {
    const { say, clock, tracker } = record();
    say(begin('A'), { fact: 'call.alias', call: 'A', alias: 'A2' }, ends('A'));
    clock.advance(32 * 60_000);
    say(begin('B'));
    assert.deepEqual([tracker.find('A'), tracker.find('A2')], [undefined, undefined]);
  });

  it('are forgotten when too many are remembered, the oldest first', () => {
    const { say, tracker } = record({ maxEnded: 3 });
    for (const id of ['A', 'B', 'C', 'D']) say(begin(id), ends(id));
    assert.deepEqual(
      ['A', 'B', 'C', 'D'].map((id) => tracker.find(id)?.id),
      [undefined, 'B', 'C', 'D'],
    );
  });
});
