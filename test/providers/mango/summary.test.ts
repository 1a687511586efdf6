/** The summary has the last word about a call (specification 4.6), however much of it was heard. */

import assert from 'node:assert/strict';
import type { CallEvent } from '../../../lib/index';
import { customer, ivan, jana, line } from './cast';
import type { Office } from './office';
import { openOffice } from './office';

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

describe('MANGO summaries', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const pass = (seconds: number) => office.clock.advance(seconds * 1_000);
  const now = () => Math.floor(office.clock.now() / 1000);
  const end = () => office.of<CallEvent>('call.end').at(-1)?.call;

  it('give the times of a call that was heard from its middle on', async () => {
    const created = now();
    pass(30);
    const call = office.pbx.call('E1');
    const leg = call.leg('L2', { from: { ...customer, taken_from_call_id: 'L1' }, to: jana });
    leg.notice('Appeared');
    await leg.connected();
    pass(1);
    await leg.gone(1110);
    await call.summary({ create_time: created, talk_time: created + 10, disconnect_reason: 1110 });
    assert.equal(end()?.startedAt, iso(created));
    assert.equal(end()?.answeredAt, iso(created + 10));
    assert.equal(end()?.endedAt, iso(created + 31));
    assert.deepEqual([end()?.waitSeconds, end()?.talkSeconds], [10, 21]);
  });

  it('count the times of a call heard whole as well', async () => {
    const created = now();
    const call = office.pbx.call('E1');
    const leg = call.leg('L1', { from: customer, to: jana });
    await leg.appeared();
    pass(3);
    await leg.connected();
    pass(11);
    await leg.gone(1110);
    await call.summary({ create_time: created, talk_time: created + 4, disconnect_reason: 1110 });
    assert.deepEqual([end()?.waitSeconds, end()?.talkSeconds], [4, 10]);
  });

  it('name the parties and the numbers no notice named', async () => {
    const call = office.pbx.call('E1');
    const ivr = call.leg('L1', { location: 'ivr', from: {}, to: {} });
    await ivr.appeared();
    await ivr.gone(1100);
    const sides = { from: customer, to: jana, line_number: line.line_number };
    await call.summary({ ...sides, dct: { type: 1, number: '70000000055' }, disconnect_reason: 1111 });
    assert.equal(end()?.from.number, customer.number);
    assert.equal(end()?.to.extension, '101');
    assert.equal(end()?.line, line.line_number);
    assert.equal(end()?.dialed, '70000000055');
  });

  it('do not bring back the one who transferred the call', async () => {
    const call = office.pbx.call('E1');
    const queue = call.leg('L0', { location: 'queue', from: customer, to: { ...line, acd_group: '22' } });
    await queue.appeared();
    const fromQueue = { ...customer, taken_from_call_id: 'L0' };
    const leg = call.leg('L1', { from: fromQueue, to: jana });
    await leg.appeared();
    await queue.gone(1100);
    await leg.connected();
    const other = call.leg('L2', { from: { extension: '101', taken_from_call_id: 'L1' }, to: ivan });
    await leg.held();
    await other.appeared();
    await leg.gone(1100);
    const handedOver = { from: { ...customer, taken_from_call_id: 'L1' } };
    await other.appeared(handedOver);
    await other.connected(handedOver);
    await other.gone(1110);
    await call.summary({ from: customer, to: jana, talk_time: now(), disconnect_reason: 1110 });
    assert.equal(end()?.to.extension, '102');
    assert.equal(end()?.from.number, customer.number);
  });

  it('add the call-tracking number, as a later leg does', async () => {
    const dct = { type: 1, number: '70000000055' };
    const call = office.pbx.call('E1');
    const ivr = call.leg('L1', { location: 'ivr', from: customer, to: line });
    await ivr.appeared();
    await ivr.gone(1100);
    assert.equal(office.account.calls()[0]?.dialed, line.line_number);
    await call.leg('L2', { from: { ...customer, taken_from_call_id: 'L1' }, to: jana, more: { dct } }).appeared();
    assert.equal(
      office.account.calls()[0]?.dialed,
      dct.number,
      'the line was known, the number of call tracking was not',
    );

    const other = office.pbx.call('E2');
    const leg = other.leg('L3', { from: customer, to: jana });
    await leg.appeared();
    await leg.gone(1111);
    await other.summary({ from: customer, to: jana, dct, disconnect_reason: 1111 });
    assert.equal(end()?.dialed, dct.number);
  });
});
