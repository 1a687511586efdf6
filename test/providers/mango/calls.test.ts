/** Legs become calls (specification 4.3, 4.5, 4.6, 4.8). */

import assert from 'node:assert/strict';
import type { CallEvent, QueueEvent } from '../../../lib/index';
import { customer, ivan, jana, line } from './cast';
import type { Office } from './office';
import { openOffice } from './office';

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
