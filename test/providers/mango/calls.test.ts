/** Legs become calls: the vendor's own sequences (specification 4.3, 4.5, 4.6, 4.8), in order and out of it. */

import assert from 'node:assert/strict';
import type { CallEvent, QueueEvent } from '../../../lib/index';
import type { Office } from './office';
import { openOffice } from './office';

const customer = { number: '70000000001' };
const jana = { extension: '101', number: 'sip:u1@example.mangosip.ru', line_number: '70000000099' };
const ivan = { extension: '102', number: 'sip:u2@example.mangosip.ru', line_number: '70000000099' };
const line = { line_number: '70000000099' };

describe('MANGO calls', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const second = () => office.clock.advance(1_000);
  const now = () => Math.floor(office.clock.now() / 1000);
  const end = () => office.of<CallEvent>('call.end').at(-1)?.call;

  it('tells a call from outside that an employee answers, with the times of the summary', async () => {
    const call = office.pbx.call('E1');
    const leg = call.leg('L1', { from: customer, to: jana });
    await leg.appeared();
    office.clock.advance(7_000);
    await leg.connected();
    const answered = now();
    office.clock.advance(60_000);
    await leg.gone(1110);
    await call.summary({
      from: customer,
      to: { extension: '101' },
      line_number: '70000000099',
      talk_time: answered,
      disconnect_reason: 1110,
    });
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'answer 101', 'end answered']);
    const ended = end();
    assert.equal(ended?.id, 'E1');
    assert.deepEqual(ended?.from, { number: '70000000001', extension: null, name: null });
    assert.deepEqual(
      ended?.answeredBy,
      { number: null, extension: '101', name: null },
      'a device of an employee is no number',
    );
    assert.equal(ended?.dialed, '70000000099');
    assert.equal(ended?.line, '70000000099');
    assert.equal(ended?.waitSeconds, 7);
    assert.equal(ended?.talkSeconds, 60);
    assert.deepEqual(ended?.reason, { code: '1110', text: 'ended by the caller' });
  });

  it('takes the number of call tracking for the number dialled', async () => {
    const leg = office.pbx.call('E1').leg('L1', { from: customer, to: jana });
    await leg.appeared({ dct: { type: 1, number: '70000000055' } });
    assert.equal(office.of<CallEvent>('call.begin')[0]?.call.dialed, '70000000055');
  });

  for (const [code, disposition] of [
    [1110, 'cancelled'],
    [1111, 'no-answer'],
    [1121, 'busy'],
    [1122, 'rejected'],
    [1131, 'unreachable'],
    [1133, 'invalid-number'],
    [2240, 'forbidden'],
  ] as const)
    it(`tells a call that ends with ${code} as ${disposition}, and as missed`, async () => {
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { from: customer, to: jana });
      await leg.appeared();
      second();
      await leg.gone(code);
      await call.summary({ from: customer, to: { extension: '101' }, disconnect_reason: code });
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', `end ${disposition}`, 'missed']);
    });

  it('keeps one call through IVR, queue and employee', async () => {
    const call = office.pbx.call('E1');
    const ivr = call.leg('L1', { location: 'ivr', from: customer, to: line });
    const queue = call.leg('L2', {
      location: 'queue',
      from: { ...customer, taken_from_call_id: 'L1' },
      to: { ...line, acd_group: '22' },
    });
    const leg = call.leg('L3', { from: { ...customer, taken_from_call_id: 'L2' }, to: { ...jana, acd_group: '22' } });
    await ivr.appeared();
    await ivr.connected();
    second();
    await ivr.gone(1100);
    await queue.appeared();
    second();
    await queue.connected();
    await leg.appeared();
    second();
    await queue.gone(1100);
    await leg.connected();
    second();
    await leg.gone(1120);
    await call.summary({ talk_time: now() - 1, disconnect_reason: 1120 });
    assert.deepEqual(office.story(), [
      'begin inbound',
      'queue.join 22',
      'ringing 101',
      'queue.member.ringing 22 101',
      'answer 101',
      'queue.leave 22 connected',
      'queue.member.connect 22 101',
      'end answered',
    ]);
    assert.equal(office.of<QueueEvent>('queue.leave')[0]?.queue.waitSeconds, 2);
  });

  it('tells a caller who gives up in the queue as abandoned and missed', async () => {
    const call = office.pbx.call('E1');
    const queue = call.leg('L2', { location: 'queue', from: customer, to: { ...line, acd_group: '22' } });
    await queue.appeared();
    office.clock.advance(30_000);
    await queue.gone(1110);
    await call.summary({ disconnect_reason: 1110 });
    assert.deepEqual(office.story(), [
      'begin inbound',
      'queue.join 22',
      'queue.leave 22 abandoned',
      'queue.abandon 22',
      'end cancelled',
      'missed',
    ]);
  });

  for (const [code, why] of [
    [1162, 'full'],
    [1163, 'timeout'],
    [1164, 'empty'],
  ] as const)
    it(`tells a queue left with ${code} as ${why}, not as abandoned`, async () => {
      const call = office.pbx.call('E1');
      const queue = call.leg('L2', { location: 'queue', from: customer, to: { ...line, acd_group: '22' } });
      await queue.appeared();
      second();
      await queue.gone(code);
      await call.summary({ disconnect_reason: code });
      assert.equal(office.of('queue.abandon').length, 0);
      assert.equal(office.of<QueueEvent>('queue.leave')[0]?.reason, why);
    });

  it('works out the join of a group that rings without a queue, and says so', async () => {
    const call = office.pbx.call('E1');
    const leg = call.leg('L1', { from: customer, to: { ...jana, acd_group: '22' } });
    await leg.appeared();
    await leg.connected();
    assert.deepEqual(office.story(), [
      'begin inbound',
      'queue.join 22 (inferred)',
      'ringing 101',
      'queue.member.ringing 22 101',
      'answer 101',
      'queue.leave 22 connected',
      'queue.member.connect 22 101',
    ]);
  });

  it('calls a group without a number unnumbered', async () => {
    await office.pbx
      .call('E1')
      .leg('L1', { location: 'queue', from: customer, to: { ...line, acd_group: '' } })
      .appeared();
    assert.equal(office.of<QueueEvent>('queue.join')[0]?.queue.id, 'unnumbered');
  });

  it('tells a queue left for another employee as redirected', async () => {
    const call = office.pbx.call('E1');
    const queue = call.leg('L1', { location: 'queue', from: customer, to: { ...line, acd_group: '22' } });
    await queue.appeared();
    second();
    await queue.gone(1100);
    await call
      .leg('L2', { from: { ...customer, taken_from_call_id: 'L1' }, to: ivan, more: { command_id: 'c1' } })
      .appeared();
    assert.equal(office.of<QueueEvent>('queue.leave')[0]?.reason, 'redirected');
    assert.equal(office.of<CallEvent>('call.begin')[0]?.call.direction, 'inbound');
  });

  it('does not count a leg of a ring group that loses', async () => {
    const call = office.pbx.call('E1');
    const one = call.leg('L1', { from: customer, to: jana });
    const two = call.leg('L2', { from: customer, to: ivan });
    await one.appeared();
    await two.appeared();
    second();
    await one.connected();
    await two.gone(1183);
    second();
    await one.gone(1110);
    await call.summary({ talk_time: now() - 1, disconnect_reason: 1110 });
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'ringing 102', 'answer 101', 'end answered']);
  });

  it('reads the direction of calls inside and to outside off their sides', async () => {
    await office.pbx
      .call('E1')
      .leg('L1', { from: { extension: '101' }, to: { extension: '102' } })
      .appeared();
    await office.pbx
      .call('E2')
      .leg('L2', { from: { extension: '101' }, to: { number: '70000000001' } })
      .appeared();
    await office.pbx
      .call('E3')
      .leg('L3', { from: customer, to: jana, more: { task_id: 7 } })
      .appeared();
    const begun = office.of<CallEvent>('call.begin').map((event) => event.call.direction);
    assert.deepEqual(begun, ['internal', 'outbound', 'outbound']);
    assert.equal(office.of<CallEvent>('call.begin')[1]?.call.dialed, '70000000001');
  });

  it('believes the direction of the summary', async () => {
    const call = office.pbx.call('E1');
    const leg = call.leg('L1', { to: { extension: '102' } });
    await leg.appeared();
    await leg.gone(1111);
    await call.summary({ call_direction: 0, disconnect_reason: 1111 });
    assert.equal(end()?.direction, 'internal');
    assert.equal(office.of('call.missed').length, 0, 'only calls from outside are missed');
  });

  describe('placed by the PBX', () => {
    const placed = { command_id: 'c1', callback_initiator: 'API' };

    it('is one outbound call whose first leg, told the wrong way round, is the own telephone', async () => {
      const call = office.pbx.call('E1', placed);
      const own = call.leg('L1', { from: customer, to: jana });
      await own.appeared();
      second();
      await own.connected();
      const far = call.leg('L2', { from: { extension: '101', taken_from_call_id: 'L1' }, to: customer });
      await far.appeared();
      await own.gone(1000);
      second();
      assert.deepEqual(office.story(), ['begin outbound', 'ringing 70000000001'], 'the own telephone is no answer');
      await far.connected();
      second();
      await far.gone(1120);
      await call.summary({ call_direction: 2, talk_time: now() - 1, disconnect_reason: 1120 });
      assert.deepEqual(office.story(), ['begin outbound', 'ringing 70000000001', 'answer 70000000001', 'end answered']);
      assert.equal(end()?.from.extension, '101');
      assert.equal(end()?.to.number, '70000000001');
      assert.equal(end()?.dialed, '70000000001');
    });

    it('is the same when the second leg is told first', async () => {
      const call = office.pbx.call('E1', placed);
      const own = call.leg('L1', { from: customer, to: jana });
      const far = call.leg('L2', { from: { extension: '101', taken_from_call_id: 'L1' }, to: customer });
      await far.appeared();
      await own.appeared();
      await own.connected();
      await own.gone(1000);
      await far.connected();
      await far.gone(1110);
      await call.summary({ call_direction: 2, talk_time: now(), disconnect_reason: 1110 });
      assert.deepEqual(office.story(), ['begin outbound', 'ringing 70000000001', 'answer 70000000001', 'end answered']);
    });

    it('ends as not answered when the own telephone is not taken', async () => {
      const call = office.pbx.call('E1', placed);
      const own = call.leg('L1', { from: customer, to: jana });
      await own.appeared();
      await own.gone(1111);
      await call.summary({ call_direction: 2, disconnect_reason: 1111 });
      assert.deepEqual(office.story(), ['begin outbound', 'end no-answer']);
    });

    it('is cancelled when the employee puts the telephone down before the far end answers', async () => {
      const call = office.pbx.call('E1', placed);
      const own = call.leg('L1', { from: customer, to: jana });
      await own.appeared();
      await own.connected();
      await own.gone(1120);
      office.clock.advance(20_000);
      assert.deepEqual(office.story(), ['begin outbound', 'end cancelled'], 'also without a summary');
    });

    it('knows the Cyrillic letter in the initiator for a Latin one', async () => {
      const call = office.pbx.call('E1', { callback_initiator: 'MissGroup\u0421allCallback' });
      await call.leg('L1', { from: customer, to: jana }).appeared();
      assert.equal(office.of<CallEvent>('call.begin')[0]?.call.direction, 'outbound');
    });

    it('may ring the far end first', async () => {
      const call = office.pbx.call('E1', placed);
      const far = call.leg('L1', { from: { extension: '22' }, to: customer });
      await far.appeared();
      await far.connected();
      const own = call.leg('L2', { from: { ...customer, taken_from_call_id: 'L1' }, to: jana });
      await own.appeared();
      await own.connected();
      assert.deepEqual(office.story(), ['begin outbound', 'ringing 70000000001', 'answer 70000000001']);
    });
  });

  describe('transfers', () => {
    const talking = async () => {
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { from: customer, to: jana });
      await leg.appeared();
      second();
      await leg.connected();
      second();
      return { call, leg };
    };
    const consultation = { from: { extension: '101', taken_from_call_id: 'L1' }, to: ivan };
    const handedOver = { from: { ...customer, taken_from_call_id: 'L1' } };

    it('keeps the call through an attended transfer', async () => {
      const { call, leg } = await talking();
      await leg.held({ to: { ...jana, hold_initiator: true } });
      const other = call.leg('L2', consultation);
      await other.appeared();
      second();
      await other.connected();
      assert.equal(office.account.calls()[0]?.state, 'held', 'the customer waits while the colleague is asked');
      assert.equal(office.account.calls()[0]?.to.extension, '101');
      second();
      await leg.gone(1120);
      await other.connected(handedOver);
      second();
      await other.gone(1110);
      await call.summary({ talk_time: now() - 4, disconnect_reason: 1110 });
      assert.deepEqual(office.story(), [
        'begin inbound',
        'ringing 101',
        'answer 101',
        'hold',
        'ringing 102',
        'transfer attended 102',
        'end answered',
      ]);
      const [transfer] = office.of<CallEvent>('call.transfer');
      assert.equal(transfer?.transfer?.by?.extension, '101');
      assert.equal(end()?.to.extension, '102');
      assert.equal(end()?.answeredBy?.extension, '101', 'the first who took it');
    });

    it('keeps the call through a blind transfer', async () => {
      const { call, leg } = await talking();
      await leg.held();
      const other = call.leg('L2', consultation);
      await other.appeared();
      await leg.gone(1100);
      await other.appeared(handedOver);
      second();
      await other.connected(handedOver);
      await other.gone(1110);
      await call.summary({ talk_time: now() - 2, disconnect_reason: 1110 });
      assert.deepEqual(office.story(), [
        'begin inbound',
        'ringing 101',
        'answer 101',
        'hold',
        'ringing 102',
        'transfer blind 102',
        'end answered',
      ]);
    });

    it('comes back to the one who transferred without another transfer', async () => {
      const { call, leg } = await talking();
      await leg.held();
      const other = call.leg('L2', consultation);
      await other.appeared();
      await leg.gone(1100);
      await other.appeared(handedOver);
      await other.gone(1111);
      const back = call.leg('L3', {
        from: { ...customer, taken_from_call_id: 'L2' },
        to: jana,
        more: { transfer: 'return_blind' },
      });
      await back.appeared();
      await back.connected();
      assert.equal(office.of('call.transfer').length, 1);
      assert.equal(office.account.calls()[0]?.to.extension, '101');
    });

    it('goes on with the customer when the colleague does not answer', async () => {
      const { call, leg } = await talking();
      await leg.held();
      const other = call.leg('L2', consultation);
      await other.appeared();
      await other.gone(1111);
      await leg.connected();
      assert.deepEqual(office.story().slice(3), ['hold', 'ringing 102', 'resume']);
      assert.equal(office.account.calls()[0]?.state, 'answered');
    });

    it('follows an employee who transfers a call he placed himself', async () => {
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { from: { extension: '101' }, to: customer });
      await leg.appeared();
      await leg.connected();
      await leg.held({ from: { extension: '101', hold_initiator: true } });
      const other = call.leg('L2', consultation);
      await other.appeared();
      await other.connected();
      await leg.gone(1110);
      await other.connected(handedOver);
      assert.deepEqual(office.story().slice(-2), ['ringing 102', 'transfer attended 102']);
      assert.equal(office.of<CallEvent>('call.hold')[0]?.by?.extension, '101');
    });

    it('takes a hidden number for the customer', async () => {
      const { leg, call } = await talking();
      const other = call.leg('L2', consultation);
      await other.appeared();
      await other.connected();
      await leg.gone(1120);
      await other.connected({ from: { taken_from_call_id: 'L1' } });
      assert.equal(office.story().at(-1), 'transfer attended 102');
    });

    it('is not fooled by another spelling of the same caller', async () => {
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { from: customer, to: jana });
      await leg.appeared();
      await leg.connected({ from: { number: '+70000000001' } });
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'answer 101']);
    });
  });

  it('tells hold and resume once each, and by whom', async () => {
    const leg = office.pbx.call('E1').leg('L1', { from: customer, to: jana });
    await leg.appeared();
    await leg.connected();
    await leg.held({ to: { ...jana, hold_initiator: true } });
    await leg.held({ to: { ...jana, hold_initiator: true } });
    await leg.connected();
    assert.deepEqual(office.story().slice(2), ['answer 101', 'hold', 'resume']);
    assert.equal(office.of<CallEvent>('call.hold')[0]?.by?.extension, '101');
  });

  describe('in any order', () => {
    it('puts notices of a leg into the order of their counter', async () => {
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { from: customer, to: jana });
      const [appeared, connected, gone] = [
        leg.notice('Appeared'),
        leg.notice('Connected'),
        leg.notice('Disconnected', { disconnect_reason: 1110 }),
      ];
      await office.pbx.post('/events/call', gone);
      await office.pbx.post('/events/call', connected);
      assert.deepEqual(office.story(), [], 'what is ahead waits');
      await office.pbx.post('/events/call', appeared);
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'answer 101']);
    });

    it('does not wait for ever for a notice that is lost', async () => {
      const leg = office.pbx.call('E1').leg('L1', { from: customer, to: jana });
      await leg.appeared();
      leg.notice('Connected');
      await leg.gone(1110);
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101']);
      office.clock.advance(20_000);
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'end cancelled', 'missed']);
    });

    it('tells what comes twice once', async () => {
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { from: customer, to: jana });
      for (const state of ['Appeared', 'Connected', 'Disconnected'] as const) {
        const notice = leg.notice(state, state === 'Disconnected' ? { disconnect_reason: 1110 } : {});
        assert.equal(await office.pbx.post('/events/call', notice), 200);
        assert.equal(
          await office.pbx.post('/events/call', notice),
          200,
          'a repetition is taken, or it would come again',
        );
      }
      await call.summary({ talk_time: now(), disconnect_reason: 1110 });
      await call.summary({ talk_time: now(), disconnect_reason: 1110 });
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'answer 101', 'end answered']);
    });

    it('lets a summary wait for the legs it has overtaken', async () => {
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { from: customer, to: jana });
      await leg.appeared();
      await call.summary({ talk_time: now(), disconnect_reason: 1110 });
      await leg.connected();
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'answer 101']);
      await leg.gone(1110);
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'answer 101', 'end answered']);
    });

    it('ends a call by its summary when the last leg is never told', async () => {
      const call = office.pbx.call('E1');
      await call.leg('L1', { from: customer, to: jana }).appeared();
      await call.summary({ talk_time: now(), disconnect_reason: 1110 });
      office.clock.advance(1_000);
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'answer 101 (inferred)', 'end answered']);
    });

    it('tells a call of which only the summary came', async () => {
      const talked = now() + 5;
      office.clock.advance(65_000);
      await office.pbx.call('E1').summary({
        from: customer,
        to: { extension: '101' },
        line_number: '70000000099',
        create_time: talked - 5,
        talk_time: talked,
        disconnect_reason: 1120,
      });
      office.clock.advance(1_000);
      assert.deepEqual(office.story(), ['begin inbound', 'answer 101 (inferred)', 'end answered']);
      assert.equal(end()?.waitSeconds, 5);
      assert.equal(end()?.talkSeconds, 60);
    });

    it('lets the summary of an unheard-of call wait for its notices', async () => {
      const call = office.pbx.call('E1');
      await call.summary({ talk_time: now(), disconnect_reason: 1110 });
      const leg = call.leg('L1', { from: customer, to: jana });
      await leg.appeared();
      await leg.connected();
      await leg.gone(1110);
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'answer 101', 'end answered']);
    });

    it('begins no new call for what comes after the summary', async () => {
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { from: customer, to: jana });
      await leg.appeared();
      const late = leg.notice('Connected');
      await leg.gone(1111);
      office.clock.advance(600);
      await call.summary({ disconnect_reason: 1111 });
      await office.pbx.post('/events/call', late);
      await call.leg('L9', { from: customer, to: ivan }).appeared();
      office.clock.advance(60_000);
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101', 'end no-answer', 'missed']);
    });

    it('closes a call by its legs when the summary never comes', async () => {
      const leg = office.pbx.call('E1').leg('L1', { from: customer, to: jana });
      await leg.appeared();
      await leg.connected();
      await leg.gone(1120);
      office.clock.advance(14_999);
      assert.equal(office.of('call.end').length, 0);
      office.clock.advance(1);
      assert.equal(office.story().at(-1), 'end answered');
    });

    it('keeps a call of which one leg has gone and the next has not come', async () => {
      const call = office.pbx.call('E1');
      const ivr = call.leg('L1', { location: 'ivr', from: customer, to: line });
      await ivr.appeared();
      await ivr.gone(1100);
      office.clock.advance(10_000);
      await call.leg('L2', { from: { ...customer, taken_from_call_id: 'L1' }, to: jana }).appeared();
      office.clock.advance(60_000);
      assert.deepEqual(office.story(), ['begin inbound', 'ringing 101']);
    });
  });

  it('does not take the "conversation" of a call that ended in the IVR for an answer', async () => {
    const call = office.pbx.call('E1');
    const ivr = call.leg('L1', { location: 'ivr', from: customer, to: line });
    await ivr.appeared();
    await ivr.connected();
    await ivr.gone(1170);
    await call.summary({ entry_result: 1, talk_time: 0, disconnect_reason: 1170 });
    assert.deepEqual(office.story(), ['begin inbound', 'end no-answer', 'missed']);
  });

  it('reads numbers written as texts, and texts written as numbers', async () => {
    const call = office.pbx.call('E1');
    const leg = call.leg('L1', { from: customer, to: { extension: 101, acd_group: 22 } });
    await leg.appeared({ seq: '1', timestamp: String(now()) });
    assert.deepEqual(office.story(), [
      'begin inbound',
      'queue.join 22 (inferred)',
      'ringing 101',
      'queue.member.ringing 22 101',
    ]);
  });

  it('tells digits of a call', async () => {
    const ivr = office.pbx.call('E1').leg('L1', { location: 'ivr', from: customer, to: line });
    await ivr.appeared();
    const dtmf = {
      seq: 1,
      dtmf: '0511#',
      timestamp: now(),
      call_id: 'L1',
      entry_id: 'E1',
      location: 'ivr.1',
      initiator: '70000000001',
    };
    await office.pbx.post('/events/dtmf', dtmf);
    await office.pbx.post('/events/dtmf', dtmf);
    assert.deepEqual(office.story(), ['begin inbound', 'dtmf 0511#']);
    assert.equal(office.of<CallEvent>('call.dtmf')[0]?.by?.number, '70000000001');
  });

  it('begins a call with its digits when nothing was told of it before, so that it can be led on', async () => {
    const dtmf = { seq: 3, dtmf: '1', call_id: 'L1', entry_id: 'E1', location: 'ivr.2', from_number: '70000000001' };
    office.pbx.call('E1').leg('L1', { location: 'ivr', from: customer, to: line }).notice('Connected');
    await office.pbx.post('/events/dtmf', { ...dtmf, line_number: '70000000099' });
    assert.deepEqual(office.story(), ['begin inbound', 'dtmf 1']);
    assert.equal(office.of<CallEvent>('call.begin')[0]?.call.dialed, '70000000099');
    await office.account.execute({ command: 'redirect', call: 'E1', to: '102' });
    assert.equal(office.pbx.last('commands/route')['call_id'], 'L1');
  });

  it('hands on the message of the PBX with every event it came of', async () => {
    await office.pbx.call('E1').leg('L1', { from: customer, to: jana }).appeared();
    const index = office.events.findIndex(({ type }) => type === 'call.ringing');
    const raw = office.raws[index] as { call_state?: string; entry_id?: string };
    assert.equal(raw.call_state, 'Appeared');
    assert.equal(raw.entry_id, 'E1');
  });

  it('leaves nothing behind after hundreds of calls', async () => {
    for (let i = 0; i < 300; i++) {
      const call = office.pbx.call(`E${i}`);
      const leg = call.leg(`L${i}`, { from: customer, to: jana });
      await leg.appeared();
      await leg.gone(1111);
      await call.summary({ disconnect_reason: 1111 });
    }
    assert.equal(office.account.calls().length, 0);
    assert.equal(office.of('call.end').length, 300);
    assert.equal(office.clock.pending, 0, 'no timer is left behind');
  });
});
