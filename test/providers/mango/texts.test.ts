/** Text messages (specification 4.7, 5.3). */

import assert from 'node:assert/strict';
import type { MessageEvent } from '../../../lib/index';
import type { Office } from './office';
import { openOffice, rejects, withoutId } from './office';

describe('MANGO text messages', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice({ smsExtension: '101' });
  });
  afterEach(() => office.close());

  const sms = (more: object = {}) =>
    office.account.execute({ command: 'sms', to: '+70000000001', text: 'Перезвоним', ...more });
  const told = () =>
    office
      .of<MessageEvent>('sms.sent', 'sms.delivered', 'sms.failed')
      .map(({ type, message }) => [type, message.reason?.code ?? null]);
  const sent = () => office.until('sms.sent', () => told().length > 0);

  it('go out in the name of the extension of the account, or of the one the flow names', async () => {
    await sms();
    const fields = withoutId(office.pbx.last('commands/sms'));
    assert.deepEqual(fields, { text: 'Перезвоним', from_extension: '101', to_number: '70000000001' });
    await sms({ from: '102' });
    assert.equal(office.pbx.last('commands/sms')['from_extension'], '102');
  });

  it('are sent when the PBX has taken them, and delivered when they arrived', async () => {
    const { payload } = await sms();
    await sent();
    await office.pbx.post('/events/sms', { command_id: payload.reference, timestamp: 1, reason: '1000' });
    await office.pbx.post('/events/sms', { command_id: payload.reference, timestamp: 1767225600, reason: '1000' });
    assert.deepEqual(told(), [
      ['sms.sent', null],
      ['sms.delivered', null],
    ]);
    const { message } = office.of<MessageEvent>('sms.delivered')[0] as MessageEvent;
    assert.deepEqual(message, {
      id: payload.reference,
      from: '101',
      to: '70000000001',
      text: 'Перезвоним',
      reason: null,
    });
  });

  it('are sent before they are delivered, whatever is told first', async () => {
    office.pbx.tellsResults = false;
    const { payload } = await sms();
    await office.pbx.post('/events/sms', { command_id: payload.reference, reason: 1000 });
    await office.pbx.post('/result/sms', { command_id: payload.reference, result: 1000 });
    assert.deepEqual(
      told().map(([type]) => type),
      ['sms.sent', 'sms.delivered'],
    );
  });

  it('fail with the reason', async () => {
    const { payload } = await sms();
    await sent();
    await office.pbx.post('/events/sms', { command_id: payload.reference, reason: '4301' });
    assert.deepEqual(told().at(-1), ['sms.failed', '4301']);
  });

  it('that the PBX refuses by its result fail for the command and for the listeners', async () => {
    await office.pbx.post('/ping', {});
    office.pbx.tellsResults = false;
    office.pbx.onCommand(
      'sms',
      async ({ command_id }) => void (await office.pbx.post('/result/sms', { command_id, result: 4300 })),
    );
    await rejects(sms(), 'rejected', /SMS not sent \(4300\)/);
    assert.deepEqual(told(), [['sms.failed', '4300']]);
  });

  it('of other programs are told as well, without what is not known', async () => {
    await office.pbx.post('/events/sms', { command_id: 'theirs', reason: 1000 });
    const { message } = office.of<MessageEvent>('sms.delivered')[0] as MessageEvent;
    assert.deepEqual(message, { id: 'theirs', from: null, to: null, text: null, reason: null });
  });

  it('too long for four segments are refused here: 612 Latin characters, 268 others', async () => {
    await sms({ text: 'a'.repeat(612) });
    await sms({ text: 'ж'.repeat(268) });
    await rejects(sms({ text: 'a'.repeat(613) }), 'invalid-argument', /612/);
    await rejects(sms({ text: 'ж'.repeat(269) }), 'invalid-argument');
  });

  it('need somebody who pays', async () => {
    const other = await openOffice();
    await rejects(other.account.execute({ command: 'sms', to: '70000000001', text: 'x' }), 'invalid-argument', /from/);
    await other.close();
  });

  it('to a number inside are refused here: MANGO would call it wrong', async () => {
    await rejects(sms({ to: '102' }), 'invalid-argument', /inside/);
    await rejects(sms({ to: '10-20-30' }), 'invalid-argument');
    assert.deepEqual(office.pbx.paths, []);
  });
});
