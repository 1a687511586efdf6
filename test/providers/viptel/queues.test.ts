import assert from 'node:assert/strict';
import { Bench } from './bench';

const CALLER = '0900000001';
const PARENT = '1700000000.20';
const JOIN = {
  event: 'queue.join',
  queue: 500,
  caller: CALLER,
  caller_name: CALLER,
  unique_id: PARENT,
  position: 2,
};
const BEGIN = {
  event: 'call.begin',
  caller: CALLER,
  caller_name: CALLER,
  callee: '500',
  callee_name: 'Support',
  called_number: '0220282028',
  unique_id: PARENT,
};
const pickup = (unique_id: string) => ({ event: 'call.pickup', unique_id });
const end = (unique_id: string, status: string) => ({ event: 'call.end', unique_id, status });
const left = (holdtime: number) => ({ event: 'queue.left', queue: 500, unique_id: PARENT, holdtime });
/** A queue calls an agent. */
const leg = (unique_id: string, callee: string, callee_name = '') => ({
  event: 'call.begin',
  caller: CALLER,
  caller_name: CALLER,
  callee,
  callee_name,
  called_number: '0220282028',
  unique_id,
  from_queue_unique_id: PARENT,
});
const without = (message: Record<string, unknown>, key: string) =>
  Object.fromEntries(Object.entries(message).filter(([name]) => name !== key));

describe('VIPTel queues', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await Bench.open();
  });

  afterEach(() => bench.close());

  it('a caller waits, the first agent does not take it, the second does', async () => {
    // The PBX picks up the caller for the queue: nobody has answered by that.
    await bench.play(BEGIN, pickup(PARENT), JOIN);
    await bench.pass(5_000);
    await bench.play(leg('1.21', '21', 'Eva'));
    await bench.pass(15_000);
    await bench.play(end('1.21', 'noanswer'));
    await bench.pass(2_000);
    await bench.play(leg('1.22', '22', 'Ivan'));
    await bench.pass(3_000);
    await bench.play(pickup('1.22'));
    await bench.pass(30_000);
    await bench.play(end('1.22', 'answer'), end(PARENT, 'answer'));
    assert.deepEqual(bench.topics(), [
      'call.begin',
      'queue.join',
      'call.ringing',
      'queue.member.ringing',
      'call.ringing',
      'queue.member.ringing',
      'queue.leave',
      'call.answer',
      'queue.member.connect',
      'call.end',
    ]);
    const join = bench.last('queue.join');
    assert.deepEqual(join.queue, { id: '500', name: null, position: 2, waiting: null, waitSeconds: null });
    assert.equal(join.call.state, 'queued');
    assert.equal(join.call.from.number, CALLER);
    const leave = bench.last('queue.leave');
    assert.equal(leave.reason, 'connected');
    assert.equal(leave.queue.waitSeconds, 25);
    const connect = bench.last('queue.member.connect');
    assert.deepEqual(connect.member, { extension: '22', name: 'Ivan', paused: null });
    const { call } = bench.last('call.end');
    assert.equal(call.id, PARENT);
    assert.equal(call.answeredBy?.extension, '22');
    assert.equal(call.queue, '500');
    assert.equal(call.waitSeconds, 25);
    assert.equal(call.talkSeconds, 30);
    assert.equal(call.disposition, 'answered');
    assert.equal(call.dialed, '0220282028');
  });

  it('agents that lose against another are no missed calls', async () => {
    await bench.play(BEGIN, JOIN, leg('1.21', '21'), leg('1.22', '22'), pickup('1.22'));
    await bench.play(end('1.21', 'cancel'), end('1.22', 'answer'), end(PARENT, 'answer'));
    assert.equal(bench.topics().filter((topic) => topic === 'call.answer').length, 1);
    assert.ok(!bench.topics().includes('call.missed'));
    assert.ok(!bench.topics().includes('call.transfer'));
  });

  it('a caller who gives up has left and abandoned', async () => {
    await bench.play(BEGIN, pickup(PARENT), JOIN, leg('1.21', '21'));
    await bench.pass(30_000);
    await bench.play(end('1.21', 'cancel'), left(34), end(PARENT, 'cancel'));
    assert.deepEqual(bench.topics().slice(-4), ['queue.leave', 'queue.abandon', 'call.end', 'call.missed']);
    assert.equal(bench.last('queue.leave').queue.waitSeconds, 34, "by VIPTel's own count");
    assert.equal(bench.last('queue.leave').reason, null, 'VIPTel does not say why');
    assert.equal(bench.last('call.end').call.disposition, 'cancelled');
  });

  it('an end without a word of the queue abandons it as well', async () => {
    await bench.play(JOIN, end(PARENT, 'cancel'));
    assert.deepEqual(bench.topics(), [
      'call.begin',
      'queue.join',
      'queue.leave',
      'queue.abandon',
      'call.end',
      'call.missed',
    ]);
  });

  it('an end as answered of a caller whom no agent took is no answer: the PBX itself had picked up', async () => {
    await bench.play(BEGIN, pickup(PARENT), JOIN, left(20), end(PARENT, 'answer'));
    assert.deepEqual(bench.topics().slice(-4), ['queue.leave', 'queue.abandon', 'call.end', 'call.missed']);
    const { call } = bench.last('call.end');
    assert.equal(call.disposition, 'no-answer');
    assert.deepEqual(call.reason, { code: 'answer', text: null });
  });

  it('a queue that times out is left and not abandoned', async () => {
    await bench.play(BEGIN, JOIN, left(60), end(PARENT, 'noanswer'));
    assert.deepEqual(bench.topics(), ['call.begin', 'queue.join', 'queue.leave', 'call.end', 'call.missed']);
  });

  it('leaving one queue for the next is the same call', async () => {
    await bench.play(
      BEGIN,
      JOIN,
      left(10),
      { ...JOIN, queue: '501', position: '1' },
      leg('1.21', '21'),
      pickup('1.21'),
    );
    assert.deepEqual(bench.topics(), [
      'call.begin',
      'queue.join',
      'queue.leave',
      'queue.join',
      'call.ringing',
      'queue.member.ringing',
      'queue.leave',
      'call.answer',
      'queue.member.connect',
    ]);
    const join = bench.last('queue.join');
    assert.equal(join.queue.id, '501');
    assert.equal(join.queue.position, 1);
    assert.equal(bench.last('queue.leave').queue.id, '501');
  });

  it('a waiting caller who is redirected keeps id and number, and is answered there', async () => {
    await bench.play(BEGIN, pickup(PARENT), JOIN, leg('1.21', '21', 'Eva'), end('1.21', 'cancel'), left(12));
    await bench.play({
      event: 'call.begin',
      caller: '0220282028',
      caller_name: '',
      callee: '22',
      callee_name: 'Ivan',
      called_number: '22',
      unique_id: PARENT,
    });
    bench.clock.advance(300);
    await bench.play(pickup(PARENT), end(PARENT, 'answer'));
    assert.deepEqual(bench.topics().slice(-4), ['queue.leave', 'call.ringing', 'call.answer', 'call.end']);
    const { call } = bench.last('call.end');
    assert.equal(call.id, PARENT);
    assert.equal(call.from.number, CALLER);
    assert.equal(call.answeredBy?.extension, '22');
    assert.equal(call.disposition, 'answered');
  });

  it('a waiting caller who is redirected and not answered there is missed, not abandoned', async () => {
    await bench.play(BEGIN, JOIN, left(12), { ...BEGIN, caller: '0220282028', callee: '22', called_number: '22' });
    await bench.play(end(PARENT, 'noanswer'));
    assert.deepEqual(bench.topics().slice(-2), ['call.end', 'call.missed']);
    assert.ok(!bench.topics().includes('queue.abandon'));
    assert.equal(bench.last('call.end').call.disposition, 'no-answer');
  });

  it('a waiting caller who is redirected to a mobile outside is told so', async () => {
    await bench.play(BEGIN, JOIN, left(12));
    await bench.play(
      { ...BEGIN, caller: '0220282028', callee: '0911000009', called_number: '0911000009' },
      pickup(PARENT),
    );
    const { call } = bench.last('call.answer');
    assert.equal(call.answeredBy?.number, '0911000009');
    assert.equal(call.from.number, CALLER);
  });

  it("the caller of an agent's leg is found when VIPTel does not name it", async () => {
    await bench.play(BEGIN, JOIN, { ...JOIN, unique_id: '2.20', caller: '0900000002' });
    await bench.play(without(leg('1.21', '21'), 'from_queue_unique_id'), pickup('1.21'), end('1.21', 'answer'));
    assert.equal(bench.last('call.answer').call.id, PARENT);
    assert.equal(bench.topics().filter((topic) => topic === 'call.begin').length, 2);
  });

  it('a leg whose caller was never seen makes the call known', async () => {
    await bench.play(leg('1.21', '21'), pickup('1.21'), end('1.21', 'answer'), end(PARENT, 'answer'));
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.ringing', 'call.answer', 'call.end']);
    assert.equal(bench.last('call.end').call.id, PARENT);
  });

  it("an answered call ends with its agent's leg when VIPTel never tells the end of the caller's own", async () => {
    await bench.play(BEGIN, JOIN, leg('1.21', '21'), pickup('1.21'), end('1.21', 'answer'));
    assert.ok(!bench.topics().includes('call.end'));
    await bench.pass(5_000);
    assert.equal(bench.topics().at(-1), 'call.end*');
    assert.equal(bench.last('call.end').call.disposition, 'answered');
    // And when it does after all, nothing happens twice.
    await bench.play(end(PARENT, 'answer'));
    assert.equal(bench.topics().filter((topic) => topic.startsWith('call.end')).length, 1);
  });

  it('so it does when the offers to other agents are withdrawn after that', async () => {
    await bench.play(BEGIN, JOIN, leg('1.21', '21'), leg('1.22', '22'), leg('1.23', '23'), pickup('1.21'));
    await bench.play(end('1.21', 'answer'), end('1.22', 'noanswer'));
    await bench.pass(5_000);
    assert.equal(bench.topics().at(-1), 'call.end*');
    assert.equal(bench.last('call.end').call.answeredBy?.extension, '21');
    await bench.play(end('1.23', 'noanswer'));
    assert.equal(bench.topics().at(-1), 'call.end*');
  });

  it('so it does when the agent it was handed on to does not take it', async () => {
    await bench.play(BEGIN, JOIN, leg('1.21', '21'), pickup('1.21'), end('1.21', 'answer'), leg('1.22', '22'));
    await bench.pass(10_000);
    assert.ok(!bench.topics().some((topic) => topic.startsWith('call.end')), 'the other phone rings');
    await bench.play(end('1.22', 'noanswer'));
    await bench.pass(5_000);
    assert.equal(bench.topics().at(-1), 'call.end*');
  });

  it('an offer that ends late ends no call that waits again or goes on under its own id', async () => {
    await bench.play(BEGIN, JOIN, leg('1.21', '21'), leg('1.22', '22'), pickup('1.21'), end('1.21', 'answer'));
    await bench.play({ ...JOIN, queue: 501 }, end('1.22', 'cancel'));
    await bench.pass(10_000);
    await bench.play(leg('1.23', '22'), end('1.23', 'noanswer'));
    await bench.pass(10_000);
    await bench.play({ ...BEGIN, caller: '0220282028', callee: '23', called_number: '23' }, leg('1.24', '21'));
    await bench.play(pickup(PARENT), end('1.24', 'cancel'));
    await bench.pass(10_000);
    assert.ok(!bench.topics().some((topic) => topic.startsWith('call.end')));
  });

  it('an agent who hands the caller on to another queue does not end the call', async () => {
    await bench.play(BEGIN, JOIN, leg('1.21', '21'), pickup('1.21'), end('1.21', 'answer'), { ...JOIN, queue: 501 });
    await bench.pass(10_000);
    assert.ok(!bench.topics().some((topic) => topic.startsWith('call.end')));
  });

  it('a queue that was never heard of is no phone that rings', async () => {
    await bench.play(BEGIN, pickup(PARENT), JOIN);
    bench.clock.advance(5_000);
    assert.deepEqual(bench.topics(), ['call.begin', 'queue.join']);
    assert.equal(bench.last('queue.join').call.state, 'queued');
  });

  it('members come, go, pause and return, by whatever type VIPTel writes the queue', async () => {
    const events = await bench.play(
      { event: 'queue.add', queue: 500, member: '21', member_name: 'Eva' },
      { event: 'queue.pause', queue: '500', member: '21' },
      { event: 'queue.unpause', queue: 500, member: 21 },
      { event: 'queue.remove', queue: 500, member: 'SIP/21', member_name: 'Eva' },
    );
    assert.deepEqual(
      events.map(({ type, queue, member }) => [type, queue.id, member?.extension, member?.name, member?.paused]),
      [
        ['queue.member.add', '500', '21', 'Eva', null],
        ['queue.member.pause', '500', '21', null, true],
        ['queue.member.unpause', '500', '21', null, false],
        ['queue.member.remove', '500', '21', 'Eva', null],
      ],
    );
  });

  it('the same pause minutes apart is two pauses', async () => {
    const pause = { event: 'queue.pause', queue: 500, member: '21' };
    await bench.play(pause);
    await bench.pass(120_000);
    await bench.play(pause);
    assert.deepEqual(bench.topics(), ['queue.member.pause', 'queue.member.pause']);
  });

  it('a caller from inside waits like one from outside', async () => {
    await bench.play({ ...JOIN, caller: 21, caller_name: 'Eva' }, end(PARENT, 'cancel'));
    const { call } = bench.last('queue.join');
    assert.deepEqual(call.from, { number: null, extension: '21', name: 'Eva' });
    assert.equal(call.direction, 'internal');
    assert.ok(!bench.topics().includes('call.missed'), 'only calls from outside are missed');
  });
});
