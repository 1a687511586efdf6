/** Notices in any order, twice, late and never (specification 4.3, 4.6). */

import assert from 'node:assert/strict';
import type { CallEvent } from '../../../lib/index';
import { customer, ivan, jana, line } from './cast';
import type { Office } from './office';
import { openOffice } from './office';

describe('MANGO notices in any order', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const now = () => Math.floor(office.clock.now() / 1000);
  const end = () => office.of<CallEvent>('call.end').at(-1)?.call;

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
      assert.equal(await office.pbx.post('/events/call', notice), 200, 'a repetition is taken, or it would come again');
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
