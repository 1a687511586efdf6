import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { TOPICS } from '../../lib/index';
import type { Fact } from '../../lib/facts';
import { filterOf } from '../../nodes/shared/event-node';
import { FakePbx, inboundCall } from './fake-provider';
import {
  account,
  delivered,
  flowOf,
  helper,
  Inbox,
  initializers,
  load,
  sink,
  startServer,
  statusOf,
  stopServer,
} from './flows';
import type { FlowNode } from './flows';

const at = Date.parse('2026-01-05T10:00:07Z');
const ringing = (call: string, extension: string): Fact => ({
  fact: 'leg.ringing',
  call,
  leg: `${call}/${extension}`,
  at,
  party: { extension },
});
const end = (call: string): Fact => ({ fact: 'call.end', call, at, result: { disposition: 'no-answer' } });

interface Payload {
  type: string;
  call: { id: string; from: { number: string } };
  [property: string]: unknown;
}

function topics(messages: readonly NodeMessage[]): (string | undefined)[] {
  return messages.map(({ topic }) => topic);
}

function events(kind: string, out: string): FlowNode {
  return { id: `${kind} to ${out}`, type: `pbx-${kind}-events`, account: 'office', wires: [[out]] };
}

describe('event nodes', () => {
  let pbx: FakePbx;
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    pbx = new FakePbx();
  });
  afterEach(() => helper.unload());

  /** Runs one event node and gives what it sends. */
  const run = async (type: string, more: Record<string, unknown> = {}): Promise<Inbox> => {
    const node = { id: 'events', type, account: 'office', wires: [['out']], ...more };
    await load(initializers([pbx.module]), flowOf(account(), node, sink('out')));
    return new Inbox('out');
  };

  it('a message has the topic, the payload of the design and an id of its own', async () => {
    const inbox = await run('pbx-call-events');
    pbx.say(inboundCall('c1'));
    const message = await inbox.one();
    assert.deepEqual(Object.keys(message).sort(), ['_msgid', 'payload', 'topic']);
    assert.equal(message.topic, 'call.begin');
    const { type, account: name, provider, time, call } = message.payload as Payload;
    assert.deepEqual(
      { type, name, provider, time },
      {
        type: 'call.begin',
        name: 'Office',
        provider: 'fake',
        time: '2026-01-05T10:00:00.000Z',
      },
    );
    assert.equal(call.id, 'c1');
    assert.match(message._msgid ?? '', /^[0-9a-f]{16}$/);
  });

  it('two nodes never share a message', async () => {
    await load(
      initializers([pbx.module]),
      flowOf(account(), events('call', 'a'), events('call', 'b'), sink('a'), sink('b')),
    );
    const [a, b] = [new Inbox('a'), new Inbox('b')];
    pbx.say(inboundCall('c1'));
    const [first, second] = [await a.one(), await b.one()];
    assert.notEqual(first._msgid, second._msgid);
    assert.deepEqual(first.payload, second.payload);
    (first.payload as Payload).call.from.number = 'changed by a flow';
    assert.equal((second.payload as Payload).call.from.number, '+421900123456');
    pbx.say(ringing('c1', '22'));
    assert.equal(((await b.one()).payload as Payload).call.from.number, '+421900123456', 'nor later');
  });

  it("the PBX's own message comes only where it is asked for, secrets masked", async () => {
    const plain = { id: 'plain', type: 'pbx-call-events', account: 'office', wires: [['a']] };
    const raw = { ...plain, id: 'raw', raw: true, wires: [['b']] };
    await load(initializers([pbx.module]), flowOf(account(), plain, raw, sink('a'), sink('b')));
    const [a, b] = [new Inbox('a'), new Inbox('b')];
    pbx.say(inboundCall('c1'));
    assert.equal('raw' in (await a.one()), false);
    assert.deepEqual((await b.one())['raw'], { Event: 'Newchannel', pin: '***' });
  });

  it('a node sends the events of its kind and no others', async () => {
    const inbox = await run('pbx-queue-events');
    pbx.say(
      inboundCall('c1'),
      { fact: 'queue.join', call: 'c1', at, queue: { id: '500', position: 1 } },
      { fact: 'recording.start', call: 'c1', at, recording: { id: 'r1' } },
      { fact: 'sms.received', at, message: { id: 's1', from: '+421900123456', text: 'hello' } },
    );
    await delivered();
    assert.deepEqual(topics(inbox.messages), ['queue.join']);
  });

  it('recording, message and account events have nodes of their own', async () => {
    await load(
      initializers([pbx.module]),
      flowOf(account(), events('recording', 'out'), events('message', 'out'), events('account', 'out'), sink('out')),
    );
    const inbox = new Inbox('out');
    pbx.say(
      inboundCall('c1'),
      { fact: 'recording.available', call: 'c1', at, recording: { id: 'r1', format: 'wav' } },
      { fact: 'sms.received', at, message: { id: 's1', from: '+421900123456', text: 'hello' } },
      { fact: 'raw', name: 'Reload', at, message: { Event: 'Reload', Password: 'x' } },
    );
    pbx.line.host.gap(at, at + 1000, true);
    await delivered();
    const expected = ['account.connected', 'recording.available', 'sms.received', 'raw', 'account.gap'];
    assert.deepEqual(topics(inbox.messages), expected);
    const raw = inbox.messages[3]?.payload as Payload;
    assert.deepEqual(raw['message'], { Event: 'Reload', Password: '***' });
  });

  describe('filters', () => {
    const cases: [string, Record<string, unknown>, string[]][] = [
      ['events', { events: ['call.end', 'call.missed'] }, ['call.end', 'call.missed', 'call.end', 'call.missed']],
      ['extension', { extension: '23' }, ['call.ringing', 'call.end', 'call.missed']],
      ['several extensions', { events: ['call.ringing'], extension: '22, 23' }, ['call.ringing', 'call.ringing']],
      ['number', { events: ['call.begin'], number: '+421900123456' }, ['call.begin']],
      ['number with a wildcard', { events: ['call.begin'], number: '+7495*' }, ['call.begin']],
      ['number with blanks as people write it', { events: ['call.begin'], number: '+421 900 123 456' }, ['call.begin']],
      ['queue', { queue: '500' }, ['call.ringing', 'call.end', 'call.missed']],
      ['direction', { direction: 'outbound' }, []],
      ['events of a later version', { events: ['call.parked'] }, []],
    ];
    for (const [name, filter, expected] of cases)
      it(`by ${name}`, async () => {
        const inbox = await run('pbx-call-events', filter);
        pbx.say(
          inboundCall('c1'),
          ringing('c1', '22'),
          inboundCall('c2', '+74951234567'),
          { fact: 'call.update', call: 'c2', at, details: { queue: '500' } },
          ringing('c2', '23'),
          end('c1'),
          end('c2'),
        );
        await delivered();
        assert.deepEqual(topics(inbox.messages), expected);
      });

    it('an empty list of events stands for all of the kind', () => {
      assert.deepEqual(filterOf({ events: [] } as never, 'call').topics, TOPICS.call);
      assert.deepEqual(filterOf({} as never, 'queue').topics, TOPICS.queue);
    });
  });

  it('nobody is told anything when no node wants it', async () => {
    await run('pbx-call-events', { events: ['call.end'] });
    const { host } = pbx.line;
    assert.equal(host.wants('call.end'), true);
    assert.equal(host.wants('call.begin'), false);
    assert.equal(host.wants('raw'), false);
  });

  it('the status shows the last event while the connection is up', async () => {
    await run('pbx-call-events');
    pbx.say(inboundCall('c1'));
    assert.deepEqual(statusOf('events'), { fill: 'green', shape: 'dot', text: 'call.begin' });
    pbx.line.host.state('reconnecting');
    assert.deepEqual(statusOf('events'), { fill: 'red', shape: 'ring', text: 'common.status.reconnecting' });
  });

  it('a flow that throws does not stop the next event', async () => {
    const inbox = await run('pbx-call-events');
    const events_ = helper.getNode('events');
    const send = events_.send.bind(events_);
    let failed = false;
    events_.send = (message) => {
      if (!failed) {
        failed = true;
        throw new Error('a wire is broken');
      }
      send(message);
    };
    pbx.say(inboundCall('c1'), ringing('c1', '22'));
    assert.equal((await inbox.one()).topic, 'call.ringing');
  });
});
