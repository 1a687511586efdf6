/**
 * Text messages by `gsmSendSMS`: a command on the console of a PBX with GSM ports (Yeastar). The reply tells that the command ran, not
 * that the message left; no status exists. Long texts are split by the server.
 */

import { PbxError } from '../../model';
import type { SmsCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import type { AmiLink } from './ami-link';
import { numberIn, textIn } from './numbers';
import type { Json } from './wire';

export async function sendText(ami: AmiLink, command: SmsCommand, context: CommandContext): Promise<Accepted> {
  const tel = numberIn('to', command.to);
  const msg = textIn('text', command.text);
  const { raw } = await ami.ask(
    'gsmSendSMS',
    { tel, msg },
    { effect: true, what: 'gsmSendSMS', signal: context.signal },
  );
  if (noSuchCommand(raw))
    throw new PbxError('not-supported', 'this Asterisk does not know "gsm send sms": it has no GSM ports of this kind');
  return { reference: context.reference, result: { id: context.reference }, raw };
}

/** The output of the console comes as odd keys, or as the last line of it; see vwell-bpx-srv's reading of Asterisk. */
function noSuchCommand(raw: Json): boolean {
  const event: unknown = raw['event'];
  if (typeof event !== 'object' || event === null) return false;
  return Object.entries(event).some(
    ([key, value]) => /^no such command/i.test(key) || (typeof value === 'string' && /^no such command/i.test(value)),
  );
}
