/** The call history as canonical calls, and as the end of calls whose end was not seen. */

import type { LegResult } from '../../facts';
import { concerns, isOfKind, newestFirst, wrong } from '../../history';
import type { HistoryWish } from '../../history';
import { NOBODY, party } from '../../model';
import type { Direction, Disposition, HistoryEntry } from '../../model';
import { toLocalTime, toUtcTime } from './local-time';
import type { Directory } from './numbers';
import { sameLine } from './numbers';
import type { ViptelRest } from './rest';
import { history } from './rest-lists';
import type { HistoryRecord } from './rest-lists';

/** The most records of one answer. */
export const PAGE = 3_000;
const MAX_PAGES = 4;
const MOST = PAGE * MAX_PAGES;

/** Words of the history, which are not those of the events. */
const STATUSES: readonly (readonly [RegExp, Disposition])[] = [
  [/^answer/i, 'answered'],
  [/^(?:miss|no.?answer|unanswer|abandon)/i, 'no-answer'],
  [/^busy/i, 'busy'],
  [/^cancel/i, 'cancelled'],
  [/^(?:dontcall|reject|declin)/i, 'rejected'],
  [/^(?:chanunavail|unreach|unavail)/i, 'unreachable'],
  [/^(?:congestion|invalid)/i, 'invalid-number'],
  [/^fail/i, 'failed'],
];

/**
 * Bounds of a span for VIPTel. In which zone it reads them nobody knows; written so, the span covers the wanted one either way, and is at
 * most the offset of the zone longer.
 */
export function bounds(fromMs: number, toMs: number | null): { date_from: string; date_to?: string } {
  return { date_from: toUtcTime(fromMs), ...(toMs !== null && { date_to: toLocalTime(toMs) }) };
}

export interface History {
  records: HistoryRecord[];
  /** Whether there are no more of this span. */
  whole: boolean;
}

/** The records from a time on, up to another or to now; at most 12 000 of them, in the order of VIPTel. */
export async function readHistory(
  rest: ViptelRest,
  from: number,
  to: number | null,
  signal: AbortSignal,
): Promise<History> {
  // A call that ends meanwhile moves the others, so that one may come on two pages.
  const records = new Map<string, HistoryRecord>();
  for (let page = 0; page < MAX_PAGES; page++) {
    const got = await history(rest, { ...bounds(from, to), limit: PAGE, offset: page * PAGE }, signal);
    const before = records.size;
    for (const record of got) records.set(JSON.stringify([record.id, record.startedAt, record.destination]), record);
    if (got.length < PAGE) return { records: [...records.values()], whole: true };
    // The same page again: VIPTel does not turn it.
    if (records.size === before) break;
  }
  return { records: [...records.values()], whole: false };
}

/** `query history`: newest first. */
export async function queryHistory(
  rest: ViptelRest,
  directory: Directory,
  wish: HistoryWish,
  signal: AbortSignal,
): Promise<HistoryEntry[]> {
  const { from, to, limit } = wish;
  const { records, whole } = await readHistory(rest, from, to, signal);
  // Which of them are missing nobody knows: VIPTel does not say in which order it tells them.
  if (!whole)
    throw wrong(`VIPTel has more records of this span than the ${MOST} that can be read: ask for a shorter span`);
  const entries = records
    .filter(({ startedAt }) => startedAt !== null && startedAt >= from && (to === null || startedAt <= to))
    .map((record) => entryOf(record, directory))
    .filter((entry) => isOfKind(entry, wish) && concerns(entry, wish, sameLine));
  return newestFirst(entries, limit);
}

/** Of the records of one call that which tells most: the leg that was answered, else the last. */
export function tellingRecord(records: readonly HistoryRecord[]): HistoryRecord | undefined {
  return records.find((record) => outcomeOf(record).result.disposition === 'answered') ?? records.at(-1);
}

/** How a call ended by its record. */
export function outcomeOf({
  status,
  destination,
  destinationName,
  startedAt,
  talkSeconds,
  wholeSeconds,
}: HistoryRecord): {
  result: LegResult;
  answeredAt: number | null;
  endedAt: number | null;
  answeredBy: string | null;
  answeredByName: string | null;
} {
  const disposition = STATUSES.find(([words]) => words.test(status ?? ''))?.[1] ?? 'unknown';
  const answered = disposition === 'answered';
  return {
    result: { disposition, reason: { code: status, text: null } },
    answeredAt: answered && startedAt !== null ? startedAt + (wholeSeconds - talkSeconds) * 1000 : null,
    endedAt: startedAt === null ? null : startedAt + wholeSeconds * 1000,
    answeredBy: answered ? destination : null,
    answeredByName: answered ? destinationName : null,
  };
}

export function entryOf(record: HistoryRecord, directory: Directory): HistoryEntry {
  const { id, uniqueId, caller, callerName, received, destination, destinationName, startedAt } = record;
  const { result, answeredAt, endedAt, answeredBy, answeredByName } = outcomeOf(record);
  const answered = result.disposition === 'answered';
  const direction = directionOf(record, directory);
  return {
    id: uniqueId ?? id,
    direction,
    state: 'ended',
    from: party(directory.party(caller, callerName)),
    to: destination === null ? { ...NOBODY } : party(directory.party(destination, destinationName)),
    dialed: received ?? destination,
    line: direction === 'inbound' ? received : null,
    queue: null,
    answeredBy: answeredBy === null ? null : party(directory.party(answeredBy, answeredByName)),
    startedAt: iso(startedAt) ?? '',
    answeredAt: iso(answeredAt),
    endedAt: iso(endedAt),
    waitSeconds: answered ? record.wholeSeconds - record.talkSeconds : record.wholeSeconds,
    talkSeconds: answered ? record.talkSeconds : null,
    disposition: result.disposition,
    reason: result.reason ?? null,
    tag: null,
    recordings: record.recordingFile === null ? [] : [id],
  };
}

export function directionOf({ type, caller, destination, received }: HistoryRecord, directory: Directory): Direction {
  if (/intern|local/i.test(type ?? '')) return 'internal';
  if (/out/i.test(type ?? '')) return 'outbound';
  if (/in/i.test(type ?? '')) return 'inbound';
  return directory.direction(caller, destination ?? received);
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
