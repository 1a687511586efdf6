/** `params` of a history query, read and checked before the vendor sees them: one wrong request may block the API (specification 3.3). */

import { DISPOSITIONS, PbxError } from '../../../model';
import type { Direction, Disposition, HistoryEntry } from '../../../model';
import type { Fields } from '../fields';
import { fieldsOf, textOf } from '../fields';

export interface SideWish {
  extension?: string;
  number?: string;
}

export interface HistoryWish {
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  /** Either side. */
  party: SideWish | null;
  caller: SideWish | null;
  called: SideWish | null;
  direction: Exclude<Direction, 'unknown'> | null;
  disposition: Disposition | null;
  limit: number;
  /** `basic`: the table of legs; `extended`: the list of calls with names and groups. */
  api: 'basic' | 'extended';
  /** What only the extended statistics know, as the vendor names it. */
  vendor: Fields;
}

const DAY_MS = 24 * 3_600_000;
const LONGEST_MS = 366 * DAY_MS;
const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 50_000;
const DIRECTIONS: readonly string[] = ['inbound', 'outbound', 'internal'];
const VENDOR_LISTS = ['user_ids', 'group_ids'];
const VENDOR_NUMBERS = ['recall_status', 'ext_params'];

/** Without a span: the last day. */
export function wishOf(params: Fields, now: number): HistoryWish {
  const to = moment(params['to'], 'to') ?? now;
  const from = moment(params['from'], 'from') ?? to - DAY_MS;
  if (!(from < to)) throw wrong('"from" must be before "to"');
  if (to - from > LONGEST_MS) throw wrong('at most a year can be asked for at once');
  const party = sideOf(params, 'extension', 'number');
  const caller = sideOf(fieldsOf(params['caller']) ?? {}, 'extension', 'number');
  const called = sideOf(fieldsOf(params['called']) ?? {}, 'extension', 'number');
  if (party && (caller || called))
    throw wrong('"extension" and "number" mean either side and do not go together with "caller" or "called"');
  const direction = choice(params['direction'], DIRECTIONS, 'direction');
  const disposition = choice(params['disposition'], DISPOSITIONS, 'disposition');
  const api = choice(params['api'], ['basic', 'extended'], 'api');
  return {
    from,
    to,
    party,
    caller,
    called,
    direction: direction as HistoryWish['direction'],
    disposition: disposition as Disposition | null,
    limit: limitOf(params['limit']),
    api: api === 'extended' ? 'extended' : 'basic',
    vendor: vendorOf(params),
  };
}

/** Spans of at most `longestMs`, the newest first. They do not overlap. */
export function spansOf({ from, to }: HistoryWish, longestMs: number): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (let end = to; end > from; end -= longestMs) spans.push({ from: Math.max(from, end - longestMs), to: end });
  return spans;
}

/** What the vendor cannot choose by itself is chosen here. */
export function fits(entry: HistoryEntry, { direction, disposition }: HistoryWish): boolean {
  return (
    (direction === null || entry.direction === direction) && (disposition === null || entry.disposition === disposition)
  );
}

export function newestFirst(entries: HistoryEntry[], limit: number): HistoryEntry[] {
  return entries.sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1)).slice(0, limit);
}

function moment(value: unknown, name: string): number | null {
  if (value === undefined || value === null || value === '') return null;
  const ms =
    value instanceof Date ? value.getTime() : typeof value === 'number' ? value : Date.parse(textOf(value) ?? '');
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw wrong(`"${name}" is no date: use ISO 8601, for example 2026-01-31T08:00:00Z`);
  return ms;
}

function sideOf(fields: Fields, ...names: ('extension' | 'number')[]): SideWish | null {
  const side: SideWish = {};
  for (const name of names) {
    const text = textOf(fields[name]);
    // The vendor wants E.164 without the plus.
    if (text) side[name] = name === 'number' && !text.startsWith('sip:') ? text.replace(/[^\d]/g, '') : text;
  }
  return Object.keys(side).length > 0 ? side : null;
}

function limitOf(value: unknown): number {
  if (value === undefined || value === null || value === '') return DEFAULT_LIMIT;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw wrong(`"limit" must be a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}

function choice(value: unknown, among: readonly string[], name: string): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && among.includes(value)) return value;
  throw wrong(`"${name}" must be one of ${among.join(', ')}`);
}

/** Only whole numbers: with texts the vendor's job fails minutes later, with a database error. */
function vendorOf(params: Fields): Fields {
  const vendor: Record<string, unknown> = {};
  for (const name of VENDOR_LISTS) {
    const value = params[name];
    if (value === undefined || value === null) continue;
    const list = (Array.isArray(value) ? value : [value]).map(Number);
    if (!list.every((id) => Number.isInteger(id))) throw wrong(`"${name}" must be a list of whole numbers`);
    vendor[name] = list;
  }
  for (const name of VENDOR_NUMBERS) {
    const value = params[name];
    if (value === undefined || value === null) continue;
    if (!Number.isInteger(Number(value))) throw wrong(`"${name}" must be a whole number`);
    vendor[name] = Number(value);
  }
  const search = textOf(params['search_string']);
  if (search !== null) {
    if (search.length < 3) throw wrong('"search_string" must have at least three characters');
    vendor['search_string'] = search;
  }
  return vendor;
}

function wrong(text: string): PbxError {
  return new PbxError('invalid-argument', `history: ${text}`);
}
