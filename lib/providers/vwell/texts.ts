/**
 * Text messages by `gsmSendSMS`: a command on the console of a PBX with GSM ports (Yeastar). The reply tells that the command ran, not
 * that the message left; no status exists. Long texts are split by the server.
 */

import { PbxError } from '../../model';
import type { SmsCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import type { AmiLink, Answer } from './ami-link';
import { numberIn, textIn } from './numbers';
import type { Json } from './wire';

const NO_SUCH_COMMAND = /^no such command/i;

export async function sendText(ami: AmiLink, command: SmsCommand, context: CommandContext): Promise<Accepted> {
  const tel = numberIn('to', command.to);
  const msg = textIn('text', command.text);
  const { raw } = await asked(ami, { tel, msg }, context);
  if (noSuchCommand(raw)) throw noPorts();
  return { reference: context.reference, result: { id: context.reference }, raw };
}

/** Asterisk before 14 says in the output of a success that it does not know a command, later ones refuse. */
async function asked(ami: AmiLink, argument: Json, { signal }: CommandContext): Promise<Answer> {
  try {
    return await ami.ask('gsmSendSMS', argument, { effect: true, what: 'gsmSendSMS', signal });
  } catch (error) {
    if (error instanceof PbxError && NO_SUCH_COMMAND.test(error.cause.vendor?.message ?? '')) throw noPorts();
    throw error;
  }
}

/** The output of the console comes as odd keys, or as the last line of it; see vwell-bpx-srv's reading of Asterisk. */
function noSuchCommand(raw: Json): boolean {
  const event: unknown = raw['event'];
  if (typeof event !== 'object' || event === null) return false;
  return Object.entries(event).some(
    ([key, value]) => NO_SUCH_COMMAND.test(key) || (typeof value === 'string' && NO_SUCH_COMMAND.test(value)),
  );
}

function noPorts(): PbxError {
  return new PbxError('not-supported', 'this Asterisk does not know "gsm send sms": it has no GSM ports of this kind');
}
