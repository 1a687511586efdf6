/**
 * Names and numbers of the parties, and the direction of a call.
 *
 * Direction is inferred, since no event tells it. By the leg that placed the call: from outside it is inbound. From inside it is
 * internal when the dialled number is one of the house (up to six digits, or known as an extension) or a feature code, else outbound;
 * the first leg that is really called corrects this: a trunk makes it outbound, a phone internal. A call that Asterisk was told to
 * place has the direction of its destination. A Local channel nobody stands behind says nothing: unknown, unless it is in the
 * phones' context.
 */

import type { CallDetails } from '../facts';
import type { Party } from '../model';
import { isDigits } from './channel-name';
import type { Directory } from './directory';
import type { AsteriskCall, Leg } from './legs';

/** Extensions of a dialplan that are no numbers: start, hang-up, invalid, time-out and their like. */
const NOT_DIALLED: ReadonlySet<string> = new Set(['s', 'h', 'i', 't', 'T', 'e', 'o', 'a', 'failed']);

export function dialledNumber(exten: string | null): string | null {
  return exten === null || NOT_DIALLED.has(exten) ? null : exten;
}

/** Someone by the number that was dialled. */
export function destination(number: string, directory: Directory): Partial<Party> {
  return directory.isExtension(number) ? { extension: number } : { number };
}

/** The number in a dial string such as `0900123456@trunk` or `trunk/0900123456`; `null` when it only names a device. */
export function numberIn(dialString: string): string | null {
  const at = dialString.indexOf('@');
  if (at > 0) return asNumber(dialString.slice(dialString.lastIndexOf('/', at) + 1, at));
  const slash = dialString.lastIndexOf('/');
  return slash < 0 ? null : asNumber(dialString.slice(slash + 1));
}

/** Whom a Local channel is for, by its name `21@from-queue`: all there is to say while nobody stands behind it. */
export function localDestination(peer: string, inside: boolean, directory: Directory): Partial<Party> {
  const exten = peer.slice(0, `${peer}@`.indexOf('@'));
  if (directory.isExtension(exten)) return { extension: exten };
  if (asNumber(exten)) return { number: exten };
  return inside && exten !== '' && dialledNumber(exten) ? { extension: exten } : {};
}

function asNumber(text: string): string | null {
  const number = text.startsWith('sip:') ? text.slice(4) : text;
  const digits = number.charCodeAt(0) === 43 ? number.slice(1) : number;
  return isDigits(digits, 40) ? number : null;
}

/** A party as its leg is created or learns more. Empty values leave what is known. */
export function learnParty(leg: Leg, more: Partial<Party>): boolean {
  const old = leg.party;
  const number = more.number ?? old.number;
  const extension = more.extension ?? old.extension;
  const name = more.name ?? old.name;
  if (number === old.number && extension === old.extension && name === old.name) return false;
  leg.party = { number, extension, name };
  return true;
}

/** What is known of a call when it begins. */
export function detailsOf(call: AsteriskCall): CallDetails {
  const details: CallDetails = {};
  if (call.direction !== 'unknown') details.direction = call.direction;
  if (call.root) details.from = call.root.party;
  if (call.dialed) details.dialed = call.dialed;
  if (call.line) details.line = call.line;
  if (call.to) details.to = call.to;
  return details;
}

/** Direction, line and destination as far as the leg that placed the call tells them. */
export function settleByRoot(call: AsteriskCall, root: Leg, directory: Directory): void {
  if (!root.local && !root.inside) {
    call.line = root.name.peer;
    call.direction = root.originated ? 'outbound' : 'inbound';
    call.directionSettled = true;
    return;
  }
  if (root.inside && call.dialed) settleByNumber(call, call.dialed, directory);
}

export function settleByNumber(call: AsteriskCall, dialed: string, directory: Directory): void {
  const code = dialed.charCodeAt(0);
  // * and # begin feature codes.
  const feature = code === 42 || code === 35;
  call.direction = feature || directory.isExtension(dialed) ? 'internal' : 'outbound';
  if (!feature && !call.to) call.to = destination(dialed, directory);
}

/** The first leg that a caller inside really reaches for. @returns whether that changed what was known */
export function settleByDialled(call: AsteriskCall, called: Leg): boolean {
  const { root } = call;
  if (call.directionSettled || call.answered || !root?.inside || called.local) return false;
  call.directionSettled = true;
  const direction = called.inside ? 'internal' : 'outbound';
  const line = called.inside ? null : called.name.peer;
  if (call.direction === direction && line === null) return false;
  call.direction = direction;
  call.line = line;
  return true;
}
