import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VirtualClock } from '../../../lib';
import type { QueryName } from '../../../lib/model';
import { closeServers } from '../../transport/http/servers';
import { fails } from '../../transport/http/fails';
import { Bench } from './bench';
import type { FakeWeb } from './fake-web';
import { openRest, RECORD } from './rest-bench';

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
    ({ clock, web, bench } = await openRest());
  });

  afterEach(async () => {
    await bench.close();
    await closeServers();
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
