import assert from 'node:assert/strict';
import type { NodeInitializer } from 'node-red';
import { FakePbx } from './fake-provider';
import { account, flowOf, helper, initializers, load, LOGIN, sink, startServer, statusOf, stopServer } from './flows';

const tlsConfig = require('@node-red/nodes/core/network/05-tls.js') as NodeInitializer;
const httpProxy = require('@node-red/nodes/core/network/06-httpproxy.js') as NodeInitializer;

const events = { id: 'events', type: 'pbx-call-events', account: 'office', wires: [['out']] };
const tls = {
  id: 'tls',
  type: 'tls-config',
  name: '',
  cert: '',
  key: '',
  ca: '',
  servername: 'pbx.internal',
  verifyservercert: false,
};
const proxy = { id: 'proxy', type: 'http proxy', name: '', url: 'http://proxy.example:3128', noproxy: [] as string[] };

describe("Node-RED's own network settings", () => {
  let pbx: FakePbx;
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    pbx = new FakePbx();
  });
  afterEach(() => helper.unload());

  const run = (nodes: Parameters<typeof flowOf>, credentials = LOGIN) =>
    load([tlsConfig, httpProxy, ...initializers([pbx.module])], flowOf(...nodes, events, sink('out')), credentials);

  it('a TLS configuration becomes the options of the connection', async () => {
    await run([tls, account({ tls: 'tls' })]);
    const { servername, rejectUnauthorized } = pbx.line.host.tls ?? {};
    assert.deepEqual({ servername, rejectUnauthorized }, { servername: 'pbx.internal', rejectUnauthorized: false });
  });

  it('one whose files cannot be read keeps the account from connecting', async () => {
    await run([{ ...tls, cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' }, account({ tls: 'tls' })]);
    assert.equal(statusOf('events')?.text, 'common.status.incomplete');
    assert.equal(pbx.lines.length, 0);
  });

  it('without one there is no TLS of its own and no proxy', async () => {
    await run([account()]);
    assert.equal(pbx.line.host.tls, undefined);
    assert.equal(pbx.line.host.proxy, undefined);
  });

  it('a proxy gets its user name and password', async () => {
    const credentials = { ...LOGIN, proxy: { username: 'me', password: 'p@ss/word' } };
    await run([{ ...proxy }, account({ proxy: 'proxy' })], credentials);
    assert.equal(pbx.line.host.proxy, 'http://me:p%40ss%2Fword@proxy.example:3128');
  });

  it('a percent sign in them is one', async () => {
    const credentials = { ...LOGIN, proxy: { username: '50%me', password: '100%20' } };
    await run([{ ...proxy }, account({ proxy: 'proxy' })], credentials);
    const { username, password } = new URL(pbx.line.host.proxy ?? '');
    assert.deepEqual([username, password].map(decodeURIComponent), ['50%me', '100%20']);
  });

  for (const [exception, isUsed] of [
    ['pbx.example', false],
    ['.example', false],
    ['*.example', false],
    ['*', false],
    ['example', false],
    ['bx.example', true],
    ['other.example', true],
  ] as const)
    it(`with the exception "${exception}" it is ${isUsed ? '' : 'not '}used for pbx.example`, async () => {
      await run([{ ...proxy, noproxy: [exception] }, account({ proxy: 'proxy' })]);
      assert.equal(pbx.line.host.proxy !== undefined, isUsed);
    });

  it('a node of another type in their place is no configuration', async () => {
    await run([proxy, account({ tls: 'proxy' })]);
    assert.equal(statusOf('events')?.text, 'common.status.incomplete');
  });
});
