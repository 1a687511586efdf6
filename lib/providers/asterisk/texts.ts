/**
 * Text messages: SIP messages by MessageSend, or whatever gateway has a console command (chan_dongle, chan_quectel). A command line has
 * no escapes that hold for every module, so what would end a word or a quoted text is refused instead of escaped.
 */

import { PbxError } from '../../model';
import type { SmsCommand } from '../../model';
import type { AmiFields } from '../../transport/ami';
import { MESSAGE_SEND } from './config';
import type { Settings } from './config';

const ADDRESS = /^[0-9A-Za-z+*#._-]{1,80}$/;
const URI = /^(?:sip|sips|pjsip|xmpp):[0-9A-Za-z+*#._@:/-]{1,200}$/i;

export function textAction(command: SmsCommand, settings: Settings): AmiFields {
  return settings.smsVia.toLowerCase() === MESSAGE_SEND.toLowerCase()
    ? messageSend(command, settings)
    : consoleCommand(command, settings.smsVia);
}

function messageSend({ to, from, text }: SmsCommand, { technology }: Settings): AmiFields {
  const scheme = technology === 'SIP' ? 'sip' : 'pjsip';
  return {
    Action: 'MessageSend',
    To: URI.test(to) ? to : `${scheme}:${checked('to', to)}`,
    From: from ? (URI.test(from) ? from : checked('from', from)) : undefined,
    // Lines of a text would be lines of the protocol.
    Base64Body: Buffer.from(text, 'utf8').toString('base64'),
  };
}

function consoleCommand({ to, from, text }: SmsCommand, template: string): AmiFields {
  const unsafe = text.split('').find((letter) => letter === '"' || letter === '\\' || letter < ' ');
  if (unsafe !== undefined)
    throw new PbxError(
      'invalid-argument',
      `"text" has ${JSON.stringify(unsafe)}: a text sent by a console command cannot hold quotes, backslashes or line breaks`,
    );
  const values: Readonly<Record<string, string>> = {
    to: checked('to', to),
    from: from ? checked('from', from) : '',
    text: template.includes('"{text}"') ? text : `"${text}"`,
  };
  return {
    Action: 'Command',
    Command: template.replaceAll(/\{(to|from|text)\}/g, (_, name: string) => values[name] ?? ''),
  };
}

function checked(field: string, value: string): string {
  if (ADDRESS.test(value)) return value;
  throw new PbxError('invalid-argument', `"${field}" must be a number, an extension or a SIP address`);
}
