/** What goes wrong on a line, and what a flow sees of it. */

import assert from 'node:assert/strict';
import type { AccountEvent, CallEvent, QueueEvent } from '../../../lib/index';
import { openOffice } from './office';
import type { Office } from './office';

const CUSTOMER = '+421900123456';

describe('simulator: faults of the line', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const incoming = async (more: Record<string, unknown> = {}): Promise<string> => {
    const { call } = await office.act({ do: 'incoming', from: CUSTOMER, to: '21', manual: true, ...more });
    return String(call);
  };
  const told = (call: string): string[] =>
    office.events
      .filter((event) => (event as CallEvent).call?.id === call)
      .map(({ type, inferred }) => (inferred ? `${type} (inferred)` : type));
  const gap = () => office.of<AccountEvent>('account.gap')[0]?.gap;

  describe('cut', () => {
    it('shows as reconnecting until the line is back', async () => {
      await office.act({ do: 'fault', fault: 'cut', ms: 8_000 });
      assert.equal(office.account.status.state, 'reconnecting');
      await office.clock.run(7_900);
      assert.equal(office.account.status.state, 'reconnecting');
      await office.clock.run(60_000);
      assert.deepEqual(office.states.at(-1), 'connected');
      assert.equal(office.account.status.counters.reconnects, 1);
      assert.equal(office.of('account.disconnected').length, 1);
    });

    it('tells for which span events may be missing', async () => {
      const cutAt = office.clock.now();
      await office.act({ do: 'fault', fault: 'cut', ms: 8_000 });
      await office.clock.run(60_000);
      assert.equal(Date.parse(gap()?.from ?? ''), cutAt);
      assert.ok(Date.parse(gap()?.to ?? '') >= cutAt + 8_000);
      assert.equal(gap()?.recovered, true);
      assert.deepEqual(office.topics().slice(-2), ['account.connected', 'account.gap']);
    });

    it('fails commands as not-connected', async () => {
      await office.act({ do: 'fault', fault: 'cut', ms: 8_000 });
      await assert.rejects(office.act({ do: 'incoming', from: CUSTOMER, to: '21' }), { code: 'not-connected' });
    });

    it('a call that ended unseen gets its end, with the PBX’s own times', async () => {
      const call = await incoming({ manual: false, answerSeconds: 4, talkSeconds: 20 });
      await office.clock.run(2_000);
      await office.act({ do: 'fault', fault: 'cut', ms: 60_000 });
      await office.clock.run(180_000);
      assert.deepEqual(told(call), ['call.begin', 'call.ringing', 'call.answer (inferred)', 'call.end (inferred)']);
      const { waitSeconds, talkSeconds, answeredBy } = office.account.call(call) ?? {};
      assert.deepEqual([waitSeconds, talkSeconds, answeredBy?.extension], [4, 20, '21']);
    });

    it('a call that was answered unseen is known as answered, and goes on', async () => {
      const call = await incoming({ manual: false, answerSeconds: 4, talkSeconds: 200 });
      await office.act({ do: 'fault', fault: 'cut', ms: 10_000 });
      await office.clock.run(60_000);
      assert.deepEqual(told(call), ['call.begin', 'call.ringing', 'call.answer (inferred)']);
      assert.equal(office.account.call(call)?.waitSeconds, 4);
      await office.clock.run(200_000);
      assert.equal(told(call).at(-1), 'call.end');
      assert.equal(office.account.call(call)?.talkSeconds, 200);
    });

    it('a caller whom an agent took unseen has left the queue then', async () => {
      const call = await incoming({ to: '500', manual: false, answerSeconds: 4, talkSeconds: 200 });
      await office.clock.run(2_000);
      assert.equal(office.account.call(call)?.state, 'ringing');
      await office.act({ do: 'fault', fault: 'cut', ms: 10_000 });
      await office.clock.run(60_000);
      const [leave] = office.of<QueueEvent>('queue.leave');
      assert.deepEqual([leave?.reason, leave?.queue.waitSeconds, leave?.inferred], ['connected', 4, true]);
    });

    it('a call that began unseen is known afterwards', async () => {
      await office.act({ do: 'traffic', callsPerMinute: 60 });
      await office.act({ do: 'fault', fault: 'cut', ms: 20_000 });
      const before = office.of('call.begin').length;
      await office.clock.run(40_000);
      const begun = office.of<CallEvent>('call.begin').slice(before);
      assert.ok(begun.some(({ inferred }) => inferred));
      const { payload } = await office.account.execute({ command: 'query', query: 'calls' });
      const live = (payload.result as { id: string; state: string }[]).map(({ id, state }) => `${id} ${state}`);
      assert.deepEqual(
        office.account
          .calls()
          .map(({ id, state }) => `${id} ${state}`)
          .sort(),
        live.sort(),
      );
    });

    it('members who came back unseen are told', async () => {
      await office.act({ do: 'pause', queue: '500', extension: '22' });
      await office.act({ do: 'fault', fault: 'silence' });
      const unanswered = assert.rejects(
        office.account.execute({ command: 'action', request: { do: 'unpause', queue: '500', extension: '22' } }),
        { code: 'uncertain' },
      );
      await office.clock.run(60_000);
      await unanswered;
      assert.deepEqual(
        office.of<QueueEvent>('queue.member.unpause').map(({ member, inferred }) => [member?.extension, inferred]),
        [['22', true]],
      );
    });
  });

  describe('silence', () => {
    it('is found by the heartbeat within 30 s', async () => {
      await office.act({ do: 'fault', fault: 'silence' });
      assert.equal(office.account.status.state, 'connected');
      await office.clock.run(30_000);
      assert.ok(office.states.includes('reconnecting'));
    });

    it('the gap begins when something was heard last', async () => {
      await office.clock.run(12_000);
      const silentAt = office.clock.now();
      await office.act({ do: 'fault', fault: 'silence' });
      await office.clock.run(60_000);
      const from = Date.parse(gap()?.from ?? '');
      assert.ok(from <= silentAt && from >= silentAt - 10_000);
    });

    it('a command whose answer never came is uncertain, and was not sent again', async () => {
      await office.act({ do: 'fault', fault: 'silence' });
      const outcome = assert.rejects(office.account.execute({ command: 'call', from: '21', to: CUSTOMER }), {
        code: 'uncertain',
      });
      await office.clock.run(40_000);
      await outcome;
      assert.equal(office.of('call.begin').length, 1, 'the PBX placed it once, and it was found afterwards');
    });

    it('a question whose answer never came has done nothing: it may be asked again', async () => {
      await office.act({ do: 'fault', fault: 'silence' });
      const outcome = assert.rejects(office.account.execute({ command: 'query', query: 'members' }), {
        code: 'not-connected',
      });
      await office.clock.run(40_000);
      await outcome;
    });
  });

  it('what comes twice is told once', async () => {
    await office.act({ do: 'fault', fault: 'duplicate', count: 1_000 });
    const call = await incoming({ to: '500' });
    await office.act({ do: 'answer', call });
    await office.act({ do: 'hold', call });
    await office.act({ do: 'resume', call });
    for (const digits of ['5', '5']) await office.act({ do: 'dtmf', call, digits });
    await office.act({ do: 'hangup', call });
    assert.deepEqual(
      told(call).filter((topic) => !topic.startsWith('queue.member')),
      [
        'call.begin',
        'queue.join',
        'call.ringing',
        'call.answer',
        'queue.leave',
        'call.hold',
        'call.resume',
        'call.dtmf',
        'call.dtmf',
        'call.end',
      ],
    );
  });

  it('only as many messages come twice as the script wants', async () => {
    let lamps = 0;
    office.account.subscribe({ topics: ['raw'] }, () => lamps++);
    await office.act({ do: 'fault', fault: 'duplicate', count: 3 });
    // The created call and its two legs, then the lamp of the phone.
    await incoming();
    assert.equal(lamps, 1);
  });

  it('what comes in the wrong order still gives one begin and one end', async () => {
    for (let round = 0; round < 5; round++) {
      await office.act({ do: 'fault', fault: 'reorder', count: round + 1 });
      const call = await incoming({ manual: false, answerSeconds: 2, talkSeconds: 5 });
      await office.clock.run(20_000);
      const topics = told(call);
      assert.equal(topics[0], 'call.begin');
      assert.equal(topics.filter((topic) => topic === 'call.begin').length, 1);
      assert.equal(topics.filter((topic) => topic === 'call.end').length, 1);
      assert.equal(office.account.call(call)?.disposition, 'answered');
      assert.deepEqual(office.account.calls(), []);
    }
  });

  it('an end that comes late ends nothing twice', async () => {
    await office.act({ do: 'fault', fault: 'late-end', ms: 60_000 });
    const call = await incoming();
    await office.clock.run(5_000);
    await office.act({ do: 'hangup', call });
    await office.clock.run(1_000);
    assert.deepEqual(told(call), ['call.begin', 'call.ringing', 'call.end', 'call.missed']);
    assert.equal(office.account.call(call)?.disposition, 'cancelled');
    await office.clock.run(120_000);
    assert.equal(told(call).length, 4);
  });
});
