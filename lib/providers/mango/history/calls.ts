/** From the legs of a past call to one call as flows know it. */

import type { HistoryEntry, Party } from '../../../model';
import { party } from '../../../model';
import { endOf, reasonOf } from '../codes';
import type { Side } from '../notices';
import { partyOf } from '../notices';
import type { LegRow } from './table';

export interface PastCall {
  id: string;
  direction: HistoryEntry['direction'];
  from: Party;
  to: Party;
  dialed: string | null;
  line: string | null;
  queue: string | null;
  answeredBy: Party | null;
  /** Milliseconds since the epoch. */
  startedAt: number;
  answeredAt: number | null;
  endedAt: number | null;
  reason: string | null;
  recordings: string[];
}

/** @param rows all legs of one call, in any order */
export function callOfRows(rows: readonly LegRow[]): PastCall {
  const legs = [...rows].sort((one, other) => one.start - other.start);
  const first = legs[0] as LegRow;
  const last = legs.at(-1) as LegRow;
  // A call the PBX placed: its first leg rings the employee and is told the wrong way round.
  const placed = first.reason === '1000' && first.to.extension !== null && legs.some((leg) => cameFrom(leg, first.to));
  const people = legs.filter((leg) => (leg.location ?? 'abonent') === 'abonent' && !(placed && leg === first));
  const taken = people.find((leg) => leg.answer !== null);
  const called = (taken ?? people.at(-1) ?? last).to;
  const from = placed ? first.to : first.from;
  const direction = placed ? 'outbound' : directionOf(from, called);
  const line = legs.find((leg) => leg.line !== null)?.line ?? null;
  const finishes = legs.map((leg) => leg.finish).filter((time): time is number => time !== null);
  return {
    id: first.entry,
    direction,
    from: party(partyOf(from)),
    to: party(partyOf(called)),
    dialed: direction === 'inbound' ? line : (partyOf(called).number ?? called.extension),
    line,
    queue: null,
    answeredBy: taken ? party(partyOf(taken.to)) : null,
    startedAt: first.start,
    answeredAt: taken?.answer ?? null,
    endedAt: finishes.length > 0 ? Math.max(...finishes) : null,
    reason: last.reason,
    recordings: [...new Set(legs.flatMap((leg) => leg.recordings))],
  };
}

export function entryOf(call: PastCall): HistoryEntry {
  const { startedAt, answeredAt, endedAt, reason, ...rest } = call;
  const waited = answeredAt ?? endedAt;
  const end = answeredAt === null ? endOf(reason) : null;
  return {
    ...rest,
    state: 'ended',
    startedAt: iso(startedAt),
    answeredAt: answeredAt === null ? null : iso(answeredAt),
    endedAt: endedAt === null ? null : iso(endedAt),
    waitSeconds: waited === null ? null : seconds(startedAt, waited),
    talkSeconds: answeredAt === null || endedAt === null ? null : seconds(answeredAt, endedAt),
    disposition: answeredAt === null ? (end?.disposition ?? 'unknown') : 'answered',
    reason: reasonOf(reason),
    tag: null,
  };
}

function cameFrom(leg: LegRow, employee: Side): boolean {
  return leg.from.extension !== null && leg.from.extension === employee.extension;
}

function directionOf(from: Side, to: Side): HistoryEntry['direction'] {
  if (from.extension === null) return 'inbound';
  return to.extension === null ? 'outbound' : 'internal';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function seconds(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / 1000));
}
