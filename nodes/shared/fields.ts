/**
 * The fields of a command node: where a value comes from, and how it is read. The form gives each field a typed input; a property of the
 * same name in `msg.payload` wins. Readers are forgiving: what an event node sends can be wired straight into a command node.
 */

import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { PbxError } from '../../lib/index';
import { isRecord, scalar } from './values';

/** How a field is read: `party` also takes a party of a call, `call` a call or an event about one, `recording` a recording, `moment` a Date. */
export type FieldKind = 'text' | 'number' | 'object' | 'party' | 'call' | 'recording' | 'moment';

export type FieldTable = Readonly<Record<string, FieldKind>>;

/** Field values by the table; `undefined` where nothing was given. */
export type Values<Table extends FieldTable> = {
  [Name in keyof Table]?: Table[Name] extends 'number'
    ? number
    : Table[Name] extends 'object'
      ? Record<string, unknown>
      : string;
};

const TYPES: ReadonlySet<string> = new Set(['str', 'num', 'bool', 'json', 'msg', 'flow', 'global', 'env', 'jsonata']);

export async function readFields<Table extends FieldTable>(
  RED: NodeAPI,
  node: Node,
  table: Table,
  def: Readonly<Record<string, unknown>>,
  msg: NodeMessage,
  needs: (field: string, values: Values<Table>) => boolean = () => true,
): Promise<Values<Table>> {
  const values: Record<string, unknown> = {};
  const given = isRecord(msg.payload) ? msg.payload : {};
  // A call has parties and a tag of its own: they are not said to the node, so they give way to what its form says.
  const formFirst = isCall(given);
  for (const [name, kind] of Object.entries(table)) {
    if (!needs(name, values as Values<Table>)) continue;
    const own = Object.hasOwn(given, name) ? given[name] : undefined;
    const formed = isEmpty(own) || formFirst ? await evaluate(RED, node, name, def, msg) : undefined;
    const value = isEmpty(own) || (!isEmpty(formed) && formed !== given) ? formed : own;
    if (!isEmpty(value)) values[name] = READERS[kind](value, name);
  }
  return values as Values<Table>;
}

/** One of a few words; `invalid-argument` names them all. */
export function oneOf<Word extends string>(name: string, value: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found) return found;
  throw new PbxError('invalid-argument', `"${name}" must be one of ${words.join(', ')}, not "${value.slice(0, 40)}"`);
}

async function evaluate(
  RED: NodeAPI,
  node: Node,
  name: string,
  def: Readonly<Record<string, unknown>>,
  msg: NodeMessage,
): Promise<unknown> {
  const value = def[name];
  if (isEmpty(value)) return undefined;
  const type = scalar(def[`${name}Type`]) || 'str';
  // A flow written by hand may hold the value itself.
  if (typeof value !== 'string' || !TYPES.has(type)) return value;
  try {
    return await new Promise((resolve, reject) => {
      RED.util.evaluateNodeProperty(value, type, node, msg, (error, result: unknown) =>
        error ? reject(error) : resolve(result),
      );
    });
  } catch (error) {
    // A path into something that is not there is the same as nothing given.
    if (type === 'msg' || type === 'flow' || type === 'global') return undefined;
    throw new PbxError('invalid-argument', `"${name}" cannot be worked out: ${PbxError.from(error).message}`);
  }
}

/** A call object, or a call of the history. */
function isCall({ id, direction, startedAt, from, to }: Record<string, unknown>): boolean {
  return [id, direction, startedAt].every((text) => typeof text === 'string') && isRecord(from) && isRecord(to);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

const READERS: Readonly<Record<FieldKind, (value: unknown, name: string) => unknown>> = {
  text,
  number(value, name) {
    const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
    if (!Number.isFinite(number)) throw wrong(name, 'a number', value);
    return number;
  },
  object(value, name) {
    const parsed = typeof value === 'string' ? parse(value) : value;
    if (!isRecord(parsed)) throw wrong(name, 'an object', value);
    return parsed;
  },
  party(value, name) {
    return isRecord(value) ? text(firstOf(value, 'extension', 'number') ?? value, name) : text(value, name);
  },
  call(value, name) {
    if (!isRecord(value)) return text(value, name);
    const call = isRecord(value['call']) ? value['call'] : value;
    // The id of an event is the event's: only a call object's own id, or a bare id under `call`, names a call.
    const id = value['call'] !== undefined && !isRecord(value['call']) ? value['call'] : call['id'];
    return text(id ?? value, name);
  },
  moment(value, name) {
    const isMoment = value instanceof Date && Number.isFinite(value.getTime());
    return isMoment ? value.toISOString() : text(value, name);
  },
  recording(value, name) {
    if (!isRecord(value)) return text(value, name);
    const recording = isRecord(value['recording']) ? value['recording'] : value;
    return text(recording['id'] ?? value, name);
  },
};

function text(value: unknown, name: string): string {
  const read = scalar(value);
  if (read === null) throw wrong(name, 'a text', value);
  return read;
}

function firstOf(value: Record<string, unknown>, ...names: string[]): unknown {
  return names.map((name) => value[name]).find((item) => !isEmpty(item));
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function wrong(name: string, expected: string, value: unknown): PbxError {
  const got = Array.isArray(value) ? 'a list' : value === null ? 'nothing' : `a value of type ${typeof value}`;
  return new PbxError('invalid-argument', `"${name}" must be ${expected}, not ${got}`);
}
