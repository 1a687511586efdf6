import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordingEvent } from '../../../lib/index';
import { openOffice, rejects } from './office';
import type { Office } from './office';

const MUSIC = Buffer.from('ID3 not really music');

describe('gravitel: recordings', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice('V1');
  });
  afterEach(() => office.close());

  const recorded = async (link: string, id = 'C1'): Promise<void> => {
    const call = office.pbx.call(id);
    await call.incoming('ivanova');
    await call.accepted('ivanova');
    office.clock.advance(10_000);
    await call.completed('ivanova');
    await call.history('Success', { login: 'ivanova', wait: 0, talk: 10, link });
  };
  const looks = () => office.pbx.requests.filter(({ path }) => path.startsWith('/rec/'));

  it('one is told of when it is there: first look after 20 s, then each minute', async () => {
    await recorded('/rec/C1.mp3');
    await office.pass(19_000);
    assert.equal(looks().length, 0);
    await office.pass(2_000);
    assert.deepEqual([looks().length, looks()[0]?.method], [1, 'HEAD']);
    assert.equal(office.of('recording.available').length, 0);
    office.pbx.files.set('/rec/C1.mp3', MUSIC);
    await office.pass(61_000);
    const [event] = office.of<RecordingEvent>('recording.available');
    assert.deepEqual(event?.recording, {
      id: 'C1',
      call: 'C1',
      url: `${office.pbx.origin}/rec/C1.mp3`,
      format: 'mp3',
      startedAt: '2026-03-01T09:15:00.000Z',
      seconds: 10,
      ready: true,
    });
  });

  it('one that never appears has failed', async () => {
    await recorded('/rec/C1.mp3');
    await office.pass(300_000);
    assert.equal(looks().length, 4);
    assert.equal(office.of('recording.failed').length, 1);
  });

  it('one is told of though a flow has seen it in the list before, whether its push comes or not', async () => {
    office.pbx.files.set('/rec/C1.mp3', MUSIC);
    office.pbx.files.set('/rec/C2.mp3', MUSIC);
    await office.pass(60_000);
    const pushed = office.pbx.call('C1');
    const lost = office.pbx.call('C2');
    office.clock.advance(17_000);
    lost.listed('Success', { login: 'petrov', talk: 10, link: '/rec/C2.mp3' });
    pushed.listed('Success', { login: 'ivanova', talk: 10, link: '/rec/C1.mp3' });
    const { payload } = await office.account.execute({ command: 'query', query: 'history' });
    assert.equal((payload.result as unknown[]).length, 2);
    await pushed.history('Success', { login: 'ivanova', talk: 10, link: '/rec/C1.mp3' });
    await office.pass(400_000);
    const told = office.of<RecordingEvent>('recording.available').map(({ recording: { id } }) => id);
    assert.deepEqual(told, ['C1', 'C2']);
  });

  it('each of thousands is told of: that it is there, or that too many are waited for', async () => {
    for (let id = 0; id < 5_010; id++)
      await office.pbx.push({
        cmd: 'history',
        type: 'in',
        status: 'Success',
        phone: '74950001122',
        user: 'ivanova',
        start: '20260301T091500Z',
        duration: 5,
        callid: `C${id}`,
        link: `/rec/C${id}.mp3`,
      });
    const failed = office.of<RecordingEvent>('recording.failed');
    assert.deepEqual(
      failed.map(({ recording: { id } }) => id),
      Array.from({ length: 10 }, (_, index) => `C${5_000 + index}`),
    );
    assert.match(failed[0]?.reason?.text ?? '', /too many/);
    assert.equal(office.clock.pending, 5_001);
  }).timeout(20_000);

  it('one is fetched with the key, as bytes or into a folder', async () => {
    office.pbx.files.set('/rec/C1.mp3', MUSIC);
    await recorded(`${office.pbx.origin}/rec/C1.mp3`);
    const fetch = async (more: object = {}) =>
      (await office.account.execute({ command: 'recording', action: 'fetch', recording: 'C1', ...more })).payload
        .result as Record<string, unknown>;
    assert.deepEqual((await fetch())['data'], MUSIC);
    const folder = await mkdtemp(join(tmpdir(), 'pbx-'));
    try {
      const { file, bytes } = await fetch({ folder });
      assert.equal(bytes, MUSIC.length);
      assert.deepEqual(await readFile(String(file)), MUSIC);
    } finally {
      await rm(folder, { recursive: true });
    }
    assert.equal(looks().at(-1)?.headers['x-api-key'], office.pbx.key);
  });

  it('one of an earlier call is found in the list, or by its link', async () => {
    office.pbx.call('OLD').listed('Success', { login: 'ivanova', talk: 9, link: '/rec/OLD.wav' });
    const link = async (recording: string) =>
      (await office.account.execute({ command: 'recording', action: 'link', recording })).payload.result;
    const url = `${office.pbx.origin}/rec/OLD.wav`;
    assert.deepEqual(await link('OLD'), { id: 'OLD', url, format: 'wav' });
    assert.deepEqual(await link(url), { id: url, url, format: 'wav' });
    await rejects(link('NEVER'), 'not-found', /query history/);
  });

  for (const link of [
    'http://169.254.169.254/latest',
    'http://localhost:8080/x.mp3',
    'http://[::1]/x.mp3',
    'file:///etc/passwd',
    'http://router.local/x.mp3',
    'https://user:pw@example.org/x.mp3',
  ])
    it(`a push cannot make this computer fetch ${link}`, async () => {
      await recorded(link);
      await office.pass(30_000);
      assert.deepEqual(office.of('recording.available', 'recording.failed'), []);
      await rejects(office.account.execute({ command: 'recording', action: 'fetch', recording: 'C1' }), 'not-found');
    });
});
