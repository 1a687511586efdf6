import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { VirtualClock } from '../../../lib/clock';
import { PbxError } from '../../../lib/model';
import { Link } from '../../../lib/transport/link';
import { WebSocketSession } from '../../../lib/transport/websocket';
import type { WebSocketOptions } from '../../../lib/transport/websocket';
import { CERTIFICATE } from '../http/certificate';
import { fails } from '../http/fails';
import { closeServers, freePort, proxyServer, tcpServer, webServer } from '../http/servers';

describe('WebSocket session', () => {
  const sessions: WebSocketSession[] = [];

  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((each) => each.close()));
    await closeServers();
  });

  async function connect(options: Partial<WebSocketOptions> & { url: string }): Promise<WebSocketSession> {
    const session = await WebSocketSession.connect({ account: 'Office', onMessage: () => undefined, ...options });
    sessions.push(session);
    return session;
  }

  it('hands over every message from the first on, texts and bytes, in order', async () => {
    const server = await peer((socket) => {
      socket.send('greeting');
      socket.send(Buffer.from([1, 2, 3]));
      socket.send('žluťoučký');
    });
    const got: (string | Buffer)[] = [];
    await connect({ url: server.url, onMessage: (message) => got.push(message) });
    await until(() => got.length === 3);
    assert.deepEqual(got, ['greeting', Buffer.from([1, 2, 3]), 'žluťoučký']);
  });

  it('sends texts and bytes, with the headers and protocols asked for, uncompressed', async () => {
    const server = await peer();
    const accepted = server.next();
    const session = await connect({ url: `${server.url}/path?x=1`, headers: { 'x-token': 't' }, protocols: ['pbx'] });
    const socket = await accepted;
    const got: unknown[] = [];
    socket.on('message', (data: Buffer, isBinary: boolean) => got.push(isBinary ? data : data.toString()));
    session.send('text');
    session.send(Buffer.from([9]));
    await until(() => got.length === 2);
    assert.deepEqual(got, ['text', Buffer.from([9])]);
    assert.equal(socket.protocol, 'pbx');
    assert.equal(socket.extensions, '');
  });

  it('loses nothing of a flood that ends with the connection', async () => {
    const count = 30_000;
    const server = await peer((socket) => {
      for (let i = 0; i < count; i++) socket.send(`message ${i}`);
      (socket as unknown as { _socket: Socket })._socket.end();
    });
    let next = 0;
    let turns = 0;
    const tick = setInterval(() => turns++, 1);
    const session = await connect({
      url: server.url,
      onMessage: (message) => {
        assert.equal(message, `message ${next}`);
        next++;
      },
    });
    const reason = await session.closed;
    clearInterval(tick);
    assert.equal(next, count);
    assert.equal(reason?.code, 'unavailable');
    assert.match(reason.message, /was cut/);
    assert.ok(turns > 1, 'others get their turn meanwhile');
  });

  it('a message that the consumer chokes on does not end the connection', async () => {
    const server = await peer((socket) => {
      socket.send('bad');
      socket.send('good');
    });
    const faults: unknown[] = [];
    const got: unknown[] = [];
    const session = await connect({
      url: server.url,
      onFault: (error) => faults.push(error),
      onMessage: (message) => {
        if (message === 'bad') throw new Error('oops');
        got.push(message);
      },
    });
    await until(() => got.length === 1);
    assert.equal(faults.length, 1);
    assert.ok(session.open);
  });

  describe('closing', () => {
    it('says goodbye, and the reason is null', async () => {
      const server = await peer();
      const accepted = server.next();
      const session = await connect({ url: server.url });
      const socket = await accepted;
      const closed = once(socket, 'close');
      await Promise.all([session.close(), session.close()]);
      assert.equal(await session.closed, null);
      assert.equal((await closed)[0], 1000);
      assert.equal(session.open, false);
    });

    it('takes less than half a second with a server that does not answer', async () => {
      const server = await peer((socket) => socket.pause());
      const session = await connect({ url: server.url });
      const begun = performance.now();
      await session.close();
      assert.ok(performance.now() - begun < 500);
      assert.equal(await session.closed, null);
    });

    it('by the server is told with its code and words', async () => {
      const server = await peer((socket) => socket.close(4001, 'shift\nover'));
      const session = await connect({ url: server.url });
      const reason = await session.closed;
      assert.match(reason?.message ?? '', /closed by the server \(4001: shift over\)/);
      assert.equal(reason?.cause.vendor?.code, '4001');
    });

    it('as a failure keeps the reason', async () => {
      const server = await peer();
      const session = await connect({ url: server.url });
      session.fail(new PbxError('unauthorized', '"Office": no'));
      assert.equal((await session.closed)?.code, 'unauthorized');
      await session.close();
    });

    it('is final: nothing can be sent afterwards', async () => {
      const server = await peer();
      const session = await connect({ url: server.url });
      await session.close();
      assert.throws(
        () => session.send('x'),
        (error) => error instanceof PbxError && error.code === 'not-connected',
      );
    });
  });

  describe('bounds', () => {
    it('a message that is too long ends the connection', async () => {
      const server = await peer((socket) => socket.send('x'.repeat(2_000)));
      const session = await connect({ url: server.url, maxMessageBytes: 1_000 });
      const reason = await session.closed;
      assert.equal(reason?.code, 'protocol');
      assert.match(reason.message, /too long/);
    });

    it('refuses to pile up what the server does not take', async () => {
      const server = await peer((socket) => socket.pause());
      const session = await connect({ url: server.url, maxUnsentBytes: 100_000 });
      const block = Buffer.alloc(500_000);
      assert.throws(
        () => {
          for (let i = 0; i < 200; i++) session.send(block);
        },
        (error) => error instanceof PbxError && error.code === 'unavailable' && /not sent/.test(error.message),
      );
    });

    it('a broken frame ends the connection', async () => {
      const server = await peer((socket) =>
        (socket as unknown as { _socket: Socket })._socket.write(Buffer.alloc(40, 0xff)),
      );
      const session = await connect({ url: server.url });
      assert.equal((await session.closed)?.code, 'protocol');
    });
  });

  describe('heartbeat', () => {
    it('finds a dead link within 30 seconds', async () => {
      const clock = new VirtualClock();
      const server = await peer(undefined, { autoPong: false });
      const session = await connect({ url: server.url, clock });
      clock.advance(24_000);
      assert.ok(session.open);
      clock.advance(5_000);
      const reason = await session.closed;
      assert.equal(reason?.code, 'unavailable');
      assert.match(reason.message, /silent for 25 s/);
      assert.equal(session.silent, true);
      assert.equal(session.ponged, false);
    });

    it('an answered ping keeps it', async () => {
      const clock = new VirtualClock();
      const server = await peer();
      const session = await connect({ url: server.url, clock });
      const [socket] = server.sockets;
      for (let i = 0; i < 5; i++) {
        const pinged = once(socket as WebSocket, 'ping');
        clock.advance(10_000);
        await pinged;
        await until(() => session.ponged);
        // One more turn, so that the pong of this very ping is read.
        const seen = once(socket as WebSocket, 'pong');
        (socket as WebSocket).ping();
        await seen;
      }
      assert.ok(session.open);
    });

    it('can be left out', async () => {
      const clock = new VirtualClock();
      const server = await peer(undefined, { autoPong: false });
      let pings = 0;
      const accepted = server.next();
      const session = await connect({ url: server.url, clock, heartbeat: null });
      (await accepted).on('ping', () => pings++);
      clock.advance(3_600_000);
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(session.open);
      assert.equal(pings, 0);
      assert.equal(clock.pending, 0);
    });
  });

  describe('connecting', () => {
    it('gives up a server that accepts and says nothing', async () => {
      const clock = new VirtualClock();
      const port = await tcpServer((socket) => socket.once('data', () => clock.advance(10_000)));
      const error = await fails(connect({ url: `ws://127.0.0.1:${port}/`, clock }), 'timeout');
      assert.match(error.message, /within 10 s/);
      assert.equal(clock.pending, 0);
    });

    it('stops when told', async () => {
      const control = new AbortController();
      const port = await tcpServer((socket) => socket.once('data', () => control.abort()));
      await fails(connect({ url: `ws://127.0.0.1:${port}/`, signal: control.signal }), 'not-connected');
      await fails(connect({ url: `ws://127.0.0.1:${port}/`, signal: control.signal }), 'not-connected');
    });

    it('says that nothing listens', async () => {
      const error = await fails(connect({ url: `ws://127.0.0.1:${await freePort()}/` }), 'unavailable');
      assert.match(error.message, /nothing listens/);
    });

    for (const [status, code] of [
      [401, 'unauthorized'],
      [403, 'forbidden'],
      [404, 'protocol'],
      [200, 'protocol'],
      [503, 'unavailable'],
      [302, 'protocol'],
    ] as const)
      it(`an answer ${status} to the upgrade is ${code}`, async () => {
        const web = await webServer((_request, response) => response.end());
        web.server.on('upgrade', (_request, socket) =>
          socket.end(`HTTP/1.1 ${status} x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n`),
        );
        const error = await fails(connect({ url: `${web.url.replace('http', 'ws')}/?key=hush` }), code);
        assert.doesNotMatch(error.message, /hush/);
      });

    it('says that it is no WebSocket server', async () => {
      const web = await webServer((_request, response) => response.end('<html>'));
      await fails(connect({ url: web.url.replace('http', 'ws') }), 'protocol');
      const port = await tcpServer((socket) => socket.once('data', () => socket.end('220 smtp\r\n')));
      await fails(connect({ url: `ws://127.0.0.1:${port}/` }), 'protocol');
    });

    it('refuses an address that is none', async () => {
      await fails(connect({ url: 'pbxwssv1.viptel.sk:8088' }), 'invalid-argument');
      await fails(connect({ url: 'https://pbx.example.sk/' }), 'invalid-argument');
    });

    it('speaks TLS by the options of the account', async () => {
      const server = await peer((socket) => socket.send('safe'), { tls: true });
      const error = await fails(connect({ url: server.url }), 'protocol');
      assert.match(error.message, /certificate/);
      const got: unknown[] = [];
      await connect({ url: server.url, tls: { ca: CERTIFICATE }, onMessage: (message) => got.push(message) });
      await until(() => got.length === 1);
    });

    for (const tls of [false, true])
      it(`goes through the proxy of the account${tls ? ', TLS inside' : ''}`, async () => {
        const server = await peer((socket) => socket.send('far'), { tls });
        const proxy = await proxyServer((authorization) => (authorization ? 200 : 407));
        const options = { url: server.url, tls: { ca: CERTIFICATE } };
        const got: unknown[] = [];
        await connect({
          ...options,
          proxy: proxy.url.replace('//', '//me:hush@'),
          onMessage: (message) => got.push(message),
        });
        await until(() => got.length === 1);
        assert.equal(proxy.asked[0]?.to, `127.0.0.1:${server.port}`);
        const error = await fails(connect({ ...options, proxy: proxy.url }), 'unavailable');
        assert.match(error.message, /proxy wants a user name/);
      });

    it('says that the proxy cannot be reached', async () => {
      const proxy = `http://me:hush@127.0.0.1:${await freePort()}`;
      const error = await fails(connect({ url: 'wss://pbx.example.sk/', proxy }), 'unavailable');
      assert.match(error.message, /HTTP proxy/);
      assert.doesNotMatch(error.message, /hush/);
    });
  });

  it('serves a Link: lost, waited, connected again, never two', async () => {
    const clock = new VirtualClock();
    const server = await peer();
    const states: string[] = [];
    const link = new Link<WebSocketSession>({
      clock,
      random: () => 1,
      log: { error() {}, warn() {}, info() {}, debug() {} },
      connect: (signal) =>
        WebSocketSession.connect({ url: server.url, account: 'Office', clock, signal, onMessage: () => undefined }),
      ready: () => undefined,
      state: (state) => states.push(state),
    });
    link.open();
    await until(() => states.at(-1) === 'connected');
    server.sockets[0]?.terminate();
    await until(() => states.at(-1) === 'reconnecting');
    clock.advance(1_000);
    await until(() => states.at(-1) === 'connected');
    assert.deepEqual(states, ['connecting', 'connected', 'reconnecting', 'connected']);
    await link.close();
    await until(() => server.sockets.every((socket) => socket.readyState === socket.CLOSED));
    assert.equal(server.sockets.length, 2);
    assert.equal(clock.pending, 0);
  });
});

interface Peer {
  url: string;
  port: number;
  sockets: WebSocket[];
  /** Resolves with the next connection. */
  next(): Promise<WebSocket>;
}

async function peer(onConnection: (socket: WebSocket) => void = () => undefined, options = {}): Promise<Peer> {
  const { tls = false, ...rest } = options as { tls?: boolean };
  const web = await webServer((_request, response) => response.writeHead(426).end(), { tls });
  const sockets: WebSocket[] = [];
  const server = new WebSocketServer({ server: web.server, ...rest });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  return {
    url: web.url.replace('http', 'ws'),
    port: web.port,
    sockets,
    next: async () => ((await once(server, 'connection')) as [WebSocket])[0],
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
