/** The canonical call: the same fields whatever the PBX. Absent knowledge is `null`, never a guess. */

export type Direction = 'inbound' | 'outbound' | 'internal' | 'unknown';

export type CallState = 'dialing' | 'ringing' | 'queued' | 'answered' | 'held' | 'ended';

export const DISPOSITIONS = [
  'answered',
  'no-answer',
  'busy',
  'cancelled',
  'rejected',
  'unreachable',
  'forbidden',
  'invalid-number',
  'failed',
  'unknown',
] as const;

/** How a call ended. `cancelled`: the caller hung up before a person answered. */
export type Disposition = (typeof DISPOSITIONS)[number];

/** Someone who takes part in a call. A person inside has an extension, one outside a number; a PBX may know both. */
export interface Party {
  /** As the PBX gave it, or E.164 (`+421900123456`) when the account has a default country. */
  number: string | null;
  extension: string | null;
  name: string | null;
}

/** The vendor's own code and text for why a call ended. */
export interface Reason {
  code: string | null;
  text: string | null;
}

export interface Call {
  /** What hang up, redirect and transfer take; never changes during the call. */
  id: string;
  direction: Direction;
  state: CallState;
  from: Party;
  /** Whom the call is for; follows a transfer. */
  to: Party;
  /** The number the caller dialled. */
  dialed: string | null;
  /** The own number or trunk the call came in or went out by. */
  line: string | null;
  /** The queue or group the call is or last was in. */
  queue: string | null;
  /** The person who took the call first; a transfer does not change it. */
  answeredBy: Party | null;
  /** ISO 8601, UTC, milliseconds; as are the two below. */
  startedAt: string;
  answeredAt: string | null;
  endedAt: string | null;
  /** Whole seconds from the begin to the answer, or to the end of a call that nobody answered; `null` while it waits. */
  waitSeconds: number | null;
  /** Whole seconds from the answer to the end; `null` until the end, and when nobody answered. */
  talkSeconds: number | null;
  disposition: Disposition | null;
  reason: Reason | null;
  /** The text given to make call, when this package placed the call. */
  tag: string | null;
}

export const NOBODY: Readonly<Party> = Object.freeze({ number: null, extension: null, name: null });

/** A party from whatever is known; missing and empty fields become `null`. */
export function party(known: Partial<Party> | null | undefined): Party {
  return {
    number: known?.number || null,
    extension: known?.extension || null,
    name: known?.name || null,
  };
}
