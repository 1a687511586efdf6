/**
 * What the PBX posts about calls, read into one shape: `events/call` (specification 4.3) and `events/summary` (4.6). Both come from
 * anywhere in time and may lack anything but their ids.
 */

import type { Party } from '../../model';
import type { Fields } from './fields';
import { fieldsOf, flagOf, numberOf, textOf, timeOf } from './fields';

export type LegState = 'Appeared' | 'Connected' | 'OnHold' | 'Disconnected';
export type Place = 'ivr' | 'queue' | 'abonent';

/** One side of a leg. */
export interface Side {
  readonly extension: string | null;
  /** Digits, or a `sip:` address. */
  readonly number: string | null;
  readonly line: string | null;
  /** Leg in which this caller was before. */
  readonly takenFrom: string | null;
  /** Number of the group the call came through; `null` when not told, empty when the group has none. */
  readonly group: string | null;
  /** Put the other side on hold. */
  readonly holds: boolean;
}

export interface CallNotice {
  /** The whole call. */
  readonly entry: string;
  /** One leg of it. */
  readonly leg: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Counts the notices of one leg. */
  readonly seq: number | null;
  readonly state: LegState;
  readonly place: Place;
  readonly from: Side;
  readonly to: Side;
  readonly reason: string | null;
  readonly transfer: 'consultative' | 'blind' | 'return_blind' | null;
  readonly commandId: string | null;
  readonly taskId: string | null;
  readonly initiator: string | null;
  /** The call-tracking number the caller dialled. */
  readonly tracking: string | null;
  readonly raw: Fields;
}

export interface SummaryNotice {
  readonly entry: string;
  readonly direction: 'inbound' | 'outbound' | 'internal' | null;
  readonly from: Side;
  readonly to: Side;
  readonly line: string | null;
  readonly tracking: string | null;
  /** Milliseconds since the epoch, as the two below. */
  readonly startedAt: number | null;
  /** `null`: nobody talked. */
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly reason: string | null;
  readonly raw: Fields;
}

const STATES: Readonly<Record<string, LegState>> = {
  appeared: 'Appeared',
  connected: 'Connected',
  onhold: 'OnHold',
  disconnected: 'Disconnected',
};

/** `null` when it is no notice of a leg this package knows how to read. */
export function callNoticeOf(fields: Fields, now: number, raw = fields): CallNotice | null {
  const entry = textOf(fields['entry_id']);
  const leg = textOf(fields['call_id']);
  const state = STATES[textOf(fields['call_state'])?.toLowerCase() ?? ''];
  if (!entry || !leg || !state) return null;
  const transfer = textOf(fields['transfer']);
  return {
    entry,
    leg,
    state,
    at: timeOf(fields['timestamp']) ?? now,
    seq: numberOf(fields['seq']),
    place: placeOf(textOf(fields['location']) ?? textOf(fields['locaton'])),
    from: sideOf(fields['from']),
    to: sideOf(fields['to']),
    reason: textOf(fields['disconnect_reason']),
    transfer: transfer === 'consultative' || transfer === 'blind' || transfer === 'return_blind' ? transfer : null,
    commandId: textOf(fields['command_id']),
    taskId: textOf(fields['task_id']),
    // The vendor's own text writes some of these names with the Cyrillic letter that looks like a C.
    initiator: textOf(fields['callback_initiator'])?.replaceAll('\u0421', 'C') ?? null,
    tracking: textOf(fieldsOf(fields['dct'])?.['number']),
    raw,
  };
}

/** The leg in which digits were typed (`events/dtmf`): only the IVR tells them, so it is connected there. */
export function dtmfLegOf(fields: Fields, now: number): CallNotice | null {
  const { initiator, from_number: from = initiator, to_number: to, line_number: line } = fields;
  return callNoticeOf(
    {
      ...fields,
      call_id: fields['call_id'] ?? fields['entry_id'],
      call_state: 'Connected',
      from: { number: from },
      to: { number: to, line_number: line },
    },
    now,
    fields,
  );
}

/** `null` without the id of the call. */
export function summaryOf(fields: Fields): SummaryNotice | null {
  const entry = textOf(fields['entry_id']);
  if (!entry) return null;
  const missed = numberOf(fields['entry_result']) === 0;
  return {
    entry,
    direction: DIRECTIONS[textOf(fields['call_direction']) ?? ''] ?? null,
    from: sideOf(fields['from']),
    to: sideOf(fields['to']),
    line: textOf(fields['line_number']),
    tracking: textOf(fieldsOf(fields['dct'])?.['number']),
    startedAt: timeOf(fields['create_time']),
    // A call that ended in the IVR is told with the result "conversation" and no moment of answer: the moment counts.
    answeredAt: missed ? null : timeOf(fields['talk_time']),
    endedAt: timeOf(fields['end_time']),
    reason: textOf(fields['disconnect_reason']),
    raw: fields,
  };
}

const DIRECTIONS: Readonly<Record<string, 'inbound' | 'outbound' | 'internal'>> = {
  0: 'internal',
  1: 'inbound',
  2: 'outbound',
};

function placeOf(location: string | null): Place {
  if (location === 'queue') return 'queue';
  return location?.startsWith('ivr') ? 'ivr' : 'abonent';
}

function sideOf(value: unknown): Side {
  const side = fieldsOf(value) ?? {};
  const group = side['acd_group'];
  return {
    extension: textOf(side['extension']),
    number: textOf(side['number']),
    line: textOf(side['line_number']),
    takenFrom: textOf(side['taken_from_call_id']),
    group: group === undefined || group === null ? null : (textOf(group) ?? ''),
    holds: flagOf(side['hold_initiator']),
  };
}

/** The SIP address of somebody inside is his device, no number that anybody dials. */
export function partyOf({ extension, number }: Side): Partial<Party> {
  return { extension, number: extension && number?.startsWith('sip:') ? null : number };
}

export function isSomebody({ extension, number }: Side): boolean {
  return extension !== null || number !== null;
}

/** Whether two sides are the same person, as far as one can tell. */
export function sameSide(one: Side, other: Side): boolean {
  if (one.extension !== null && other.extension !== null) return one.extension === other.extension;
  return one.number !== null && other.number !== null && plain(one.number) === plain(other.number);
}

/** The same number is told with and without its plus. */
function plain(number: string): string {
  return number.startsWith('sip:') ? number.toLowerCase() : number.replace(/\D/g, '');
}
