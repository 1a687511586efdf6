import assert from 'node:assert/strict';
import type { NodeStatus } from 'node-red';
import { PbxError } from '../../lib/index';
import type { AccountNode } from '../../nodes/shared/account-node';
import { FakePbx, inboundCall } from './fake-provider';
import {
  account,
  delivered,
  flowOf,
  helper,
  Inbox,
  initializers,
  load,
  logged,
  LOGIN,
  nodeOf,
  sink,
  startServer,
  statusesOf,
  statusOf,
  stopServer,
} from './flows';
import type { FlowNode } from './flows';

const events = { id: 'events', type: 'pbx-call-events', account: 'office', wires: [['out']] };

/** An account with three users. */
function flow(): FlowNode[] {
  return flowOf(
    account(),
    events,
    { id: 'queue', type: 'pbx-queue-events', account: 'office', wires: [['out']] },
    { id: 'call', type: 'pbx-call', account: 'office', from: '22', to: '23', wires: [['out']] },
    sink('out'),
  );
}

describe('pbx-account', () => {
  let pbx: FakePbx;
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    pbx = new FakePbx();
  });
  afterEach(() => helper.unload());

  const run = (...nodes: Parameters<typeof flowOf>) => load(initializers([pbx.module]), flowOf(...nodes));

  it('opens one connection for all nodes that use it', async () => {
    await run(account(), events, { id: 'hangup', type: 'pbx-hangup', account: 'office' }, sink('out'));
    assert.equal(pbx.lines.length, 1);
  });

  it('does not connect while no node uses it', async () => {
    await run(account(), sink('out'));
    assert.equal(pbx.lines.length, 0);
  });

  it('gives the provider its fields with their types, and the credentials', async () => {
    await run(account({ port: '5039' }), events, sink('out'));
    const { host, port, username, password } = pbx.line.config;
    assert.deepEqual({ host, port, username, password }, { host: 'pbx.example', port: 5039, ...LOGIN['office'] });
  });

  it('fills in defaults of the provider where the flow has nothing', async () => {
    await run(account({ port: '' }), events, sink('out'));
    assert.equal(pbx.line.config['port'], 5038);
  });

  it('shows each state of the connection at every node that uses it', async () => {
    await run(account(), events, { id: 'hangup', type: 'pbx-hangup', account: 'office' }, sink('out'));
    const { host } = pbx.line;
    host.state('degraded', new PbxError('unavailable', 'trunk down'));
    host.state('reconnecting', new PbxError('unavailable', 'gone'));
    host.state('unauthorized', new PbxError('unauthorized', 'wrong password'));
    host.state('connected');
    const expected: NodeStatus[] = [
      { fill: 'yellow', shape: 'ring', text: 'common.status.connecting' },
      { fill: 'green', shape: 'dot', text: 'common.status.connected' },
      { fill: 'yellow', shape: 'dot', text: 'common.status.degraded' },
      { fill: 'red', shape: 'ring', text: 'common.status.reconnecting' },
      { fill: 'red', shape: 'dot', text: 'common.status.unauthorized' },
      { fill: 'green', shape: 'dot', text: 'common.status.connected' },
    ];
    for (const id of ['events', 'hangup']) assert.deepEqual(statusesOf(id).slice(-expected.length), expected, id);
  });

  describe('names the failure in the status', () => {
    const failures: [string, PbxError][] = [
      ['hostNotFound', new PbxError('unavailable', 'x', { vendor: { code: 'ENOTFOUND', message: null } })],
      ['refused', new PbxError('unavailable', 'x', { vendor: { code: 'ECONNREFUSED', message: null } })],
      ['unreachable', new PbxError('unavailable', 'x', { vendor: { code: 'EHOSTUNREACH', message: null } })],
      ['unreachable', new PbxError('timeout', 'nothing came')],
      ['certificate', new PbxError('protocol', 'the certificate of pbx:5039 is not accepted')],
      ['restarting', new PbxError('unavailable', 'Asterisk is shutting down')],
      ['forbidden', new PbxError('forbidden', 'may not read events')],
      ['protocol', new PbxError('protocol', 'it is a web server')],
      ['reconnecting', new PbxError('unavailable', 'x')],
    ];
    for (const [key, error] of failures)
      it(`${error.code} "${error.cause.vendor?.code ?? error.message}" as ${key}`, async () => {
        await run(account(), events, sink('out'));
        pbx.line.host.state('reconnecting', error);
        assert.equal(statusOf('events')?.text, `common.status.${key}`);
      });
  });

  describe('shows what is missing and goes on', () => {
    const cases: [string, string, Record<string, unknown>][] = [
      ['an unknown provider', 'unknownProvider', { provider: 'no-such-pbx' }],
      ['no provider', 'unknownProvider', { provider: '' }],
      ['a missing host', 'incomplete', { host: '' }],
      ['a TLS configuration that does not exist', 'incomplete', { tls: 'gone' }],
      ['a source address that is none', 'incomplete', { allowFrom: ['office.example'] }],
    ];
    for (const [name, key, more] of cases)
      it(name, async () => {
        await run(account(more), events, sink('out'));
        assert.deepEqual(statusOf('events'), { fill: 'red', shape: 'ring', text: `common.status.${key}` });
        assert.equal(pbx.lines.length, 0);
      });

    it('missing credentials', async () => {
      await load(initializers([pbx.module]), flowOf(account(), events, sink('out')), {});
      assert.equal(statusOf('events')?.text, 'common.status.noCredentials');
    });

    it('a node without an account', async () => {
      await run({ ...events, account: '' }, sink('out'));
      assert.equal(statusOf('events')?.text, 'common.status.noAccount');
    });

    it('a node whose account does not exist', async () => {
      await run({ ...events, account: 'gone' }, sink('out'));
      assert.equal(statusOf('events')?.text, 'common.status.unknownAccount');
    });
  });

  it('tells the Catch nodes of its flows that the settings are wrong', async () => {
    const flow = flowOf(account({ host: '' }), events, { id: 'catch', type: 'catch', wires: [['out']] }, sink('out'));
    await load(initializers([pbx.module]), flow);
    const { error } = (await new Inbox('out').one()) as unknown as { error: Record<string, unknown> };
    assert.equal(error['code'], 'invalid-argument');
    assert.match(String(error['message']), /account "Office" is not complete: Host missing/);
  });

  it('tells the Status and Catch nodes of its flows that the login was refused', async () => {
    await run(
      account(),
      events,
      { id: 'catch', type: 'catch', wires: [['caught']] },
      { id: 'status', type: 'status', wires: [['seen']] },
      sink('out'),
      sink('caught'),
      sink('seen'),
    );
    const caught = new Inbox('caught');
    const seen = new Inbox('seen');
    pbx.line.host.state('unauthorized', new PbxError('unauthorized', 'wrong password'));
    const { error } = (await caught.one()) as unknown as { error: { code: string; source: { id: string } } };
    assert.equal(error.code, 'unauthorized');
    assert.equal(error.source.id, 'office');
    await delivered();
    const sources = seen.messages.map(
      (message) => (message as unknown as { status: { source: { id: string } } }).status.source.id,
    );
    assert.ok(sources.includes('office'), 'the account itself is a source of status messages');
  });

  it('writes no secret into log, status or error, whatever the PBX says', async () => {
    await run(account(), events, { id: 'catch', type: 'catch', wires: [['caught']] }, sink('out'), sink('caught'));
    const caught = new Inbox('caught');
    const { host } = pbx.line;
    host.log.warn('login with tester/s3cret-word');
    host.log.error('url was wss://tester:s3cret-word@pbx');
    host.state('reconnecting', new PbxError('unavailable', 'Secret: s3cret-word'));
    host.state('unauthorized', new PbxError('unauthorized', 'Secret: s3cret-word'));
    const everything = `${logged()} ${JSON.stringify(await caught.one())} ${JSON.stringify(statusesOf('events'))}`;
    assert.match(everything, /Secret: \*\*\*/);
    assert.doesNotMatch(everything, /s3cret-word/);
  });

  it('logs a try that fails the same way again only once', async () => {
    await run(account(), events, sink('out'));
    for (let tries = 0; tries < 5; tries++)
      pbx.line.host.state('reconnecting', new PbxError('unavailable', 'nothing listens'));
    assert.equal(logged().split('nothing listens').length - 1, 1);
  });

  describe('life cycle', () => {
    it('keeps the connection through deploys that leave the account alone', async () => {
      await load(initializers([pbx.module]), flow());
      for (const extension of ['21', '22', '23'])
        await helper.setFlows(
          flow().map((node) => (node.id === 'events' ? { ...node, extension } : node)),
          'nodes',
          LOGIN,
        );
      assert.equal(pbx.lines.length, 1);
      const inbox = new Inbox('out');
      pbx.say(inboundCall('c1'), { fact: 'leg.ringing', call: 'c1', leg: 'l1', at: 1, party: { extension: '23' } });
      await delivered();
      const topics = inbox.messages.map(({ topic }) => topic);
      assert.deepEqual(topics, ['call.ringing'], 'one message an event, by the filter deployed last');
    });

    it('connects again when the account itself is changed', async () => {
      await load(initializers([pbx.module]), flow());
      await helper.setFlows(
        flow().map((node) => (node.id === 'office' ? { ...node, host: 'other.example' } : node)),
        'nodes',
        LOGIN,
      );
      assert.equal(pbx.lines.length, 2);
      assert.equal(pbx.alive, 1);
      assert.equal(pbx.line.config['host'], 'other.example');
    });

    it('leaves nothing behind after 100 deploys', async () => {
      await load(initializers([pbx.module]), flow());
      await delivered();
      const first = remains();
      for (let deploys = 0; deploys < 100; deploys++) {
        pbx.say(inboundCall(`c${deploys}`));
        await helper.setFlows(flow(), 'full', LOGIN);
      }
      await delivered();
      assert.equal(pbx.lines.length, 101);
      assert.equal(pbx.alive, 1, 'each deploy closed the account before it');
      assert.deepEqual(remains(), first);
      await helper.clearFlows();
      assert.equal(pbx.alive, 0);
    });

    it('listens to Node-RED once, however many accounts there are', async () => {
      const { events: bus } = require('@node-red/util') as { events: NodeJS.EventEmitter };
      const many = Array.from({ length: 20 }, (_, index) => account({ id: `account${index}` }));
      await load(initializers([pbx.module]), flowOf(...many));
      assert.ok(bus.listenerCount('flows:started') < 10, 'Node.js warns of a leak from the eleventh on');
    });

    for (const [name, set] of [
      ['hangs while closing', () => (pbx.hangsOnClose = true)],
      ['has never said a word', () => (pbx.onOpen = null)],
    ] as const)
      it(`closes within a second when the PBX ${name}`, async () => {
        set();
        await load(initializers([pbx.module]), flow());
        const began = performance.now();
        await helper.clearFlows();
        assert.ok(performance.now() - began < 1_000);
      });

    it('a connection that comes about late is not given to a closed account', async () => {
      pbx.onOpen = null;
      await load(initializers([pbx.module]), flow());
      const inbox = new Inbox('out');
      const { host } = pbx.line;
      await helper.clearFlows();
      host.state('connected');
      host.fact(inboundCall('late'));
      await delivered();
      assert.deepEqual(inbox.messages, []);
    });

    it('knows its users only as long as they exist', async () => {
      await load(initializers([pbx.module]), flow());
      const office = nodeOf('office') as AccountNode;
      assert.deepEqual(Object.keys(office.users).sort(), ['call', 'events', 'queue']);
      await helper.setFlows(
        flow().filter(({ id }) => id !== 'queue'),
        'nodes',
        LOGIN,
      );
      assert.deepEqual(Object.keys(office.users).sort(), ['call', 'events']);
    });
  });
});

/** What would keep Node.js busy, and who listens to Node-RED's events. */
function remains(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  const { events: bus } = require('@node-red/util') as { events: NodeJS.EventEmitter };
  counts['flows:started listeners'] = bus.listenerCount('flows:started');
  return counts;
}
