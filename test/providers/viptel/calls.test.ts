import assert from 'node:assert/strict';
import { Bench } from './bench';

const INBOUND = {
  event: 'call.begin',
  caller: '0900000001',
  caller_name: '0900000001',
  callee: '22',
  callee_name: 'Ivan',
  called_number: '0220282028',
  unique_id: '1700000000.12',
};
const PICKUP = { event: 'call.pickup', unique_id: '1700000000.12' };
const end = (status: string, unique_id = '1700000000.12') => ({ event: 'call.end', unique_id, status });

describe('VIPTel calls', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await Bench.open();
    // As after some time of work: the extensions have been seen.
    await bench.play(...['21', '22', '23'].map((member) => ({ event: 'queue.unpause', queue: 500, member })));
    bench.events.length = 0;
  });

  afterEach(() => bench.close());

  it('a call from outside: begin, ringing, answer, end, with who, whom, by which number', async () => {
    await bench.play(INBOUND);
    await bench.pass(4_000);
    await bench.play(PICKUP);
    await bench.pass(60_000);
    await bench.play(end('answer'));
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
    const { call } = bench.last('call.end');
    assert.deepEqual(
      { ...call, startedAt: undefined, answeredAt: undefined, endedAt: undefined },
      {
        id: '1700000000.12',
        direction: 'inbound',
        state: 'ended',
        from: { number: '0900000001', extension: null, name: null },
        to: { number: null, extension: '22', name: 'Ivan' },
        dialed: '0220282028',
        line: '0220282028',
        queue: null,
        answeredBy: { number: null, extension: '22', name: 'Ivan' },
        waitSeconds: 4,
        talkSeconds: 60,
        disposition: 'answered',
        reason: { code: 'answer', text: null },
        tag: null,
        startedAt: undefined,
        answeredAt: undefined,
        endedAt: undefined,
      },
    );
    assert.equal(bench.last('call.ringing').call.state, 'ringing');
  });

  it('hands on the own message of VIPTel to who asked for it', async () => {
    await bench.play(INBOUND, PICKUP);
    const raws = bench.told.filter(({ event }) => event.type.startsWith('call.')).map(({ raw }) => raw);
    assert.deepEqual(raws, [INBOUND, INBOUND, PICKUP]);
  });

  for (const [status, disposition] of [
    ['busy', 'busy'],
    ['noanswer', 'no-answer'],
    ['cancel', 'cancelled'],
    ['congestion', 'invalid-number'],
    ['chanunavail', 'unreachable'],
    ['dontcall', 'rejected'],
    ['invalidargs', 'invalid-number'],
    ['somethingnew', 'unknown'],
    ['constructor', 'unknown'],
  ] as const) {
    it(`a call from outside that ends with ${status} is ${disposition} and missed`, async () => {
      await bench.play(INBOUND, end(status));
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.end', 'call.missed']);
      const { call } = bench.last('call.end');
      assert.equal(call.disposition, disposition);
      assert.deepEqual(call.reason, { code: status, text: null });
    });

    it(`a call to outside that ends with ${status} is ${disposition}, and not missed`, async () => {
      await bench.play(
        { ...INBOUND, caller: '22', callee: '0900000001', callee_name: '', called_number: '0900000001' },
        end(status),
      );
      assert.deepEqual(bench.topics(), ['call.begin', 'call.end']);
      assert.equal(bench.last('call.end').call.disposition, disposition);
      assert.equal(bench.last('call.end').call.direction, 'outbound');
    });
  }

  it('an answer that was not told shows with the end, marked as worked out', async () => {
    await bench.play(INBOUND, end('answer'));
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer*', 'call.end']);
  });

  it('a call between extensions is internal', async () => {
    await bench.play({ ...INBOUND, caller: '21', caller_name: 'Eva', called_number: '22' }, PICKUP, end('answer'));
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
    const { call } = bench.last('call.answer');
    assert.equal(call.direction, 'internal');
    assert.deepEqual(call.from, { number: null, extension: '21', name: 'Eva' });
  });

  it('a call to outside rings nobody knows when, and is answered by the number', async () => {
    await bench.play({
      ...INBOUND,
      caller: '21',
      callee: '00420601000001',
      callee_name: '',
      called_number: '00420601000001',
    });
    await bench.play(PICKUP, end('answer'));
    assert.deepEqual(bench.topics(), ['call.begin', 'call.answer', 'call.end']);
    assert.equal(bench.last('call.answer').call.answeredBy?.number, '00420601000001');
  });

  it('an emergency call is no internal one', async () => {
    await bench.play({ ...INBOUND, caller: '21', callee: '112', callee_name: '', called_number: '112' });
    assert.equal(bench.last('call.begin').call.direction, 'outbound');
  });

  it('a hidden caller is a call from outside by nobody', async () => {
    await bench.play({ ...INBOUND, caller: 'anonymous', caller_name: 'anonymous' });
    const { call } = bench.last('call.begin');
    assert.equal(call.direction, 'inbound');
    assert.equal(call.from.number, null);
  });

  it('what VIPTel says twice is told once', async () => {
    await bench.play(INBOUND, INBOUND, PICKUP, PICKUP, end('answer'), end('answer'), INBOUND, PICKUP);
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
  });

  it('a phone that was never seen before rings a moment later: it could have been a queue', async () => {
    await bench.play({ ...INBOUND, callee: '88', callee_name: '' });
    assert.deepEqual(bench.topics(), ['call.begin']);
    bench.clock.advance(300);
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing']);
    await bench.play(PICKUP);
    assert.equal(bench.last('call.answer').call.answeredBy?.extension, '88');
    // From now on it is known.
    await bench.play({ ...INBOUND, callee: '88', unique_id: '1700000000.13' });
    assert.equal(bench.last('call.ringing').call.id, '1700000000.13');
  });

  it('a pickup in that moment may be the PBX itself: it counts after a second, from when it happened', async () => {
    await bench.play({ ...INBOUND, callee: '88', callee_name: '' });
    bench.clock.advance(100);
    const pickedUp = bench.clock.now();
    await bench.play(PICKUP);
    assert.deepEqual(bench.topics(), ['call.begin']);
    bench.clock.advance(1_000);
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer']);
    assert.equal(bench.last('call.answer').call.answeredAt, new Date(pickedUp).toISOString());
  });

  it('an end in that moment tells all that was held back', async () => {
    const timers = bench.clock.pending;
    await bench.play({ ...INBOUND, callee: '88', callee_name: '' }, PICKUP, end('answer'));
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
    assert.equal(bench.clock.pending, timers, 'no timer is left of it');
  });

  it('a menu that picks up is nobody who answers', async () => {
    await bench.play({ ...INBOUND, callee: '0220282028', callee_name: '' }, PICKUP);
    assert.deepEqual(bench.topics(), ['call.begin']);
    await bench.play(INBOUND, PICKUP, end('answer'));
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
    assert.equal(bench.last('call.answer').call.answeredBy?.extension, '22');
  });

  it('several phones ring under one id: who of them answered is not told, so nobody is named', async () => {
    await bench.play(INBOUND, { ...INBOUND, callee: '23', callee_name: 'Jana' }, PICKUP, end('answer'));
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.ringing', 'call.answer', 'call.end']);
    assert.equal(bench.last('call.answer').call.answeredBy, null);
  });

  it('an answered call that begins again elsewhere was handed on, and keeps id and caller', async () => {
    await bench.play(INBOUND, PICKUP, { ...INBOUND, caller: '0220282028', callee: '23', callee_name: 'Jana' }, PICKUP);
    await bench.play(end('answer'));
    assert.deepEqual(bench.topics(), [
      'call.begin',
      'call.ringing',
      'call.answer',
      'call.transfer',
      'call.ringing',
      'call.end',
    ]);
    const { transfer, call } = bench.last('call.transfer');
    assert.equal(transfer?.mode, 'blind');
    assert.equal(transfer.by?.extension, '22');
    assert.equal(transfer.to.extension, '23');
    assert.equal(call.from.number, '0900000001');
    assert.equal(bench.last('call.end').call.answeredBy?.extension, '22', 'who took it first');
  });

  it('a call that began unseen still has one begin and one end', async () => {
    await bench.play({ event: 'call.pickup', unique_id: '1.1' }, end('answer', '1.1'), end('busy', '2.2'));
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.answer*', 'call.end', 'call.begin*', 'call.end']);
  });

  it('an unknown event passes through', async () => {
    await bench.play({ event: 'future.event', unique_id: '9.9', anything: [1] });
    assert.equal(bench.last('raw').name, 'future.event');
  });

  it('events without what they need, and frames that are no messages, harm nothing', async () => {
    bench.pbx.emitRaw('not json');
    bench.pbx.emitRaw('[1,2]');
    bench.pbx.emitRaw('null');
    bench.pbx.emitRaw('{"__proto__": {"x": 1}, "event": "call.begin"}');
    bench.pbx.emitRaw(JSON.stringify({ ...INBOUND, unique_id: { a: 1 } }));
    bench.pbx.emitRaw(JSON.stringify({ ...INBOUND, unique_id: 'x'.repeat(500) }));
    bench.pbx.emitRaw(JSON.stringify({ event: 'queue.join', unique_id: '3.3' }));
    bench.pbx.emitRaw(JSON.stringify({ event: 'queue.add', queue: 500, member: null }));
    bench.pbx.emitRaw('{}');
    bench.pbx.emitRaw(Buffer.from(JSON.stringify(INBOUND)));
    await bench.play(PICKUP);
    assert.equal(bench.account.status.counters.malformed, 3);
    assert.deepEqual(
      bench.topics().filter((topic) => topic !== 'raw'),
      ['call.begin', 'call.ringing', 'call.answer'],
    );
    assert.equal(bench.topics().filter((topic) => topic === 'raw').length, 6);
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });

  it('fields one level down are understood as well', async () => {
    const { event, ...data } = INBOUND;
    await bench.play({ event, data });
    assert.equal(bench.last('call.begin').call.id, '1700000000.12');
  });
});
