import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import type { Call } from '../../lib/index';
import { FakePbx, inboundCall, refused } from './fake-provider';
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
  statusesOf,
  statusOf,
  stopServer,
} from './flows';

const at = Date.parse('2026-01-05T10:00:07Z');

interface Caught {
  error: { code: string; message: string; cause: unknown; source: { id: string } };
}

function send(message: NodeMessage): void {
  nodeOf('node').receive(message);
}

/** The PBX takes a call and names it. */
function takeCalls(pbx: FakePbx): void {
  pbx.answer = (command, { reference }) => {
    if (command.command === 'call')
      pbx.say({
        fact: 'call.begin',
        call: 'c1',
        at,
        reference,
        details: { direction: 'outbound', from: { extension: '22' }, to: { number: '0900123456' } },
      });
    return { call: 'c1' };
  };
}

describe('command nodes', () => {
  let pbx: FakePbx;
  let out: Inbox;
  let other: Inbox;
  let caught: Inbox;
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    pbx = new FakePbx();
  });
  afterEach(() => helper.unload());

  const run = async (type: string, fields: Record<string, unknown> = {}, office = account()): Promise<void> => {
    const node = { id: 'node', type, account: 'office', wires: [['out'], ['other']], ...fields };
    const catcher = { id: 'catch', type: 'catch', scope: ['node'], wires: [['caught']] };
    await load(initializers([pbx.module]), flowOf(office, node, catcher, sink('out'), sink('other'), sink('caught')));
    out = new Inbox('out');
    other = new Inbox('other');
    caught = new Inbox('caught');
  };
  /** Makes a call that the PBX takes. */
  const place = async (replyWhen: string): Promise<void> => {
    takeCalls(pbx);
    await run('pbx-call', { from: '22', to: '0900123456', replyWhen, outputs: 2 });
    send({ payload: null });
    await delivered();
  };

  it('answer on the same message, its other properties untouched', async () => {
    pbx.answer = () => ({ raw: { Response: 'Success', pin: '1234' }, reference: 'ref-1' });
    await run('pbx-call', { from: '22', to: '0900123456' });
    const req = { socket: { open: true } };
    send({ _msgid: 'abc', topic: 'mine', payload: 'now', req });
    const answer = await out.one();
    assert.equal(answer._msgid, 'abc');
    assert.equal(answer.topic, 'mine');
    assert.equal(answer['req'], req);
    assert.deepEqual(answer.payload, {
      command: 'call',
      account: 'Office',
      provider: 'fake',
      call: null,
      reference: 'ref-1',
      result: null,
    });
    assert.deepEqual(answer['raw'], { Response: 'Success', pin: '***' });
  });

  it('tell Complete nodes that they are done, once', async () => {
    const node = { id: 'node', type: 'pbx-hangup', account: 'office', call: 'c1', wires: [[]] };
    const complete = { id: 'complete', type: 'complete', scope: ['node'], wires: [['out']] };
    await load(initializers([pbx.module]), flowOf(account(), node, complete, sink('out')));
    out = new Inbox('out');
    send({ _msgid: 'abc', payload: null });
    await out.one();
    await delivered();
    assert.deepEqual(out.messages, []);
  });

  describe('a failure reaches the Catch node with code and cause', () => {
    it("the PBX's own words for it", async () => {
      pbx.answer = refused('rejected', 'the extension is busy');
      await run('pbx-call', { from: '22', to: '23' });
      send({ payload: {} });
      const { error } = (await caught.one()) as unknown as Caught;
      assert.equal(error.code, 'rejected');
      assert.equal(error.message, 'the extension is busy');
      assert.equal(error.source.id, 'node');
      assert.deepEqual(error.cause, {
        account: 'Office',
        command: 'call',
        retryable: false,
        vendor: { code: '17', message: 'User busy' },
      });
      assert.deepEqual(out.messages, []);
      assert.deepEqual(statusOf('node'), { fill: 'red', shape: 'ring', text: 'common.error.rejected' });
    });

    const cases: [string, string, string, Record<string, unknown>, Record<string, unknown>?][] = [
      ['a missing field', 'invalid-argument', 'pbx-call', { from: '22', to: '' }],
      ['a number that is none', 'invalid-argument', 'pbx-call', { from: '22', to: '23', timeout: 'soon' }],
      ['a mode that does not exist', 'invalid-argument', 'pbx-transfer', { call: 'c', to: '23', mode: 'quick' }],
      ['a list that does not exist', 'invalid-argument', 'pbx-query', { query: 'printers' }],
      ['an action that is no object', 'invalid-argument', 'pbx-action', { request: '[1]', requestType: 'json' }],
      ['a line break that would begin a new line on the wire', 'invalid-argument', 'pbx-hangup', { call: 'a\r\nb' }],
      [
        'a JSONata expression that cannot be worked out',
        'invalid-argument',
        'pbx-hangup',
        { call: '$(', callType: 'jsonata' },
      ],
      [
        'a destination that the rules refuse',
        'forbidden',
        'pbx-call',
        { from: '22', to: '0900' },
        { dialDeny: ['09*'] },
      ],
      ['a ceiling that is reached', 'rate-limited', 'pbx-call', { from: '22', to: '23' }, { dialLimit: 0 }],
      ['no account', 'invalid-argument', 'pbx-call', { account: '', from: '22', to: '23' }],
      ['an account that is not complete', 'invalid-argument', 'pbx-call', { from: '22', to: '23' }, { host: '' }],
    ];
    for (const [name, code, type, fields, office] of cases)
      it(name, async () => {
        await run(type, fields, account(office));
        send({ payload: {} });
        const { error } = (await caught.one()) as unknown as Caught;
        assert.equal(error.code, code);
        assert.equal(pbx.commands.length, 0, 'nothing was sent');
      });

    it('no connection', async () => {
      pbx.onOpen = null;
      await run('pbx-call', { from: '22', to: '23' });
      send({ payload: {} });
      assert.equal(((await caught.one()) as unknown as Caught).error.code, 'not-connected');
    });

    it('what the PBX cannot do, which shows before as well', async () => {
      pbx = new FakePbx('fake', { sms: false });
      await run('pbx-sms', { to: '0900', text: 'hello' });
      assert.deepEqual(statusOf('node'), { fill: 'grey', shape: 'ring', text: 'common.status.notSupported' });
      send({ payload: {} });
      assert.equal(((await caught.one()) as unknown as Caught).error.code, 'not-supported');
    });

    it('a command under way when everything is deployed anew is not sent again', async () => {
      pbx.answer = () => new Promise(() => {});
      await run('pbx-call', { from: '22', to: '23' });
      send({ payload: {} });
      await delivered();
      const executed = pbx.commands.length;
      await helper.clearFlows();
      await delivered();
      assert.equal(executed, 1);
      assert.equal(pbx.commands.length, 1);
    });
  });

  describe('fields', () => {
    it('come from the form', async () => {
      await run('pbx-call', {
        from: '22',
        to: '0900123456',
        callerId: '0220',
        tag: 'order 7',
        timeout: '20',
        timeoutType: 'num',
      });
      send({ payload: 'anything' });
      await out.one();
      assert.deepEqual(pbx.commands, [
        {
          command: 'call',
          from: '22',
          to: '0900123456',
          callerId: '0220',
          tag: 'order 7',
          timeout: 20,
          replyWhen: 'accepted',
        },
      ]);
    });

    it('a property of the same name in msg.payload wins', async () => {
      await run('pbx-call', { from: '22', to: '0900123456', tag: 'of the form' });
      send({ payload: { to: '0911222333', tag: '' } });
      await out.one();
      const [command] = pbx.commands as { from: string; to: string; tag: string }[];
      assert.deepEqual([command?.from, command?.to, command?.tag], ['22', '0911222333', 'of the form']);
    });

    it('only own properties of the payload count', async () => {
      await run('pbx-action', { request: '{"Action":"Ping"}', requestType: 'json' });
      send({ payload: Object.create({ request: { Action: 'Command' } }) as object });
      await out.one();
      assert.deepEqual(pbx.commands, [{ command: 'action', request: { Action: 'Ping' } }]);
    });

    const sources: [string, string, string][] = [
      ['str', '23', '23'],
      ['num', '23', '23'],
      ['msg', 'who', '31'],
      ['msg', 'deep.down.there', ''],
      ['env', 'PBX_TEST_TARGET', '41'],
      ['jsonata', '"5" & who', '531'],
      ['flow', 'who', '51'],
      ['global', 'who', '61'],
    ];
    for (const [type, value, expected] of sources)
      it(`come from ${type} ${value}`, async () => {
        process.env['PBX_TEST_TARGET'] = '41';
        await run('pbx-call', { from: '22', to: value, toType: type });
        nodeOf('node').context().flow.set('who', '51');
        nodeOf('node').context().global.set('who', '61');
        send({ payload: null, who: 31 });
        if (expected === '') {
          assert.match(((await caught.one()) as unknown as Caught).error.message, /"to" is missing/);
          return;
        }
        await out.one();
        assert.equal((pbx.commands[0] as { to: string }).to, expected);
        delete process.env['PBX_TEST_TARGET'];
      });

    it('a party of a call is as good as its number', async () => {
      await run('pbx-call', { from: '22', to: 'payload', toType: 'msg' });
      send({
        payload: {
          from: { number: '+421', extension: '23', name: 'Ivan' },
          to: { number: '0900123456', extension: null },
        },
      });
      await out.one();
      const { from, to } = pbx.commands[0] as { from: string; to: string };
      assert.deepEqual([from, to], ['23', '0900123456']);
    });

    describe('a call is given by', () => {
      const call = { id: 'c7', state: 'ringing', from: {} } as unknown as Call;
      const given: [string, unknown][] = [
        ['its id', 'c7'],
        ['a call object', call],
        ["an event's payload", { type: 'call.begin', id: 'c7/call.begin', call }],
        ["the id in an object's call", { call: 'c7' }],
        ['the answer of make call', { command: 'call', call, reference: 'r', result: null }],
      ];
      for (const [name, payload] of given)
        it(name, async () => {
          await run('pbx-hangup', { call: 'payload', callType: 'msg' });
          send({ payload });
          await out.one();
          assert.deepEqual(pbx.commands, [{ command: 'hangup', call: 'c7' }]);
        });
    });
  });

  describe('each node makes its command', () => {
    const cases: [string, Record<string, unknown>, unknown, Record<string, unknown>][] = [
      ['pbx-hangup', { call: 'c1' }, null, { command: 'hangup', call: 'c1' }],
      [
        'pbx-redirect',
        { call: 'payload', callType: 'msg', to: '23' },
        'c1',
        { command: 'redirect', call: 'c1', to: '23' },
      ],
      [
        'pbx-transfer',
        { call: 'c1', to: '23', mode: 'attended', by: '22' },
        null,
        { command: 'transfer', call: 'c1', to: '23', mode: 'attended', by: '22' },
      ],
      ['pbx-transfer', { call: 'c1', to: '23' }, null, { command: 'transfer', call: 'c1', to: '23', mode: 'blind' }],
      [
        'pbx-sms',
        { to: '0900123456', text: 'payload', textType: 'msg', from: '0220' },
        'Line one\nline two',
        { command: 'sms', to: '0900123456', text: 'Line one\nline two', from: '0220' },
      ],
      [
        'pbx-recording',
        { action: 'start', call: 'payload', callType: 'msg' },
        'c1',
        { command: 'recording', action: 'start', call: 'c1' },
      ],
      [
        'pbx-recording',
        {
          action: 'fetch',
          call: 'payload',
          callType: 'msg',
          recording: 'payload',
          recordingType: 'msg',
          folder: '/tmp',
        },
        { type: 'recording.available', recording: { id: 'r1' }, call: null },
        { command: 'recording', action: 'fetch', recording: 'r1', folder: '/tmp' },
      ],
      [
        'pbx-query',
        { query: 'members', params: '{}', paramsType: 'json' },
        null,
        { command: 'query', query: 'members', params: {} },
      ],
      [
        'pbx-query',
        { query: 'members' },
        { query: 'history', params: { limit: 5 } },
        { command: 'query', query: 'history', params: { limit: 5 } },
      ],
      [
        'pbx-action',
        { request: 'payload', requestType: 'msg' },
        { Action: 'Ping' },
        { command: 'action', request: { Action: 'Ping' } },
      ],
    ];
    for (const [type, fields, payload, expected] of cases)
      it(`${type} ${JSON.stringify(expected)}`, async () => {
        await run(type, fields);
        send({ payload });
        await out.one();
        assert.deepEqual(pbx.commands, [expected]);
      });
  });

  describe('make call waits as long as it is told', () => {
    const party = { number: '0900123456' };

    it('accepted: the answer comes at once', async () => {
      await place('accepted');
      const { call } = (await out.one()).payload as { call: Call };
      assert.equal(call.id, 'c1');
    });

    it('answered: reached is the first output', async () => {
      await place('answered');
      assert.deepEqual(out.messages, []);
      pbx.say({ fact: 'leg.ringing', call: 'c1', leg: 'l', at, party });
      assert.equal(statusOf('node')?.text, 'call.status.ringing');
      pbx.say({ fact: 'leg.answer', call: 'c1', leg: 'l', at, party });
      const { reached, call } = (await out.one()).payload as { reached: boolean; call: Call };
      assert.equal(reached, true);
      assert.equal(call.state, 'answered');
      assert.deepEqual(statusOf('node'), { fill: 'green', shape: 'dot', text: 'call.status.answered' });
    });

    it('answered: not reached is the second output, with why', async () => {
      await place('answered');
      pbx.say({
        fact: 'call.end',
        call: 'c1',
        at,
        result: { disposition: 'busy', reason: { code: '17', text: 'busy' } },
      });
      const { reached, result } = (await other.one()).payload as { reached: boolean; result: unknown };
      assert.equal(reached, false);
      assert.deepEqual(result, { disposition: 'busy', reason: { code: '17', text: 'busy' } });
      assert.deepEqual(out.messages, []);
      assert.deepEqual(statusOf('node'), { fill: 'yellow', shape: 'ring', text: 'common.disposition.busy' });
    });

    it('ended: the message comes after the call', async () => {
      await place('ended');
      pbx.say({ fact: 'leg.answer', call: 'c1', leg: 'l', at, party });
      await delivered();
      assert.deepEqual(out.messages, []);
      pbx.say({ fact: 'call.end', call: 'c1', at: at + 30_000 });
      const { call } = (await out.one()).payload as { call: Call };
      assert.equal(call.talkSeconds, 30);
    });

    it('the status tells what becomes of the call', async () => {
      await place('answered');
      pbx.say({ fact: 'leg.ringing', call: 'c1', leg: 'l', at, party });
      pbx.say({ fact: 'leg.answer', call: 'c1', leg: 'l', at, party });
      await out.one();
      assert.deepEqual(
        statusesOf('node')
          .map(({ text }) => text)
          .slice(-4),
        ['call.status.calling', 'call.status.ringing', 'call.status.talking', 'call.status.answered'],
      );
    });

    it('a node that is replaced meanwhile says nothing more', async () => {
      await place('answered');
      const node = nodeOf('node');
      const flow = flowOf(
        account(),
        { id: 'node', type: 'pbx-hangup', account: 'office', wires: [['out']] },
        sink('out'),
      );
      await helper.setFlows(flow, 'nodes', {
        office: { username: 'tester', password: 's3cret-word' },
      });
      assert.notEqual(nodeOf('node'), node);
      pbx.say({ fact: 'leg.answer', call: 'c1', leg: 'l', at, party });
      await delivered();
      assert.deepEqual(out.messages, []);
    });
  });

  it('an event wired straight into hang up ends that call', async () => {
    const events = {
      id: 'events',
      type: 'pbx-call-events',
      account: 'office',
      events: ['call.begin'],
      wires: [['node']],
    };
    const node = {
      id: 'node',
      type: 'pbx-hangup',
      account: 'office',
      call: 'payload',
      callType: 'msg',
      wires: [['out']],
    };
    await load(initializers([pbx.module]), flowOf(account(), events, node, sink('out')));
    out = new Inbox('out');
    pbx.say(inboundCall('c1'));
    const { call } = (await out.one()).payload as { call: Call };
    assert.equal(call.id, 'c1');
    assert.deepEqual(pbx.commands, [{ command: 'hangup', call: 'c1' }]);
  });
});
