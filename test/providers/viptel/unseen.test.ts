import assert from 'node:assert/strict';
import { VirtualClock } from '../../../lib';
import { closeServers } from '../../transport/http/servers';
import { Bench, INBOUND, JOIN } from './bench';
import { FakeWeb } from './fake-web';

const START = Date.parse('2026-05-28T12:00:00Z');

/** A call from outside that nobody took, in the words of the history and by the clock on the wall in Slovakia. */
const missed = (more: object = {}) => ({
  id: '7',
  type: 'incoming',
  when: '2026-05-28 14:00:10',
  caller: '00421900000001',
  received: '0220282028',
  destination: null,
  duration: '0',
  complete_duration: '15',
  status: 'missed',
  unique_id: '9.9',
  ...more,
});
const answered = (more: object = {}) =>
  missed({
    destination: '21',
    destination_name: 'Eva',
    duration: '40',
    complete_duration: '45',
    status: 'answered',
    ...more,
  });

describe('VIPTel calls that began and ended during a break', function () {
  this.timeout(10_000);

  let clock: VirtualClock;
  let web: FakeWeb;
  let bench: Bench;

  const gapTold = () => bench.until('the gap is told', () => bench.events.some(({ type }) => type === 'account.gap'));
  /** Ten seconds of peace, a break of 0.6 s, and what the history holds afterwards. */
  const breakLink = async (...records: object[]) => {
    await bench.pass(10_000);
    bench.events.length = 0;
    await bench.breakLink(() => web.history.push(...(records as Record<string, unknown>[])));
    await gapTold();
  };
  /** Time goes on until it is so, at most two minutes. */
  const later = async (condition: () => boolean) => {
    for (let i = 0; i < 24 && !condition(); i++) await bench.pass(5_000);
  };
  const fail = (path: string, status: number) => web.odd.set(path, (response) => response.writeHead(status).end());
  const recovered = () => bench.last('account.gap').gap?.recovered;
  const count = (type: string) => bench.events.filter((event) => event.type === type).length;

  beforeEach(async () => {
    clock = new VirtualClock(START);
    web = await FakeWeb.listen(clock);
    bench = await Bench.open({ clock, config: { restUrl: web.restUrl } });
    bench.idle = () => web.busy === 0;
    await bench.until('read', () => web.count('/api/queue/status') === 1);
    await bench.play();
  });

  afterEach(async () => {
    await bench.close();
    await closeServers();
  });

  it('one that nobody took is missed, with who called, which number and when', async () => {
    await breakLink(missed());
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.end*', 'call.missed*']);
    assert.equal(recovered(), true);
    const { call } = bench.last('call.missed');
    assert.equal(call.id, '9.9');
    assert.equal(call.direction, 'inbound');
    assert.equal(call.from.number, '00421900000001');
    assert.equal(call.dialed, '0220282028');
    assert.equal(call.line, '0220282028');
    assert.equal(call.startedAt, '2026-05-28T12:00:10.000Z');
    assert.equal(call.endedAt, '2026-05-28T12:00:25.000Z');
    assert.equal(call.disposition, 'no-answer');
    assert.equal(bench.events[0]?.time, '2026-05-28T12:00:10.000Z');
  });

  it('one that was answered tells by whom and when', async () => {
    await breakLink(answered());
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.answer*', 'call.end*']);
    const { call } = bench.last('call.end');
    assert.deepEqual(call.answeredBy, { number: null, extension: '21', name: 'Eva' });
    assert.equal(call.answeredAt, '2026-05-28T12:00:15.000Z');
    assert.equal(call.talkSeconds, 40);
  });

  it('one that went out is not missed, whichever number VIPTel writes for the caller', async () => {
    await breakLink(missed({ type: 'outgoing', caller: '0220282028', received: null, destination: '0911000009' }));
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.end*']);
    assert.equal(bench.last('call.end').call.direction, 'outbound');
  });

  it('several come in the order in which they began', async () => {
    await breakLink(
      missed({ id: '9', unique_id: '9.11', when: '2026-05-28 14:00:12', caller: '0900000003' }),
      missed({ id: '8', unique_id: '9.10', when: '2026-05-28 14:00:11', caller: '0900000002' }),
    );
    const begins = bench.events.filter(({ type }) => type === 'call.begin').map(({ call }) => call.id);
    assert.deepEqual(begins, ['9.10', '9.11']);
  });

  it('what was told before is not told again: calls of the last minute before the break, and those of before the login', async () => {
    await bench.play(INBOUND, { event: 'call.end', unique_id: '1.1', status: 'cancel' });
    await breakLink(
      missed({ unique_id: '1.1', when: '2026-05-28 14:00:00' }),
      missed({ id: '6', unique_id: '9.1', when: '2026-05-28 13:59:59' }),
    );
    assert.deepEqual(bench.topics(), []);
  });

  it('events of such a call that come late, and another break, tell nothing twice', async () => {
    await breakLink(missed());
    await bench.play({ ...INBOUND, unique_id: '9.9' }, { event: 'call.end', unique_id: '9.9', status: 'cancel' });
    bench.pbx.cut();
    await bench.untilInTime('told', () => count('account.gap') === 2);
    await bench.pass(20_000);
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.end*', 'call.missed*']);
  });

  it('a record that comes into the history a little later is told as well', async () => {
    await breakLink();
    web.history.push(missed());
    await bench.pass(16_000);
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.end*', 'call.missed*']);
  });

  it('several records under one id are one call, and the answered one tells of it', async () => {
    await breakLink(
      missed({ id: '6', destination: '22', when: '2026-05-28 14:00:10' }),
      answered({ when: '2026-05-28 14:00:25' }),
      missed({ id: '8', destination: '23', when: '2026-05-28 14:00:10' }),
    );
    assert.deepEqual(bench.topics(), ['call.begin*', 'call.answer*', 'call.end*']);
    const { call } = bench.last('call.end');
    assert.equal(call.startedAt, '2026-05-28T12:00:10.000Z');
    assert.equal(call.answeredBy?.extension, '21');
  });

  it('records of phones that were called for one caller, under ids of their own, are no calls of their own', async () => {
    await breakLink(
      missed({ id: '6', unique_id: '9.10', destination: '21', when: '2026-05-28 14:00:12', complete_duration: '5' }),
      missed({ complete_duration: '30' }),
      missed({ id: '8', unique_id: '9.12', when: '2026-05-28 14:00:40' }),
    );
    const begins = bench.events.filter(({ type }) => type === 'call.begin').map(({ call }) => call.id);
    assert.deepEqual(begins, ['9.9', '9.12'], 'who calls again has called twice');
  });

  it('nor are those of a caller who still waits, also when he has gone by the second look', async () => {
    await bench.play({ ...INBOUND, callee: '500', unique_id: '1.20' }, JOIN);
    web.queues.get('500')?.waiting.push({ unique_id: '1.20', caller: '0900000001', caller_name: '', wait_time: 5 });
    await breakLink(missed({ unique_id: '1.21', destination: '21' }));
    await bench.play({ event: 'call.end', unique_id: '1.20', status: 'cancel' });
    await bench.pass(20_000);
    assert.equal(count('call.begin'), 0);
    assert.equal(count('call.missed'), 1);
  });

  it('a history that is refused is no recovery', async () => {
    web.odd.set('/api/cdr/', (response) => response.writeHead(403).end('{"message":"Nemáte oprávnenie"}'));
    await breakLink();
    assert.equal(recovered(), false);
  });

  it('a break of more calls than can be told is said to be one', async () => {
    const many = Array.from({ length: 3_500 }, (_, i) =>
      missed({ id: String(i), unique_id: `8.${i}`, caller: `09${10_000_000 + i}`, when: '2026-05-28 14:00:10' }),
    );
    await breakLink(...many);
    assert.equal(recovered(), false);
    assert.equal(count('call.missed'), 3_000);
    assert.ok(bench.log.some((text) => /oldest are left out/.test(text)));
    await bench.pass(20_000);
    assert.equal(count('call.missed'), 3_000);
  });

  describe('while REST has trouble', () => {
    it('it is read again a little later, and what is found then is told', async () => {
      await bench.play(INBOUND, { event: 'call.pickup', unique_id: '1.1' });
      fail('/api/call/statistics', 503);
      await breakLink(answered({ unique_id: '1.1', when: '2026-05-28 14:00:00' }), missed({ caller: '0900000002' }));
      assert.equal(recovered(), false);
      assert.deepEqual(bench.topics(), []);
      await bench.pass(16_000);
      assert.deepEqual(bench.topics(), [], 'still down');
      web.odd.clear();
      await later(() => count('call.missed') === 1);
      assert.deepEqual(bench.topics(), ['call.end*', 'call.begin*', 'call.end*', 'call.missed*']);
      assert.deepEqual(bench.account.calls(), []);
      assert.equal(count('account.gap'), 1);
      const asked = web.count('/api/call/statistics');
      await bench.pass(600_000, 20_000);
      assert.equal(web.count('/api/call/statistics'), asked, 'read once, it is known');
    });

    it('it is asked four times in all, and not after another break for this one', async () => {
      fail('/api/call/statistics', 503);
      const before = web.count('/api/call/statistics');
      await breakLink();
      await bench.pass(1_200_000, 20_000);
      assert.equal(web.count('/api/call/statistics') - before, 4);
    });

    it('a break before it could be read is added to the next one', async () => {
      fail('/api/call/statistics', 503);
      await breakLink(missed());
      web.odd.clear();
      bench.pbx.cut();
      await bench.untilInTime('told', () => count('account.gap') === 2);
      assert.deepEqual(bench.topics(), ['call.begin*', 'call.end*', 'call.missed*']);
    });

    it('one queue that VIPTel does not find is left out, and all else is known', async () => {
      web.queues.set('501', { name: 'Old', members: [], waiting: [] });
      web.odd.set('/api/queue/status?queue=501', (response) => response.writeHead(404).end());
      await bench.play(INBOUND, { event: 'call.pickup', unique_id: '1.1' });
      await bench.pass(1_000);
      await breakLink(answered({ unique_id: '1.1', when: '2026-05-28 14:00:00' }));
      assert.equal(recovered(), true);
      assert.deepEqual(bench.topics(), ['call.end*']);
    });

    it('one queue that cannot be read now is read again later', async () => {
      const queue = web.queues.get('500');
      fail('/api/queue/status', 503);
      await breakLink(missed());
      assert.equal(recovered(), false);
      assert.deepEqual(bench.topics(), ['call.begin*', 'call.end*', 'call.missed*'], 'calls are known all the same');
      web.odd.clear();
      queue?.members.push({ extension: '23', paused: false });
      await later(() => count('queue.member.add') === 1);
      assert.deepEqual(bench.topics().slice(3), ['queue.member.add*']);
    });

    it('a caller in a queue that cannot be read is not taken for gone', async () => {
      await bench.play({ ...INBOUND, callee: '500', unique_id: '1.20' }, JOIN);
      fail('/api/queue/status', 404);
      await bench.breakLink();
      await bench.pass(40_000);
      assert.equal(recovered(), true);
      assert.equal(bench.account.calls().length, 1);
    });
  });
});
