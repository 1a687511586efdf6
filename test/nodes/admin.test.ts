import assert from 'node:assert/strict';
import type { NodeAPI, NodeInitializer } from 'node-red';
import { PbxError } from '../../lib/index';
import { FakePbx, inboundCall } from './fake-provider';
import type { FlowNode } from './flows';
import { account, deferred, flowOf, helper, initializers, load, LOGIN, sink, startServer, stopServer } from './flows';

const globalConfig = require('@node-red/nodes/core/common/91-global-config.js') as NodeInitializer;

const events = { id: 'events', type: 'pbx-call-events', account: 'office', wires: [['out']] };
/** What the form sends: the fields as they stand in it, secrets that were not touched as the editor shows them. */
const form = (more: Record<string, unknown> = {}, credentials: Record<string, unknown> = {}) => ({
  ...account(),
  ...more,
  credentials: { username: 'tester', password: '__PWRD__', ...credentials },
});

async function test(body: object): Promise<{ status: number; ok: boolean; reason: string; details: unknown }> {
  const answer = await helper.request().post('/pbx-account/test').send(body);
  return { status: answer.status, ...(answer.body as { ok: boolean; reason: string; details: unknown }) };
}

const setUp = async (body: object) =>
  (await helper.request().post('/pbx-account/setup').send(body)).body as {
    ok: boolean;
    reason: string;
    fields: Record<string, string>;
  };

describe('admin endpoints of the account', () => {
  let pbx: FakePbx;
  const permissions: string[] = [];
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    pbx = new FakePbx();
    permissions.length = 0;
  });
  afterEach(() => helper.unload());

  /** With `denied`, the person who asks has none of the package's permissions. */
  const run = (
    nodes: Parameters<typeof flowOf> = [account(), events],
    denied = false,
    env: object[] = [],
  ): Promise<void> => {
    const prepare = (RED: NodeAPI) => {
      RED.auth = {
        needsPermission: (permission) => (_request, response, next) => {
          permissions.push(permission);
          if (denied) response.status(401).end();
          else next();
        },
      };
    };
    const [tab, ...others] = flowOf(...nodes, sink('out'));
    return load([globalConfig, ...initializers([pbx.module], {}, prepare)], [{ ...tab, env } as FlowNode, ...others]);
  };

  describe('permissions', () => {
    const endpoints: ['get' | 'post', string, string][] = [
      ['get', '/pbx-account/providers', 'pbx-account.read'],
      ['get', '/pbx-account/office/members', 'pbx-account.read'],
      ['get', '/pbx-account/office/queues', 'pbx-account.read'],
      ['get', '/pbx-account/office/recordings', 'pbx-account.read'],
      ['get', '/pbx-account/office/state', 'pbx-account.read'],
      ['post', '/pbx-account/test', 'pbx-account.write'],
      ['post', '/pbx-account/setup', 'pbx-account.write'],
    ];
    for (const [method, path, permission] of endpoints)
      it(`${method.toUpperCase()} ${path} asks for ${permission}`, async () => {
        await run(undefined, true);
        const answer = await helper.request()[method](path).send();
        assert.equal(answer.status, 401);
        assert.deepEqual(permissions, [permission]);
        assert.equal(pbx.commands.length, 0);
      });
  });

  it('GET providers: what the form is made of', async () => {
    await run();
    const { body } = await helper.request().get('/pbx-account/providers').expect(200);
    const [descriptor] = body as { id: string; fields: { name: string }[] }[];
    assert.equal(descriptor?.id, 'fake');
    assert.deepEqual(
      descriptor?.fields.map(({ name }) => name),
      ['host', 'port', 'context', 'username', 'password'],
    );
  });

  describe('GET members and queues', () => {
    const members = [{ extension: '22', name: 'Ivan', login: null, state: 'idle', queues: ['500'] }];

    it('list what the PBX says', async () => {
      pbx.answer = (command) => ({ result: command.command === 'query' && command.query === 'members' ? members : [] });
      await run();
      assert.deepEqual((await helper.request().get('/pbx-account/office/members').expect(200)).body, members);
      assert.deepEqual((await helper.request().get('/pbx-account/office/queues').expect(200)).body, []);
    });

    it('the recordings of the latest calls, for choosing one', async () => {
      const party = { number: null, extension: null, name: null };
      const call = { startedAt: '2026-01-05T10:00:00.000Z', to: { ...party, extension: '22' } };
      pbx.answer = (command) => {
        assert.deepEqual(command, { command: 'query', query: 'history', params: { limit: 50 } });
        return {
          result: [
            { ...call, from: { ...party, number: '0900' }, recordings: ['r1', 'r2'] },
            { ...call, from: party, recordings: [] },
          ],
        };
      };
      await run();
      const { body } = await helper.request().get('/pbx-account/office/recordings').expect(200);
      const told = { time: call.startedAt, from: '0900', to: '22' };
      assert.deepEqual(body, [
        { id: 'r1', ...told },
        { id: 'r2', ...told },
      ]);
    });

    it('connect an account that no node uses yet', async () => {
      pbx.answer = () => ({ result: members });
      pbx.onOpen = (host) => void setImmediate(() => host.state('connected'));
      await run([account()]);
      assert.deepEqual((await helper.request().get('/pbx-account/office/members').expect(200)).body, members);
      assert.equal(pbx.lines.length, 1);
    });

    const failures: [string, number, () => Promise<void>][] = [
      ['an account that is not deployed', 404, () => run([{ ...events, account: '' }])],
      ['an id that belongs to another node', 404, () => run([{ id: 'office', type: 'helper' }])],
      ['an account that is not complete', 400, () => run([account({ host: '' }), events])],
      [
        'no connection',
        503,
        () => {
          pbx.onOpen = (host) => host.state('reconnecting', new PbxError('unavailable', 'gone'));
          return run();
        },
      ],
      [
        'a PBX that has no such list',
        501,
        () => {
          pbx = new FakePbx('fake', { queries: [] });
          return run();
        },
      ],
    ];
    for (const [name, status, prepare] of failures)
      it(`${name}: ${status} with the reason`, async () => {
        await prepare();
        const answer = await helper.request().get('/pbx-account/office/members');
        assert.equal(answer.status, status);
        assert.ok((answer.body as { reason: string }).reason.length > 10);
      });
  });

  it('GET state: the state, since when, why, and counters', async () => {
    await run();
    pbx.say(inboundCall('c1'));
    const { body } = await helper.request().get('/pbx-account/office/state').expect(200);
    const { state, since, reason, counters, lastEvent, lastWebhook } = body as Record<string, unknown>;
    assert.equal(state, 'connected');
    assert.match(String(since), /^\d{4}-\d\d-\d\dT/);
    assert.equal(reason, null);
    assert.deepEqual(counters, { events: 1, gaps: 0, reconnects: 0, commands: 0, failures: 0, malformed: 0 });
    assert.deepEqual(lastEvent, { topic: 'call.begin', time: '2026-01-05T10:00:00.000Z' });
    assert.equal(lastWebhook, null);
  });

  it('GET state of an account that is not complete says what is missing', async () => {
    await run([account({ host: '' }), events]);
    const { body } = await helper.request().get('/pbx-account/office/state').expect(200);
    const { state, reason } = body as { state: string; reason: { code: string; text: string } };
    assert.equal(state, 'closed');
    assert.match(reason.text, /Host missing/);
  });

  describe('POST setup', () => {
    it('carries an action out once, with what stands in the form, and answers for its fields only', async () => {
      await run();
      const answer = await setUp({
        ...form({}, { password: 'typed just now' }),
        action: 'join',
        inputs: { number: '7' },
      });
      assert.deepEqual(pbx.setUps, [{ action: 'join', inputs: { number: '7' }, password: 'typed just now' }]);
      assert.equal(answer.ok, true);
      assert.deepEqual(answer.fields, { password: 'new' });
      assert.ok(!answer.reason.includes('typed just now'), answer.reason);
    });

    it('knows no other action', async () => {
      await run();
      const answer = await setUp({ ...form({}, { password: 'typed' }), action: 'leave' });
      assert.equal(answer.ok, false);
      assert.deepEqual(pbx.setUps, []);
    });

    it('sends a stored secret to the address it was stored for only', async () => {
      await run();
      const answer = await setUp({ ...form({ host: 'evil.example' }), action: 'join' });
      assert.equal(answer.ok, false);
      assert.deepEqual(pbx.setUps, []);
    });

    it('is no order when a form of another web page sends it', async () => {
      await run();
      for (const path of ['setup', 'test']) {
        const answer = await helper
          .request()
          .post(`/pbx-account/${path}`)
          .type('form')
          .send('id=office&provider=fake&host=pbx.example&credentials[username]=tester&credentials[password]=__PWRD__')
          .send('action=join');
        assert.equal(answer.status, 400);
      }
      assert.deepEqual(pbx.setUps, []);
    });

    it('does nothing at a deploy', async () => {
      await run();
      assert.deepEqual(pbx.setUps, []);
    });
  });

  describe('POST test', () => {
    let tested: Record<string, unknown>[];
    beforeEach(() => {
      tested = [];
      pbx.test = (config) => {
        tested.push(config);
        return Promise.resolve(`connected as ${String(config['username'])}`);
      };
    });

    it('connects with what stands in the form and disconnects again', async () => {
      await run();
      const alive = pbx.alive;
      const answer = await test(form({ host: 'new.example', port: '5040' }, { password: 'typed just now' }));
      assert.deepEqual(answer, { status: 200, ok: true, reason: 'connected as tester', details: null });
      assert.deepEqual(tested, [{ host: 'new.example', port: 5040, username: 'tester', password: 'typed just now' }]);
      assert.equal(pbx.alive, alive);
      assert.equal(pbx.lines.length, 1, 'the deployed account is left alone');
    });

    it('works before the account is deployed', async () => {
      await run([{ ...events, account: '' }]);
      assert.equal((await test(form({ id: 'new' }, { password: 'typed' }))).ok, true);
    });

    it('says why it failed, without the secret', async () => {
      await run();
      const vendor = { code: '401', message: 'no such key: typed-secret' };
      pbx.test = () => Promise.reject(new PbxError('unauthorized', 'the PBX refused "typed-secret"', { vendor }));
      const { ok, reason, details } = await test(form({}, { password: 'typed-secret' }));
      assert.equal(ok, false);
      assert.equal(reason, 'the PBX refused "***"');
      assert.deepEqual(details, { code: 'unauthorized', vendor: { code: '401', message: 'no such key: ***' } });
    });

    it('takes a secret that was not touched from the deployed account', async () => {
      await run();
      assert.equal((await test(form({ port: '5038' }))).ok, true);
      assert.equal(tested[0]?.['password'], LOGIN['office']?.['password']);
    });

    describe('never sends a stored secret to another address', () => {
      const changes: [string, Record<string, unknown>][] = [
        ['host', { host: 'evil.example' }],
        ['port', { port: '1' }],
        ['proxy', { proxy: 'p1' }],
        ['TLS settings', { tls: 't1' }],
        ['account', { id: 'another' }],
      ];
      for (const [name, change] of changes)
        it(`after a change of the ${name}`, async () => {
          await run();
          const { ok, reason } = await test(form(change));
          assert.equal(ok, false);
          assert.match(reason, /enter the password again/);
          assert.deepEqual(tested, []);
        });

      it('but a change of something else does not matter', async () => {
        await run();
        assert.equal((await test(form({ context: 'other', dialLimit: '5' }))).ok, true);
      });
    });

    it('fills in environment variables as a deploy would', async () => {
      process.env['PBX_TEST_HOST'] = 'from.environment';
      await run();
      await test(form({ host: '${PBX_TEST_HOST}' }, { password: 'typed' }));
      assert.equal(tested[0]?.['host'], 'from.environment');
      delete process.env['PBX_TEST_HOST'];
    });

    describe('fills in variables that Node-RED itself keeps', () => {
      const value = { name: 'PBX_HOST', value: 'from.flows', type: 'str' };

      it('of the flow an account stands in', async () => {
        await run([account({ host: '${PBX_HOST}', z: 'tab' }), events], false, [value]);
        assert.equal((await test(form({ host: '${PBX_HOST}' }))).ok, true);
        assert.deepEqual(tested[0]?.['host'], 'from.flows');
      });

      it('of all flows, for an account that is not deployed yet', async () => {
        const all = { id: 'global', type: 'global-config', env: [value] };
        await run([all, { ...events, account: '' }]);
        await test(form({ id: 'new', host: '$(PBX_HOST)' }, { password: 'typed' }));
        assert.deepEqual(tested[0]?.['host'], 'from.flows');
      });
    });

    it('says what is missing', async () => {
      await run();
      const { ok, reason } = await test(form({ host: '' }, { password: '' }));
      assert.equal(ok, false);
      assert.match(reason, /Host, Password missing/);
    });

    it('of an unknown provider fails with the reason', async () => {
      await run();
      assert.match((await test(form({ provider: 'nothing' }))).reason, /no provider "nothing"/);
    });

    it('runs three at a time and refuses more', async () => {
      await run();
      const [begun, outcome] = [deferred<void>(), deferred<string>()];
      let started = 0;
      pbx.test = () => {
        if (++started === 3) begun.resolve();
        return outcome.promise;
      };
      const running = [1, 2, 3].map(() => test(form({}, { password: 'typed' })));
      await begun.promise;
      assert.equal((await test(form({}, { password: 'typed' }))).status, 429);
      outcome.resolve('connected');
      assert.deepEqual(
        (await Promise.all(running)).map(({ ok }) => ok),
        [true, true, true],
      );
      assert.equal((await test(form({}, { password: 'typed' }))).status, 200);
    });
  });

  it('a call cannot be placed through any of them', async () => {
    await run();
    for (const path of ['/pbx-account/office/call', '/pbx-account/office/action'])
      assert.equal((await helper.request().post(path).send({ to: '0900' })).status, 404);
    assert.equal(pbx.commands.length, 0);
  });
});
