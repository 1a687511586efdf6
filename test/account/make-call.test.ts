/** Make call's "reply when": accepted, answered, ended. */

import assert from 'node:assert/strict';
import { PbxError } from '../../lib/index';
import type { CallCommand, CallEvent, CommandOutcome } from '../../lib/index';
import { openDesk, settled } from './desk';
import type { Desk } from './desk';

const rings = { fact: 'leg.ringing', call: 'A', leg: 'far', party: { number: '+421900123456' } } as const;
const answers = { ...rings, fact: 'leg.answer' } as const;
const ends = (disposition: 'answered' | 'busy' | 'cancelled' | 'no-answer' = 'answered') =>
  ({ fact: 'call.end', call: 'A', result: { disposition } }) as const;

describe('account: make call', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk();
  });
  afterEach(() => desk.close());

  const place = (more: Partial<CallCommand> = {}): Promise<CommandOutcome> =>
    desk.account.execute({ command: 'call', from: '21', to: '+421900123456', ...more });
  const reference = () => desk.sent[0]?.context.reference ?? '';
  const begin = (more: object = {}) =>
    ({ fact: 'call.begin', call: 'A', details: { direction: 'outbound' }, reference: reference(), ...more }) as const;

  it('accepted: as soon as the PBX has taken it', async () => {
    const { payload } = await place();
    assert.deepEqual([payload.call, payload.reached, payload.reference], [null, undefined, reference()]);
  });

  it('accepted: with the call, when its first event came before the answer', async () => {
    desk.answer = () => {
      desk.say(begin());
      return {};
    };
    const { payload } = await place();
    assert.equal(payload.call?.id, 'A');
  });

  it('answered: when the far end takes the call', async () => {
    const outcome = place({ replyWhen: 'answered' });
    await settled();
    desk.say(begin(), rings);
    await desk.clock.run(8_000);
    desk.say(answers);
    const { payload } = await outcome;
    assert.deepEqual([payload.reached, payload.call?.state], [true, 'answered']);
    assert.deepEqual(payload.result, { disposition: 'answered', reason: null });
  });

  it('answered: not reached when it ends without', async () => {
    const outcome = place({ replyWhen: 'answered' });
    await settled();
    desk.say(begin(), rings, ends('busy'));
    const { payload } = await outcome;
    assert.deepEqual([payload.reached, payload.call?.disposition], [false, 'busy']);
  });

  it('ended: only when it is over', async () => {
    let over = false;
    const outcome = place({ replyWhen: 'ended' }).finally(() => {
      over = true;
    });
    await settled();
    desk.say(begin(), rings, answers);
    await desk.clock.run(3_600_000);
    assert.equal(over, false);
    desk.say(ends());
    const { payload } = await outcome;
    assert.deepEqual([payload.reached, payload.call?.state, payload.call?.talkSeconds], [true, 'ended', 3_600]);
  });

  it('whoever watches and fails takes neither the events from others nor the outcome from himself', async () => {
    const { topics } = desk.listen({ topics: ['call.begin', 'call.end'] });
    const outcome = desk.account.execute({ command: 'call', from: '21', to: '22', replyWhen: 'ended' }, () => {
      throw new Error('boom');
    });
    await settled();
    desk.say(begin(), ends('busy'));
    assert.equal((await outcome).payload.reached, false);
    assert.deepEqual(topics(), ['call.begin', 'call.end']);
    assert.equal(desk.account.status.counters.malformed, 0);
  });

  it('nobody answers in time: the call is hung up, once, and was not reached', async () => {
    const outcome = place({ replyWhen: 'answered', timeout: 20 });
    await settled();
    desk.answer = () => {
      desk.say(ends('cancelled'));
      return {};
    };
    desk.say(begin(), rings);
    await desk.clock.run(19_999);
    assert.equal(desk.sent.length, 1);
    await desk.clock.run(1);
    const { payload } = await outcome;
    assert.deepEqual(desk.sent[1]?.command, { command: 'hangup', call: 'A' });
    assert.deepEqual([desk.sent.length, payload.reached, payload.call?.disposition], [2, false, 'cancelled']);
  });

  it('it ends by itself while it is being hung up: not reached, and no error', async () => {
    const outcome = place({ replyWhen: 'answered', timeout: 20 });
    await settled();
    desk.answer = () => {
      desk.say(ends('no-answer'));
      throw new PbxError('not-found', 'no such call');
    };
    desk.say(begin(), rings);
    await desk.clock.run(20_000);
    const { payload } = await outcome;
    assert.deepEqual([payload.reached, payload.call?.disposition], [false, 'no-answer']);
  });

  it('it cannot be hung up: the error says so', async () => {
    const outcome = assert.rejects(place({ replyWhen: 'answered', timeout: 20 }), { code: 'forbidden' });
    await settled();
    desk.answer = () => {
      throw new PbxError('forbidden', 'not allowed to hang up');
    };
    desk.say(begin(), rings);
    await desk.clock.run(20_000);
    await outcome;
  });

  for (const code of ['not-connected', 'unavailable', 'rate-limited', 'timeout'] as const)
    it(`${code} while it is being hung up: uncertain, since trying again would place a second call`, async () => {
      const outcome = assert.rejects(
        place({ replyWhen: 'answered', timeout: 20 }),
        (error: PbxError) => error.code === 'uncertain' && !error.cause.retryable && /link is gone/.test(error.message),
      );
      await settled();
      desk.answer = () => {
        throw new PbxError(code, 'the link is gone');
      };
      desk.say(begin(), rings);
      await desk.clock.run(20_000);
      await outcome;
    });

  it('a placed call that goes on as part of another is followed there, and keeps its tag', async () => {
    const outcome = place({ replyWhen: 'answered', tag: 'order 7' });
    await settled();
    desk.say(begin(), { fact: 'call.begin', call: 'B' }, { fact: 'call.merge', call: 'A', into: 'B' });
    desk.say({ ...answers, call: 'B' });
    const { payload } = await outcome;
    assert.deepEqual([payload.reached, payload.call?.id, payload.call?.tag], [true, 'B', 'order 7']);
  });

  it('the own phone talks and nobody is called, as in a voice menu: a timeout, and nobody is cut off', async () => {
    const outcome = assert.rejects(place({ replyWhen: 'answered', timeout: 20 }), {
      code: 'timeout',
      message: /left alone/,
    });
    await settled();
    const own = { call: 'A', leg: 'own', party: { extension: '21' } } as const;
    desk.say(begin(), { ...own, fact: 'leg.begin', role: 'caller' }, { ...own, fact: 'leg.answer' });
    await desk.clock.run(20_000);
    await outcome;
    assert.equal(desk.sent.length, 1);
  });

  it('the own phone rings in vain: it is hung up', async () => {
    const outcome = place({ replyWhen: 'answered', timeout: 20 });
    await settled();
    desk.answer = () => {
      desk.say(ends('no-answer'));
      return {};
    };
    desk.say(begin(), { fact: 'leg.begin', call: 'A', leg: 'own', role: 'caller', party: { extension: '21' } });
    await desk.clock.run(20_000);
    assert.equal((await outcome).payload.reached, false);
    assert.deepEqual(desk.sent[1]?.command, { command: 'hangup', call: 'A' });
  });

  it('a call of which nothing is ever heard is a timeout', async () => {
    const outcome = assert.rejects(place({ replyWhen: 'answered', timeout: 20 }), { code: 'timeout' });
    await desk.clock.run(20_000);
    await outcome;
    assert.equal(desk.sent.length, 1);
  });

  it('without a time given it waits a minute', async () => {
    const outcome = assert.rejects(place({ replyWhen: 'answered' }), { code: 'timeout', message: /60 s/ });
    await desk.clock.run(60_000);
    await outcome;
  });

  it('a refusal of the PBX is an error, not "not reached"', async () => {
    desk.answer = () => {
      throw new PbxError('rejected', 'no such extension');
    };
    await assert.rejects(place({ replyWhen: 'answered' }), { code: 'rejected' });
  });

  it('the account closes meanwhile: uncertain', async () => {
    const outcome = assert.rejects(place({ replyWhen: 'answered' }), { code: 'uncertain' });
    await settled();
    desk.say(begin(), rings);
    await desk.close();
    await outcome;
    assert.equal(desk.clock.pending, 0);
  });

  describe('is tied to its call', () => {
    it('by the reference, in the first event or a later one', async () => {
      const { events } = desk.listen();
      await place({ tag: 'order 7' });
      desk.say(
        { fact: 'call.begin', call: 'A' },
        { fact: 'call.update', call: 'A', details: {}, reference: reference() },
      );
      desk.say(rings);
      assert.equal((events.at(-1) as CallEvent).call.tag, 'order 7');
    });

    it('by a reference of the PBX’s own', async () => {
      desk.answer = () => ({ reference: 'vendor-7' });
      const outcome = place({ replyWhen: 'answered', tag: 'order 7' });
      await settled();
      desk.say({ ...begin(), reference: 'vendor-7' }, answers);
      const { payload } = await outcome;
      assert.deepEqual([payload.call?.id, payload.call?.tag, payload.reference], ['A', 'order 7', 'vendor-7']);
    });

    it('by the id the PBX gave, whether its events came before or come after', async () => {
      for (const early of [true, false]) {
        const other = openDesk();
        const { events } = other.listen();
        const heard = () => other.say({ fact: 'call.begin', call: 'A' });
        other.answer = () => {
          if (early) heard();
          return { call: 'A' };
        };
        const outcome = other.account.execute({
          command: 'call',
          from: '21',
          to: '22',
          tag: 'order 7',
          replyWhen: 'answered',
        });
        await settled();
        if (!early) heard();
        other.say({ fact: 'leg.answer', call: 'A', leg: 'far', party: { extension: '22' } });
        assert.equal((await outcome).payload.call?.id, 'A');
        assert.equal((events.at(-1) as CallEvent).call.tag, 'order 7');
        await other.close();
      }
    });

    it('so that its very first event carries the tag', async () => {
      const { events } = desk.listen();
      await place({ tag: 'order 7' });
      desk.say(begin());
      assert.deepEqual(
        events.map((event) => [event.type, (event as CallEvent).call.tag]),
        [['call.begin', 'order 7']],
      );
    });

    it('and no other call is', async () => {
      const { events } = desk.listen();
      await place({ tag: 'order 7' });
      desk.say({ fact: 'call.begin', call: 'X', reference: 'f'.repeat(32) }, { fact: 'call.begin', call: 'Y' });
      for (const event of events) assert.equal((event as CallEvent).call.tag, null);
    });

    it('and is forgotten when nothing came of it', async () => {
      await place();
      await desk.clock.run(200_000);
      assert.equal(desk.clock.pending, 0);
    });

    it('of thousands at once each has its own', async () => {
      const many = openDesk({ dialLimit: 10_000 });
      const outcomes = Array.from({ length: 500 }, (_, number) =>
        many.account.execute({ command: 'call', from: '21', to: '22', tag: `tag ${number}`, replyWhen: 'ended' }),
      );
      await settled();
      for (const [number, { context }] of many.sent.entries())
        many.say({ fact: 'call.begin', call: `call ${number}`, reference: context.reference });
      for (let number = 499; number >= 0; number--)
        many.say({ fact: 'call.end', call: `call ${number}`, result: { disposition: 'answered' } });
      for (const [number, outcome] of outcomes.entries()) {
        const { call } = (await outcome).payload;
        assert.deepEqual([call?.id, call?.tag], [`call ${number}`, `tag ${number}`]);
      }
      await many.close();
      assert.equal(many.clock.pending, 0);
    });
  });

  it('tells who watches every step', async () => {
    const steps: string[] = [];
    const outcome = desk.account.execute({ command: 'call', from: '21', to: '22', replyWhen: 'ended' }, (topic, call) =>
      steps.push(`${topic} ${call.state}`),
    );
    await settled();
    desk.say(begin(), rings, answers, ends());
    await outcome;
    assert.deepEqual(steps, ['call.begin dialing', 'call.ringing ringing', 'call.answer answered', 'call.end ended']);
  });
});
