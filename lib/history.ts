/**
 * The call history as flows ask for it: `params` of `query history`, read and refused alike for every PBX, and the filters for what a PBX
 * cannot choose by itself.
 */

import { DISPOSITIONS, PbxError } from './model';
import type { Direction, Disposition, HistoryEntry } from './model';
import { textOf } from './values';
import type { Fields } from './values';

export interface HistoryWish {
  /** Milliseconds since the epoch. */
  from: number;
  /** Milliseconds since the epoch; `null`: up to now, whatever the clock of the PBX says that is. */
  to: number | null;
  /** On any side. */
  extension: string | null;
  number: string | null;
  direction: Exclude<Direction, 'unknown'> | null;
  disposition: Disposition | null;
  /** Whether somebody talked; `null`: either way. */
  answered: boolean | null;
  limit: number;
}

export interface Span {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
}

export const DAY_MS = 24 * 3_600_000;
const LONGEST_MS = 366 * DAY_MS;
const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 50_000;
const DIRECTIONS = ['inbound', 'outbound', 'internal'] as const;

/** Without a span: the last day. One wrong request may block the API of a vendor, so what is wrong never gets there. */
export function wishOf(params: Fields, now: number): HistoryWish {
  const to = momentOf(params['to'], 'to');
  const from = momentOf(params['from'], 'from') ?? (to ?? now) - DAY_MS;
  if (!(from < (to ?? now))) throw wrong('"from" must be before "to"');
  if ((to ?? now) - from > LONGEST_MS) throw wrong('at most a year can be asked for at once');
  const disposition = oneOf(params, 'disposition', DISPOSITIONS);
  const answered = flagOf(params, 'answered');
  if (answered !== null && disposition !== null && answered !== (disposition === 'answered'))
    throw wrong(`"answered": ${answered} and "disposition": "${disposition}" contradict each other`);
  return {
    from,
    to,
    extension: textOf(params['extension']),
    number: textOf(params['number']),
    direction: oneOf(params, 'direction', DIRECTIONS),
    disposition,
    answered,
    limit: limitOf(params['limit']),
  };
}

/** One of a few words, or `null` where none is given. */
export function oneOf<Word extends string>(params: Fields, name: string, words: readonly Word[]): Word | null {
  const value = params[name];
  if (value === undefined || value === null || value === '') return null;
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  throw wrong(`"${name}" must be one of ${words.join(', ')}`);
}

export function wrong(text: string): PbxError {
  return new PbxError('invalid-argument', `history: ${text}`);
}

export function isOfKind(entry: HistoryEntry, { direction, disposition, answered }: HistoryWish): boolean {
  return (
    (direction === null || entry.direction === direction) &&
    (disposition === null || entry.disposition === disposition) &&
    (answered === null || (entry.disposition === 'answered') === answered)
  );
}

/** Whether calls of the span may be left out, so that there is no knowing how many are enough. */
export function isChoosy({ extension, number, direction, disposition, answered }: HistoryWish): boolean {
  return [extension, number, direction, disposition, answered].some((wish) => wish !== null);
}

/** Whether the wanted extension and number took part. */
export function concerns(
  { from, to, answeredBy, dialed }: HistoryEntry,
  { extension, number }: HistoryWish,
  same: (one: string, other: string) => boolean = sameDigits,
): boolean {
  const parties = [from, to, answeredBy];
  const isIt = (text: string | null | undefined) => Boolean(text) && same(text as string, number as string);
  return (
    (extension === null || parties.some((party) => party?.extension === extension)) &&
    (number === null || isIt(dialed) || parties.some((party) => isIt(party?.number)))
  );
}

export function newestFirst(entries: HistoryEntry[], limit: number): HistoryEntry[] {
  return entries.sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1)).slice(0, limit);
}

function sameDigits(one: string, other: string): boolean {
  const digits = one.replace(/\D/g, '');
  // What has no digits is a name, such as that of a SIP address.
  return digits ? digits === other.replace(/\D/g, '') : one === other;
}

function momentOf(value: unknown, name: string): number | null {
  if (value === undefined || value === null || value === '') return null;
  const ms =
    value instanceof Date ? value.getTime() : typeof value === 'number' ? value : Date.parse(textOf(value) ?? '');
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw wrong(`"${name}" is no date: use ISO 8601, for example 2026-01-31T08:00:00Z`);
  return ms;
}

function flagOf(params: Fields, name: string): boolean | null {
  const value = params[name];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw wrong(`"${name}" must be true or false`);
}

function limitOf(value: unknown): number {
  if (value === undefined || value === null || value === '') return DEFAULT_LIMIT;
  const limit = Number(value);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw wrong(`"limit" must be a whole number from 1 to ${MAX_LIMIT}`);
}
