import assert from 'node:assert/strict';
import { PbxError } from '../../lib/index';
import type { Call } from '../../lib/index';
import { CommandBench } from './command-bench';
import type { Caught } from './command-bench';
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
  let bench: CommandBench;
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    bench = new CommandBench();
  });
  afterEach(() => helper.unload());

  /** Makes a call that the PBX takes. */
  const place = async (replyWhen: string): Promise<void> => {
    takeCalls(bench.pbx);
    await bench.run('pbx-call', { from: '22', to: '0900123456', replyWhen, outputs: 2 });
    bench.send({ payload: null });
    await delivered();
  };

  it('answer on the same message, its other properties untouched', async () => {
    bench.pbx.answer = () => ({ raw: { Response: 'Success', pin: '1234' }, reference: 'ref-1' });
    await bench.run('pbx-call', { from: '22', to: '0900123456' });
    const req = { socket: { open: true } };
    bench.send({ _msgid: 'abc', topic: 'mine', payload: 'now', req });
    const answer = await bench.out.one();
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
    await load(initializers([bench.pbx.module]), flowOf(account(), node, complete, sink('out')));
    bench.out = new Inbox('out');
    bench.send({ _msgid: 'abc', payload: null });
    await bench.out.one();
    await delivered();
    assert.deepEqual(bench.out.messages, []);
  });

  describe('a failure reaches the Catch node with code and cause', () => {
    it("the PBX's own words for it", async () => {
      bench.pbx.answer = refused('rejected', 'the extension is busy');
      await bench.run('pbx-call', { from: '22', to: '23' });
      bench.send({ payload: {} });
      const { error } = (await bench.caught.one()) as unknown as Caught;
      assert.equal(error.code, 'rejected');
      assert.equal(error.message, 'the extension is busy');
      assert.equal(error.source.id, 'node');
      assert.deepEqual(error.cause, {
        account: 'Office',
        command: 'call',
        retryable: false,
        vendor: { code: '17', message: 'User busy' },
      });
      assert.deepEqual(bench.out.messages, []);
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
        await bench.run(type, fields, account(office));
        bench.send({ payload: {} });
        const { error } = (await bench.caught.one()) as unknown as Caught;
        assert.equal(error.code, code);
        assert.equal(bench.pbx.commands.length, 0, 'nothing was sent');
      });

    it('no connection', async () => {
      bench.pbx.onOpen = null;
      await bench.run('pbx-call', { from: '22', to: '23' });
      bench.send({ payload: {} });
      assert.equal(((await bench.caught.one()) as unknown as Caught).error.code, 'not-connected');
    });

    it('what the PBX cannot do, which shows before as well', async () => {
      bench = new CommandBench(new FakePbx('fake', { sms: false }));
      await bench.run('pbx-sms', { to: '0900', text: 'hello' });
      assert.deepEqual(statusOf('node'), { fill: 'grey', shape: 'ring', text: 'common.status.notSupported' });
      bench.send({ payload: {} });
      assert.equal(((await bench.caught.one()) as unknown as Caught).error.code, 'not-supported');
    });

    it('a command under way when everything is deployed anew is not sent again', async () => {
      bench.pbx.answer = () => new Promise(() => {});
      await bench.run('pbx-call', { from: '22', to: '23' });
      bench.send({ payload: {} });
      await delivered();
      const executed = bench.pbx.commands.length;
      await helper.clearFlows();
      await delivered();
      assert.equal(executed, 1);
      assert.equal(bench.pbx.commands.length, 1);
    });
  });

  describe('make call waits as long as it is told', () => {
    const party = { number: '0900123456' };

    it('accepted: the answer comes at once', async () => {
      await place('accepted');
      const { call } = (await bench.out.one()).payload as { call: Call };
      assert.equal(call.id, 'c1');
    });

    it('accepted: the status does not follow a call that is named only later', async () => {
      let reference = '';
      bench.pbx.answer = (_command, context) => {
        ({ reference } = context);
        return {};
      };
      await bench.run('pbx-call', { from: '22', to: '0900123456', replyWhen: 'accepted' });
      bench.send({ payload: null });
      await bench.out.one();
      bench.pbx.say(
        { fact: 'call.begin', call: 'c1', at, reference },
        { fact: 'leg.ringing', call: 'c1', leg: 'l', at, party },
        { fact: 'leg.answer', call: 'c1', leg: 'l', at, party },
        { fact: 'call.end', call: 'c1', at },
      );
      assert.equal(statusOf('node')?.text, 'call.status.accepted');
    });

    it('answered: reached is the first output', async () => {
      await place('answered');
      assert.deepEqual(bench.out.messages, []);
      bench.pbx.say({ fact: 'leg.ringing', call: 'c1', leg: 'l', at, party });
      assert.equal(statusOf('node')?.text, 'call.status.ringing');
      bench.pbx.say({ fact: 'leg.answer', call: 'c1', leg: 'l', at, party });
      const { reached, call } = (await bench.out.one()).payload as { reached: boolean; call: Call };
      assert.equal(reached, true);
      assert.equal(call.state, 'answered');
      assert.deepEqual(statusOf('node'), { fill: 'green', shape: 'dot', text: 'call.status.answered' });
    });

    it('answered: not reached is the second output, with why', async () => {
      await place('answered');
      bench.pbx.say({
        fact: 'call.end',
        call: 'c1',
        at,
        result: { disposition: 'busy', reason: { code: '17', text: 'busy' } },
      });
      const { reached, result } = (await bench.other.one()).payload as { reached: boolean; result: unknown };
      assert.equal(reached, false);
      assert.deepEqual(result, { disposition: 'busy', reason: { code: '17', text: 'busy' } });
      assert.deepEqual(bench.out.messages, []);
      assert.deepEqual(statusOf('node'), { fill: 'yellow', shape: 'ring', text: 'common.disposition.busy' });
    });

    it('ended: the message comes after the call', async () => {
      await place('ended');
      bench.pbx.say({ fact: 'leg.answer', call: 'c1', leg: 'l', at, party });
      await delivered();
      assert.deepEqual(bench.out.messages, []);
      bench.pbx.say({ fact: 'call.end', call: 'c1', at: at + 30_000 });
      const { call } = (await bench.out.one()).payload as { call: Call };
      assert.equal(call.talkSeconds, 30);
    });

    it('the status tells what becomes of the call', async () => {
      await place('answered');
      bench.pbx.say({ fact: 'leg.ringing', call: 'c1', leg: 'l', at, party });
      bench.pbx.say({ fact: 'leg.answer', call: 'c1', leg: 'l', at, party });
      await bench.out.one();
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
      bench.pbx.say({ fact: 'leg.answer', call: 'c1', leg: 'l', at, party });
      await delivered();
      assert.deepEqual(bench.out.messages, []);
    });
  });

  it('an error that comes after the node was replaced still reaches the Catch node', async () => {
    let fail!: (error: Error) => void;
    bench.pbx.answer = () =>
      new Promise((_, reject) => {
        fail = reject;
      });
    await bench.run('pbx-hangup', { call: 'c1' });
    bench.send({ payload: {} });
    await delivered();
    await helper.setFlows(bench.flow('pbx-hangup', { call: 'c2' }), 'nodes', {
      office: { username: 'tester', password: 's3cret-word' },
    });
    fail(new PbxError('uncertain', 'the link broke'));
    assert.equal(((await bench.caught.one()) as unknown as Caught).error.code, 'uncertain');
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
    await load(initializers([bench.pbx.module]), flowOf(account(), events, node, sink('out')));
    bench.out = new Inbox('out');
    bench.pbx.say(inboundCall('c1'));
    const { call } = (await bench.out.one()).payload as { call: Call };
    assert.equal(call.id, 'c1');
    assert.deepEqual(bench.pbx.commands, [{ command: 'hangup', call: 'c1' }]);
  });
});
