/** A live call as the pushes tell it: one leg per employee, and how far each got. */

import type { Timer } from '../../clock';
import type { Party } from '../../model';
import type { CallDirection, Employee, Group, HistoryNotice } from './notice';

export interface Leg {
  /** Id in facts; unique over calls, since legs move when calls merge. */
  id: string;
  employee: Employee | null;
  party: Partial<Party>;
  state: 'ringing' | 'answered' | 'gone';
  /** Whether it is the one who placed the call. */
  dials: boolean;
}

export interface Entry {
  readonly id: string;
  /** Also those of calls that were merged into it. */
  readonly ids: Set<string>;
  direction: CallDirection;
  client: string | null;
  readonly legs: Map<string, Leg>;
  /** The group the caller waits in. */
  queue: Group | null;
  /** Whether a person's answer was told. */
  answered: boolean;
  /** COMPLETED without an ACCEPTED before: somebody answered, and nobody knows when. */
  talked: boolean;
  /** When the last leg that had talked ended. */
  endedAt: number | null;
  /** Who handed the call on, while it is not known to whom. */
  transferBy: Party | null;
  /** Whether the PBX tells directions: then it also tells a caller who gave up from one nobody took. */
  modern: boolean;
  /** The record that says most, see {@link verdictOf}. */
  outcome: HistoryNotice | null;
  /** The record came by the list of calls, not by itself. */
  inferred: boolean;
  timer: Timer | null;
  /** When it was first heard of. */
  readonly startedAt: number;
  lastAt: number;
}

export function newEntry(id: string, direction: CallDirection, client: string | null, now: number): Entry {
  return {
    id,
    ids: new Set([id]),
    direction,
    client,
    legs: new Map(),
    queue: null,
    answered: false,
    talked: false,
    endedAt: null,
    transferBy: null,
    modern: false,
    outcome: null,
    inferred: false,
    timer: null,
    startedAt: now,
    lastAt: now,
  };
}

/**
 * The record that says how the call ended. Whether records come per call or per leg is not documented: once a person has talked, one that
 * says nobody took it is of a leg (specification 4.3, 8). A call to outside has one leg, of which nobody knows whose answer is told.
 */
export function verdictOf({ outcome, direction, answered, talked }: Entry): HistoryNotice | null {
  if (!outcome || outcome.disposition === 'answered' || direction === 'outbound') return outcome;
  return answered || talked ? null : outcome;
}

export function liveLegs(entry: Entry): Leg[] {
  return [...entry.legs.values()].filter(({ state }) => state !== 'gone');
}
