/** Placed calls whose destination is no telephone. */

import assert from 'node:assert/strict';
import { systemClock } from '../../../lib/clock';
import type { Clock } from '../../../lib/clock';
import { ok } from '../../fakes/ami-blocks';
import { openConnected } from './office';
import type { Office } from './office';

/** Time that goes twenty times as fast, the same for everybody in the test. */
const hurried: Clock = {
  now: () => Date.now() * 20,
  after: (delayMs, callback) => systemClock.after(delayMs / 20, callback),
};

describe('asterisk: a call placed to no telephone', () => {
  let office: Office;
  afterEach(() => office.close());

  it('is not hung up for want of an answer once the own phone talks in a conference', async () => {
    office = await openConnected({ account: { clock: hurried } });
    const { ami } = office.exchange;
    ami.onAction('Originate', (action) => {
      const uid = action.get('channelid') ?? '';
      const own = { Uniqueid: uid, Linkedid: uid, Channel: 'PJSIP/1001-1', Context: 'from-internal', Exten: '600' };
      const dest = { DestUniqueid: uid, DestLinkedid: uid, DestChannel: 'PJSIP/1001-1' };
      setImmediate(() =>
        ami.emit(
          { Event: 'Newchannel', Privilege: 'call,all', ...own, ChannelState: 0 },
          { Event: 'DialBegin', Privilege: 'call,all', ...dest, DestChannelState: 0, DialString: '1001' },
          { Event: 'Newstate', Privilege: 'call,all', ...own, ChannelState: 5 },
          { Event: 'Newstate', Privilege: 'call,all', ...own, ChannelState: 6 },
          { Event: 'DialEnd', Privilege: 'call,all', ...dest, DestChannelState: 6, DialStatus: 'ANSWER' },
          { Event: 'BridgeEnter', Privilege: 'call,all', ...own, ChannelState: 6, BridgeUniqueid: 'conference' },
        ),
      );
      return ok({ Message: 'Originate successfully queued' });
    });
    await assert.rejects(
      office.account.execute({ command: 'call', from: '1001', to: '600', replyWhen: 'answered', timeout: 2 }),
      { code: 'timeout', message: /left alone/ },
    );
    assert.deepEqual(
      ami.actions.filter(({ name }) => name === 'Hangup'),
      [],
    );
    assert.equal(office.account.calls().length, 1);
  });
});
