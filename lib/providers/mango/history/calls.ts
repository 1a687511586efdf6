/** From the legs of a past call to one call as flows know it. */

import type { HistoryEntry, Party } from '../../../model';
import { party } from '../../../model';
import { endOf, isLost, reasonOf } from '../codes';
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

/** @param rows the legs of one call, in any order; all of them unless only some were asked for */
export function callOfRows(rows: readonly LegRow[]): PastCall {
  const legs = [...rows].sort((one, other) => one.start - other.start);
  const first = legs[0] as LegRow;
  const last = legs.at(-1) as LegRow;
  // A call the PBX placed: it rings the employee first, and tells that leg the wrong way round.
  const own = legs.find((leg) => leg.start === first.start && isOwnLeg(leg));
  const people = legs.filter((leg) => isPerson(leg) && leg !== own);
  const taken = people.find((leg) => leg.answer !== null);
  const called = (taken ?? people.at(-1))?.to ?? (own ? own.from : last.to);
  const from = own ? own.to : first.from;
  const direction = own ? 'outbound' : directionOf(from, called);
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
    reason: reasonAmong(
      people.filter((leg) => leg.answer !== null),
      legs.filter((leg) => leg !== own && !isLost(leg.reason)),
      legs,
    ),
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

function isPerson({ location }: LegRow): boolean {
  return (location ?? 'abonent') === 'abonent';
}

function isOwnLeg(leg: LegRow): boolean {
  return isPerson(leg) && leg.reason === '1000' && leg.to.extension !== null;
}

/** Why the leg that ended last did so, of the first of these kinds of legs there is. */
function reasonAmong(...kinds: readonly LegRow[][]): string | null {
  const [first, ...others] = kinds.find((legs) => legs.length > 0) ?? [];
  let last = first;
  for (const leg of others) if (!last || endOfLeg(leg) >= endOfLeg(last)) last = leg;
  return last?.reason ?? null;
}

function endOfLeg({ finish, start }: LegRow): number {
  return finish ?? start;
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
