/** Recordings (specification 4.7, 7): from their start to the file, the storage's one-shot address, and signed links. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import type { RecordingEvent } from '../../../lib/index';
import type { Office } from './office';
import { openOffice, rejects } from './office';

const AUDIO = Buffer.from('ID3 the words of a customer');
const ID = 'UkVDMDAwMDE=';

describe('MANGO recordings', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const now = () => Math.floor(office.clock.now() / 1000);
  const recording = (recording_state: string, more: object = {}) =>
    office.pbx.post('/events/recording', {
      recording_id: ID,
      recording_state,
      entry_id: 'E1',
      call_id: 'L1',
      extension: '101',
      timestamp: now(),
      ...more,
    });
  const completed = (more: object = {}) =>
    recording('Completed', { seq: 2, completion_code: 1000, recipient: 'Cloud', ...more });
  const added = () =>
    office.pbx.post('/events/record/added', {
      recording_id: ID,
      entry_id: 'E1',
      product_id: 1,
      user_id: -1,
      timestamp: now(),
    });
  const story = () =>
    office
      .of<RecordingEvent>('recording.start', 'recording.available', 'recording.failed')
      .map(({ type }) => type.slice(10));
  const fetch = (more: object = {}) =>
    office.account.execute({ command: 'recording', action: 'fetch', recording: ID, ...more });
  const link = (more: object = {}) =>
    office.account.execute({ command: 'recording', action: 'link', recording: ID, ...more });

  it('start, and are available when the file is in the storage', async () => {
    await office.pbx
      .call('E1')
      .leg('L1', { from: { number: '7' }, to: { extension: '101' } })
      .appeared();
    await recording('Started', { seq: 1 });
    await recording('Continued', { seq: 2, call_id: 'L2' });
    await completed({ seq: 3 });
    assert.deepEqual(story(), ['start'], 'a file that is not there cannot be fetched');
    await added();
    await added();
    assert.deepEqual(story(), ['start', 'available']);
    const event = office.of<RecordingEvent>('recording.available')[0];
    assert.equal(event?.recording.id, ID);
    assert.equal(event?.recording.ready, true);
    assert.equal(event?.recording.call, 'E1');
    assert.equal(event?.call?.from.number, '7');
    assert.equal(office.clock.pending, 0);
  });

  it('are told once, whatever is repeated or late', async () => {
    await added();
    await completed();
    await completed();
    await recording('Started', { seq: 1 });
    assert.deepEqual(story(), ['available']);
  });

  it('fail when they are not kept', async () => {
    await recording('Started', { seq: 1 });
    await completed({ completion_code: '4002', recipient: undefined });
    assert.deepEqual(story(), ['start', 'failed']);
    const reason = office.of<RecordingEvent>('recording.failed')[0]?.reason;
    assert.deepEqual(reason, { code: '4002', text: 'recording too short to be kept' });
  });

  it('sent by e-mail only can never be fetched', async () => {
    await completed({ recipient: 'Mail' });
    assert.deepEqual(story(), ['start', 'failed']);
  });

  /** So many questions have been answered, and the answers read. */
  const answers = (count: number): Promise<void> =>
    office.until(
      `answer ${count}`,
      () => office.log.filter((line) => line.includes('recording/post: ')).length === count,
    );

  describe('of a PBX that does not tell when a file is there', () => {
    it('are asked for on a ladder of waits, until the file is there', async () => {
      await completed();
      office.clock.advance(60_000);
      await answers(1);
      office.pbx.files.set(ID, AUDIO);
      // The wrong question of before is forgotten by the vendor after two minutes, so the rung in between is left out.
      office.clock.advance(60_000);
      await office.clock.run(0);
      office.clock.advance(180_000);
      await office.until('available', () => story().includes('available'));
      assert.equal(office.pbx.paths.length, 2);
      assert.equal(office.of<RecordingEvent>('recording.available')[0]?.inferred, true);
      assert.equal(office.pbx.storageRequests.length, 0, 'an address that works once is not spent on looking');
    });

    it('never cost it its API: two wrong questions are never within two minutes', async () => {
      for (const id of ['R1', 'R2', 'R3']) await completed({ recording_id: id });
      for (let minute = 0; minute < 31; minute++) {
        office.clock.advance(60_000);
        // However far a question gets meanwhile.
        await new Promise(setImmediate);
      }
      const times = office.pbx.requests.map(({ at }) => at);
      assert.ok(times.length > 2);
      for (const [index, time] of times.slice(1).entries()) assert.ok(time - (times[index] ?? 0) >= 120_000);
      await office.account.execute({ command: 'query', query: 'balance' });
    });

    it('nor is the next question asked within two minutes of one that got no answer', async () => {
      office.pbx.next('queries/recording/post', { status: 200, instead: 'hang' });
      await completed();
      office.clock.advance(60_000);
      await office.until('the first question', () => office.pbx.paths.length === 1);
      await office.clock.run(60_000);
      await office.clock.run(60_000);
      assert.equal(office.pbx.paths.length, 1, 'it may have been wrong');
      office.clock.advance(120_000);
      await office.until('the second question', () => office.pbx.paths.length === 2);
    });

    it('are not asked for when nobody wants to know', async () => {
      const quiet = await openOffice({}, { topics: ['recording.start'] });
      await quiet.pbx.post('/events/recording', {
        recording_id: ID,
        recording_state: 'Completed',
        completion_code: 1000,
      });
      await quiet.clock.run(3_600_000);
      assert.deepEqual(quiet.pbx.paths, []);
      assert.equal(quiet.clock.pending, 0);
      await quiet.close();
    });
  });

  describe('of a PBX that tells when a file is there', () => {
    beforeEach(async () => {
      await office.pbx.post('/events/record/added', { recording_id: 'R0', entry_id: 'E0', timestamp: now() });
      office.events.length = 0;
    });

    it('are asked for in the end, since the notice may be lost', async () => {
      office.pbx.files.set(ID, AUDIO);
      await completed();
      await office.clock.run(599_000);
      assert.deepEqual(office.pbx.paths, [], 'the notice may still come');
      await office.clock.run(1_000);
      await office.until('available', () => story().includes('available'));
      assert.equal(office.pbx.paths.length, 1);
      assert.equal(office.clock.pending, 0);
    });

    it('fail only when the PBX says that there is no file', async () => {
      const at = office.clock.now();
      await completed();
      await office.clock.run(600_000);
      await answers(1);
      await office.clock.run(1_200_000);
      await answers(2);
      await office.until('the end', () => story().includes('failed'));
      assert.ok(office.clock.now() - at >= 1_800_000);
    });
  });

  describe('fetched', () => {
    it('come as bytes, by one request for the address and one for the file', async () => {
      office.pbx.files.set(ID, AUDIO);
      const { payload } = await fetch();
      const result = payload.result as { data: Buffer; format: string; bytes: number };
      assert.deepEqual(result.data, AUDIO);
      assert.equal(result.format, 'mp3');
      assert.deepEqual(office.pbx.last('queries/recording/post'), { recording_id: ID, action: 'download' });
      assert.equal(office.pbx.storageRequests.length, 1);
      assert.doesNotMatch(JSON.stringify(office.pbx.storageRequests), /testkey|sign/, 'the storage learns no key');
    });

    it('into a folder get a safe name made of their id, whatever the server calls them', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mango-'));
      try {
        const odd = 'a/../b+c==';
        office.pbx.files.set(odd, AUDIO);
        const { payload } = await fetch({ recording: odd, folder: join(folder, 'new') });
        const { file } = payload.result as { file: string };
        const names = await readdir(join(folder, 'new'));
        assert.equal(names.length, 1);
        assert.match(names[0] ?? '', /^[\w.+=-]+\.mp3$/);
        assert.equal(file, join(folder, 'new', names[0] ?? ''));
        assert.deepEqual(await readFile(file), AUDIO);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('before they are there are not found, and that counts as a wrong request', async () => {
      await rejects(fetch(), 'not-found', /3320/);
      assert.equal(office.pbx.paths.length, 1, 'not tried again');
    });

    it('are not looked for where a redirect leads away from the vendor', async () => {
      for (const redirect of [
        'http://evil.example/x',
        'https://mango-office.ru.evil.example/x',
        'file:///etc/passwd',
        'http://files.mango-office.ru/x',
      ]) {
        office.pbx.redirect = redirect;
        await rejects(fetch(), 'protocol', /not its own/);
      }
      assert.equal(office.pbx.storageRequests.length, 0);
    });

    it('that turn out to be an error page are no recording', async () => {
      office.pbx.redirect = `${office.pbx.origin}/vpbx/nothing`;
      await rejects(fetch(), 'not-found');
    });
  });

  describe('as links', () => {
    it('open for strangers until they expire, a day from now', async () => {
      office.pbx.files.set(ID, AUDIO);
      const { payload } = await link();
      const { url, expiresAt, loginUrl } = payload.result as { url: string; expiresAt: string; loginUrl: string };
      assert.deepEqual(office.pbx.paths, [], 'made without a request');
      assert.equal(Date.parse(expiresAt), office.clock.now() + 86_400_000);
      assert.equal((await request(url)).statusCode, 302);
      office.clock.advance(86_400_001);
      assert.equal((await request(url)).statusCode, 403);
      assert.equal(loginUrl, `${office.pbx.url}queries/recording/issa/${ID}/play`);
      assert.doesNotMatch(loginUrl, /testkey/);
    });

    const day = Date.parse('2026-01-02T00:00:00Z');
    for (const [expires, ms] of [
      ['3600', 3_600_000],
      ['2026-01-02T00:00:00Z', 86_400_000],
      [String(day), 86_400_000],
      ['MAX', 365_250 * 86_400_000],
    ] as const)
      it(`expire as told: ${expires}`, async () => {
        const { payload } = await link({ expires });
        const { expiresAt } = payload.result as { expiresAt: string };
        assert.equal(Date.parse(expiresAt) - office.clock.now(), ms);
      });

    it('can be had by a raw request as well, where dates and numbers may be told as such', async () => {
      for (const expires of [new Date(day), day, 86_400]) {
        const json = { recording_id: ID, expires, action: 'download' };
        const { payload } = await office.account.execute({
          command: 'action',
          request: { path: 'queries/recording/link', json },
        });
        const { expiresAt, url } = payload.result as { expiresAt: string; url: string };
        assert.equal(Date.parse(expiresAt), day);
        assert.match(url, /\/download\//);
      }
      assert.deepEqual(office.pbx.paths, []);
    });

    it('are refused for a moment of the past, for nonsense and for an id that is none', async () => {
      await rejects(link({ expires: '2025-12-31' }), 'invalid-argument', /past/);
      await rejects(link({ expires: 'soon' }), 'invalid-argument');
      await rejects(link({ recording: 'a?b#c' }), 'invalid-argument');
    });

    it('hold the key only in the answer to the flow that asked', async () => {
      await link();
      assert.doesNotMatch(JSON.stringify([office.events, office.states]), /testkey/);
    });
  });
});
