import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../../lib';
import type { HistoryEntry, Member, QueryName, QueueStatus } from '../../../lib/model';
import { closeServers } from '../../transport/http/servers';
import { fails } from '../../transport/http/fails';
import { Bench } from './bench';
import { FakeWeb } from './fake-web';

const RECORD = {
  id: '7',
  type: 'incoming',
  when: '2026-05-28 11:06:53',
  caller: '00421900000001',
  caller_name: null,
  received: '0200000002',
  received_name: null,
  destination: '21',
  destination_name: 'Eva',
  duration: '36',
  status: 'answered',
  application: 'queue',
  recording_file: 'q-500-00421900000001-20260528-110653-1700000000.4.mp3',
  unique_id: '1700000000.4',
  complete_duration: '41',
};

const at = (when: string, more: object = {}) => ({ ...RECORD, when, ...more });

const ask = ({ account }: Bench) => account.execute({ command: 'query', query: 'history' });

describe('VIPTel REST', function () {
  this.timeout(10_000);

  let clock: VirtualClock;
  let web: FakeWeb;
  let bench: Bench;
  const query = async <T>(name: QueryName, params: Record<string, unknown> = {}) =>
    (await bench.account.execute({ command: 'query', query: name, params })).payload.result as T;
  const raw = (request: Record<string, unknown>) => bench.account.execute({ command: 'action', request });

  const talk = async (id = '1700000000.4') => {
    await bench.play(
      { event: 'call.begin', caller: '0900000001', callee: '21', called_number: '0220282028', unique_id: id },
      { event: 'call.pickup', unique_id: id },
      { event: 'call.end', unique_id: id, status: 'answer' },
    );
  };

  beforeEach(async () => {
    clock = new VirtualClock(Date.parse('2026-05-28T12:00:00Z'));
    web = await FakeWeb.listen(clock);
    bench = await Bench.open({ clock, config: web.config });
    bench.idle = () => web.busy === 0;
    await bench.until('the present was read', () => web.count('/api/queue/status') === 1);
    await bench.play();
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

  describe('recordings', () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'pbx-viptel-'));
      web.recordings.set('7', Buffer.from('audio'));
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('are fetched as bytes', async () => {
      const { payload } = await bench.account.execute({ command: 'recording', action: 'fetch', recording: '7' });
      assert.deepEqual(payload.result, {
        id: '7',
        format: 'mp3',
        contentType: 'audio/mpeg',
        bytes: 5,
        data: Buffer.from('audio'),
      });
    });

    it('are written into a folder', async () => {
      const { payload } = await bench.account.execute({
        command: 'recording',
        action: 'fetch',
        recording: '7',
        folder,
      });
      const { file } = payload.result as { file: string };
      assert.equal(file, join(folder, 'q-500-7.mp3'));
      assert.equal(readFileSync(file, 'utf8'), 'audio');
      assert.deepEqual(readdirSync(folder), ['q-500-7.mp3']);
    });

    it('that are not there are not found', async () => {
      await fails(bench.account.execute({ command: 'recording', action: 'fetch', recording: '../7' }), 'not-found');
      await fails(bench.account.execute({ command: 'recording', action: 'start', call: '1.1' }), 'not-supported');
    });

    it('are told when they appear in the history after the call', async () => {
      await talk();
      await bench.pass(14_000);
      assert.equal(web.count('/api/cdr/recordings'), 0);
      await bench.pass(2_000);
      await bench.until('asked', () => web.count('/api/cdr/recordings') === 1);
      web.history = [RECORD];
      await bench.pass(35_000);
      await bench.until('told', () => bench.topics().includes('recording.available'));
      const { recording, call } = bench.last('recording.available');
      assert.deepEqual(recording, {
        id: '7',
        call: '1700000000.4',
        url: null,
        format: 'mp3',
        startedAt: '2026-05-28T09:06:53.000Z',
        seconds: 36,
        ready: true,
      });
      assert.equal(call.id, '1700000000.4');
    });

    it('are told once, and then no more is asked', async () => {
      web.history = [RECORD];
      await talk();
      await bench.pass(700_000);
      assert.equal(bench.topics().filter((topic) => topic === 'recording.available').length, 1);
      assert.equal(web.count('/api/cdr/recordings'), 2, 'one more look, for a call that was handed on');
    });

    it('of many calls are asked for at once, and given up after ten minutes', async () => {
      for (let i = 0; i < 30; i++) await talk(`1.${i}`);
      await bench.pass(1_200_000);
      assert.ok(web.count('/api/cdr/recordings') <= 21, String(web.count('/api/cdr/recordings')));
    });

    it('of calls that nobody answered are not asked for', async () => {
      await bench.play(
        { event: 'call.begin', caller: '0900000001', callee: '21', called_number: '0220282028', unique_id: '1.1' },
        { event: 'call.end', unique_id: '1.1', status: 'cancel' },
      );
      await bench.pass(60_000);
      assert.equal(web.count('/api/cdr/recordings'), 0);
    });
  });

  describe('raw requests', () => {
    it('queue membership: the request is sent once, its event comes over the WebSocket', async () => {
      const { payload } = await raw({ path: '/api/queue/add', query: { queue: 500, extension: '23' } });
      assert.deepEqual(payload.result, { status: 'ok' });
      assert.equal(web.web.received.at(-1)?.path, '/api/queue/add?queue=500&extension=23');
    });

    it('whose answer is lost are uncertain, since many a GET changes something', async () => {
      web.odd.set('/api/queue/add', (response) => response.socket?.destroy());
      await fails(raw({ path: '/api/queue/add', query: { queue: '500' } }), 'uncertain');
      assert.equal(web.count('/api/queue/add'), 1);
    });

    it('that a server error answers are uncertain: what was asked may have been done', async () => {
      web.odd.set('/api/queue/add', (response) => response.writeHead(504).end());
      const error = await fails(raw({ path: '/api/queue/add', query: { queue: '500' } }), 'uncertain');
      assert.equal(error.cause.retryable, false);
      web.odd.set('/api/extension', (response) => response.writeHead(504).end());
      await fails(query('members'), 'unavailable');
    });

    it('can be posted as a form', async () => {
      web.odd.set('/api/extension/update/21', (response) => response.end('OK'));
      const { payload } = await raw({ path: '/api/extension/update/21', method: 'POST', form: { name: 'Eva N.' } });
      assert.equal(payload.result, 'OK');
      assert.equal(web.web.received.at(-1)?.body, 'name=Eva%20N.');
    });

    it('hand over bytes as bytes', async () => {
      web.recordings.set('7', Buffer.from([1, 2]));
      const { payload } = await raw({ path: '/api/cdr/download/7' });
      assert.deepEqual(payload.result, { contentType: 'audio/mpeg', data: Buffer.from([1, 2]) });
    });

    it('stay on the server of the account', async () => {
      for (const path of [
        '//evil.example/x',
        'https://evil.example/',
        '/api/../../x',
        '/api/%2e%2e/x',
        '/a?b=c',
        '/a\\b',
        'api',
        7,
      ])
        await fails(raw({ path }), 'invalid-argument');
      await fails(raw({ path: '/api/data', query: 'x' }), 'invalid-argument');
      await fails(raw({ path: '/api/data', query: { a: { b: 1 } } }), 'invalid-argument');
      await fails(raw({ path: '/api/data', method: 'DELETE' }), 'invalid-argument');
      assert.ok(!web.asked.some((path) => /evil|data/.test(path)));
    });
  });

  describe('the limit of VIPTel', () => {
    it('is never reached: 12 requests in 5 s, the others wait their turn', async () => {
      await bench.pass(10_000);
      const before = web.web.received.length;
      const all = Promise.all(Array.from({ length: 30 }, () => query('history')));
      await bench.until('the first went', () => web.web.received.length === before + 12);
      await bench.play();
      assert.equal(web.web.received.length, before + 12);
      await bench.untilInTime('all went', () => web.web.received.length === before + 30, 500);
      await all;
      assert.equal(web.blocked, 0);
    });

    it('is one for all accounts of this computer', async () => {
      await bench.pass(10_000);
      const other = await Bench.open({ clock, config: web.config });
      try {
        await bench.pass(10_000);
        const before = web.web.received.length;
        const all = Promise.all(Array.from({ length: 20 }, (_, i) => ask(i % 2 ? bench : other)));
        await bench.until('the first went', () => web.web.received.length === before + 12);
        await other.play();
        assert.equal(web.web.received.length, before + 12);
        await bench.untilInTime('all went', () => web.web.received.length === before + 20, 500);
        await all;
      } finally {
        await other.close();
      }
    });

    it('403 stops REST for 30 minutes, says so once, and touches nothing else', async () => {
      web.odd.set('/api/extension', (response) => response.writeHead(403).end());
      const error = await fails(query('members'), 'forbidden');
      assert.match(error.message, /for 30 minutes/);
      const sent = web.web.received.length;
      const next = await fails(query('queues'), 'rate-limited');
      assert.match(next.message, /nothing is sent before 2026-05-28T12:3/);
      assert.equal(next.cause.retryable, true);
      await fails(raw({ path: '/api/queue/add', query: { queue: '500' } }), 'rate-limited');
      await fails(bench.account.execute({ command: 'recording', action: 'fetch', recording: '7' }), 'rate-limited');
      assert.equal(web.web.received.length, sent);
      assert.equal(bench.topics(bench.events).length, 0);
      assert.equal(bench.events.filter(({ type }) => type === 'account.warning').length, 1);
      assert.equal(bench.account.status.state, 'connected');
      await bench.pass(30 * 60_000, 20_000);
      await query('queues');
    });

    it('what runs by itself does not ask again for what was refused', async () => {
      web.odd.set('/api/call/statistics', (response) => response.writeHead(403).end());
      const comeBack = async () => {
        const { reconnects } = bench.account.status.counters;
        bench.pbx.cut();
        await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
        clock.advance(1_500);
        await bench.until('back', () => bench.account.status.counters.reconnects > reconnects);
        await bench.play();
      };
      await comeBack();
      await bench.until('refused', () => bench.events.some(({ type }) => type === 'account.warning'));
      assert.equal(web.count('/api/call/statistics'), 2);
      await bench.pass(31 * 60_000, 20_000);
      await comeBack();
      await query('queues');
      assert.equal(web.count('/api/call/statistics'), 2);
    });

    it('a 403 that is plainly about rights stops nothing', async () => {
      web.odd.set('/api/extension', (response) => response.writeHead(403).end('{"message":"Nemáte oprávnenie"}'));
      await fails(query('members'), 'forbidden');
      await query('queues');
    });
  });

  it('wrong credentials are told as that, without them', async () => {
    web.odd.set('/api/extension', (response) => response.writeHead(401).end('Žltý kôň is wrong'));
    const error = await fails(query('members'), 'unauthorized');
    assert.doesNotMatch(error.message, /Žltý/);
  });

  it('a server that hangs is given up after 8 s', async () => {
    web.odd.set('/api/extension', () => undefined);
    const outcome = query('members');
    await bench.until('asked', () => web.count('/api/extension') === 2);
    clock.advance(8_000);
    await fails(outcome, 'timeout');
  });

  it('without a REST address it says what to fill in', async () => {
    const bare = await Bench.open();
    try {
      const error = await fails(bare.account.execute({ command: 'query', query: 'members' }), 'not-supported');
      assert.match(error.message, /REST address/);
      await fails(bare.account.execute({ command: 'recording', action: 'fetch', recording: '7' }), 'not-supported');
      await fails(bare.account.execute({ command: 'query', query: 'balance' }), 'not-supported');
      await fails(bare.account.execute({ command: 'sms', to: '0900000001', text: 'x' }), 'not-supported');
    } finally {
      await bare.close();
    }
  });
});
