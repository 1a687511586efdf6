import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeAPI } from 'node-red';
import { PbxAccount, PbxError, VirtualClock } from '../../lib/index';
import { LiveAccounts, liveAccountsOf } from '../../nodes/pbx-account/live-accounts';
import { LiveStream } from '../../nodes/pbx-account/live-stream';
import type { LiveFrame } from '../../nodes/shared/live';
import { FakePbx, inboundCall } from './fake-provider';
import { account, flowOf, helper, initializers, load, sink, startServer, stopServer } from './flows';

const events = { id: 'events', type: 'pbx-call-events', account: 'office', wires: [['out']] };

describe('what an open telephony sidebar is told', () => {
  const clock = new VirtualClock();
  let pbx: FakePbx;
  let live: LiveAccounts;
  let office: PbxAccount;
  let frames: LiveFrame[];
  let stream: LiveStream | null = null;

  beforeEach(() => {
    pbx = new FakePbx();
    live = new LiveAccounts();
    frames = [];
    const config = { host: 'pbx.example', username: 'u', password: 'p' };
    office = new PbxAccount({ name: 'Office', provider: 'fake', config, providers: [pbx.module], clock });
    office.open();
    live.add({ id: 'office', name: 'Office', account: office });
  });
  afterEach(async () => {
    stream?.close();
    stream = null;
    await office.close();
  });
  const open = (): void => {
    stream = new LiveStream(live, clock, (frame) => frames.push(frame));
    clock.advance(0);
  };
  const call = (id: string): void => pbx.say(inboundCall(id));

  it('the whole picture first', () => {
    call('1');
    open();
    const [frame] = frames;
    assert.equal(frame?.fresh, true);
    assert.deepEqual(
      frame.accounts?.map(({ id, name, state, can }) => ({ id, name, state, can })),
      [{ id: 'office', name: 'Office', state: 'connected', can: { call: true, hangup: true } }],
    );
    assert.equal(frame.calls?.length, office.calls().length);
    assert.equal(frame.events, undefined, 'what was before is not told');
  });

  it('then what changes, four times a second at most however much happens', () => {
    open();
    for (let i = 0; i < 500; i++) call(`call-${i}`);
    assert.equal(frames.length, 1);
    clock.advance(249);
    assert.equal(frames.length, 1);
    clock.advance(1);
    const [, frame] = frames;
    assert.equal(frames.length, 2);
    assert.equal(frame?.calls?.length, office.calls().length);
    assert.equal(frame?.calls?.[0]?.account, 'office');
    assert.equal(frame?.events?.length, 100, 'as many as the sidebar keeps');
    assert.ok((frame?.skipped ?? 0) > 0);
    clock.advance(10_000);
    assert.equal(frames.length, 2, 'silence is not told');
  });

  it('that a call is over, and no more of it', () => {
    open();
    call('1');
    const [begun] = office.calls();
    assert.ok(begun);
    pbx.say({ fact: 'call.end', call: '1', at: clock.now() });
    clock.advance(250);
    const told = frames.at(-1);
    assert.deepEqual(told?.ended, [`office/${begun.id}`]);
    assert.equal(told?.calls, undefined);
    assert.equal(told?.events?.at(-1)?.type.startsWith('call.'), true);
  });

  it('the state of an account with its reason', () => {
    open();
    pbx.line.host.state('reconnecting', new PbxError('unavailable', 'the PBX is away'));
    clock.advance(250);
    assert.deepEqual(
      frames.at(-1)?.accounts?.map(({ state, reason }) => [state, reason]),
      [['reconnecting', 'the PBX is away']],
    );
  });

  it('the queues also of an account of which a part does not work', async () => {
    pbx.answer = () => ({ result: [{ id: '500', name: null, waiting: 0, callers: [], members: [] }] });
    pbx.line.host.state('degraded', new PbxError('forbidden', 'the user may not see calls'));
    open();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(250);
    assert.deepEqual(
      frames.flatMap(({ queues }) => queues ?? []).map(({ list }) => list.map(({ id }) => id)),
      [['500']],
    );
  });

  it('everything anew after a deploy', () => {
    open();
    const other = new FakePbx();
    const config = { host: 'x', username: 'u', password: 'p' };
    const second = new PbxAccount({ name: 'Second', provider: 'fake', config, providers: [other.module], clock });
    const remove = live.add({ id: 'second', name: 'Second', account: second });
    clock.advance(250);
    assert.equal(frames.at(-1)?.fresh, true);
    assert.deepEqual(
      frames.at(-1)?.accounts?.map(({ name }) => name),
      ['Office', 'Second'],
    );
    remove();
    clock.advance(250);
    assert.equal(frames.at(-1)?.accounts?.length, 1);
  });

  it('nothing once it is closed, and nothing of it stays behind', () => {
    const timers = clock.pending;
    open();
    call('1');
    stream?.close();
    assert.equal(live.watchers, 0);
    assert.equal(pbx.line.host.wants('queue.join'), false, 'nobody listens any more');
    clock.advance(60_000);
    assert.equal(frames.length, 1);
    assert.ok(clock.pending <= timers + 1);
  });
});

describe('the doors of the telephony sidebar', () => {
  let pbx: FakePbx;
  const permissions: string[] = [];
  const runtime: { RED?: NodeAPI } = {};
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    pbx = new FakePbx();
    permissions.length = 0;
  });
  afterEach(() => helper.unload());

  const run = (denied = false): Promise<void> => {
    const prepare = (RED: NodeAPI): void => {
      RED.auth = {
        needsPermission: (permission) => (_request, response, next) => {
          permissions.push(permission);
          if (denied) response.status(401).end();
          else next();
        },
      };
    };
    return load(initializers([pbx.module], runtime, prepare), flowOf(account(), events, sink('out')));
  };

  for (const [method, path, permission] of [
    ['get', '/pbx-account/live', 'pbx-account.read'],
    ['post', '/pbx-account/live/hangup', 'pbx-account.write'],
    ['post', '/pbx-account/live/call', 'pbx-account.write'],
  ] as const)
    it(`${method.toUpperCase()} ${path} asks for ${permission}`, async () => {
      await run(true);
      assert.equal((await helper.request()[method](path).send()).status, 401);
      assert.deepEqual(permissions, [permission]);
      assert.equal(pbx.commands.length, 0);
    });

  it('the stream tells as long as somebody reads, and then all ends', async () => {
    await run();
    const admin = runtime.RED?.httpAdmin as unknown as RequestListener;
    const live = liveAccountsOf(admin);
    const server = createServer(admin);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const reader = await Reader.open(`http://127.0.0.1:${port}/pbx-account/live`);
    const first = await reader.next();
    assert.equal(first.fresh, true);
    assert.equal(first.accounts?.[0]?.name, 'Office');
    pbx.say(inboundCall('1'));
    const told = await reader.next();
    assert.ok(told.calls?.length === 1 && (told.events?.length ?? 0) > 0);
    assert.ok(!JSON.stringify([first, told]).includes('s3cret-word'));
    assert.equal(live.watchers, 1);
    reader.close();
    while (live.watchers > 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => server.close(resolve));
  });

  it('a test call and a hang-up go the way of every command', async () => {
    await run();
    pbx.answer = () => ({ reference: 'ref-1' });
    const order = { account: 'office', from: '21', to: '0900123456' };
    const called = await helper.request().post('/pbx-account/live/call').send(order);
    assert.deepEqual([called.status, (called.body as { ok: boolean }).ok], [200, true]);
    pbx.say(inboundCall('1'));
    await helper.request().post('/pbx-account/live/hangup').send({ account: 'office', call: '1' }).expect(200);
    assert.deepEqual(
      pbx.commands.map(({ command }) => command),
      ['call', 'hangup'],
    );
  });

  it('what the PBX refuses is said, and so is what nobody has', async () => {
    await run();
    pbx.answer = () => {
      throw new PbxError('rejected', 'the extension is busy');
    };
    const order = { account: 'office', from: '21', to: '22' };
    const refused = await helper.request().post('/pbx-account/live/call').send(order);
    assert.deepEqual(refused.body, { code: 'rejected', reason: 'the extension is busy' });
    const gone = await helper
      .request()
      .post('/pbx-account/live/call')
      .send({ ...order, account: 'gone' });
    assert.equal(gone.status, 404);
    const empty = await helper
      .request()
      .post('/pbx-account/live/call')
      .send({ ...order, to: '' });
    assert.equal((empty.body as { code: string }).code, 'invalid-argument');
  });

  it('a form of another web page is no order', async () => {
    await run();
    const answer = await helper
      .request()
      .post('/pbx-account/live/call')
      .type('form')
      .send('account=office&from=21&to=22');
    assert.equal(answer.status, 400);
    assert.equal(pbx.commands.length, 0);
  });
});

/** Reads one frame after the other. */
class Reader {
  readonly #request: ClientRequest;
  readonly #lines: AsyncIterator<LiveFrame>;

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.#lines = framesOf(response);
  }

  static open(url: string): Promise<Reader> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(url, (response) => resolve(new Reader(request, response)));
      request.on('error', reject);
      request.end();
    });
  }

  async next(): Promise<LiveFrame> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the stream has ended');
    return value;
  }

  close(): void {
    this.#request.destroy();
  }
}

async function* framesOf(response: IncomingMessage): AsyncGenerator<LiveFrame> {
  let rest = '';
  for await (const chunk of response) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) yield JSON.parse(line) as LiveFrame;
  }
}
