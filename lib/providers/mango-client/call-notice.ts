/** What a `/call` event says, in our words (overview 2.1(9), 2.6, 2.7; the names of the fields by the profile). */

import type { Direction, Disposition, Party, Reason } from '../../model';
import { party } from '../../model';
import type { Notice } from './envelope';
import type { Paths, Profile } from './profile';
import { flagAt, textAt } from './read';

export type CallState = 'appeared' | 'connected' | 'held' | 'disconnected';

export interface CallNotice {
  id: string;
  /** The service's id of this leg; the call's own where there is none. */
  leg: string;
  state: CallState;
  direction: Direction;
  from: Party;
  to: Party;
  line: string | null;
  group: string | null;
  /** The employee's telephone stopped because a colleague took the call (overview 2.7). */
  groupDisconnect: boolean;
  reason: Reason | null;
  disposition: Disposition | null;
  user: string;
  at: number;
  raw: unknown;
}

/** `null`: no call, or a state that nobody knows. */
export function callNotice(notice: Notice, profile: Profile, own: ReadonlySet<string>): CallNotice | null {
  const { call: paths, words } = profile;
  const { body, user, at, raw } = notice;
  const id = textAt(body, paths.id);
  const state = stateOf(textAt(body, paths.state), profile);
  if (id === null || state === null) return null;
  const stated = directionOf(textAt(body, paths.direction), words);
  const from = partyOf(textAt(body, paths.fromNumber), textAt(body, paths.fromExtension), own);
  const to = partyOf(textAt(body, paths.toNumber), textAt(body, paths.toExtension), own);
  from.name = textAt(body, paths.fromName);
  to.name = textAt(body, paths.toName);
  // Told to an employee who is on neither side: it is his telephone that rings, or his that calls.
  if (from.extension === null && to.extension === null) {
    if (stated === 'outbound') from.extension = user;
    else to.extension = user;
  }
  const reason = textAt(body, paths.reason);
  return {
    id,
    leg: textAt(body, paths.leg) ?? id,
    state,
    direction: stated ?? between(from, to),
    from,
    to,
    line: textAt(body, paths.line),
    group: textAt(body, paths.group),
    groupDisconnect: flagAt(body, paths.groupDisconnect),
    reason: reason === null ? null : { code: reason, text: null },
    disposition: dispositionOf(reason, words),
    user,
    at,
    raw,
  };
}

export function stateOf(word: string | null, { words }: Profile): CallState | null {
  if (word === null) return null;
  for (const state of ['appeared', 'connected', 'held', 'disconnected'] as const)
    if (isOne(word, words[state])) return state;
  return null;
}

export function isOne(word: string | null, words: Paths): boolean {
  return word !== null && words.some((one) => one.toLowerCase() === word.toLowerCase());
}

/** Numbers as two people write them: with or without plus, trunk prefix and blanks. */
export function sameNumber(one: string | null, other: string | null): boolean {
  const a = (one ?? '').replace(/\D/g, '');
  const b = (other ?? '').replace(/\D/g, '');
  return a !== '' && (a === b || (a.length >= 10 && b.length >= 10 && a.slice(-10) === b.slice(-10)));
}

/** Whether somebody is who was asked for, as a number or as an extension. */
export function isParty(asked: string, { number, extension }: Party): boolean {
  return sameNumber(asked, number) || sameNumber(asked, extension);
}

function partyOf(number: string | null, extension: string | null, own: ReadonlySet<string>): Party {
  if (extension === null && number !== null && own.has(number)) return party({ extension: number });
  return party({ number, extension });
}

function directionOf(word: string | null, words: Profile['words']): Direction | null {
  for (const direction of ['inbound', 'outbound', 'internal'] as const)
    if (isOne(word, words[direction])) return direction;
  return null;
}

function between(from: Party, to: Party): Direction {
  if (from.extension !== null) return to.extension === null ? 'outbound' : 'internal';
  return to.extension === null ? 'unknown' : 'inbound';
}

function dispositionOf(reason: string | null, words: Profile['words']): Disposition | null {
  if (isOne(reason, words.busy)) return 'busy';
  if (isOne(reason, words.rejected)) return 'rejected';
  if (isOne(reason, words.noAnswer)) return 'no-answer';
  return isOne(reason, words.cancelled) ? 'cancelled' : null;
}
