/**
 * One call as the PBX tells it: an `entry_id` with its legs (`call_id`). Kept only to tell what the next notice means; the call tracker
 * keeps the call itself.
 */

import type { Timer } from '../../clock';
import type { CallDetails, CallFact, QueueFact } from '../../facts';
import type { Direction } from '../../model';
import { directionOf, isPlaced } from './direction';
import type { CallNotice, Place, Side, SummaryNotice } from './notices';
import { isSomebody, partyOf, sameSide } from './notices';

export type Tell = (fact: CallFact | QueueFact) => void;

export interface Leg {
  readonly id: string;
  readonly place: Place;
  readonly role: 'caller' | 'callee' | 'stage';
  state: 'appeared' | 'connected' | 'held' | 'gone';
  from: Side;
  to: Side;
  /** Whether its answer has been told. */
  answered: boolean;
  /** A colleague is being asked here by this one, who has the customer waiting on another leg. */
  consultedBy: Side | null;
}

export interface Entry {
  readonly id: string;
  readonly legs: Map<string, Leg>;
  direction: Exclude<Direction, 'unknown'>;
  /** Whether the direction was read off a leg that began with the call, not one that came of another. */
  sure: boolean;
  /** The PBX places this call for somebody: which side it rings first. */
  placed: 'inside-first' | 'outside-first' | null;
  /** The other side of a placed call. */
  far: Side | null;
  /** What of the call has been told so far. */
  told: { from: boolean; to: boolean; line: boolean; dialed: boolean; tracking: boolean };
  answered: boolean;
  /** The group whose queue the caller is in, and since when (ms). */
  group: { id: string; at: number } | null;
  /** Whether the flows were asked where this call should go. */
  asked: boolean;
  summary: SummaryNotice | null;
  summaryTimer: Timer | null;
  touchedAt: number;
}

export function newEntry(notice: CallNotice): Entry {
  return {
    id: notice.entry,
    legs: new Map(),
    direction: directionOf(notice),
    sure: notice.from.takenFrom === null,
    ...placingOf(notice),
    told: { from: false, to: false, line: false, dialed: false, tracking: false },
    answered: false,
    group: null,
    asked: false,
    summary: null,
    summaryTimer: null,
    touchedAt: notice.at,
  };
}

/** Whether and how the PBX places this call, as far as one notice tells. */
export function placingOf(notice: CallNotice): Pick<Entry, 'placed' | 'far'> {
  if (!isPlaced(notice)) return { placed: null, far: null };
  const { from, to } = notice;
  if (from.takenFrom !== null) return { placed: 'inside-first', far: to };
  return to.extension === null ? { placed: 'outside-first', far: to } : { placed: 'inside-first', far: from };
}

/** What a notice that begins a call tells about it. */
export function detailsOf(notice: CallNotice, entry: Entry): CallDetails {
  const { from, to, tracking } = notice;
  const line = lineOf(notice);
  // The first leg of a placed call is told from the far end's side: the employee who rings stands in `to`.
  const reversed = entry.placed === 'inside-first' && from.takenFrom === null;
  const [caller, called] = reversed ? [to, from] : [from, to];
  const dialed = entry.direction === 'inbound' ? (tracking ?? to.line) : (partyOf(called).number ?? called.extension);
  const reached = entry.direction !== 'inbound' || (notice.place === 'abonent' && isSomebody(called));
  return {
    direction: entry.direction,
    from: partyOf(caller),
    ...(reached && { to: partyOf(called) }),
    ...(dialed && { dialed }),
    ...(line && { line }),
  };
}

/** Keeps in mind that these details were told. */
export function noteTold({ told }: Entry, { from, to, line, dialed }: CallDetails, tracking: string | null): void {
  told.from ||= isNamed(from);
  told.to ||= isNamed(to);
  told.line ||= line !== undefined;
  told.dialed ||= dialed !== undefined;
  told.tracking ||= tracking !== null && dialed === tracking;
}

function isNamed(party: CallDetails['from']): boolean {
  return Boolean(party?.extension ?? party?.number);
}

export function lineOf({ from, to }: CallNotice): string | null {
  return to.line ?? from.line;
}

export function isLive(leg: Leg): boolean {
  return leg.state !== 'gone';
}

export function hasLiveLeg(entry: Entry): boolean {
  for (const leg of entry.legs.values()) if (isLive(leg)) return true;
  return false;
}

/** Who the leg calls: the side that placed the call, somebody else, or no person at all. */
export function roleOf(entry: Entry, { place, from, to }: CallNotice): Leg['role'] {
  if (place !== 'abonent') return 'stage';
  const { placed, far } = entry;
  if (placed === null || far === null) return 'callee';
  const fromFar = sameSide(from, far);
  // Its own side is rung first, told as if the far end called it; or second, after a far end that was rung first.
  if (placed === 'inside-first') return from.takenFrom === null && fromFar ? 'caller' : 'callee';
  return from.takenFrom !== null && fromFar && to.extension !== null ? 'caller' : 'callee';
}

/** Who asks a colleague on this new leg while a customer waits: somebody inside who talks, or has talked, on another leg. */
export function consultantOf(entry: Entry, { leg: id, from }: CallNotice): Side | null {
  if (!entry.answered || from.extension === null) return null;
  for (const leg of entry.legs.values())
    if (leg.id !== id && leg.answered && (leg.to.extension === from.extension || leg.from.extension === from.extension))
      return from;
  return null;
}
