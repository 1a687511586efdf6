/** What the dialling rules of the account hold for. */

import assert from 'node:assert/strict';
import type { Command } from '../../../lib/model';
import { ok } from '../../fakes/ami-server';
import { Office } from './office';

describe('vwell: a call', () => {
  let office: Office;
  const refuses = (command: Command, words: RegExp) =>
    assert.rejects(office.account.execute(command), { code: 'forbidden', message: words });
  afterEach(() => office.close());

  it('is held to the dialling rules by what the server makes of its number', async () => {
    office = await Office.open({ times: { signMs: 20 }, account: { dialDeny: ['8*'] } });
    for (const to of ['89001234567', '+79001234567', '+7 (900) 123-45-67'])
      await refuses({ command: 'call', from: '21', to }, /dialling rules/);
    await refuses({ command: 'sms', to: '+79001234567', text: 'x' }, /dialling rules/);
    assert.ok(!office.server.requests.some(({ method }) => method === 'dial' || method === 'gsmSendSMS'));
  });

  it('is held to them by its "from" too where that goes through the dialplan, unless it is a phone', async () => {
    const account = { dialAllow: ['100*'], dialDeny: ['0900*'] };
    office = await Office.open({ times: { signMs: 20 }, config: { context: 'from-internal' }, account });
    office.asterisk.onAction('Originate', () => ok({ Message: 'Originate successfully queued' }));
    for (const from of ['0900123456', '25'])
      await refuses({ command: 'call', from, to: '100200' }, new RegExp(`do not allow ${from}`));
    await office.account.execute({ command: 'call', from: '21', to: '100200' });
    assert.equal((await office.asterisk.received('Originate')).get('channel'), 'Local/21@from-internal/n');
  });
});
