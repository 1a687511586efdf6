/** From what the tracker tells to what a flow gets. */

import assert from 'node:assert/strict';
import { CallTracker } from '../../lib/calls';
import { VirtualClock } from '../../lib/clock';
import type { Fact } from '../../lib/facts';
import type { PbxEvent } from '../../lib/model';
import { normaliser } from '../../lib/numbers';
import { eventOf } from '../../lib/payload';

const AT = Date.parse('2026-11-20T10:00:00Z');
const ORIGIN = { account: 'Office', provider: 'fake', normalise: normaliser('SK') };

/** The events of some facts, `call` left out where it is not the matter. */
function eventsOf(...facts: Fact[]): PbxEvent[] {
  const events: PbxEvent[] = [];
  const tracker = new CallTracker({
    clock: new VirtualClock(AT),
    emit: (emission) => {
      const event = eventOf(emission, ORIGIN);
      if (event) events.push(event);
    },
  });
  for (const fact of facts) tracker.apply(fact);
  return events;
}

const begin: Fact = {
  fact: 'call.begin',
  call: 'A',
  at: AT,
  details: { direction: 'inbound', from: { number: '0900123456', name: 'Jana' }, dialed: '0220282028', queue: '500' },
};

function last(...facts: Fact[]): object {
  const { call: _call, ...event } = { call: null, ...eventsOf(begin, ...facts).at(-1) };
  return event;
}

const common = { account: 'Office', provider: 'fake', time: '2026-11-20T10:00:00.000Z' };

describe('payload', () => {
  it('a call event', () => {
    assert.deepEqual(eventsOf(begin), [
      {
        ...common,
        type: 'call.begin',
        id: 'A/call.begin',
        call: {
          id: 'A',
          direction: 'inbound',
          state: 'dialing',
          from: { number: '+421900123456', extension: null, name: 'Jana' },
          to: { number: null, extension: null, name: null },
          dialed: '0220282028',
          line: null,
          queue: '500',
          answeredBy: null,
          startedAt: '2026-11-20T10:00:00.000Z',
          answeredAt: null,
          endedAt: null,
          waitSeconds: null,
          talkSeconds: null,
          disposition: null,
          reason: null,
          tag: null,
        },
      },
    ]);
  });

  it('ringing tells who rings', () => {
    assert.deepEqual(last({ fact: 'leg.ringing', call: 'A', leg: 'l', party: { number: '0905111222' }, at: AT }), {
      ...common,
      type: 'call.ringing',
      id: `A/call.ringing/l/${AT}`,
      ringing: { number: '+421905111222', extension: null, name: null },
    });
  });

  it('a transfer tells by whom and to whom', () => {
    const answer: Fact = { fact: 'leg.answer', call: 'A', leg: 'l', party: { extension: '21' }, at: AT };
    const transfer: Fact = { fact: 'call.transfer', call: 'A', mode: null, to: { number: '0905111222' }, at: AT };
    assert.deepEqual(last(answer, transfer), {
      ...common,
      type: 'call.transfer',
      id: 'A/call.transfer/1',
      transfer: { mode: null, by: null, to: { number: '+421905111222', extension: null, name: null } },
    });
  });

  it('digits', () => {
    assert.deepEqual(last({ fact: 'call.dtmf', call: 'A', digits: '1#', at: AT }), {
      ...common,
      type: 'call.dtmf',
      id: 'A/call.dtmf/1',
      by: null,
      digits: '1#',
    });
  });

  it('a queue event: what is not known is null', () => {
    assert.deepEqual(last({ fact: 'queue.leave', call: 'A', queue: { id: '500' }, at: AT }), {
      ...common,
      type: 'queue.leave',
      id: 'A/500/queue.leave/1',
      queue: { id: '500', name: null, position: null, waiting: null, waitSeconds: 0 },
      member: null,
      reason: null,
    });
  });

  it('a member event', () => {
    const member = { extension: '21', paused: true };
    const [, event] = eventsOf(begin, {
      fact: 'queue.member.pause',
      queue: { id: '500', name: 'Sales' },
      member,
      at: AT,
    });
    assert.deepEqual(event, {
      ...common,
      type: 'queue.member.pause',
      id: `21/500/queue.member.pause/${AT}`,
      queue: { id: '500', name: 'Sales', position: null, waiting: null, waitSeconds: null },
      member: { extension: '21', name: null, paused: true },
      call: null,
    });
  });

  it('a recording is ready when it is available', () => {
    const recording = { id: 'r', url: 'https://pbx/r.mp3', format: 'mp3', startedAt: AT, seconds: 12 };
    assert.deepEqual(last({ fact: 'recording.available', call: 'A', recording, at: AT }), {
      ...common,
      type: 'recording.available',
      id: 'r/recording.available',
      recording: {
        id: 'r',
        call: 'A',
        url: 'https://pbx/r.mp3',
        format: 'mp3',
        startedAt: '2026-11-20T10:00:00.000Z',
        seconds: 12,
        ready: true,
      },
    });
  });

  it('a failed recording says why, as far as anybody knows', () => {
    assert.deepEqual(last({ fact: 'recording.failed', call: 'X', recording: { id: 'r' }, at: AT }), {
      ...common,
      type: 'recording.failed',
      id: 'r/recording.failed',
      recording: { id: 'r', call: 'X', url: null, format: null, startedAt: null, seconds: null, ready: false },
      reason: { code: null, text: null },
    });
  });

  it('a text message', () => {
    const message = { id: 'm', from: '0900123456', to: 'Office', text: 'Ahoj', reason: { code: '7', text: 'absent' } };
    const [, event] = eventsOf(begin, { fact: 'sms.failed', message, at: AT });
    assert.deepEqual(event, {
      ...common,
      type: 'sms.failed',
      id: 'm/sms.failed',
      message: { ...message, from: '+421900123456' },
    });
  });

  it('what was worked out is marked, what was reported is not', () => {
    const facts: Fact[] = [
      { fact: 'leg.answer', call: 'A', leg: 'l', party: {}, at: AT, inferred: true },
      { fact: 'queue.member.add', queue: { id: '500' }, member: { extension: '21' }, at: AT, inferred: true },
      { fact: 'sms.delivered', message: { id: 'm' }, at: AT, inferred: true },
      { fact: 'recording.available', recording: { id: 'r' }, at: AT, inferred: true },
    ];
    const [first, ...others] = eventsOf(begin, ...facts);
    assert.equal(first && 'inferred' in first, false);
    for (const event of others) assert.equal(event.inferred, true, event.type);
  });

  it('a message of the vendor is not built here', () => {
    assert.deepEqual(eventsOf({ fact: 'raw', name: 'X', message: {}, at: AT }), []);
  });
});
