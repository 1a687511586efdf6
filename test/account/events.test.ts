/** Who gets which event, and in what shape. */

import assert from 'node:assert/strict';
import { TrackedCall } from '../../lib/calls';
import type { AccountEvent, Call, CallEvent, QueueStatus, RecordingEvent } from '../../lib/index';
import { openDesk } from './desk';
import type { Desk } from './desk';

const begin = (call = 'A', more: object = {}) =>
  ({
    fact: 'call.begin',
    call,
    details: { direction: 'inbound', from: { number: '0900123456' }, to: { extension: '21' }, ...more },
  }) as const;
const answers = (call = 'A', extension = '21') =>
  ({ fact: 'leg.answer', call, leg: `${call}/${extension}`, party: { extension } }) as const;

describe('account: events', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk();
  });
  afterEach(() => desk.close());

  it('carry account, provider, id and time', () => {
    const { events } = desk.listen();
    desk.say(begin());
    const [event] = events as [CallEvent];
    assert.deepEqual(
      { ...event, call: event.call.id },
      {
        type: 'call.begin',
        id: 'A/call.begin',
        account: 'Office',
        provider: 'fake',
        time: '2026-01-01T00:00:00.000Z',
        call: 'A',
      },
    );
  });

  it('can be written as JSON and read again without loss', () => {
    const { events } = desk.listen();
    desk.say(begin(), answers(), { fact: 'queue.member.pause', queue: { id: '500' }, member: { extension: '21' } });
    desk.say({ fact: 'sms.failed', message: { id: 'm', reason: { code: '1', text: 'no' } } });
    desk.say({ fact: 'recording.failed', recording: { id: 'r' }, call: 'A' }, { fact: 'call.end', call: 'A' });
    for (const event of events) assert.deepEqual(JSON.parse(JSON.stringify(event)), event);
  });

  it('are an object of its own for each listener, down to the last part', () => {
    const [one, other] = [desk.listen({ raw: true }), desk.listen({ raw: true })];
    const raw = { headers: { a: 1 }, at: new Date(0), bytes: Buffer.from('x') };
    const reason = { code: '1', text: 'no' };
    desk.say({ ...begin(), raw }, answers(), { fact: 'call.hold', call: 'A', by: { extension: '21' } });
    desk.say({ fact: 'call.transfer', call: 'A', mode: 'blind', by: { extension: '21' }, to: { extension: '22' } });
    desk.say({ fact: 'queue.join', call: 'A', queue: { id: '500' } });
    desk.say({ fact: 'queue.member.pause', queue: { id: '500' }, member: { extension: '21', paused: true } });
    desk.say({ fact: 'recording.failed', recording: { id: 'r' }, call: 'A', reason });
    desk.say({ fact: 'sms.failed', message: { id: 'm', reason } });
    desk.say({ fact: 'raw', name: 'X', message: raw });
    desk.say({ fact: 'call.end', call: 'A', result: { disposition: 'answered', reason } });
    desk.host.gap(0, 1, true);
    assert.equal(one.events.length, other.events.length);
    const seen = new Set<object>([raw, reason, raw.headers, raw.at, raw.bytes]);
    const visit = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return;
      assert.ok(!seen.has(value), `shared: ${JSON.stringify(value)}`);
      seen.add(value);
      if (!Buffer.isBuffer(value)) for (const part of Object.values(value)) visit(part);
    };
    for (const value of [...one.events, ...other.events, ...one.raws, ...other.raws]) visit(value);
  });

  it('are not changed afterwards', () => {
    const { events } = desk.listen();
    desk.say(begin());
    const before = structuredClone(events[0]);
    desk.say(answers(), { fact: 'call.update', call: 'A', details: { from: { name: 'Eva' } } });
    desk.say({ fact: 'call.end', call: 'A' });
    assert.deepEqual(events[0], before);
  });

  it('a listener that changes its event harms nobody', () => {
    desk.account.subscribe({ topics: ['call.begin', 'call.answer'] }, (event) => {
      const { call } = event as CallEvent;
      call.from.number = 'spoiled';
      call.id = 'spoiled';
    });
    const { events } = desk.listen();
    desk.say(begin(), answers());
    for (const event of events) assert.equal((event as CallEvent).call.from.number, '0900123456');
    assert.equal(desk.account.call('A')?.id, 'A');
  });

  it('a listener that throws harms nobody, and is logged', () => {
    desk.account.subscribe({ topics: ['call.begin'] }, () => {
      throw new Error('spoiled flow');
    });
    const { topics } = desk.listen();
    desk.say(begin(), answers());
    assert.deepEqual(topics(), ['call.begin', 'call.answer']);
    assert.match(desk.log.join(), /error a listener of call.begin failed: spoiled flow/);
  });

  it('end with the subscription, and ending it twice is nothing', () => {
    const { events, end } = desk.listen();
    desk.say(begin());
    end();
    end();
    desk.say(answers());
    assert.equal(events.length, 1);
  });

  it('the vendor’s own message comes only to who asked for it, with secrets masked', () => {
    const [with_, without] = [desk.listen({ raw: true }), desk.listen()];
    const raw = { cmd: 'event', crm_token: 'abcdef', Password: 'p', nested: [{ token: 't', keep: 1 }] };
    desk.say({ ...begin(), raw });
    assert.deepEqual(with_.raws, [
      { cmd: 'event', crm_token: 'abcdef', Password: '***', nested: [{ token: '***', keep: 1 }] },
    ]);
    assert.deepEqual(without.raws, [undefined]);
    assert.equal(raw.Password, 'p', 'the provider’s object is left alone');
  });

  it('the provider names more secrets of its vendor', async () => {
    const other = openDesk({ descriptor: { secretKeys: ['crm_token'] } });
    const { raws } = other.listen({ raw: true });
    other.say({ ...begin(), raw: { CRM_Token: 'abcdef' } });
    assert.deepEqual(raws, [{ CRM_Token: '***' }]);
    await other.close();
  });

  it('numbers in lists are written as those of events', async () => {
    const slovak = openDesk({ country: 'SK' });
    const { events } = slovak.listen();
    slovak.say({ fact: 'call.begin', call: 'A', details: { from: { number: '0900123456' } } });
    const call = { ...(slovak.account.call('A') as Call), from: { number: '0900123456', extension: null, name: null } };
    const caller = { call: 'A', from: '0900123456', position: 1, waitSeconds: 2 };
    slovak.answer = ({ command }) =>
      command.command === 'query' && command.query === 'queues'
        ? { result: [{ id: '500', name: null, waiting: 1, members: [], callers: [caller] }] }
        : { result: [call] };
    const list = async (query: 'calls' | 'history' | 'queues') =>
      (await slovak.account.execute({ command: 'query', query })).payload.result;
    assert.equal((events[0] as CallEvent).call.from.number, '+421900123456');
    for (const query of ['calls', 'history'] as const)
      assert.equal(((await list(query)) as Call[])[0]?.from.number, '+421900123456');
    assert.equal(((await list('queues')) as QueueStatus[])[0]?.callers[0]?.from, '+421900123456');
    await slovak.close();
  });

  it('numbers are E.164 when the account has a country, and the vendor’s spelling stays in raw', async () => {
    const slovak = openDesk({ country: 'SK' });
    const { events, raws } = slovak.listen({ raw: true });
    slovak.say({ ...begin(), raw: { from: '0900123456' } });
    assert.equal((events[0] as CallEvent).call.from.number, '+421900123456');
    assert.deepEqual(raws[0], { from: '0900123456' });
    assert.equal(slovak.account.calls()[0]?.from.number, '+421900123456');
    await slovak.close();
  });

  it('tell the provider whether anybody listens', () => {
    assert.equal(desk.host.wants('raw'), false);
    const { end } = desk.listen({ topics: ['raw'] });
    assert.equal(desk.host.wants('raw'), true);
    end();
    assert.equal(desk.host.wants('raw'), false);
  });

  it('that nobody wants are not built: a thousand idle listeners cost nothing', () => {
    for (let number = 0; number < 1_000; number++)
      desk.account.subscribe({ topics: ['call.begin'], extensions: [`9${number}`] }, () => assert.fail());
    const { events } = desk.listen({ topics: ['call.begin'], extensions: ['21'] });
    const original = Object.getOwnPropertyDescriptor(TrackedCall.prototype, 'snapshot') as PropertyDescriptor;
    let snapshots = 0;
    Object.defineProperty(TrackedCall.prototype, 'snapshot', {
      ...original,
      value: function snapshot(this: TrackedCall) {
        snapshots++;
        return Reflect.apply(original.value as () => unknown, this, []);
      },
    });
    try {
      for (let number = 0; number < 100; number++) desk.say(begin(`call ${number}`));
    } finally {
      Object.defineProperty(TrackedCall.prototype, 'snapshot', original);
    }
    assert.deepEqual([events.length, snapshots], [100, 100]);
  });

  it('subscribing and ending leaves nothing behind', () => {
    const ends = Array.from({ length: 100 }, (_, number) =>
      desk.account.subscribe(
        { topics: ['call.begin', 'queue.join'], extensions: [String(number)], numbers: ['+421*', '0900 123'] },
        () => {},
      ),
    );
    for (const end of ends) end();
    assert.equal(desk.host.wants('call.begin'), false);
    assert.equal(desk.host.wants('queue.join'), false);
  });

  it('a broken time in a fact makes no broken message', () => {
    const { events } = desk.listen();
    desk.say({ ...begin(), at: Number.NaN }, { fact: 'raw', name: null, message: {}, at: Infinity });
    for (const event of events) assert.equal(event.time, '2026-01-01T00:00:00.000Z');
    desk.say({ fact: 'recording.available', recording: { id: 'r', startedAt: Number.NaN } });
    assert.equal((events[2] as RecordingEvent).recording.startedAt, null);
  });

  it('a fact that cannot be understood at all is counted, and the connection goes on', () => {
    const { topics } = desk.listen();
    desk.say({ fact: 'queue.join', call: 'A' } as never, begin('B'));
    assert.equal(desk.account.status.counters.malformed, 1);
    assert.equal(topics().at(-1), 'call.begin');
  });

  it('the last one shows in the status', () => {
    desk.say(begin());
    desk.clock.advance(5_000);
    desk.say(answers());
    assert.deepEqual(desk.account.status.lastEvent, { topic: 'call.answer', time: '2026-01-01T00:00:05.000Z' });
    assert.equal(desk.account.status.counters.events, 2);
  });

  it('calls that live are listed, the oldest first, as objects of their own', () => {
    desk.say(begin('A'), begin('B'), begin('C'), { fact: 'call.end', call: 'B' });
    assert.deepEqual(
      desk.account.calls().map(({ id }) => id),
      ['A', 'C'],
    );
    assert.notEqual(desk.account.calls()[0], desk.account.calls()[0]);
    assert.equal(desk.account.call('B')?.state, 'ended');
    assert.equal(desk.account.call('X'), null);
  });

  it('account events go to whoever listens, without a call', () => {
    const { events } = desk.listen({ topics: ['account.gap'] });
    desk.host.gap(0, 60_000, false);
    const [event] = events as [AccountEvent];
    assert.deepEqual(event.gap, {
      from: '1970-01-01T00:00:00.000Z',
      to: '1970-01-01T00:01:00.000Z',
      recovered: false,
    });
    assert.equal(event.state, 'connected');
  });
});
