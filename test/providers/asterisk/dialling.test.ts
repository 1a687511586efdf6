/** What the dialling rules of the account hold for. */

import assert from 'node:assert/strict';
import { ok } from '../../fakes/ami-blocks';
import { openConnected } from './office';
import type { Office } from './office';

const JANA = '+421900123456';

describe('asterisk: a call through a Local channel', () => {
  let office: Office;
  beforeEach(async () => {
    const account = { dialAllow: ['+421*'], dialDeny: ['0900*'] };
    office = await openConnected({ config: { technology: 'Local' }, account });
    office.exchange.ami.onAction('Originate', (action) => {
      setImmediate(() => office.exchange.originated('1001', action.get('ChannelId') ?? ''));
      return ok({ Message: 'Originate successfully queued' });
    });
  });
  afterEach(() => office.close());

  it('dials its "from" as well: what the dialling rules refuse is no way round them', async () => {
    for (const from of ['0900123456', '2000']) {
      const call = office.account.execute({ command: 'call', from, to: JANA });
      await assert.rejects(call, { code: 'forbidden', message: new RegExp(`do not allow ${from}`) });
    }
    assert.ok(!office.exchange.ami.actions.some(({ name }) => name === 'Originate'));
  });

  it('rings a phone of the house first without a rule of its own', async () => {
    await office.account.execute({ command: 'call', from: '1001', to: JANA });
    const originate = await office.exchange.ami.received('Originate');
    assert.equal(originate.get('channel'), 'Local/1001@from-internal/n');
  });
});
