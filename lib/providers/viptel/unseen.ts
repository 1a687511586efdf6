/**
 * Calls that began and ended while nobody listened: only the history tells of them. It is said to hold a record a call; where it holds
 * several, under one id or for each phone that was called under an id of its own, they still are one call.
 */

import type { LegResult } from '../../facts';
import type { CallFacts, Told } from './call-facts';
import type { CallBook } from './calls';
import { directionOf, outcomeOf, tellingRecord } from './history';
import type { Directory } from './numbers';
import { line, sameLine } from './numbers';
import type { HistoryRecord } from './rest-lists';

export interface UnseenCall {
  id: string;
  /** The record that tells most. */
  record: HistoryRecord;
  /** Milliseconds since the epoch, over all of its records. */
  startedAt: number;
  endedAt: number;
}

/** More of one break are not told, the oldest are left out; the book must be able to remember that they were told. */
export const MAX_UNSEEN = 3_000;

/**
 * The calls of these records that the book does not know, oldest first.
 * @param from milliseconds since the epoch; what began before is left out
 * @param parts ids that turned out to be parts of another call: read, so that they stay parts when that one is over, and added to
 */
export function unseenCalls(
  records: readonly HistoryRecord[],
  from: number,
  book: CallBook,
  parts: Set<string>,
): UnseenCall[] {
  const spans = new Spans();
  for (const { caller, line: called, startedAt } of book.live()) spans.add(caller, called, startedAt, Infinity);
  const byId = new Map<string, HistoryRecord[]>();
  for (const record of records) {
    const { uniqueId: id, startedAt } = record;
    if (id === null || startedAt === null) continue;
    if (book.find(id) || book.ended(id)) spans.add(record.caller, calledOf(record), startedAt, endOf(record));
    else byId.set(id, [...(byId.get(id) ?? []), record]);
  }
  const calls = [...byId].map(([id, own]) => callOf(id, own));
  // Of two that begin at once the longer is the whole.
  calls.sort((one, other) => one.startedAt - other.startedAt || other.endedAt - one.endedAt);
  return calls.filter(({ id, record, startedAt, endedAt }) => {
    const { caller } = record;
    if (parts.has(id)) return false;
    if (spans.cover(caller, calledOf(record), startedAt)) {
      parts.add(id);
      return false;
    }
    spans.add(caller, calledOf(record), startedAt, endedAt);
    return startedAt >= from;
  });
}

/** Tells the whole of such a call at once. */
export function tellUnseen(
  { id, record, startedAt, endedAt }: UnseenCall,
  facts: CallFacts,
  directory: Directory,
  now: number,
): void {
  const { caller, callerName, received: called, destination: callee, destinationName: calleeName } = record;
  const told: Told = { at: now, raw: record.raw, inferred: true };
  const direction = directionOf(record, directory);
  const call = facts.begin(id, { caller, callerName, callee, calleeName, called, startedAt, direction }, told);
  const { result, answeredAt, answeredBy } = endingOf(record, directory);
  facts.end(call, result, told, answeredAt, { endedAt: Math.max(endedAt, answeredAt ?? 0), ...answeredBy });
}

/** The end of a call by its record, as `CallFacts.end` takes it. */
export function endingOf(
  record: HistoryRecord,
  directory: Directory,
): {
  result: LegResult;
  answeredAt: number | null;
  answeredBy: { answeredBy?: ReturnType<Directory['party']> };
} {
  const { result, answeredAt, answeredBy, answeredByName } = outcomeOf(record);
  return {
    result,
    answeredAt,
    answeredBy: answeredBy === null ? {} : { answeredBy: directory.party(answeredBy, answeredByName) },
  };
}

function callOf(id: string, own: readonly HistoryRecord[]): UnseenCall {
  const record = tellingRecord(own) as HistoryRecord;
  return {
    id,
    record,
    startedAt: Math.min(...own.map(({ startedAt }) => startedAt ?? Infinity)),
    endedAt: Math.max(...own.map(endOf)),
  };
}

function endOf({ startedAt, wholeSeconds }: HistoryRecord): number {
  return (startedAt ?? 0) + wholeSeconds * 1000;
}

/** The number the caller dialled. */
function calledOf({ received, destination }: HistoryRecord): string | null {
  return received ?? destination;
}

/** When a caller was calling a number: within that time he did not call it a second time. */
class Spans {
  readonly #ofCaller = new Map<string, { called: string | null; start: number; end: number }[]>();

  add(caller: string | null, called: string | null, start: number, end: number): void {
    if (caller === null) return;
    const spans = this.#ofCaller.get(line(caller)) ?? [];
    spans.push({ called, start, end });
    this.#ofCaller.set(line(caller), spans);
  }

  cover(caller: string | null, called: string | null, at: number): boolean {
    const spans = caller === null ? [] : (this.#ofCaller.get(line(caller)) ?? []);
    return spans.some(
      (span) =>
        span.start <= at && at < span.end && (called === null || span.called === null || sameLine(called, span.called)),
    );
  }
}
