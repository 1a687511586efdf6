import assert from 'node:assert/strict';
import type { RecordingEvent } from '../../../lib/model';
import type { FakeCallNews } from '../../fakes/mango-client-dialect';
import { Bench, SPELLINGS } from './bench';

const NUMBER = '79001112233';
const T0 = Date.parse('2026-01-01T00:00:00Z');

const inbound = (to: string, id = 'E1', leg = `${id}-${to}`) => ({
  id,
  leg,
  from: { number: NUMBER },
  to: { extension: to },
});

for (const spelling of SPELLINGS) {
  describe(`mango-client, ${spelling.dialect.title}: events`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await Bench.open({ ...spelling, extensions: '101, 102' });
    });
    afterEach(() => bench.close());

    /** Says it to an employee; each thing a second later than the one before. */
    let at = T0;
    beforeEach(() => {
      at = T0;
    });
    const say = (user: string, news: Omit<FakeCallNews, 'at'>) =>
      bench.service.call(user, { ...news, at: (at += 1_000) });
    const over = () => bench.untilInTime('the calls are over', () => bench.account.calls().length === 0);
    const heard = async () => {
      await bench.heard('101');
      await bench.heard('102');
    };

    it('an answered call from outside', async () => {
      for (const state of ['appeared', 'connected', 'held', 'connected', 'disconnected'] as const)
        say('101', { ...inbound('101'), state });
      await heard();
      await over();
      assert.deepEqual(bench.topics(), [
        'call.begin',
        'call.ringing',
        'call.answer',
        'call.hold',
        'call.resume',
        'call.end',
      ]);
      const { call } = bench.last('call.end');
      assert.equal(call.direction, 'inbound');
      assert.equal(call.from.number, NUMBER);
      assert.equal(call.answeredBy?.extension, '101');
      assert.equal(call.disposition, 'answered');
      assert.equal(call.endedAt, new Date(at).toISOString());
    });

    it('a leg of a group that a colleague of this account took: one call, not missed', async () => {
      say('101', { ...inbound('101'), state: 'appeared' });
      await bench.heard('101');
      say('102', { ...inbound('102'), state: 'appeared' });
      await bench.heard('102');
      say('101', { ...inbound('101'), state: 'disconnected', group: true });
      await bench.heard('101');
      say('102', { ...inbound('102'), state: 'connected' });
      say('102', { ...inbound('102'), state: 'disconnected' });
      await heard();
      await over();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.ringing', 'call.answer', 'call.end']);
      assert.equal(bench.last('call.end').call.answeredBy?.extension, '102');
    });

    it('a leg of a group that somebody else took: answered by nobody known, inferred, not missed', async () => {
      say('101', { ...inbound('101'), state: 'appeared' });
      say('101', { ...inbound('101'), state: 'disconnected', group: true, reason: '1111' });
      await heard();
      await over();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer*', 'call.end*']);
      const { call } = bench.last('call.end');
      assert.equal(call.disposition, 'answered');
      assert.equal(call.answeredBy, null);
    });

    it('a group that nobody took is missed once', async () => {
      for (const user of ['101', '102']) {
        say(user, { ...inbound(user), state: 'appeared' });
        await bench.heard(user);
      }
      for (const user of ['101', '102']) say(user, { ...inbound(user), state: 'disconnected', reason: '1111' });
      await heard();
      await over();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.ringing', 'call.end', 'call.missed']);
    });

    it('a group disconnect of a call never heard of is nothing', async () => {
      say('101', { ...inbound('101'), state: 'disconnected', group: true });
      await heard();
      assert.deepEqual(bench.topics(), []);
    });

    it('an internal call that both ends are told of is one call', async () => {
      const news = { id: 'E1', leg: 'L1', from: { extension: '101' }, to: { extension: '102' } };
      for (const state of ['appeared', 'connected', 'disconnected'] as const) {
        say('101', { ...news, state });
        say('102', { ...news, state });
        await heard();
      }
      await over();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
      assert.equal(bench.last('call.end').call.direction, 'internal');
    });

    it('a call to outside', async () => {
      const news = { id: 'E1', from: { extension: '101' }, to: { number: NUMBER } };
      for (const state of ['appeared', 'connected', 'disconnected'] as const) say('101', { ...news, state });
      await heard();
      await over();
      const { call } = bench.last('call.end');
      assert.equal(call.direction, 'outbound');
      assert.equal(call.dialed, NUMBER);
      assert.equal(call.answeredBy?.number, NUMBER);
    });

    it('a call of the IVR becomes the call of the employee it goes to', async () => {
      const told = bench.service.ivr({ id: 'E1', number: NUMBER, at: T0 });
      assert.ok(told);
      await bench.heard(told);
      for (const state of ['appeared', 'connected', 'disconnected'] as const) say('102', { ...inbound('102'), state });
      await heard();
      await over();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
      assert.equal(bench.last('call.begin').call.id, 'E1');
      assert.equal(bench.last('call.end').call.to.extension, '102');
    });

    it('a call of the IVR that nobody hears of again ends, and is not told as missed', async () => {
      const told = bench.service.ivr({ id: 'E1', number: NUMBER, at: T0 });
      await bench.heard(told ?? '');
      await bench.untilInTime('given up', () => bench.account.calls().length === 0, 500);
      assert.deepEqual(bench.topics(), ['call.begin', 'call.end*']);
      assert.equal(bench.last('call.end').call.disposition, 'unknown');
    });

    it('a recording that can be fetched, with its link and its call', async () => {
      say('101', { ...inbound('101'), state: 'appeared' });
      bench.service.emit(
        '101',
        '/record',
        spelling.dialect.record({ id: 'R1', call: 'E1', url: 'https://records.example/1' }),
      );
      await heard();
      const event = bench.events.find(({ type }) => type === 'recording.available') as RecordingEvent;
      assert.equal(event.recording.url, 'https://records.example/1');
      assert.equal(event.recording.id, 'R1');
      assert.equal(event.call?.id, 'E1');
      const link = await bench.account.execute({ command: 'recording', action: 'link', recording: 'R1' });
      assert.deepEqual(link.payload.result, { id: 'R1', url: 'https://records.example/1' });
      assert.equal(bench.service.asked('record').length, 0);
    });

    it('what has no topic passes as raw: unknown routeKeys, states and statuses', async () => {
      bench.service.emit('101', '/weather', { rain: true });
      say('101', { ...inbound('101'), state: 'wondering' as never });
      bench.service.emit('101', '/record', spelling.dialect.record({ id: 'R1', call: 'E1', status: 'COOKING' }));
      await heard();
      assert.deepEqual(bench.topics(), ['raw', 'raw', 'raw']);
    });

    it('events out of their order end as the same call', async () => {
      say('101', { ...inbound('101'), state: 'connected' });
      say('101', { ...inbound('101'), state: 'appeared' });
      say('101', { ...inbound('101'), state: 'disconnected' });
      say('101', { ...inbound('101'), state: 'connected' });
      await heard();
      await over();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.answer', 'call.end']);
    });
  });
}
