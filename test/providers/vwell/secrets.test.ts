/** What flows see of the PBX's own messages holds none of its secrets. */

import assert from 'node:assert/strict';
import { ok } from '../../fakes/ami-server';
import { Office } from './office';

describe('vwell: raw messages', () => {
  let office: Office;
  afterEach(() => office.close());

  it('show no secret of the PBX, nor do the events that nothing else stands for', async () => {
    office = await Office.open({
      prepare: (asterisk) => asterisk.onAction('GetConfig', () => ok({ Line: 'secret=phone-s3cret' })),
    });
    const raws: unknown[] = [];
    office.account.subscribe({ topics: ['raw'] }, (event) => raws.push(event));
    const told = await office.account.execute({
      command: 'action',
      request: { method: 'send', argument: { fields: { Action: 'GetConfig' } } },
    });
    const failed = { Challenge: 'phone-s3cret', Response: 'phone-s3cret', ExpectedResponse: 'phone-s3cret' };
    const channel = { Channel: 'SIP/trunk-1', Uniqueid: '1.1', Linkedid: '1.1', ChannelState: 4 };
    office.asterisk.emit({ Event: 'ChallengeResponseFailed', AccountID: '21', ...failed });
    office.asterisk.emit({ Event: 'Newchannel', ...channel, ChanVariable: 'TRUNK_PASSWORD=phone-s3cret' });
    await office.event('call.begin');
    assert.equal(raws.length, 1);
    assert.match(JSON.stringify(told.payload.result), /"Line":"secret=\*\*\*"/);
    assert.match(JSON.stringify(office.told), /TRUNK_PASSWORD=\*\*\*/);
    assert.doesNotMatch(JSON.stringify([told, raws, office.told]), /phone-s3cret/);
  });
});
