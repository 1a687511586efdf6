/** What flows see of the PBX's own messages holds none of its secrets. */

import assert from 'node:assert/strict';
import { list, ok } from '../../fakes/ami-blocks';
import { openConnected } from './office';
import type { Office } from './office';

describe('asterisk: raw messages', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openConnected();
  });
  afterEach(() => office.close());

  it('show no secret of the PBX, nor do the events that nothing else stands for', async () => {
    const { ami } = office.exchange;
    const raws: unknown[] = [];
    const unsubscribe = office.account.subscribe({ topics: ['raw'] }, (event) => raws.push(event));
    ami.onAction('GetConfig', () => ok({ 'Line-000000-000000': 'secret=phone-s3cret' }));
    ami.onAction('Command', () => ok({ Output: ['  secret : phone-s3cret', '  username : 21'] }));
    const auth = { ObjectName: '21', Username: '21', Password: 'phone-s3cret' };
    ami.onAction('PJSIPShowEndpoint', () => list('AuthDetail', [auth], 'EndpointDetailComplete'));
    const told: unknown[] = [];
    for (const Action of ['GetConfig', 'Command', 'PJSIPShowEndpoint'])
      told.push(await office.account.execute({ command: 'action', request: { Action } }));
    office.exchange.emit('VarSet', 'dialplan', { Variable: 'TRUNK_PASSWORD', Value: 'phone-s3cret' });
    const challenge = { Challenge: 'phone-s3cret', Response: 'phone-s3cret', ExpectedResponse: 'phone-s3cret' };
    office.exchange.emit('ChallengeResponseFailed', 'security', { AccountID: '21', ...challenge });
    await office.until('the events', () => raws.length === 2);
    unsubscribe();
    assert.match(JSON.stringify(told), /username : 21/);
    assert.doesNotMatch(JSON.stringify([told, raws]), /phone-s3cret/);
  });
});
