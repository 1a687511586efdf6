/** One begin, one end, and what a call is in between. */

import assert from 'node:assert/strict';
import { answers, begin, caller, ends, leaves, record, rings } from './record';

describe('call tracker: the life of a call', () => {
  it('a call that is answered', () => {
    const { say, clock, topics, call } = record();
    say(begin('A'), caller('A'));
    assert.equal(call('A').state, 'dialing');
    clock.advance(1_000);
    say(rings('A', '21'));
    assert.equal(call('A').state, 'ringing');
    clock.advance(6_000);
    say(answers('A', '21'));
    assert.equal(call('A').state, 'answered');
    clock.advance(30_000);
    say(ends('A', { result: { disposition: 'answered', reason: { code: '16', text: 'Normal' } } }));
    assert.deepEqual(topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
    assert.deepEqual(call('A'), {
      id: 'A',
      direction: 'inbound',
      state: 'ended',
      from: { number: '+421900123456', extension: null, name: null },
      to: { number: null, extension: '21', name: null },
      dialed: '0220282028',
      line: null,
      queue: null,
      answeredBy: { number: null, extension: '21', name: null },
      startedAt: '2026-01-01T00:00:00.000Z',
      answeredAt: '2026-01-01T00:00:07.000Z',
      endedAt: '2026-01-01T00:00:37.000Z',
      waitSeconds: 7,
      talkSeconds: 30,
      disposition: 'answered',
      reason: { code: '16', text: 'Normal' },
      tag: null,
    });
  });

  it('begins with whatever fact comes first', () => {
    for (const first of [rings('A', '21'), answers('A', '21'), caller('A')]) {
      const { say, topics } = record();
      say(first);
      assert.equal(topics()[0], 'call.begin');
    }
  });

  it('is not invented from the end of a leg', () => {
    const { say, topics } = record();
    say(leaves('A', '21'));
    assert.deepEqual(topics(), []);
  });

  it('has its begin and its end even when only the end was heard', () => {
    const { say, topics } = record();
    say(ends('A'));
    assert.deepEqual(topics(), ['call.begin', 'call.end']);
  });

  it('knows from a summary what was not seen: the answer is inferred, at its own time', () => {
    const { say, clock, topics, last } = record();
    const startedAt = clock.now();
    say(begin('A'));
    clock.advance(60_000);
    say(ends('A', { answeredAt: startedAt + 9_000, endedAt: startedAt + 50_000, answeredBy: { extension: '21' } }));
    assert.deepEqual(topics(), ['call.begin', 'call.answer', 'call.end']);
    const answer = last('call.answer');
    assert.deepEqual([answer.inferred, answer.at], [true, startedAt + 9_000]);
    assert.equal(answer.call?.answeredBy?.extension, '21');
    const end = last('call.end');
    assert.deepEqual([end.inferred, end.at, end.call?.talkSeconds], [false, startedAt + 50_000, 41]);
  });

  it('takes the times of a summary for those of a call heard from its middle on', () => {
    const { say, clock, last } = record();
    const startedAt = clock.now();
    clock.advance(30_000);
    say(begin('A'), answers('A', '21'));
    clock.advance(1_000);
    say(ends('A', { startedAt, answeredAt: startedAt + 10_000, endedAt: startedAt + 31_000 }));
    const end = last('call.end').call;
    assert.equal(end?.startedAt, new Date(startedAt).toISOString());
    assert.deepEqual([end?.waitSeconds, end?.talkSeconds], [10, 21]);
  });

  it('counts a result "answered" as an answer nobody saw', () => {
    const { say, last, topics } = record();
    say(begin('A'), ends('A', { result: { disposition: 'answered' } }));
    assert.deepEqual(topics(), ['call.begin', 'call.answer', 'call.end']);
    assert.equal(last('call.answer').inferred, true);
  });

  it('a person’s answer beats the vendor’s result', () => {
    const { say, call } = record();
    say(
      begin('A'),
      answers('A', '21'),
      ends('A', { result: { disposition: 'busy', reason: { code: '17', text: null } } }),
    );
    assert.equal(call('A').disposition, 'answered');
    assert.deepEqual(call('A').reason, { code: '17', text: null });
  });

  it('the queue or the IVR that takes the call is no person', () => {
    const { say, call, topics } = record();
    say(begin('A'), caller('A'), { fact: 'leg.begin', call: 'A', leg: 'ivr', role: 'stage' });
    say({ fact: 'leg.answer', call: 'A', leg: 'ivr', party: {} }, ends('A', { result: { disposition: 'cancelled' } }));
    assert.deepEqual(topics(), ['call.begin', 'call.end', 'call.missed']);
    assert.equal(call('A').answeredAt, null);
  });

  it('the own phone of a call by click neither rings nor answers the call', () => {
    const { say, topics, call } = record();
    say(begin('A', 'outbound'), caller('A', 'A/21'));
    say(rings('A', '21'), answers('A', '21'));
    assert.equal(call('A').answeredAt, null);
    say({ fact: 'leg.ringing', call: 'A', leg: 'far', party: { number: '+421905' } });
    say({ fact: 'leg.answer', call: 'A', leg: 'far', party: { number: '+421905' } });
    assert.deepEqual(topics(), ['call.begin', 'call.ringing', 'call.answer']);
    assert.equal(call('A').answeredBy?.number, '+421905');
  });

  describe('ends by its legs', () => {
    it('after the grace time without one', () => {
      const { say, clock, topics, call } = record();
      say(begin('A'), caller('A'), rings('A', '21'));
      say(leaves('A', '21', { result: { disposition: 'busy', reason: { code: '17', text: 'User busy' } } }));
      say(leaves('A', 'caller'));
      clock.advance(99);
      assert.ok(!topics().includes('call.end'));
      const goneAt = clock.now() - 99;
      clock.advance(1);
      assert.equal(call('A').disposition, 'busy');
      assert.equal(Date.parse(call('A').endedAt ?? ''), goneAt, 'it ended when the last leg did');
    });

    it('not when a new leg comes in time', () => {
      const { say, clock, topics } = record();
      say(begin('A'), rings('A', '21'), leaves('A', '21'));
      clock.advance(50);
      say(rings('A', '22'));
      clock.advance(10_000);
      assert.ok(!topics().includes('call.end'));
    });

    it('after the time the provider’s vendor needs', () => {
      const { say, clock, topics } = record({ endGraceMs: 5_000 });
      say(begin('A'), rings('A', '21'), leaves('A', '21'));
      clock.advance(4_999);
      assert.ok(!topics().includes('call.end'));
      clock.advance(1);
      assert.ok(topics().includes('call.end'));
    });

    it('never, when only the vendor ends calls', () => {
      const { say, clock, topics } = record({ endGraceMs: Infinity });
      say(begin('A'), rings('A', '21'), leaves('A', '21'));
      clock.advance(3_600_000);
      assert.ok(!topics().includes('call.end'));
      assert.equal(clock.pending, 0);
    });

    it('the vendor’s end within the grace time wins', () => {
      const { say, clock, topics, call } = record();
      say(begin('A'), rings('A', '21'), leaves('A', '21', { result: { disposition: 'no-answer' } }));
      clock.advance(50);
      say(ends('A', { result: { disposition: 'cancelled' } }));
      clock.advance(1_000);
      assert.equal(topics().filter((topic) => topic === 'call.end').length, 1);
      assert.equal(call('A').disposition, 'cancelled');
      assert.equal(clock.pending, 0);
    });

    it('a leg that lost against another decides nothing', () => {
      const { say, clock, call } = record();
      say(begin('A'), rings('A', '21'), rings('A', '22'));
      say(leaves('A', '22', { result: { disposition: 'rejected' } }));
      say(leaves('A', '21', { result: { disposition: 'cancelled' }, lost: true }));
      clock.advance(100);
      assert.equal(call('A').disposition, 'rejected');
    });

    it('with nothing said of how, nobody knows how', () => {
      const { say, clock, call } = record();
      say(begin('A'), rings('A', '21'), leaves('A', '21'));
      clock.advance(100);
      assert.equal(call('A').disposition, 'unknown');
      assert.equal(call('A').reason, null);
    });
  });

  describe('missed', () => {
    it('is a call from outside that nobody answered, right after its end', () => {
      for (const disposition of ['cancelled', 'no-answer', 'busy', 'rejected', 'unreachable'] as const) {
        const { say, topics, last } = record();
        say(begin('A'), rings('A', '21'), ends('A', { result: { disposition } }));
        assert.deepEqual(topics().slice(-2), ['call.end', 'call.missed']);
        assert.equal(last('call.missed').call?.disposition, disposition);
      }
    });

    it('is no call that was answered', () => {
      const { say, topics } = record();
      say(begin('A'), answers('A', '21'), ends('A'));
      assert.ok(!topics().includes('call.missed'));
    });

    it('is no call of one’s own and none between extensions', () => {
      for (const direction of ['outbound', 'internal'] as const) {
        const { say, topics } = record();
        say(begin('A', direction), ends('A', { result: { disposition: 'no-answer' } }));
        assert.ok(!topics().includes('call.missed'));
      }
    });

    it('is no phone of a ring group that lost', () => {
      const { say, topics } = record();
      say(begin('A'), rings('A', '21'), rings('A', '22'), answers('A', '21'));
      say(leaves('A', '22', { lost: true, result: { disposition: 'cancelled' } }), ends('A'));
      assert.deepEqual(topics(), ['call.begin', 'call.ringing', 'call.ringing', 'call.answer', 'call.end']);
    });
  });
});
