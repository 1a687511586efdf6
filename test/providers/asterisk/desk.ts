/** What tests of commands have in common: to send one, to see what Asterisk got of it, and calls to send it for. */

import assert from 'node:assert/strict';
import type { Command, PbxErrorCode } from '../../../lib/index';
import type { Chan } from './exchange';
import type { Office } from './office';

export const JANA = '+421900123456';

/** @param office the office of the test that runs */
export function desk(office: () => Office) {
  const send = (command: Command) => office().account.execute(command);
  const sent = (name: string) => office().exchange.ami.actions.filter((action) => action.name === name);
  const refused = (command: Command, code: PbxErrorCode, text?: RegExp) =>
    assert.rejects(send(command), (error: { code: string; message: string }) => {
      assert.equal(error.code, code, error.message);
      if (text) assert.match(error.message, text);
      return true;
    });

  async function talking(): Promise<{ caller: Chan; called: Chan; call: string }> {
    const { exchange } = office();
    const caller = exchange.incoming(JANA, 'Jana', '0220282028');
    const called = exchange.dial(caller, '1001');
    exchange.answers(caller, called);
    await office().until('the answer', () => office().of('call.answer').length === 1);
    return { caller, called, call: caller.uid };
  }

  async function ringing(): Promise<{ caller: Chan; called: Chan; call: string }> {
    const { exchange } = office();
    const caller = exchange.incoming(JANA, 'Jana', '0220282028');
    const called = exchange.dial(caller, '1001');
    exchange.rings(caller, called);
    await office().until('the ringing', () => office().of('call.ringing').length === 1);
    return { caller, called, call: caller.uid };
  }

  return { send, sent, refused, talking, ringing };
}
