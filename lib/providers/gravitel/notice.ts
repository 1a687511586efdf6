/**
 * What a PBX of this family can tell, the same for all dialects: the decoders of pushes and of history make these, and everything behind
 * them knows no dialect (specification 9).
 */

import type { Disposition } from '../../model';

/** Someone inside the PBX as a push names them; which of the three is known differs by vendor and age. */
export interface Employee {
  /** Login without `@tenant`. */
  login: string | null;
  extension: string | null;
  /** Direct number, or the mobile number of a mobile-bridge leg. */
  number: string | null;
  name: string | null;
}

export interface Group {
  id: string;
  name: string | null;
}

export type CallDirection = 'inbound' | 'outbound' | 'internal';

interface OfCall {
  call: string;
  /** The client's number as sent; an extension in internal calls. */
  client: string | null;
  /** Own number the call came in or went out by. */
  line: string | null;
  /** `null`: no person; a group, the switch itself, or not told. */
  employee: Employee | null;
  group: Group | null;
  /** The vendor's own message. */
  raw: unknown;
}

/**
 * `ringing` INCOMING or OUTGOING, `answered` ACCEPTED, `completed` COMPLETED, `cancelled` CANCELLED, `transferred` TRANSFERRED; `released` (G1)
 * is one of completed and cancelled, by what was before.
 */
export type LegEvent = 'ringing' | 'dialing' | 'answered' | 'completed' | 'cancelled' | 'released' | 'transferred';

export interface EventNotice extends OfCall {
  kind: 'event';
  event: LegEvent;
  /** `null`: not told; tenants of 2017 tell inbound calls only and leave it out. */
  direction: CallDirection | null;
  /** With `transferred`: id of the call it was transferred by. */
  second: string | null;
}

export interface HistoryNotice extends OfCall {
  kind: 'history';
  direction: CallDirection;
  disposition: Disposition;
  /** The vendor's own word; `null` where none was sent. */
  status: string | null;
  /** Milliseconds since the epoch. */
  startedAt: number | null;
  /** Seconds before the answer. */
  wait: number | null;
  /** Seconds: of the whole call in pushes, of the talk in lists (specification 9, open point). */
  duration: number | null;
  durationKind: 'total' | 'talk';
  /** Address of the recording; may be relative to the tenant. */
  link: string | null;
}

export interface ContactNotice extends OfCall {
  kind: 'contact';
}

/** A mark the client gave, an alert about a SIP trunk, a command nobody knows yet. */
export interface OtherNotice {
  kind: 'other';
  name: string;
  raw: unknown;
}

export type Notice = EventNotice | HistoryNotice | ContactNotice | OtherNotice;

/** Groups and the switch come where an employee is expected (specification 2). */
const NO_PERSON = /^(?:pbx|ivr|fax|vm|am|hello|onduty|offtime|g_[\w-]+|[\w-]+_g\d+)$/i;

/**
 * @param user login, `login@tenant`, a group, `pbx`, or a mobile number
 * @returns `null` when no person is named
 */
export function employeeOf(
  user: string | null,
  extension: string | null,
  number: string | null,
  name: string | null = null,
): Employee | null {
  const login = user?.split('@', 1)[0]?.trim() || null;
  if (login && NO_PERSON.test(login)) return null;
  if (login && /^\+?\d{10,15}$/.test(login)) return { login: null, extension, number: number ?? login, name };
  return login || extension || number ? { login, extension, number, name } : null;
}

/** Whether they cannot be one person: of two with the same direct number each has a login or extension of its own. */
export function areTwo(one: Employee, other: Employee): boolean {
  return differ(one.login, other.login) || differ(one.extension, other.extension);
}

/** Whether something is told of both and is the same. */
export function shareName(one: Employee, other: Employee): boolean {
  return (['login', 'extension', 'number'] as const).some(
    (name) => one[name] !== null && other[name] !== null && !differ(one[name], other[name]),
  );
}

function differ(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.toLowerCase() !== other.toLowerCase();
}

/** By what a leg is told apart from the other legs of its call. */
export function keyOf({ login, extension, number }: Employee): string {
  return (login ?? extension ?? number ?? '').toLowerCase();
}
