import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import express from 'express';
import type { NodeAPI } from 'node-red';
import { sourceFilter } from '../../nodes/pbx-account/source-filter';
import { deskOf } from '../../nodes/pbx-account/webhooks';
import { FakePbx } from './fake-provider';
import { account, flowOf, helper, initializers, load, LOGIN, sink, startServer, statusOf, stopServer } from './flows';

const events = { id: 'events', type: 'pbx-call-events', account: 'office', wires: [['out']] };

/** What a program beside Node-RED has on the same server. */
const listener = (): void => {};
const later = (): void => {};

interface Answer {
  status: number;
  body: string;
}

function withoutHttpNode(RED: NodeAPI): void {
  RED.settings = { ...RED.settings, httpNodeRoot: false } as never;
}

for (const way of ['through Express', 'taken directly'] as const)
  describe(`webhooks ${way}`, () => {
    const direct = way === 'taken directly';
    let pbx: FakePbx;
    let server: Server;
    let base: string;
    const runtime: { RED?: NodeAPI } = {};

    before(startServer);
    after(stopServer);
    beforeEach(() => {
      pbx = new FakePbx();
    });
    afterEach(async () => {
      await helper.unload();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    /** Runs the flow and serves what Node-RED serves on `httpNode`, below `root`, with or without the admin's body parser before it. */
    const run = async (
      options: { parser?: boolean; root?: string; prepare?: (RED: NodeAPI) => void } = {},
      ...nodes: Parameters<typeof flowOf>
    ): Promise<void> => {
      const flow = flowOf(...(nodes.length > 0 ? nodes : [account()]), events, sink('out'));
      const app = express();
      server = createServer(app);
      const prepare = (RED: NodeAPI): void => {
        const settings = { ...RED.settings, httpNodeRoot: options.root ?? '/', pbxDirectWebhooks: direct };
        Object.assign(RED, { server, settings });
        options.prepare?.(RED);
      };
      await load(initializers([pbx.module], runtime, prepare), flow);
      if (options.parser) app.use(express.json({ limit: '5mb' }), express.urlencoded({ extended: true, limit: '5mb' }));
      if (runtime.RED?.httpNode) app.use(options.root ?? '/', runtime.RED.httpNode);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    };
    const post = async (path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> => {
      const response = await fetch(base + path, { method: 'POST', body, headers });
      return { status: response.status, body: await response.text() };
    };

    it('reach the account whose path they name, with what stands below it', async () => {
      await run();
      pbx.reply = () => ({ status: 200, body: '{"ok":true}', contentType: 'application/json' });
      const answer = await post('/pbx/office/events/call?x=1&x=2', 'a=1', {
        'content-type': 'text/plain',
        'x-signature': 'abc',
      });
      assert.deepEqual(answer, { status: 200, body: '{"ok":true}' });
      const [request] = pbx.webhooks;
      assert.equal(request?.method, 'POST');
      assert.equal(request?.path, '/events/call');
      assert.deepEqual(request?.query, { x: '2' });
      assert.equal(request?.headers['x-signature'], 'abc');
      assert.equal(request?.body?.toString(), 'a=1');
      assert.equal(request?.remoteAddress.replace('::ffff:', ''), '127.0.0.1');
    });

    it('have the body as received when nobody read it before', async () => {
      await run();
      const body = '{ "name":  "Žltý kôň" }';
      await post('/pbx/office', body, { 'content-type': 'application/json' });
      const [request] = pbx.webhooks;
      assert.equal(request?.path, '/');
      assert.deepEqual(request?.body, Buffer.from(body));
      assert.equal(request?.parsed, undefined);
    });

    if (!direct)
      it('have what the body parser of Node-RED made of it when that was first', async () => {
        await run({ parser: true });
        await post('/pbx/office/a', '{"name":"Jana"}', { 'content-type': 'application/json' });
        await post('/pbx/office/a', 'json=%7B%7D&sign=x', { 'content-type': 'application/x-www-form-urlencoded' });
        await post('/pbx/office/a', 'as it is', { 'content-type': 'text/plain' });
        const [json, form, plain] = pbx.webhooks;
        assert.deepEqual([json?.body, json?.parsed], [null, { name: 'Jana' }]);
        assert.deepEqual([form?.body, { ...(form?.parsed as object) }], [null, { json: '{}', sign: 'x' }]);
        assert.equal(plain?.body?.toString(), 'as it is', 'a parser leaves alone what it does not know');
      });

    it('have a path of their own choice, and a root where Node-RED has one', async () => {
      await run({ root: '/flows' }, account({ webhookPath: 'our office' }));
      assert.equal((await post('/flows/pbx/our%20office/ping', '')).status, 200);
      assert.equal(pbx.webhooks.length, 1);
    });

    it('have a path that was entered with slashes around it', async () => {
      await run({}, account({ webhookPath: '/office-1/' }));
      assert.equal((await post('/pbx/office-1/ping', '')).status, 200);
    });

    it('have a path out of a variable that is a number', async () => {
      await run({}, account({ webhookPath: 17 }));
      assert.equal((await post('/pbx/17', '')).status, 200);
    });

    it('reach an account inside a subflow by the address that its form shows', async () => {
      await run(
        {},
        { id: 'subflow', type: 'subflow', name: 'subflow', in: [], out: [] },
        { id: 'inside', type: 'pbx-call-events', z: 'subflow', account: 'office' },
        account({ z: 'subflow' }),
        { id: 'instance', type: 'subflow:subflow' },
      );
      assert.equal((await post('/pbx/office', '')).status, 200);
    });

    it('for an unknown account are answered with 404', async () => {
      await run();
      assert.equal((await post('/pbx/other/events/call', 'x')).status, 404);
      assert.equal((await post('/pbx', 'x')).status, 404);
      assert.equal((await post('/pbx/%E0%A4%A', 'x')).status, 404);
      assert.equal(pbx.webhooks.length, 0);
    });

    it('leave the address space below /pbx to flows where no account has it', async () => {
      await run();
      runtime.RED?.httpNode.post('/pbx/mine', (_request, response) => void response.send('the flow'));
      assert.deepEqual(await post('/pbx/mine', 'x'), { status: 200, body: 'the flow' });
    });

    describe('are refused', () => {
      const big = JSON.stringify({ text: 'x'.repeat(70_000) });
      for (const parser of [false, true]) {
        const who = parser ? 'the body parser read it' : 'nobody read it';
        it(`with 413 above 64 kB, announced, when ${who}`, async () => {
          await run({ parser });
          const answer = await post('/pbx/office', big, { 'content-type': 'application/json' });
          assert.equal(answer.status, 413);
          assert.equal(pbx.webhooks.length, 0);
        });

        it(`with 413 above 64 kB, in chunks, when ${who}`, async () => {
          await run({ parser });
          assert.equal(await postInChunks(`${base}/pbx/office`, [big.slice(0, 50_000), big.slice(50_000)]), 413);
          assert.equal(pbx.webhooks.length, 0);
        });
      }

      it('with 405 for methods no PBX uses', async () => {
        await run();
        assert.equal((await fetch(`${base}/pbx/office`, { method: 'DELETE' })).status, 405);
      });

      it('with 403 from an address that is not on the list', async () => {
        await run({}, account({ allowFrom: ['192.0.2.0/24'] }));
        assert.equal((await post('/pbx/office', 'x')).status, 403);
        assert.equal(pbx.webhooks.length, 0);
      });

      it('with 500 when the provider fails, and the next one is served', async () => {
        await run();
        pbx.reply = () => {
          throw new Error('a bug');
        };
        assert.deepEqual(await post('/pbx/office', 'x'), { status: 500, body: '' });
        pbx.reply = () => ({ status: 200 });
        assert.equal((await post('/pbx/office', 'x')).status, 200);
      });

      it('without a trace when the sender breaks off', async () => {
        await run();
        const socket = connect(Number(new URL(base).port), '127.0.0.1');
        socket.write('POST /pbx/office HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\npart of it');
        await new Promise((resolve) => setImmediate(resolve));
        socket.destroy();
        assert.equal((await post('/pbx/office', 'x')).status, 200);
        assert.deepEqual(
          pbx.webhooks.map(({ body }) => body?.toString()),
          ['x'],
        );
      });
    });

    it('are answered before the work is done', async () => {
      await run();
      const order: string[] = [];
      const worked = new Promise<void>((resolve) => {
        pbx.reply = () => ({
          status: 200,
          after: () => {
            order.push('work');
            resolve();
          },
        });
      });
      await post('/pbx/office', 'x');
      await worked;
      pbx.reply = () => ({
        status: 200,
        after: () => {
          throw new Error('a bug in the work');
        },
      });
      assert.equal((await post('/pbx/office', 'x')).status, 200, 'and a failure of the work stops nothing');
      assert.deepEqual(order, ['work']);
    });

    it('stay open through deploys and close with their account', async () => {
      await run();
      const flow = flowOf(account({ context: 'changed' }), events, sink('out'));
      await helper.setFlows(flow, 'nodes', LOGIN);
      await post('/pbx/office', 'x');
      assert.equal(pbx.webhooks.length, 1);
      assert.equal(deskOf(runtime.RED?.httpNode as never).size, 1);
      await helper.clearFlows();
      assert.equal(deskOf(runtime.RED?.httpNode as never).size, 0);
      assert.equal((await post('/pbx/office', 'x')).status, 404);
    });

    it('tell when the last one was accepted', async () => {
      await run();
      const desk = deskOf(runtime.RED?.httpNode as never);
      assert.equal(desk.lastReceived('office'), null);
      pbx.reply = () => ({ status: 401 });
      await post('/pbx/office', 'forged');
      assert.equal(desk.lastReceived('office'), null);
      pbx.reply = () => ({ status: 200 });
      const before = Date.now();
      await post('/pbx/office', 'x');
      assert.ok((desk.lastReceived('office') ?? 0) >= before);
    });

    it('answer a HEAD without a body, and keep the connection for the next one', async () => {
      await run();
      pbx.reply = () => ({ status: 200, body: 'pong' });
      const head = await fetch(`${base}/pbx/office/ping`, { method: 'HEAD' });
      assert.deepEqual([head.status, await head.text()], [200, '']);
      assert.deepEqual(await post('/pbx/office/ping', ''), { status: 200, body: 'pong' });
    });

    it('of two accounts with one path go to the first, and the second says so', async () => {
      await run(
        {},
        account({ webhookPath: 'same' }),
        { id: 'second', type: 'pbx-account', provider: 'fake', host: 'x', webhookPath: 'same' },
        { ...events, id: 'other', account: 'second' },
      );
      // The credentials of the second account are missing as well; give them, so that only the path is wrong.
      const flow = flowOf(
        account({ webhookPath: 'same' }),
        { id: 'second', type: 'pbx-account', provider: 'fake', host: 'x', webhookPath: 'same' },
        events,
        { ...events, id: 'other', account: 'second' },
        sink('out'),
      );
      await helper.setFlows(flow, 'full', { ...LOGIN, second: { username: 'u', password: 'p' } });
      assert.equal(statusOf('other')?.text, 'common.status.pathTaken');
      assert.equal((await post('/pbx/same', 'x')).status, 200);
    });

    it('cannot arrive when Node-RED serves no addresses for flows, and the account works on', async () => {
      await run({ prepare: withoutHttpNode });
      assert.equal(statusOf('events')?.text, 'common.status.connected');
      assert.equal((await post('/pbx/office', 'x')).status, 404);
    });
  });

describe('webhooks taken directly', () => {
  before(startServer);
  after(stopServer);
  let server: Server;
  /** Loads an account under these settings of Node-RED; whether its webhooks are taken directly. */
  const takes = async (
    settings: Record<string, unknown>,
    listeners: readonly RequestListener[] = [listener],
  ): Promise<boolean> => {
    server = createServer();
    for (const one of listeners) server.on('request', one);
    const prepare = (RED: NodeAPI): void => {
      Object.assign(RED, { server, settings: { ...RED.settings, httpNodeRoot: '/', ...settings } });
    };
    await load(initializers([new FakePbx().module], {}, prepare), flowOf(account(), events, sink('out')));
    return server.listeners('request')[0] !== listeners[0];
  };
  afterEach(() => helper.unload());

  const launched = { settingsFile: '/home/pbx/settings.js' };
  const cases: [string, Record<string, unknown>, boolean][] = [
    ['when Node-RED runs by its own launcher', launched, true],
    ['not in an embedded Node-RED, whose host may have put anything before it', {}, false],
    ['in an embedded one where the host says so', { pbxDirectWebhooks: true }, true],
    ['not when switched off', { ...launched, pbxDirectWebhooks: false }, false],
    ['not when flows ask for a login', { ...launched, httpNodeAuth: { user: 'u', pass: 'p' } }, false],
    ['not when there is a middleware', { ...launched, httpNodeMiddleware: [() => {}] }, false],
    ['not when there is one for all', { ...launched, httpAdminMiddleware: () => {} }, false],
    ['not behind a trusted proxy', { ...launched, httpServerOptions: { 'trust proxy': true } }, false],
    ['not with CORS', { ...launched, httpNodeCors: { origin: '*' } }, false],
    ['with server options that are empty', { ...launched, httpServerOptions: {} }, true],
  ];
  for (const [name, settings, expected] of cases) it(name, async () => assert.equal(await takes(settings), expected));

  it('leaves the server as it was, however often it is deployed', async () => {
    assert.equal(await takes(launched), true);
    const flow = flowOf(account(), events, sink('out'));
    for (let i = 0; i < 100; i++) await helper.setFlows(flow, 'full', LOGIN);
    assert.equal(server.listenerCount('request'), 1);
    server.on('request', later);
    await helper.clearFlows();
    assert.deepEqual(server.listeners('request'), [listener, later]);
  });

  it('hands on what is no webhook of an account to all who listened before, once and in order', async () => {
    const seen: string[] = [];
    await takes(launched, [
      ({ url }) => seen.push(`first ${url}`),
      ({ url }, response) => {
        seen.push(`second ${url}`);
        response.end();
      },
    ]);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const path of ['/', '/pbx', '/pbxoffice', '/pbx/other', '/PBX/office', '/pbx/office/x'])
      await fetch(base + path);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const passed = ['/', '/pbx', '/pbxoffice', '/pbx/other', '/PBX/office'];
    assert.deepEqual(
      seen,
      passed.flatMap((path) => [`first ${path}`, `second ${path}`]),
    );
  });
});

describe('source addresses of webhooks', () => {
  const allows = sourceFilter(['203.0.113.7', '198.51.100.0/24', '2001:db8::/32']);
  for (const address of ['203.0.113.7', '198.51.100.200', '::ffff:198.51.100.1', '2001:db8:1::5'])
    it(`${address} is let in`, () => assert.equal(allows(address), true));
  for (const address of ['203.0.113.8', '198.51.101.1', '2001:db9::1', '', 'pbx.example'])
    it(`"${address}" is not`, () => assert.equal(allows(address), false));
  it('an empty list lets everybody in', () => assert.equal(sourceFilter([])('192.0.2.1'), true));
  for (const entry of ['pbx.example', '203.0.113.0/33', '203.0.113.0/', '2001:db8::/129', '/24'])
    it(`"${entry}" is no entry`, () => assert.throws(() => sourceFilter([entry]), { code: 'invalid-argument' }));
});

function postInChunks(url: string, chunks: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    for (const chunk of chunks) request.write(chunk);
    request.end();
  });
}
