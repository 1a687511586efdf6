import assert from 'node:assert/strict';
import { VirtualClock } from '../../../lib/clock';
import { PbxError } from '../../../lib/model';
import { HttpClient, statusError } from '../../../lib/transport/http';
import type { HttpClientOptions } from '../../../lib/transport/http';
import { CERTIFICATE } from './certificate';
import { fails } from './fails';
import { closeServers, freePort, proxyServer, tcpServer, webServer } from './servers';

describe('HTTP client', () => {
  const clients: HttpClient[] = [];
  const client = (options: Partial<HttpClientOptions> = {}) => {
    const made = new HttpClient({ account: 'Office', ...options });
    clients.push(made);
    return made;
  };

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((each) => each.close()));
    await closeServers();
  });

  describe('requests', () => {
    it('sends query, headers and JSON, and hands the answer over whole', async () => {
      const web = await webServer((_request, response) => {
        response.writeHead(201, { 'content-type': 'application/json', 'x-uuid': 'u1' }).end('{"ok":true}');
      });
      const response = await client().request({
        url: `${web.url}/api/call?profile=a`,
        query: { date: '2026-05-28 11:06:53', limit: 3, none: undefined },
        headers: { 'X-API-KEY': 'k1' },
        json: { to: 'Žilina' },
      });
      const [received] = web.received;
      assert.equal(received?.method, 'POST');
      assert.equal(received.path, '/api/call?profile=a&date=2026-05-28%2011%3A06%3A53&limit=3');
      assert.equal(received.headers['x-api-key'], 'k1');
      assert.equal(received.headers['content-type'], 'application/json');
      assert.equal(received.body, '{"to":"Žilina"}');
      assert.equal(response.status, 201);
      assert.equal(response.headers['x-uuid'], 'u1');
      assert.deepEqual(response.json(), { ok: true });
    });

    it('encodes a form with %20 for blanks', async () => {
      const web = await webServer((_request, response) => response.end());
      await client().request({ url: web.url, form: { body: 'a b&c=+', n: 1 } });
      assert.equal(web.received[0]?.body, 'body=a%20b%26c%3D%2B&n=1');
      assert.equal(web.received[0].headers['content-type'], 'application/x-www-form-urlencoded');
    });

    it('sends multipart form data', async () => {
      const web = await webServer((_request, response) => response.end());
      await client().request({ url: web.url, multipart: { body: 'Ahoj, мир', dest: '00421900000001' } });
      assert.match(web.received[0]?.headers['content-type'] ?? '', /^multipart\/form-data; boundary=/);
      assert.match(web.received[0]?.body ?? '', /name="body"\r\n\r\nAhoj, мир/);
    });

    it('hands over error statuses for the provider to judge, and has words for them', async () => {
      const web = await webServer((_request, response) =>
        response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Denied</h1><script>x</script>key s3cretkey'),
      );
      const response = await client().request({ url: web.url });
      assert.equal(response.ok, false);
      const error = statusError(response, {
        account: 'Office',
        host: 'h:1',
        what: 'the history',
        secrets: ['s3cretkey'],
      });
      assert.equal(error.code, 'forbidden');
      assert.equal(
        error.message,
        '"Office": h:1 answered 403 to the history: this is not allowed. It says: Denied key ***',
      );
      assert.deepEqual(error.cause.vendor, { code: '403', message: 'Denied key ***' });
    });

    it('masks a secret also where the words of the server are cut', async () => {
      const web = await webServer((_request, response) =>
        response.writeHead(400).end(`${'x'.repeat(185)} s3cretkeys3cretkeys3cretkey`),
      );
      const response = await client().request({ url: web.url });
      const error = statusError(response, {
        account: 'Office',
        host: 'h:1',
        what: 'the history',
        secrets: ['s3cretkeys3cretkeys3cretkey'],
      });
      assert.ok(!/s3cret/.test(error.message + error.cause.vendor?.message), error.message);
    });

    it('reads the charset that the server names', async () => {
      const web = await webServer((_request, response) =>
        response.setHeader('content-type', 'text/plain; charset=windows-1251').end(Buffer.from([0xec, 0xe8, 0xf0])),
      );
      assert.equal((await client().request({ url: web.url })).text(), 'мир');
    });

    it('says so when the answer is no JSON', async () => {
      const web = await webServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>hi'));
      const response = await client().request({ url: web.url });
      assert.throws(
        () => response.json(),
        (error) => error instanceof PbxError && error.code === 'protocol' && /text\/html/.test(error.message),
      );
    });

    it('refuses an address that is none', async () => {
      await fails(client().request({ url: 'pbxmanager.viptel.sk' }), 'invalid-argument');
      await fails(client().request({ url: 'ftp://pbx.example.sk/' }), 'invalid-argument');
    });
  });

  describe('limits', () => {
    it('gives up a server that does not answer in time', async () => {
      const clock = new VirtualClock();
      const web = await webServer(() => clock.advance(15_000));
      const error = await fails(client({ clock }).request({ url: `${web.url}/secret-path` }), 'timeout');
      assert.match(error.message, /did not answer within 15 s/);
      assert.doesNotMatch(error.message, /secret-path/);
      assert.equal(clock.pending, 0);
    });

    it('the time limit covers the body as well', async () => {
      const clock = new VirtualClock();
      const web = await webServer((_request, response) => {
        response.writeHead(200);
        response.write('{"half":');
        setImmediate(() => clock.advance(15_000));
      });
      await fails(client({ clock }).request({ url: web.url }), 'timeout');
    });

    it('refuses a body longer than allowed, announced or not', async () => {
      const web = await webServer(({ path }, response) => {
        if (path === '/announced') response.setHeader('content-length', 2_000);
        for (let i = 0; i < 20; i++) response.write('x'.repeat(100));
        response.end();
      });
      for (const path of ['/announced', '/silent']) {
        const error = await fails(client().request({ url: web.url + path, maxBytes: 1_000 }), 'protocol');
        assert.match(error.message, /longer than 1000 bytes/);
      }
    });

    it('stops when the caller gives up, and when the client is closed', async () => {
      const web = await webServer(() => undefined);
      const control = new AbortController();
      const given = client();
      const first = given.request({ url: web.url, signal: control.signal });
      control.abort();
      await fails(first, 'not-connected');
      const second = given.request({ url: web.url });
      await given.close();
      await fails(second, 'not-connected');
      await fails(given.request({ url: web.url }), 'not-connected');
    });
  });

  describe('what may have been done', () => {
    it('a POST whose answer is lost is uncertain', async () => {
      const web = await webServer((_request, response) => response.socket?.destroy());
      const error = await fails(client().request({ url: web.url, method: 'POST', retries: 5 }), 'uncertain');
      assert.match(error.message, /may have been carried out/);
      assert.equal(error.cause.retryable, false);
      assert.equal(web.received.length, 1, 'sent once');
    });

    it('a POST that times out is uncertain', async () => {
      const clock = new VirtualClock();
      const web = await webServer(() => clock.advance(15_000));
      await fails(client({ clock }).request({ url: web.url, form: { a: 1 } }), 'uncertain');
    });

    it('a POST that never left is not', async () => {
      const port = await freePort();
      const error = await fails(client().request({ url: `http://127.0.0.1:${port}/`, method: 'POST' }), 'unavailable');
      assert.equal(error.cause.retryable, true);
      assert.equal(error.cause.vendor?.code, 'ECONNREFUSED');
    });

    it('a GET that changes something is uncertain as well and never repeated', async () => {
      const web = await webServer((_request, response) => response.socket?.destroy());
      await fails(client().request({ url: web.url, effect: true, retries: 5 }), 'uncertain');
      assert.equal(web.received.length, 1);
    });

    it('a GET is tried again when asked, after a growing wait', async () => {
      const clock = new VirtualClock();
      let count = 0;
      const web = await webServer((_request, response) => {
        count++;
        if (count === 1) response.socket?.destroy();
        else if (count === 2) response.writeHead(503).end();
        else response.end('at last');
      });
      const answer = client({ clock }).request({ url: web.url, retries: 2 });
      const pump = setInterval(() => clock.advance(100), 1);
      try {
        assert.equal((await answer).text(), 'at last');
      } finally {
        clearInterval(pump);
      }
      assert.equal(count, 3);
    });

    it('a GET is not tried again unless asked', async () => {
      const web = await webServer((_request, response) => response.socket?.destroy());
      await fails(client().request({ url: web.url }), 'unavailable');
      assert.equal(web.received.length, 1);
    });
  });

  describe('redirects', () => {
    it('are not followed unless asked, so that a provider sees the link', async () => {
      const web = await webServer((_request, response) => response.writeHead(302, { location: '/file' }).end());
      const response = await client().request({ url: web.url });
      assert.equal(response.status, 302);
      assert.equal(response.headers['location'], '/file');
      const error = statusError(response, { account: 'Office', host: 'h:80', what: 'the list' });
      assert.equal(error.code, 'protocol');
    });

    it('leave credentials behind when the host changes', async () => {
      const files = await webServer((_request, response) => response.end('audio'));
      const web = await webServer(({ path }, response) =>
        response.writeHead(302, { location: path === '/a' ? '/b' : `${files.url}/c` }).end(),
      );
      const response = await client().request({
        url: `${web.url}/a`,
        headers: { authorization: 'Basic eDp5', 'x-api-key': 'k' },
        redirects: 3,
      });
      assert.equal(response.text(), 'audio');
      assert.equal(web.received[1]?.headers.authorization, 'Basic eDp5');
      assert.equal(files.received[0]?.headers.authorization, undefined);
      assert.equal(files.received[0]?.headers['x-api-key'], undefined);
      assert.equal(response.url.href, `${files.url}/c`);
    });

    it('end after as many as allowed', async () => {
      const web = await webServer((_request, response) => response.writeHead(302, { location: '/again' }).end());
      const response = await client().request({ url: web.url, redirects: 2 });
      assert.equal(response.status, 302);
      assert.equal(web.received.length, 3);
    });

    it('never lead out of TLS', async () => {
      const web = await webServer(
        (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
        {
          tls: true,
        },
      );
      await fails(client({ tls: { ca: CERTIFICATE } }).request({ url: web.url, redirects: 1 }), 'protocol');
    });
  });

  describe('the way there', () => {
    it('verifies certificates by the TLS options of the account', async () => {
      const web = await webServer((_request, response) => response.end('safe'), { tls: true });
      const error = await fails(client().request({ url: web.url }), 'protocol');
      assert.match(error.message, /certificate/);
      assert.equal((await client({ tls: { ca: CERTIFICATE } }).request({ url: web.url })).text(), 'safe');
      assert.equal((await client({ tls: { rejectUnauthorized: false } }).request({ url: web.url })).text(), 'safe');
    });

    it('says when a port speaks no TLS', async () => {
      const web = await webServer((_request, response) => response.end());
      const error = await fails(client().request({ url: web.url.replace('http:', 'https:') }), 'protocol');
      assert.match(error.message, /does not speak TLS/);
    });

    it('goes through the proxy of the account, with its credentials', async () => {
      const web = await webServer((_request, response) => response.end('far'), { tls: true });
      const proxy = await proxyServer();
      const url = proxy.url.replace('//', '//me:p%40ss@');
      const response = await client({ proxy: url, tls: { ca: CERTIFICATE } }).request({ url: web.url });
      assert.equal(response.text(), 'far');
      assert.deepEqual(proxy.asked, [
        { to: `127.0.0.1:${web.port}`, authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
      ]);
    });

    it('says that it was the proxy that refused, and the request is surely not sent', async () => {
      const web = await webServer((_request, response) => response.end(), { tls: true });
      const proxy = await proxyServer(() => 407);
      const error = await fails(
        client({ proxy: proxy.url.replace('//', '//me:hush@'), tls: { ca: CERTIFICATE } }).request({
          url: web.url,
          method: 'POST',
        }),
        'unavailable',
      );
      assert.match(error.message, /proxy wants a user name/);
      assert.doesNotMatch(JSON.stringify([error.message, error.cause]), /hush/);
    });

    it('survives a server that is no web server', async () => {
      const port = await tcpServer((socket) => socket.end('220 smtp ready\r\n'));
      await fails(client().request({ url: `http://127.0.0.1:${port}/` }), 'protocol');
    });
  });
});
