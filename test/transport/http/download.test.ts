import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../../lib/clock';
import { fileNameOf, HttpClient, safeFileName } from '../../../lib/transport/http';
import { fails } from './fails';
import { closeServers, webServer } from './servers';
import type { WebServer } from './servers';

describe('HTTP downloads', () => {
  let folder: string;
  let clock: VirtualClock;
  let client: HttpClient;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pbx-download-'));
    clock = new VirtualClock();
    client = new HttpClient({ account: 'Office', clock });
  });

  afterEach(async () => {
    await client.close();
    await closeServers();
    rmSync(folder, { recursive: true, force: true });
  });

  it('hands the bytes over when no folder is given', async () => {
    const web = await audio(25_000, { 'content-disposition': 'attachment; filename="call 1.mp3"' });
    const file = await client.download({ url: web.url });
    assert.deepEqual(
      { ...file, data: file.data?.length },
      { name: 'call 1.mp3', contentType: 'audio/mpeg', bytes: 25_000, path: null, data: 25_000 },
    );
    assert.ok(file.data?.every((byte) => byte === 7));
  });

  it('writes into a folder, which it makes, and leaves nothing else there', async () => {
    const web = await audio(25_000);
    const into = join(folder, 'a', 'b');
    const file = await client.download({ url: web.url }, { folder: into, name: 'x.mp3' });
    assert.equal(file.path, join(into, 'x.mp3'));
    assert.equal(file.data, null);
    assert.equal(readFileSync(join(into, 'x.mp3')).length, 25_000);
    assert.deepEqual(readdirSync(into), ['x.mp3']);
    assert.equal(clock.pending, 0);
  });

  it('replaces the same file', async () => {
    writeFileSync(join(folder, 'x.mp3'), 'old');
    const web = await audio(10);
    await client.download({ url: web.url }, { folder, name: 'x.mp3' });
    assert.equal(readFileSync(join(folder, 'x.mp3')).length, 10);
  });

  it('never writes outside the folder, whatever the server calls the file', async () => {
    const web = await audio(10, { 'content-disposition': 'attachment; filename="../../../etc/cron.d/evil"' });
    const into = join(folder, 'in');
    const file = await client.download({ url: web.url }, { folder: into });
    assert.equal(file.path, join(into, 'etc_cron.d_evil'));
    assert.deepEqual(readdirSync(folder), ['in']);
  });

  it('leaves no half file when the connection breaks', async () => {
    const web = await webServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': 1_000 });
      response.write(Buffer.alloc(500));
      setImmediate(() => response.socket?.destroy());
    });
    await fails(client.download({ url: web.url }, { folder, name: 'x.mp3' }), 'unavailable');
    assert.deepEqual(readdirSync(folder), []);
  });

  it('gives up a server that stops in the middle', async () => {
    const web = await webServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      response.write(Buffer.alloc(500));
    });
    const pump = setInterval(() => clock.advance(1_000), 1);
    try {
      const error = await fails(client.download({ url: web.url }, { folder, what: 'the recording' }), 'timeout');
      assert.match(error.message, /stopped sending the recording/);
    } finally {
      clearInterval(pump);
    }
    assert.deepEqual(readdirSync(folder), []);
  });

  it('refuses a file that is too long', async () => {
    const web = await audio(50_000);
    await fails(client.download({ url: web.url, maxBytes: 20_000 }, { folder }), 'protocol');
    assert.deepEqual(readdirSync(folder), []);
  });

  it('knows an error page from a recording', async () => {
    const web = await webServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>Log in'),
    );
    const error = await fails(client.download({ url: web.url }, { folder, what: 'the recording' }), 'not-found');
    assert.match(error.message, /a page instead of the recording/);
    assert.equal(existsSync(join(folder, 'download')), false);
  });

  it('tells an error status', async () => {
    const web = await webServer((_request, response) => response.writeHead(404).end('no such record'));
    const error = await fails(client.download({ url: web.url }, { what: 'the recording' }), 'not-found');
    assert.match(error.message, /no such record/);
  });

  it('refuses an empty file', async () => {
    const web = await audio(0);
    await fails(client.download({ url: web.url }, { folder }), 'not-found');
    assert.deepEqual(readdirSync(folder), []);
  });

  it('says when the folder cannot be written, and frees the connection', async () => {
    writeFileSync(join(folder, 'file'), '');
    const web = await audio(500_000);
    const error = await fails(client.download({ url: web.url }, { folder: join(folder, 'file') }), 'invalid-argument');
    assert.match(error.message, /cannot be written/);
    const again = await client.download({ url: web.url });
    assert.equal(again.bytes, 500_000);
  });

  describe('file names', () => {
    for (const [wish, name] of [
      [
        'q-500-00421900000001-20260528-110653-1700000000.4.mp3',
        'q-500-00421900000001-20260528-110653-1700000000.4.mp3',
      ],
      ['hovor č. 5 – Žilina.wav', 'hovor č. 5 – Žilina.wav'],
      ['../../a.mp3', 'a.mp3'],
      ['C:\\Windows\\a.mp3', 'C_Windows_a.mp3'],
      ['.bashrc', 'bashrc'],
      ['a\u0000b\nc.mp3', 'a_b_c.mp3'],
      ['gpj\u202e3pm.exe', 'gpj_3pm.exe'],
      ['CON.mp3', '_CON.mp3'],
      ['nul', '_nul'],
      ['trailing. . ', 'trailing'],
      ['...', 'fallback'],
      ['', 'fallback'],
    ] as const)
      it(`${JSON.stringify(wish)} becomes ${name}`, () => assert.equal(safeFileName(wish, 'fallback'), name));

    it('too long ones keep their ending', () => {
      const name = safeFileName(`${'ž'.repeat(300)}.mp3`, 'x');
      assert.ok(Buffer.byteLength(name) <= 180);
      assert.match(name, /ž\.mp3$/);
    });

    it('are read from the header', () => {
      assert.equal(fileNameOf('attachment; filename="a \\"b\\".mp3"'), 'a "b".mp3');
      assert.equal(fileNameOf('attachment; filename=a.mp3; size=3'), 'a.mp3');
      assert.equal(fileNameOf("attachment; filename=x; filename*=UTF-8''%C5%BE.mp3"), 'ž.mp3');
      assert.equal(fileNameOf("attachment; filename=x.mp3; filename*=UTF-8''%ZZ.mp3"), 'x.mp3');
      assert.equal(fileNameOf('inline'), undefined);
      assert.equal(fileNameOf(undefined), undefined);
    });
  });
});

function audio(bytes: number, headers: Record<string, string> = {}): Promise<WebServer> {
  return webServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'audio/mpeg', ...headers });
    for (let left = bytes; left > 0; left -= 10_000) response.write(Buffer.alloc(Math.min(left, 10_000), 7));
    response.end();
  });
}
