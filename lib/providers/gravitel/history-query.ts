/** The list of calls over any span: asked in parts when it is long or full, filtered here where the PBX cannot (specification 5.3). */

import { DISPOSITIONS, PbxError } from '../../model';
import type { HistoryEntry } from '../../model';
import type { Codec, Span } from './codec';
import type { Directory } from './directory';
import { digitsOf, textOf } from './fields';
import type { Fields } from './fields';
import type { HistoryNotice } from './notice';
import { entryOf } from './outcome';

const DAY_MS = 24 * 3_600_000;
const LONGEST_MS = 366 * DAY_MS;
/** A span this short is not cut further, however full. */
const SHORTEST_MS = 60_000;
const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 50_000;

/** All records of the span, each once, the newest part first, until `enough`. */
export async function recordsOf(
  codec: Codec,
  span: Span,
  signal: AbortSignal,
  enough: (count: number) => boolean = () => false,
): Promise<HistoryNotice[]> {
  const found = new Map<string, HistoryNotice>();
  const open: Span[] = [];
  for (let from = span.from; from < span.to; from += DAY_MS) open.push({ from, to: Math.min(span.to, from + DAY_MS) });
  for (let part = open.pop(); part; part = open.pop()) {
    const { notices, full } = await codec.history(part, signal);
    if (full && part.to - part.from > SHORTEST_MS) {
      const middle = part.from + Math.floor((part.to - part.from) / 2);
      open.push({ from: part.from, to: middle }, { from: middle, to: part.to });
      continue;
    }
    for (const notice of notices) {
      const before = found.get(notice.call);
      // Several rows of one call: an answer says more than a leg that nobody took.
      if (!before || before.disposition !== 'answered') found.set(notice.call, notice);
    }
    if (enough(found.size)) break;
  }
  return [...found.values()];
}

export async function historyOf(
  codec: Codec,
  params: Fields,
  {
    directory,
    now,
    signal,
    seen,
  }: { directory: Directory; now: number; signal: AbortSignal; seen: (notice: HistoryNotice) => void },
): Promise<HistoryEntry[]> {
  const to = moment(params['to'], 'to') ?? now;
  const from = moment(params['from'], 'from') ?? to - DAY_MS;
  if (!(from < to)) throw wrong('"from" must be before "to"');
  if (to - from > LONGEST_MS) throw wrong('at most a year can be asked for at once');
  const direction = choice(params['direction'], ['inbound', 'outbound', 'internal'], 'direction');
  const disposition = choice(params['disposition'], DISPOSITIONS, 'disposition');
  const extension = textOf(params['extension']);
  const number = textOf(params['number']);
  const limit = limitOf(params['limit']);
  const filtered = Boolean(direction ?? disposition ?? extension ?? number);
  const notices = await recordsOf(codec, { from, to }, signal, (count) => !filtered && count >= limit);
  const entries: HistoryEntry[] = [];
  for (const notice of notices) {
    seen(notice);
    const entry = entryOf(notice, directory);
    if (!entry || (direction && entry.direction !== direction) || (disposition && entry.disposition !== disposition))
      continue;
    if (extension && entry.from.extension !== extension && entry.to.extension !== extension) continue;
    if (
      number &&
      ![entry.from.number, entry.to.number].some((side) => side !== null && digitsOf(side) === digitsOf(number))
    )
      continue;
    entries.push(entry);
  }
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

function wrong(text: string): PbxError {
  return new PbxError('invalid-argument', `history: ${text}`);
}
