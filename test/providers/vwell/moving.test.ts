/** Hang up, redirect and transfer on the wire. */

import assert from 'node:assert/strict';
import type { Command } from '../../../lib/model';
import { ok, refuse } from '../../fakes/ami-server';
import { answeredCall, ringingCall } from './calls';
import { Office } from './office';
import type { OfficeOptions } from './office';

describe('vwell: moving calls', () => {
  let office: Office;
  const open = async (options: OfficeOptions = {}) => {
    office = await Office.open(options);
    return office;
  };
  afterEach(() => office.close());

  it("hang up names the caller's channel", async () => {
    await open();
    await answeredCall(office);
    await office.account.execute({ command: 'hangup', call: '1.1' });
    assert.equal((await office.asterisk.received('Hangup')).get('Channel'), 'SIP/trunk-1');
  });

  it('a refusal of Asterisk is a failure although the server says err null', async () => {
    await open();
    await answeredCall(office);
    office.asterisk.onAction('Hangup', () => refuse('No such channel: SIP/trunk-1'));
    await office.fails({ command: 'hangup', call: '1.1' }, 'not-found', /No such channel/);
  });

  it('a call that is not known is not found', async () => {
    await open();
    await office.fails({ command: 'hangup', call: '9.9' }, 'not-found', /no live call/);
  });

  describe('redirect', () => {
    it('is the method of the server, with a number it would not normalise itself', async () => {
      await open();
      await ringingCall(office);
      await office.account.execute({ command: 'redirect', call: '1.1', to: '+7 100 200 30 40' });
      const { argument } = await office.server.received('redirect');
      assert.equal(argument['channel'], 'SIP/trunk-1');
      assert.equal(argument['toTel'], '81002003040');
      assert.equal((await office.asterisk.received('Redirect')).get('context'), 'DLPN_DialPlan81002003040');
    });

    it('uses the context of the account where there is one', async () => {
      await open({ config: { context: 'office' } });
      await ringingCall(office);
      await office.account.execute({ command: 'redirect', call: '1.1', to: '22' });
      assert.equal((await office.asterisk.received('Redirect')).get('Context'), 'office');
    });

    it('of an answered call is refused', async () => {
      await open();
      await answeredCall(office);
      await office.fails({ command: 'redirect', call: '1.1', to: '22' }, 'rejected', /transfer it instead/);
    });

    it("is how a flow's answer to a route request moves a call", async () => {
      await open();
      office.account.onRoute({ timeoutMs: 1_000 }, (request) => request.answer({ to: '22', contactName: null }));
      await ringingCall(office);
      assert.equal((await office.asterisk.received('Redirect')).get('exten'), '22');
    });

    it('that an answer of a flow is too late for is not sent, which the flow is told', async () => {
      await open();
      let late!: () => void;
      office.account.onRoute({ timeoutMs: 5_000 }, (request) => {
        late = () => request.answer({ to: '22', contactName: null });
      });
      await answeredCall(office);
      assert.throws(late, { code: 'timeout' });
      assert.ok(!office.asterisk.actions.some(({ name }) => name === 'Redirect'));
    });
  });

  describe('transfer', () => {
    const blind: Command = { command: 'transfer', call: '1.1', to: '22', mode: 'blind' };

    it('blind is BlindTransfer of the extension', async () => {
      await open();
      office.asterisk.onAction('BlindTransfer', () => ok());
      await answeredCall(office);
      await office.account.execute(blind);
      const sent = await office.asterisk.received('BlindTransfer');
      assert.equal(sent.get('Channel'), 'SIP/21-2');
      assert.equal(sent.get('Context'), 'DLPN_DialPlan21');
      assert.equal(sent.get('Exten'), '22');
    });

    it('blind redirects the other side on an Asterisk that does not know the action, and is told', async () => {
      await open();
      await answeredCall(office);
      await office.account.execute(blind);
      assert.equal((await office.asterisk.received('Redirect')).get('Channel'), 'SIP/trunk-1');
      const transfer = await office.event('call.transfer');
      assert.equal(transfer.transfer?.mode, 'blind');
      assert.equal(transfer.transfer?.to.extension, '22');
    });

    it('attended is Atxfer', async () => {
      await open();
      office.asterisk.onAction('Atxfer', () => ok());
      await answeredCall(office);
      await office.account.execute({ ...blind, mode: 'attended', by: '21' });
      assert.equal((await office.asterisk.received('Atxfer')).get('Channel'), 'SIP/21-2');
    });
  });
});
