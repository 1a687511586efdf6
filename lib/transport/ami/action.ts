/**
 * Puts an action into bytes. Limits are those of Asterisk's manager.c: 1024 bytes a line with its line break, 128 lines;
 * beyond them Asterisk answers "Failed to parse message", so they are refused here, where the field can be named.
 */
import { PbxError } from '../../model/errors';
import type { AmiMessage } from './message';
import { checkField, checkKey } from './text';

const MAX_LINE_BYTES = 1024;
const MAX_LINES = 128;

export type AmiValue = string | number | boolean;

/** Fields in the order they are to be sent; an array sends the field once for each value; `undefined` leaves it out. */
export type AmiFields = Readonly<Record<string, AmiValue | readonly AmiValue[] | undefined>>;

/** What an action brought. */
export interface AmiReply {
  actionId: string;
  /** The answer itself: `Success`, `Goodbye`, `Follows` ...; `Error` is thrown as a PbxError instead. */
  response: AmiMessage;
  /** The events of a list, without the closing one. */
  items: AmiMessage[];
  /** The closing event of a list (`CoreShowChannelsComplete` ...). */
  complete: AmiMessage | null;
}

export interface EncodedAction {
  name: string;
  frame: Buffer;
}

/**
 * Action first, ActionID second, so that an answer to a faulty line still carries the id. An `ActionID` among the fields
 * is left out: the session numbers its actions itself.
 * @throws PbxError invalid-argument, naming the field
 */
export function encodeAction(fields: AmiFields, actionId: string): EncodedAction {
  let name: string | null = null;
  const lines: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    checkKey(key);
    const lower = key.toLowerCase();
    if (lower === 'actionid') continue;
    for (const single of Array.isArray(value) ? (value as readonly AmiValue[]) : [value as AmiValue]) {
      const text = String(single);
      checkField(key, text);
      if (lower === 'action' && name === null) {
        name = text.trim();
        continue;
      }
      const line = `${key}: ${text}`;
      if (line.length > MAX_LINE_BYTES / 4 && Buffer.byteLength(line) + 2 > MAX_LINE_BYTES) {
        throw tooBig(`${key} is too long: Asterisk takes lines of at most ${MAX_LINE_BYTES} bytes.`, name);
      }
      lines.push(line);
    }
  }
  if (!name) throw new PbxError('invalid-argument', 'An AMI action needs the field Action.');
  if (lines.length + 2 > MAX_LINES) {
    throw tooBig(`${name} has ${lines.length + 2} lines: Asterisk takes at most ${MAX_LINES}.`, name);
  }
  const head = [`Action: ${name}`, `ActionID: ${actionId}`];
  return { name, frame: Buffer.from(`${[...head, ...lines].join('\r\n')}\r\n\r\n`, 'utf8') };
}

function tooBig(message: string, command: string | null): PbxError {
  return new PbxError('invalid-argument', message, { command });
}
