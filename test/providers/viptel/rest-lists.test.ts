/** Lists over REST: members, queues, live calls, history and credit. */

import assert from 'node:assert/strict';
import type { HistoryEntry, Member, QueryName, QueueStatus } from '../../../lib/model';
import { closeServers } from '../../transport/http/servers';
import { fails } from '../../transport/http/fails';
import type { Bench } from './bench';
import type { FakeWeb } from './fake-web';
import { openRest, RECORD } from './rest-bench';

const at = (when: string, more: object = {}) => ({ ...RECORD, when, ...more });

describe('VIPTel REST', function () {
  this.timeout(10_000);

  let web: FakeWeb;
  let bench: Bench;
  const query = async <T>(name: QueryName, params: Record<string, unknown> = {}) =>
    (await bench.account.execute({ command: 'query', query: name, params })).payload.result as T;

  beforeEach(async () => {
    ({ web, bench } = await openRest());
  });

  afterEach(async () => {
    await bench.close();
    await closeServers();
  });

  describe('lists', () => {
    it('members, with their queues and what they do', async () => {
      await bench.play(
        { event: 'call.begin', caller: '0900000001', callee: '21', called_number: '0220282028', unique_id: '1.1' },
        { event: 'call.pickup', unique_id: '1.1' },
      );
      assert.deepEqual(await query<Member[]>('members'), [
        { extension: '21', name: 'Eva', login: null, state: 'busy', queues: ['500'] },
        { extension: '22', name: 'Ivan', login: null, state: 'paused', queues: ['500'] },
        { extension: '23', name: 'Jana', login: null, state: 'unavailable', queues: [] },
      ]);
    });

    it('queues, with members and waiting callers', async () => {
      web.queues
        .get('500')
        ?.waiting.push({ unique_id: '1.20', caller: '0900000001', caller_name: '0900000001', wait_time: 12 });
      assert.deepEqual(await query<QueueStatus[]>('queues'), [
        {
          id: '500',
          name: 'Podpora',
          waiting: 1,
          members: [
            { extension: '21', name: null, paused: false },
            { extension: '22', name: null, paused: true },
          ],
          callers: [{ call: '1.20', from: '0900000001', position: null, waitSeconds: 12 }],
        },
      ]);
    });

    it('live calls', async () => {
      await bench.play({ event: 'call.begin', caller: '21', callee: '22', called_number: '22', unique_id: '1.1' });
      const calls = await query<{ id: string; direction: string }[]>('calls');
      assert.deepEqual(
        calls.map(({ id, direction }) => [id, direction]),
        [['1.1', 'internal']],
      );
    });

    it('history: the wall clock of Slovakia becomes UTC, and each record a call', async () => {
      web.history = [RECORD];
      const [entry] = await query<HistoryEntry[]>('history', { from: '2026-05-28T00:00:00Z' });
      assert.deepEqual(entry, {
        id: '1700000000.4',
        direction: 'inbound',
        state: 'ended',
        from: { number: '00421900000001', extension: null, name: null },
        to: { number: null, extension: '21', name: 'Eva' },
        dialed: '0200000002',
        line: '0200000002',
        queue: null,
        answeredBy: { number: null, extension: '21', name: 'Eva' },
        startedAt: '2026-05-28T09:06:53.000Z',
        answeredAt: '2026-05-28T09:06:58.000Z',
        endedAt: '2026-05-28T09:07:34.000Z',
        waitSeconds: 5,
        talkSeconds: 36,
        disposition: 'answered',
        reason: { code: 'answered', text: null },
        tag: null,
        recordings: ['7'],
      });
    });

    it('history: asks for a span that covers the wanted one in whatever zone VIPTel reads it', async () => {
      await query('history', { from: '2026-05-28T09:00:00Z', to: new Date('2026-05-28T10:00:00Z') });
      const asked = new URL(web.web.received.at(-1)?.path ?? '', 'http://x').searchParams;
      assert.equal(asked.get('date_from'), '2026-05-28 09:00:00', 'UTC: not later than the wall clock');
      assert.equal(asked.get('date_to'), '2026-05-28 12:00:00', 'the wall clock: not earlier than UTC');
    });

    it('history: what is outside the span or does not fit the filters is left out, newest first', async () => {
      web.history = [
        at('2026-05-28 10:59:59', { id: '1' }),
        at('2026-05-28 11:00:00', { id: '2' }),
        at('2026-05-28 11:30:00', { id: '3', caller: '00421911000009', recording_file: '' }),
        at('2026-05-28 12:00:00', {
          id: '4',
          type: 'outgoing',
          caller: '21',
          destination: '0911000009',
          recording_file: null,
        }),
        at('2026-05-28 12:00:01', {
          id: '5',
          status: 'missed',
          destination: null,
          duration: '0',
          complete_duration: '12',
        }),
      ];
      const span = { from: '2026-05-28T09:00:00Z', to: '2026-05-28T10:00:01Z' };
      const ids = async (params: Record<string, unknown>) =>
        (await query<HistoryEntry[]>('history', { ...span, ...params })).map(({ startedAt }) =>
          startedAt.slice(11, 19),
        );
      assert.deepEqual(await ids({}), ['10:00:01', '10:00:00', '09:30:00', '09:00:00']);
      assert.deepEqual(await ids({ limit: 2 }), ['10:00:01', '10:00:00']);
      assert.deepEqual(await ids({ number: '+421 911 000 009' }), ['10:00:00', '09:30:00']);
      assert.deepEqual(await ids({ direction: 'outbound' }), ['10:00:00']);
      assert.deepEqual(await ids({ disposition: 'no-answer' }), ['10:00:01']);
      assert.deepEqual(await ids({ extension: '21' }), ['10:00:00', '09:30:00', '09:00:00']);
      const [missed, outgoing] = await query<HistoryEntry[]>('history', span);
      assert.equal(missed?.waitSeconds, 12);
      assert.equal(missed.talkSeconds, null);
      assert.deepEqual(outgoing?.recordings, []);
      assert.equal(outgoing?.to.number, '0911000009');
    });

    it('history: more than one answer holds is asked for in pages', async () => {
      web.history = Array.from({ length: 3_001 }, (_, i) => ({ ...RECORD, id: String(i) }));
      const all = await query<HistoryEntry[]>('history', { from: '2026-05-28T00:00:00Z', limit: 5_000 });
      assert.equal(all.length, 3_001);
    });

    it('history: refuses a span of more records than can be read, rather than leave some out', async () => {
      web.history = Array.from({ length: 12_000 }, (_, i) => ({ ...RECORD, id: String(i) }));
      const error = await fails(query('history', { from: '2026-05-28T00:00:00Z', limit: 10 }), 'invalid-argument');
      assert.match(error.message, /ask for a shorter span/);
    });

    it('history: refuses what is no time and no limit', async () => {
      await fails(query('history', { from: 'yesterday' }), 'invalid-argument');
      await fails(query('history', { limit: -1 }), 'invalid-argument');
    });

    it('credit of the SMS service', async () => {
      assert.deepEqual(await query('balance'), { amount: 12.3, currency: null, postpaid: false });
      web.credit = false;
      assert.deepEqual(await query('balance'), { amount: null, currency: null, postpaid: true });
    });

    it('an answer that cannot be read is an error, not an empty list', async () => {
      web.odd.set('/api/extension', (response) => response.end('{"error":"database"}'));
      await fails(query('members'), 'protocol');
      web.odd.set('/api/extension', (response) => response.end('<html>'));
      await fails(query('members'), 'protocol');
    });
  });
});
