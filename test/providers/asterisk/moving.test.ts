/** Hang up, redirect, transfer: which channel Asterisk is told to end or to send elsewhere. */

import assert from 'node:assert/strict';
import { systemClock } from '../../../lib/index';
import type { Clock } from '../../../lib/index';
import { ok, refuse } from '../../fakes/ami-blocks';
import { desk, JANA } from './desk';
import { openConnected } from './office';
import type { Office } from './office';

describe('asterisk: commands', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openConnected();
  });
  afterEach(() => office.close());

  const { send, sent, refused, talking, ringing } = desk(() => office);

  describe('hang up', () => {
    it('ends the caller, and Asterisk the others with it', async () => {
      const { caller, call } = await talking();
      await send({ command: 'hangup', call });
      await office.until('the end', () => office.of('call.end').length === 1);
      assert.deepEqual(
        sent('Hangup').map((action) => action.get('Channel')),
        [caller.name],
      );
    });

    it('ends everybody who is left when the caller has gone by a transfer', async () => {
      const { exchange } = office;
      const { caller, called, call } = await talking();
      // The caller hands the called one on to 1002 and leaves.
      exchange.blindTransfer(caller, called, '1002');
      const target = exchange.dial(called, '1002');
      exchange.answers(called, target);
      await office.until('the transfer', () => office.of('call.transfer').length === 1);
      await send({ command: 'action', request: { Action: 'Ping' } });
      await send({ command: 'hangup', call });
      await office.until('the end', () => office.of('call.end').length === 1);
      assert.deepEqual(
        new Set(sent('Hangup').map((action) => action.get('Channel'))),
        new Set([called.name, target.name]),
      );
    });

    it('makes a call that nobody has answered a cancelled one', async () => {
      const { call } = await ringing();
      await send({ command: 'hangup', call });
      await office.until('the end', () => office.of('call.end').length === 1);
      assert.equal(office.account.call(call)?.disposition, 'cancelled');
    });

    it('does not find a call that has ended, and never sends a pattern', async () => {
      await refused({ command: 'hangup', call: 'gone' }, 'not-found');
      await refused({ command: 'hangup', call: '/^PJSIP/' }, 'not-found');
      assert.equal(sent('Hangup').length, 0);
    });
  });

  describe('redirect', () => {
    it('sends the caller of a ringing call elsewhere', async () => {
      office.exchange.ami.onAction('Redirect', () => ok({ Message: 'Redirect successful' }));
      const { caller, call } = await ringing();
      await send({ command: 'redirect', call, to: '1002' });
      const [action] = sent('Redirect');
      assert.equal(action?.get('Channel'), caller.name);
      assert.equal(action.get('Context'), 'from-internal');
      assert.equal(action.get('Exten'), '1002');
    });

    it('refuses an answered call', async () => {
      const { call } = await talking();
      await refused({ command: 'redirect', call, to: '1002' }, 'rejected', /transfer it/);
    });
  });

  describe('transfer', () => {
    beforeEach(() => {
      office.exchange.ami.onAction('BlindTransfer', () => ok({ Message: 'Transfer succeeded' }));
      office.exchange.ami.onAction('Atxfer', () => ok({ Message: 'Atxfer successfully queued' }));
    });

    it('lets the party inside transfer the one outside', async () => {
      const { called, call } = await talking();
      await send({ command: 'transfer', call, to: '1002', mode: 'blind' });
      const [action] = sent('BlindTransfer');
      assert.equal(action?.get('Channel'), called.name);
      assert.equal(action.get('Exten'), '1002');
    });

    it('lets the named extension transfer', async () => {
      const { exchange } = office;
      const caller = exchange.phone('1001', '1002');
      exchange.answers(caller, exchange.dial(caller, '1002'));
      await office.until('the answer', () => office.of('call.answer').length === 1);
      await send({ command: 'transfer', call: caller.uid, to: '1003', mode: 'blind', by: '1001' });
      assert.equal(sent('BlindTransfer')[0]?.get('Channel'), caller.name);
      await refused({ command: 'transfer', call: caller.uid, to: '1003', mode: 'blind', by: '1005' }, 'not-found');
    });

    for (const mode of ['blind', 'attended'] as const) {
      it(`is sent once Asterisk has connected the two, since it refuses before (${mode})`, async () => {
        const { exchange } = office;
        const caller = exchange.incoming(JANA, 'Jana', '0220282028');
        const called = exchange.dial(caller, '1001');
        exchange.taken(caller, called);
        await office.until('the answer', () => office.of('call.answer').length === 1);
        const action = mode === 'blind' ? 'BlindTransfer' : 'Atxfer';
        exchange.ami.onAction(action, (asked) =>
          exchange.named(asked.get('Channel'))?.bridge ? ok() : refuse('Transfer failed'),
        );
        const moved = send({ command: 'transfer', call: caller.uid, to: '1002', mode });
        // The PBX has done everything else it was asked before.
        await send({ command: 'action', request: { Action: 'Ping' } });
        assert.equal(sent(action).length, 0);
        exchange.bridge(called, caller);
        await moved;
        assert.equal(sent(action)[0]?.get('Channel'), called.name);
      });
    }

    it('is sent all the same when Asterisk never tells that it has connected the two', async () => {
      await office.close();
      const clock: Clock = {
        now: () => Date.now() * 20,
        after: (delayMs, callback) => systemClock.after(delayMs / 20, callback),
      };
      office = await openConnected({ account: { clock } });
      const { exchange } = office;
      exchange.ami.onAction('BlindTransfer', () => ok({ Message: 'Transfer succeeded' }));
      const caller = exchange.incoming(JANA, 'Jana', '0220282028');
      exchange.taken(caller, exchange.dial(caller, '1001'));
      await office.until('the answer', () => office.of('call.answer').length === 1);
      await send({ command: 'transfer', call: caller.uid, to: '1002', mode: 'blind' });
      assert.equal(sent('BlindTransfer').length, 1);
    });

    it('finds no call that ends before the two are connected', async () => {
      const { exchange } = office;
      const caller = exchange.incoming(JANA, 'Jana', '0220282028');
      exchange.taken(caller, exchange.dial(caller, '1001'));
      await office.until('the answer', () => office.of('call.answer').length === 1);
      const moved = refused({ command: 'transfer', call: caller.uid, to: '1002', mode: 'blind' }, 'not-found');
      exchange.over(caller);
      await moved;
      assert.equal(sent('BlindTransfer').length, 0);
    });

    it('says of an attended one that it has only begun', async () => {
      const { called, call } = await talking();
      const { payload } = await send({ command: 'transfer', call, to: '1002', mode: 'attended' });
      assert.equal(sent('Atxfer')[0]?.get('Channel'), called.name);
      assert.deepEqual(payload.result, { mode: 'attended', begun: true, by: '1001' });
    });

    it('refuses a call that nobody has answered', async () => {
      const { call } = await ringing();
      await refused({ command: 'transfer', call, to: '1002', mode: 'blind' }, 'rejected', /redirect it/);
    });
  });
});
