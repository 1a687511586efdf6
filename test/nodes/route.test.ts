/** Route request and route reply: a call waits, the flow answers, and whatever goes wrong goes to a catch node. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { NodeInitializer, NodeMessage } from 'node-red';
import type { RouteAnswer } from '../../lib/provider';
import type { RouteRequest } from '../../lib/index';
import { OpenRoutes } from '../../nodes/pbx-route-request/open-routes';
import { FakePbx, inboundCall } from './fake-provider';
import {
  account,
  delivered,
  flowOf,
  helper,
  Inbox,
  initializers,
  load,
  nodeOf,
  sink,
  startServer,
  statusOf,
  stopServer,
} from './flows';
import type { FlowNode } from './flows';

interface Question {
  type: string;
  account: string;
  provider: string;
  time: string;
  deadline: string;
  call: { id: string; from: { number: string } } | null;
}

const asks = (more: Record<string, unknown> = {}): FlowNode => ({
  id: 'asks',
  type: 'pbx-route-request',
  account: 'office',
  number: '',
  timeout: 5_000,
  wires: [['out']],
  ...more,
});

const replies = (more: Record<string, unknown> = {}): FlowNode => ({
  id: 'replies',
  type: 'pbx-route-reply',
  to: '',
  toType: 'str',
  contactName: '',
  contactNameType: 'str',
  wires: [['done']],
  ...more,
});

const errorOf = (message: NodeMessage) =>
  message['error'] as { code: string; message: string; cause: { account: string; command: string } };

/** The core nodes of the example. */
const CORE: readonly NodeInitializer[] = [
  'common/20-inject',
  'common/21-debug',
  'common/25-catch',
  'common/90-comment',
  'function/10-function',
].map((path) => require(`@node-red/nodes/core/${path}.js`) as NodeInitializer);

/** As it stands in the package, but on the fake PBX. */
async function exampleFlow(name: string): Promise<FlowNode[]> {
  const text = await readFile(resolve('examples', name), 'utf8');
  return (JSON.parse(text) as FlowNode[]).map((node) =>
    node.type === 'pbx-account' ? { ...node, provider: 'fake', host: 'pbx.example' } : node,
  );
}

function idOf(flow: readonly FlowNode[], name: string): string {
  const found = flow.find((node) => node['name'] === name);
  assert.ok(found, `the example has no node "${name}"`);
  return found.id;
}

describe('route request and route reply', () => {
  let pbx: FakePbx;
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    pbx = new FakePbx();
  });
  afterEach(() => helper.unload());

  const start = (...nodes: FlowNode[]) => load(initializers([pbx.module]), flowOf(account(), ...nodes));
  const caught: FlowNode = { id: 'catch', type: 'catch', scope: null, wires: [['errors']] };
  const ask = (number = '+421900123456', budgetMs = 5_000): Promise<RouteAnswer | null> => {
    pbx.say(inboundCall('c1', number));
    return pbx.line.host.route({ call: 'c1', number, budgetMs });
  };

  it('the question has the call, its deadline and a handle that survives copying', async () => {
    await start(
      asks({ wires: [['replies']] }),
      replies({ to: '712', contactName: 'payload.call.from.number', contactNameType: 'msg' }),
      sink('out'),
      sink('done'),
    );
    const done = new Inbox('done');
    const before = Date.now();
    const answer = await ask();
    assert.deepEqual(answer, { to: '712', contactName: '+421900123456' });
    const message = await done.one();
    const { type, account: name, provider, call, deadline } = message.payload as Question;
    assert.deepEqual([message.topic, type, name, provider], ['route.request', 'route.request', 'Office', 'fake']);
    assert.equal(call?.from.number, '+421900123456');
    assert.ok(Date.parse(deadline) >= before + 5_000);
    assert.equal(typeof message['route'], 'string');
    assert.deepEqual(structuredClone(message), message);
  });

  it('what stands in the payload wins, and an employee may be given as a party', async () => {
    await start(asks(), replies({ to: '700', contactName: 'somebody' }), sink('out'), sink('done'));
    const out = new Inbox('out');
    const answer = ask();
    const message = await out.one();
    nodeOf('replies').receive({
      ...message,
      payload: { to: { extension: '713', number: null }, contactName: 'ООО Ромашка' },
    });
    assert.deepEqual(await answer, { to: '713', contactName: 'ООО Ромашка' });
  });

  it('an empty answer leaves the call to the PBX at once', async () => {
    await start(asks({ wires: [['replies']] }), replies(), sink('out'), sink('done'));
    assert.deepEqual(await ask(), { to: null, contactName: null });
  });

  it('a second answer is an error for the catch node', async () => {
    await start(asks(), replies({ to: '712' }), caught, sink('out'), sink('done'), sink('errors'));
    const [out, errors] = [new Inbox('out'), new Inbox('errors')];
    const answer = ask();
    const message = await out.one();
    nodeOf('replies').receive({ ...message });
    assert.deepEqual(await answer, { to: '712', contactName: null });
    nodeOf('replies').receive({ ...message });
    const error = errorOf(await errors.one());
    assert.equal(error.code, 'rejected');
    assert.deepEqual([error.cause.account, error.cause.command], ['Office', 'route-reply']);
    assert.equal(statusOf('replies')?.text, 'common.error.rejected');
  });

  it('a late answer is an error for the catch node, and the PBX has gone on', async () => {
    await start(asks({ timeout: 5_000 }), replies({ to: '712' }), caught, sink('out'), sink('done'), sink('errors'));
    const [out, errors] = [new Inbox('out'), new Inbox('errors')];
    const answer = ask('+421900123456', 20);
    const message = await out.one();
    assert.equal(await answer, null);
    nodeOf('replies').receive(message);
    assert.equal(errorOf(await errors.one()).code, 'timeout');
  });

  for (const [name, route, code] of [
    ['without a handle', undefined, 'invalid-argument'],
    ['with a handle that is none', { some: 'object' }, 'invalid-argument'],
    ['with a handle that nobody knows', 'ffffffffffffffffffffffff', 'not-found'],
  ] as const)
    it(`an answer ${name} is an error for the catch node`, async () => {
      await start(replies({ to: '712' }), caught, sink('done'), sink('errors'));
      const errors = new Inbox('errors');
      nodeOf('replies').receive({ payload: '', route });
      assert.equal(errorOf(await errors.one()).code, code);
    });

  it('an answer that cannot be read leaves the question open for a better one', async () => {
    await start(asks(), replies({ to: '' }), caught, sink('out'), sink('done'), sink('errors'));
    const [out, errors] = [new Inbox('out'), new Inbox('errors')];
    const answer = ask();
    const message = await out.one();
    nodeOf('replies').receive({ ...message, payload: { to: ['712'] } });
    assert.equal(errorOf(await errors.one()).code, 'invalid-argument');
    nodeOf('replies').receive({ ...message, payload: { to: '71\n2' } });
    assert.equal(errorOf(await errors.one()).code, 'invalid-argument');
    nodeOf('replies').receive({ ...message, payload: { to: '712' } });
    assert.deepEqual(await answer, { to: '712', contactName: null });
  });

  it('callers narrow the node down', async () => {
    await start(
      asks({ number: '+4219*, 112', wires: [['replies']] }),
      replies({ to: '712' }),
      sink('out'),
      sink('done'),
    );
    assert.equal(await ask('+420777000111'), null);
    assert.equal((await ask('+421900123456'))?.to, '712');
    assert.equal((await ask('112'))?.to, '712');
  });

  it('after a deploy the old node asks nobody any more', async () => {
    await start(asks(), sink('out'));
    const { host } = pbx.line;
    await helper.unload();
    assert.equal(await host.route({ call: 'c1', number: null, budgetMs: 5_000 }), null);
  });

  it('an account whose PBX never asks shows it', async () => {
    pbx = new FakePbx('fake', { route: false });
    await start(asks(), sink('out'));
    await delivered();
    assert.equal(statusOf('asks')?.text, 'common.status.notSupported');
  });

  it('the example finds a customer in its table and lets everybody else go at once', async () => {
    const flow = await exampleFlow('VIP routing by contact lookup.json');
    await load([...initializers([pbx.module]), ...CORE], flow, {
      [String(flow.find(({ type }) => type === 'pbx-account')?.id)]: { username: 'tester', password: 'secret-word' },
    });
    const filled = () => nodeOf(idOf(flow, 'заполнить таблицу')).context().flow.get('vip') !== undefined;
    while (!filled()) await delivered();
    assert.deepEqual(await ask('74950001122'), { to: '712', contactName: 'ООО Ромашка, Олег' });
    assert.deepEqual(await ask('79990000000'), { to: null, contactName: null });
  });

  it('questions that nobody answers are bounded', () => {
    const routes = new OpenRoutes(3);
    const request: RouteRequest = { call: 'c', number: null, deadline: 0, answer: () => undefined };
    const [first] = Array.from({ length: 5 }, () => routes.add({ account: 'Office', request }));
    assert.equal(routes.size, 3);
    assert.throws(() => routes.find(first), /not known any more/);
  });
});
