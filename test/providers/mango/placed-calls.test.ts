/** Calls that the PBX places for somebody (specification 4.8, 2). */

import assert from 'node:assert/strict';
import type { CallEvent } from '../../../lib/index';
import { customer, jana } from './cast';
import type { Office } from './office';
import { openOffice } from './office';

describe('MANGO calls placed by the PBX', function () {
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

  const isOneCallOfJana = () => {
    assert.deepEqual(office.story(), ['begin outbound', 'ringing 70000000001', 'answer 70000000001', 'end answered']);
    assert.equal(end()?.from.extension, '101');
    assert.equal(end()?.to.number, '70000000001');
    assert.equal(end()?.dialed, '70000000001');
  };

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
    isOneCallOfJana();
  });

  // The initiator may be missing; the command alone stands on every leg.
  for (const common of [placed, { command_id: 'c1' }])
    it(`is the same when the second leg is told first, known by ${Object.keys(common).join(' and ')}`, async () => {
      const call = office.pbx.call('E1', common);
      const own = call.leg('L1', { from: customer, to: jana });
      const far = call.leg('L2', { from: { extension: '101', taken_from_call_id: 'L1' }, to: customer });
      await far.appeared();
      await own.appeared();
      await own.connected();
      await own.gone(1000);
      await far.connected();
      await far.gone(1110);
      await call.summary({ call_direction: 2, talk_time: now(), disconnect_reason: 1110 });
      isOneCallOfJana();
    });

  it('is the same when the begin of the first leg is lost and the second overtakes the rest', async () => {
    const call = office.pbx.call('E1', { command_id: 'c1' });
    const own = call.leg('L1', { from: customer, to: jana });
    const far = call.leg('L2', { from: { extension: '101', taken_from_call_id: 'L1' }, to: customer });
    own.notice('Appeared');
    await own.connected();
    await far.appeared();
    await own.gone(1000);
    office.clock.advance(600);
    await far.connected();
    await far.gone(1110);
    await call.summary({ call_direction: 2, talk_time: now(), disconnect_reason: 1110 });
    isOneCallOfJana();
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
