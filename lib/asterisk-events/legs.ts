/**
 * Channels, legs and calls as Asterisk has them. A leg is one party's side of a call: one channel, or both halves of a Local channel,
 * which is a connector inside Asterisk and shows as a party only while nobody stands behind it.
 */

import type { LegResult } from '../facts';
import type { Direction, Party, Reason } from '../model';
import { NOBODY } from '../model';
import type { ChannelName } from './channel-name';

/** ChannelState of the events (AST_STATE_*). */
export const STATE = { down: 0, ring: 4, ringing: 5, up: 6 } as const;

export class Channel {
  readonly uid: string;
  name: string;
  readonly half: 0 | 1 | 2;
  readonly leg: Leg;
  /** As last told; it changes when calls come together. */
  linkedid: string;
  state: number = STATE.down;
  bridge: string | null = null;
  /** The file of a recording about to begin, then of the one that runs. */
  file: string | null = null;
  recording: { id: string; startedAt: number } | null = null;
  alive = true;
  endedAt = 0;

  constructor(uid: string, name: string, half: 0 | 1 | 2, leg: Leg, linkedid: string) {
    this.uid = uid;
    this.name = name;
    this.half = half;
    this.leg = leg;
    this.linkedid = linkedid;
  }
}

/** How far the facts about a leg have come. */
export const STATED = { nothing: 0, begun: 1, ringing: 2, answered: 3 } as const;

export class Leg {
  /** What facts call it. */
  id: string;
  readonly name: ChannelName;
  readonly local: boolean;
  readonly inside: boolean;
  readonly channels: Channel[] = [];
  call: AsteriskCall;
  /** It was there first: it placed the call, or Asterisk called it to place one. */
  root = false;
  /** Asterisk called it (a root that did not call in). */
  originated = false;
  /** A root that came into a call of others: it picked up, took back from parking, was connected. */
  joined = false;
  /** A dial application told that it calls this leg. */
  dialled = false;
  /** The Local channel it was called through. */
  through: Leg | null = null;
  /** Somebody was called through this Local channel. */
  passing = false;
  /** Called by a party who asks before transferring: not part of the caller's call yet. */
  consult = false;
  ringing = false;
  /** A dial application told that it answered. */
  taken = false;
  stated: number = STATED.nothing;
  /** What it shows as went over to the leg behind it. */
  lent = false;
  dialStatus: string | null = null;
  forwarded = false;
  lost = false;
  hungUpFirst = false;
  /** Nobody told its end: it was not there any more. */
  unheard = false;
  cause = 0;
  causeText: string | null = null;
  party: Readonly<Party> = NOBODY;
  /** The queue for which this agent is called. */
  queue: string | null = null;
  memberName: string | null = null;

  constructor(id: string, name: ChannelName, inside: boolean, call: AsteriskCall) {
    this.id = id;
    this.name = name;
    this.local = name.technology === 'Local';
    this.inside = inside;
    this.call = call;
  }

  get alive(): boolean {
    return this.channels.some((channel) => channel.alive);
  }

  get up(): boolean {
    return this.channels.some((channel) => channel.half !== 2 && channel.state === STATE.up);
  }
}

export interface QueueWait {
  queue: string;
  /** The waiting channel. */
  uid: string;
  /** `leaving`: the caller left, and what comes next tells why. `left`: told, but the reason may still come. */
  state: 'waiting' | 'leaving' | 'left';
  /** Callers still waiting there when this one left. */
  others: number | null;
}

export class AsteriskCall {
  /** What facts call it. */
  readonly key: string;
  /** Grows with every call: tells which of two is older. */
  readonly order: number;
  readonly linkedids: string[];
  readonly legs = new Set<Leg>();
  root: Leg | null = null;
  announced = false;
  /** Whether a leg of it was ever stated; the call then ends with its legs. */
  hadLegs = false;
  ended = false;
  endedAt = 0;
  answered = false;
  parked = false;
  /** Who put the other side on hold. */
  holder: Leg | null = null;
  direction: Direction = 'unknown';
  directionSettled = false;
  dialed: string | null = null;
  line: string | null = null;
  wait: QueueWait | null = null;
  /** The caller gave up. */
  cancelled: Reason | true | null = null;
  calleeResult: LegResult | null = null;
  callerResult: LegResult | null = null;
  endReason: Reason | null = null;
  reference: string | null = null;
  to: Partial<Party> | null = null;

  constructor(key: string, order: number, linkedid: string) {
    this.key = key;
    this.order = order;
    this.linkedids = [linkedid];
  }

  get external(): boolean {
    return this.direction === 'inbound' || this.direction === 'outbound';
  }
}
