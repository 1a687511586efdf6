/** Transfers keep the call (specification 4.8, 3 and 4). */

import assert from 'node:assert/strict';
import type { CallEvent } from '../../../lib/index';
import { customer, ivan, jana } from './cast';
import type { Office } from './office';
import { openOffice } from './office';

describe('MANGO transfers', function () {
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
