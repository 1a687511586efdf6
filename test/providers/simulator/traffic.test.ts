/** The everyday traffic: as told, the same for the same seed, and sound. */

import assert from 'node:assert/strict';
import { TOPICS } from '../../../lib/index';
import type { CallEvent, PbxEvent, Topic } from '../../../lib/index';
import { openOffice } from './office';
import type { Office } from './office';

const HOUR_MS = 3_600_000;

/** What only happens when a script, a command or a fault wants it. */
const UNUSUAL = new Set<Topic>([
  'queue.member.add',
  'queue.member.remove',
  'recording.failed',
  'sms.sent',
  'sms.delivered',
  'sms.failed',
  'account.disconnected',
  'account.degraded',
  'account.gap',
  'account.warning',
  'raw',
]);

/** What happened, without the ids that hold the time of the start. */
function story(events: readonly PbxEvent[]): string[] {
  return events.map((event) => {
    const { call } = event as CallEvent;
    return [event.time, event.type, event.id, call?.from.number, call?.to.extension, call?.disposition].join(' ');
  });
}

async function hourOf(config: Record<string, unknown>): Promise<Office> {
  const office = await openOffice({ callsPerMinute: 6, ...config });
  await office.clock.run(HOUR_MS);
  return office;
}

describe('simulator: traffic', function () {
  // Thousands of calls, on machines that may have other things to do.
  this.timeout(60_000);

  it('is the same for the same seed and the same clock', async () => {
    const [one, other] = [await hourOf({ seed: 'monday' }), await hourOf({ seed: 'monday' })];
    assert.deepEqual(story(one.events), story(other.events));
    await one.close();
    await other.close();
  });

  it('differs with the seed', async () => {
    const [one, other] = [await hourOf({ seed: 'monday' }), await hourOf({ seed: 'tuesday' })];
    assert.notDeepEqual(story(one.events), story(other.events));
    await one.close();
    await other.close();
  });

  it('comes at the rate of the account', async () => {
    const office = await hourOf({ callsPerMinute: 6 });
    const begun = office.of('call.begin').length;
    assert.ok(begun > 300 && begun < 430, `${begun} calls in an hour at 6 a minute`);
    await office.close();
  });

  it('begins soon, whatever the rate', async () => {
    const office = await openOffice({ callsPerMinute: 0.1 });
    await office.clock.run(2_000);
    assert.equal(office.account.calls().length, 1);
    await office.close();
  });

  it('stops and starts by a script', async () => {
    const office = await openOffice({ callsPerMinute: 6 });
    await office.act({ do: 'traffic', callsPerMinute: 0 });
    await office.clock.run(600_000);
    assert.deepEqual(office.of('call.begin'), []);
    await office.act({ do: 'traffic', callsPerMinute: 60 });
    await office.clock.run(60_000);
    assert.ok(office.of('call.begin').length > 20);
    await office.close();
  });

  it('shows every kind of event within an hour', async () => {
    const office = await hourOf({ callsPerMinute: 12 });
    const wanted = Object.values(TOPICS)
      .flat()
      .filter((topic) => !UNUSUAL.has(topic));
    const missing = wanted.filter((topic) => !office.topics().includes(topic));
    assert.deepEqual(missing, []);
    const ends = new Set(office.of<CallEvent>('call.end').map(({ call }) => call.disposition));
    for (const disposition of ['answered', 'busy', 'no-answer', 'rejected', 'cancelled'] as const)
      assert.ok(ends.has(disposition), `no call ended ${disposition}`);
    const callers = office.of<CallEvent>('call.begin').map(({ call }) => call.from.number);
    assert.ok(new Set(callers).size < callers.length / 3, 'people call again');
    await office.close();
  });

  it('gives every call one begin and one end, and transfers keep the call', async () => {
    const office = await openOffice({ callsPerMinute: 60, seed: 'busy day', extensions: '21-40' });
    await office.clock.run(600_000);
    await office.act({ do: 'traffic', callsPerMinute: 0 });
    await office.clock.run(600_000);
    assert.deepEqual(office.account.calls(), []);
    const ids = new Set<string>();
    const perCall = new Map<string, string[]>();
    for (const event of office.events) {
      assert.ok(!ids.has(event.id), `the event ${event.id} came twice`);
      ids.add(event.id);
      if (!event.type.startsWith('call.')) continue;
      const { call } = event as CallEvent;
      perCall.set(call.id, [...(perCall.get(call.id) ?? []), event.type]);
      if (event.type === 'call.end')
        assert.ok(call.disposition && call.disposition !== 'unknown', JSON.stringify(call));
    }
    assert.ok(perCall.size > 500);
    for (const [id, topics] of perCall) {
      const count = (topic: string) => topics.filter((one) => one === topic).length;
      assert.equal(topics[0], 'call.begin', id);
      assert.deepEqual([count('call.begin'), count('call.end')], [1, 1], id);
      assert.ok(count('call.answer') <= 1 && count('call.missed') <= 1, id);
      assert.equal(count('call.hold') >= count('call.resume'), true, id);
    }
    await office.close();
  });

  it('leaves no timer behind when the account closes', async () => {
    const office = await openOffice({ callsPerMinute: 60 });
    await office.clock.run(120_000);
    assert.ok(office.account.calls().length > 0);
    await office.close();
    assert.equal(office.clock.pending, 0);
    const before = office.events.length;
    await office.clock.run(600_000);
    assert.equal(office.events.length, before);
  });

  it('runs faster with a higher speed', async () => {
    const office = await openOffice({ speed: 10 });
    await office.act({ do: 'incoming', from: '+421900000001', to: '21', talkSeconds: 1, lively: true });
    await office.clock.run(1_500);
    assert.ok(['answered', 'ended'].includes(office.account.calls()[0]?.state ?? 'ended'));
    await office.close();
  });
});
