/** Reads the fields of a script's request; what does not fit is said in words. */

import { PbxError } from '../../model';
import type { Script } from './pbx/script';

type Request = Readonly<Record<string, unknown>>;

const LONGEST_SECONDS = 86_400;

/** Numbers are taken for texts: in JSON people write `"extension": 21`. */
export function textOf(request: Request, field: string): string {
  const text = optional(request, field);
  if (text !== undefined) return text;
  throw new PbxError('invalid-argument', `"${field}" is missing`);
}

export function optional(request: Request, field: string): string | undefined {
  const value = request[field];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string' && value.length <= 2_000) return value;
  throw new PbxError('invalid-argument', `"${field}" must be a text of at most 2000 characters`);
}

export function numberOf(request: Request, field: string, low: number, high: number): number {
  const value = request[field];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number >= low && number <= high) return number;
  throw new PbxError('invalid-argument', `"${field}" must be a number from ${low} to ${high}`);
}

export function countOf(request: Request): number {
  return request['count'] === undefined ? 1 : Math.floor(numberOf(request, 'count', 1, 10_000));
}

/** The behaviour in a request; see the table in `actions.ts`. */
export function scriptOf(request: Request): Script {
  const script: Script = {};
  for (const field of ['manual', 'busy', 'unreachable', 'invalid', 'record', 'lively'] as const)
    if (request[field] !== undefined) script[field] = request[field] === true;
  for (const field of ['rejectSeconds', 'giveUpSeconds', 'talkSeconds'] as const)
    if (request[field] !== undefined) script[field] = numberOf(request, field, 0, LONGEST_SECONDS);
  if (request['answerSeconds'] === false) script.answerSeconds = false;
  else if (request['answerSeconds'] !== undefined)
    script.answerSeconds = numberOf(request, 'answerSeconds', 0, LONGEST_SECONDS);
  const { hangupBy } = request;
  if (hangupBy === 'caller' || hangupBy === 'callee') script.hangupBy = hangupBy;
  else if (hangupBy !== undefined) throw new PbxError('invalid-argument', '"hangupBy" must be caller or callee');
  return script;
}
