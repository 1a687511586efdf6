import assert from 'node:assert/strict';
import { VirtualClock } from '../../../lib';
import { closeServers } from '../../transport/http/servers';
import { Bench, INBOUND, JOIN } from './bench';
import { FakeWeb } from './fake-web';

const pickup = (unique_id = '1.1') => ({ event: 'call.pickup', unique_id });

const record = (more: object = {}) => ({
  id: '7',
  type: 'incoming',
  when: '2026-05-28 14:00:00',
  caller: '00421900000001',
  received: '0220282028',
  destination: '21',
  destination_name: 'Eva',
  duration: '40',
  complete_duration: '45',
  status: 'answered',
  unique_id: '1.1',
  ...more,
});

describe('VIPTel after a break of the connection', function () {
  this.timeout(10_000);

  let clock: VirtualClock;
  let web: FakeWeb;
  let bench: Bench;

  const open = async (config: Record<string, string> = { restUrl: web.restUrl }) => {
    bench = await Bench.open({ clock, config });
    bench.idle = () => web.busy === 0;
    if (config['restUrl']) await bench.until('read', () => web.count('/api/queue/status') === 1);
    await bench.play();
  };

  const breakLink = (meanwhile?: () => void) => bench.breakLink(meanwhile);

  const gapTold = () => bench.until('the gap is told', () => bench.events.some(({ type }) => type === 'account.gap'));

  beforeEach(async () => {
    clock = new VirtualClock(Date.parse('2026-05-28T12:00:00Z'));
    web = await FakeWeb.listen(clock);
  });

  afterEach(async () => {
    await bench.close();
    await closeServers();
  });

  it('tells the span for which events may be missing, and that the present is known again', async () => {
    await open();
    await bench.pass(10_000);
    await breakLink();
    await gapTold();
    const { gap } = bench.last('account.gap');
    assert.deepEqual(gap, { from: '2026-05-28T12:00:10.000Z', to: '2026-05-28T12:00:10.600Z', recovered: true });
  });

  it('the span of a dead connection begins with the last that was heard, not when that was noticed', async () => {
    await open();
    await bench.pass(10_000);
    for (const client of bench.pbx.clients) client.socket.pause();
    const silentSince = clock.now();
    await bench.untilInTime('noticed', () => bench.account.status.state === 'reconnecting', 1_000);
    assert.ok(clock.now() - silentSince >= 20_000, 'it takes its time');
    web.history.push(record({ unique_id: '9.9', when: '2026-05-28 14:00:20', status: 'missed', destination: null }));
    await bench.untilInTime('told', () => bench.events.some(({ type }) => type === 'account.gap'), 100);
    assert.equal(bench.last('account.gap').gap?.from, '2026-05-28T12:00:10.000Z');
    assert.equal(bench.last('call.missed').call.id, '9.9');
  });

  it('without REST the present is not known again', async () => {
    await open({});
    await breakLink();
    await gapTold();
    assert.equal(bench.last('account.gap').gap?.recovered, false);
  });

  it('a REST that fails is no reason to stop: the gap is told as not recovered', async () => {
    await open();
    web.odd.set('/api/call/statistics', (response) => response.writeHead(500).end());
    await breakLink();
    await gapTold();
    assert.equal(bench.last('account.gap').gap?.recovered, false);
    assert.equal(bench.account.status.state, 'connected');
    await bench.play(INBOUND);
    assert.equal(bench.topics().at(-1), 'call.ringing');
  });

  it('a call that ended meanwhile gets its end from the history', async () => {
    await open();
    await bench.play(INBOUND, pickup());
    await breakLink(() => web.history.push(record()));
    await gapTold();
    assert.equal(bench.topics().at(-1), 'call.end*');
    const { call } = bench.last('call.end');
    assert.equal(call.disposition, 'answered');
    assert.equal(call.endedAt, '2026-05-28T12:00:45.000Z', "by VIPTel's record");
    assert.deepEqual(call.reason, { code: 'answered', text: null });
  });

  it('a call that was answered and ended meanwhile is told as answered, by whom and when', async () => {
    await open();
    await bench.play(INBOUND);
    await breakLink(() => web.history.push(record({ destination: '22', destination_name: 'Ivan' })));
    await gapTold();
    assert.deepEqual(bench.topics().slice(-2), ['call.answer*', 'call.end*']);
    const { call } = bench.last('call.answer');
    assert.equal(call.answeredAt, '2026-05-28T12:00:05.000Z');
    assert.equal(call.answeredBy?.extension, '22');
  });

  it('a call that was missed meanwhile is missed', async () => {
    await open();
    await bench.play(INBOUND);
    await breakLink(() => web.history.push(record({ status: 'missed', duration: '0', destination: null })));
    await gapTold();
    assert.deepEqual(bench.topics().slice(-2), ['call.end*', 'call.missed*']);
    assert.equal(bench.last('call.end').call.disposition, 'no-answer');
  });

  it('extensions are known from REST: a phone rings at once', async () => {
    await open();
    await bench.play({ ...INBOUND, callee: '23' });
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing']);
  });

  it('a call that goes on goes on', async () => {
    await open();
    await bench.play(INBOUND, pickup());
    await breakLink(() =>
      web.calls.push({ caller: '0900000001', callee: '21', duration: '5', unique_id: '1.1', status: 'answered' }),
    );
    await gapTold();
    await bench.play({ event: 'call.end', unique_id: '1.1', status: 'answer' });
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
  });

  it('a call that began meanwhile is told, with when it began and who answered', async () => {
    await open();
    await breakLink(() =>
      web.calls.push({
        caller: '0900000001',
        caller_name: 'Jana',
        callee: '22',
        duration: '30',
        from_queue_unique_id: '',
        unique_id: '1.5',
        status: 'answered',
      }),
    );
    await gapTold();
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.ringing*', 'call.answer*']);
    const { call } = bench.last('call.answer');
    assert.equal(call.startedAt, new Date(clock.now() - 30_000).toISOString());
    assert.deepEqual(call.from, { number: '0900000001', extension: null, name: 'Jana' });
    assert.equal(call.answeredBy?.extension, '22');
    await bench.play({ event: 'call.end', unique_id: '1.5', status: 'answer' });
    assert.equal(bench.topics().at(-1), 'call.end');
  });

  it('a call in no list gets a second look, and then an end of which nobody knows how', async () => {
    await open();
    await bench.play(INBOUND);
    await breakLink();
    await bench.until('looked', () => web.count('/api/cdr/') === 1);
    await bench.play();
    assert.ok(!bench.topics().some((topic) => topic.startsWith('call.end')));
    await bench.pass(16_000);
    await gapTold();
    assert.deepEqual(bench.topics().slice(-2), ['call.end*', 'call.missed*']);
    assert.equal(bench.last('call.end').call.disposition, 'unknown');
  });

  it('an event of such a call shows that it is alive', async () => {
    await open();
    await bench.play(INBOUND);
    await breakLink();
    await bench.until('looked', () => web.count('/api/cdr/') === 1);
    clock.advance(1);
    await bench.play(pickup());
    await bench.pass(16_000);
    await gapTold();
    assert.equal(bench.topics().at(-1), 'call.answer');
    assert.equal(bench.account.calls().length, 1);
  });

  it('an end that comes while the present is being read wins over what was read', async () => {
    await open();
    await bench.play(INBOUND, pickup());
    web.calls.push({ caller: '0900000001', callee: '21', duration: '5', unique_id: '1.1', status: 'answered' });
    let told = false;
    web.before = (path) => {
      if (path !== '/api/queue/status' || told) return;
      told = true;
      bench.pbx.emit({ event: 'call.end', unique_id: '1.1', status: 'answer' });
    };
    await breakLink();
    await gapTold();
    await bench.play();
    assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
    const { payload } = await bench.account.execute({ command: 'query', query: 'members' });
    assert.equal((payload.result as { state: string }[])[0]?.state, 'idle', 'nothing of the call is left');
  });

  it('waiting callers are compared: who waits now has joined, who does not has left', async () => {
    await open();
    await bench.play(JOIN);
    await breakLink(() => {
      web.calls.push({
        caller: '0900000001',
        callee: '500',
        duration: '50',
        unique_id: '1.20',
        status: 'queue_active',
      });
      web.queues
        .get('500')
        ?.waiting.push({ unique_id: '1.30', caller: '0900000002', caller_name: 'Peter', wait_time: 12 });
    });
    await gapTold();
    assert.deepEqual(bench.topics(), ['call.begin', 'queue.join', 'call.begin*', 'queue.join*', 'queue.leave*']);
    const join = bench.last('queue.join');
    assert.equal(join.call.id, '1.30');
    assert.equal(join.queue.waitSeconds, 12);
    assert.equal(join.queue.name, 'Podpora');
    assert.equal(bench.last('queue.leave').call.id, '1.20');
  });

  it('the legs of agents are found below their caller', async () => {
    await open();
    await bench.play(JOIN);
    await breakLink(() => {
      web.calls.push(
        {
          caller: '0900000001',
          callee: '21',
          unique_id: '1.21',
          from_queue_unique_id: '1.20',
          status: 'answered',
          duration: '9',
        },
        { caller: '0900000001', callee: '500', unique_id: '1.20', status: 'answered', duration: '50' },
      );
    });
    await gapTold();
    const { call } = bench.last('call.answer');
    assert.equal(call.id, '1.20');
    assert.equal(call.answeredBy?.extension, '21');
    assert.equal(bench.topics().filter((topic) => topic.startsWith('queue.leave')).length, 1);
    assert.equal(bench.last('queue.leave').reason, 'connected');
  });

  it('members that changed meanwhile are told', async () => {
    await open();
    await breakLink(() => {
      const queue = web.queues.get('500');
      if (queue)
        queue.members = [
          { extension: '22', paused: false },
          { extension: '23', paused: true },
        ];
    });
    await gapTold();
    assert.deepEqual(
      bench.events
        .filter(({ type }) => type.startsWith('queue.'))
        .map(({ type, member, inferred }) => [type, member?.extension, inferred]),
      [
        ['queue.member.remove', '21', true],
        ['queue.member.unpause', '22', true],
        ['queue.member.add', '23', true],
        ['queue.member.pause', '23', true],
      ],
    );
  });

  it('members that changed by events are not told again', async () => {
    await open();
    await bench.play({ event: 'queue.pause', queue: 500, member: '21' });
    web.queues.get('500')?.members.splice(0, 1, { extension: '21', paused: true });
    await breakLink();
    await gapTold();
    assert.deepEqual(bench.topics(), ['queue.member.pause']);
  });

  it('what is there at the first login is known, without a gap', async () => {
    web.calls.push({ caller: '21', callee: '22', duration: '10', unique_id: '1.1', status: 'answered' });
    await open();
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.ringing*', 'call.answer*']);
    assert.ok(!bench.events.some(({ type }) => type === 'account.gap'));
  });

  it('a second break while the present is being read: one gap, from the first', async () => {
    await open();
    await bench.pass(10_000);
    let cuts = 0;
    web.before = (path) => {
      if (path === '/api/call/statistics' && cuts++ === 0) bench.pbx.cut();
    };
    bench.pbx.cut();
    await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
    clock.advance(600);
    await bench.until('cut again', () => cuts === 1);
    await bench.untilInTime('back', () => bench.events.some(({ type }) => type === 'account.gap'));
    const gaps = bench.events.filter(({ type }) => type === 'account.gap');
    assert.equal(gaps.length, 1);
    assert.equal(gaps[0]?.gap?.from, '2026-05-28T12:00:10.000Z');
    assert.equal(gaps[0]?.gap?.recovered, true);
  });

  it('without REST, calls of which nobody tells any more end some time', async () => {
    await open({});
    await bench.play(INBOUND, { ...INBOUND, unique_id: '2.2' }, pickup('2.2'));
    await breakLink();
    await bench.pass(14 * 60_000, 20_000);
    assert.equal(bench.account.calls().length, 2);
    await bench.pass(3 * 60_000, 20_000);
    assert.deepEqual(bench.topics().slice(-2), ['call.end*', 'call.missed*']);
    assert.equal(bench.last('call.end').call.id, '1.1');
    await bench.play({ event: 'call.end', unique_id: '2.2', status: 'answer' });
    assert.equal(bench.topics().at(-1), 'call.end');
  });
});
