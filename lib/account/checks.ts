/** The earliest place where a bad command is refused: by capability and by argument, before anything is sent. */

import { PbxError } from '../model';
import type { Capabilities, Command } from '../model';
import type { ProviderDescriptor } from '../provider';

export function checkSupported(command: Command, descriptor: ProviderDescriptor): void {
  const { label, capabilities } = descriptor;
  const missing = unsupported(command, capabilities);
  if (!missing) return;
  const why = descriptor.unsupported?.[command.command];
  throw new PbxError('not-supported', `${label} cannot ${missing}${why ? `: ${why}` : ''}`);
}

/** What the PBX cannot do, as the end of the sentence "... cannot"; `null` when it can. */
function unsupported(command: Command, can: Capabilities): string | null {
  switch (command.command) {
    case 'call':
      if (!can.call) return 'place calls';
      return command.from?.startsWith('group:') && !can.callFromGroup ? 'call from a group' : null;
    case 'hangup':
      return can.hangup ? null : 'hang up calls';
    case 'redirect':
      return can.redirect ? null : 'redirect calls';
    case 'transfer':
      return can.transfer.includes(command.mode) ? null : `do ${command.mode} transfers`;
    case 'sms':
      return can.sms ? null : 'send text messages';
    case 'recording':
      if (!can.recording.includes(command.action)) return `${command.action} recordings`;
      return command.expires && !can.linkExpires ? 'let a flow choose when a link ends' : null;
    case 'action':
      return can.action ? null : 'take raw requests';
    case 'query':
      return can.queries.includes(command.query) ? null : `list ${command.query}`;
    default:
      return `do "${String((command as { command: unknown }).command)}"`;
  }
}

const LIMITS: Readonly<Record<string, number>> = { text: 2_000, folder: 4_096 };

/** Fields that must not be empty, by command. */
const REQUIRED: Readonly<Record<Command['command'], readonly string[]>> = {
  call: ['from', 'to'],
  hangup: ['call'],
  redirect: ['call', 'to'],
  transfer: ['call', 'to', 'mode'],
  sms: ['to', 'text'],
  recording: ['action'],
  action: ['request'],
  query: ['query'],
};

/** Everything else is a text when it is there. */
const NOT_TEXTS: ReadonlySet<string> = new Set(['timeout', 'request', 'params']);

export function checkArguments(command: Command, { defaults }: ProviderDescriptor): void {
  const values = command as unknown as Readonly<Record<string, unknown>>;
  for (const field of REQUIRED[command.command]) {
    if (defaults?.[command.command]?.includes(field)) continue;
    const value = values[field];
    if (value === undefined || value === null || value === '')
      throw new PbxError('invalid-argument', `"${field}" is missing`);
  }
  for (const [field, value] of Object.entries(values)) {
    if (value === undefined || value === null || NOT_TEXTS.has(field)) continue;
    if (typeof value !== 'string') throw new PbxError('invalid-argument', `"${field}" must be a text`);
    if (value.length > (LIMITS[field] ?? 512)) throw new PbxError('invalid-argument', `"${field}" is too long`);
    // Line breaks are fine in the text of a message; everywhere else they could begin a new line on some wire.
    const forbidden = field === 'text' ? /\0/ : /[\0\r\n]/;
    if (forbidden.test(value)) throw new PbxError('invalid-argument', `"${field}" has a line break or a NUL character`);
  }
  if (command.command === 'recording') {
    const field = command.action === 'start' || command.action === 'stop' ? 'call' : 'recording';
    if (!command[field]) throw new PbxError('invalid-argument', `"${field}" is missing`);
  }
  if (command.command === 'action' && (typeof command.request !== 'object' || Array.isArray(command.request)))
    throw new PbxError('invalid-argument', '"request" must be an object: the request in the words of the PBX');
  if (command.command === 'call' && command.timeout !== undefined && !(command.timeout > 0 && command.timeout <= 3_600))
    throw new PbxError('invalid-argument', '"timeout" must be between 1 and 3600 seconds');
}
