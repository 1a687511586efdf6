/** One call while it lives: the state that facts change and snapshots are taken of. Kept small, since ten thousand may live at once. */

import type { Timer } from '../clock';
import type { CallDetails, LegResult } from '../facts';
import type { Call, CallState, CallTopic, Direction, Disposition, Party, Reason } from '../model';
import { NOBODY } from '../model';
import { own } from './own';
import { joined } from './parties';

export type LegRole = 'caller' | 'callee' | 'stage';

export interface Leg {
  id: string;
  role: LegRole;
  state: 'new' | 'ringing' | 'answered';
  party: Party;
}

/** A stay in a queue: from the join until the call is answered, goes elsewhere or ends. */
export interface QueueStay {
  id: string;
  name: string | null;
  joinedAt: number;
  left: boolean;
  /** Whether the caller may still turn out to have given up in this queue. */
  open: boolean;
  /** The vendor says that the caller gave up. */
  gaveUp: boolean;
  /** When a person took the caller; 0 before. */
  takenAt: number;
}

export class TrackedCall {
  readonly id: string;
  keys: string[];
  direction: Direction = 'unknown';
  from: Readonly<Party> = NOBODY;
  to: Readonly<Party> = NOBODY;
  dialed: string | null = null;
  line: string | null = null;
  queue: string | null = null;
  tag: string | null = null;
  reference: string | null = null;
  answeredBy: Readonly<Party> | null = null;
  startedAt: number;
  answeredAt = 0;
  endedAt = 0;
  touchedAt: number;
  held = false;
  legs: Leg[] = [];
  /** The latest result of a leg that was not lost to another. */
  result: LegResult | null = null;
  disposition: Disposition | null = null;
  reason: Reason | null = null;
  stay: QueueStay | null = null;
  /** The call that goes on in place of this one. */
  mergedInto: TrackedCall | null = null;
  /** Runs from the end of the last leg: no other leg came meanwhile, the call is over. */
  grace: Timer | null = null;
  /** Counts what may happen several times in one call, for event ids. */
  sequence = 0;

  constructor(id: string, startedAt: number) {
    this.id = own(id);
    this.keys = [this.id];
    this.startedAt = startedAt;
    this.touchedAt = startedAt;
  }

  get ended(): boolean {
    return this.endedAt !== 0;
  }

  get state(): CallState {
    if (this.endedAt) return 'ended';
    if (this.answeredAt) return this.held ? 'held' : 'answered';
    if (this.legs.some((leg) => leg.role === 'callee' && leg.state === 'ringing')) return 'ringing';
    if (this.stay && !this.stay.left) return 'queued';
    return 'dialing';
  }

  leg(id: string): Leg | undefined {
    return this.legs.find((leg) => leg.id === id);
  }

  learn(details: CallDetails): void {
    if (details.direction && details.direction !== 'unknown') this.direction = details.direction;
    if (details.from) this.from = joined(this.from, details.from);
    if (details.to) this.to = joined(this.to, details.to);
    if (details.dialed) this.dialed = own(details.dialed);
    if (details.line) this.line = own(details.line);
    if (details.queue) this.queue = own(details.queue);
    if (details.tag) this.tag = own(details.tag);
  }

  /** The time of an event that the call itself knows; a summary tells of an answer long after it. */
  momentOf(topic: CallTopic): number | undefined {
    if (topic === 'call.begin') return this.startedAt;
    if (topic === 'call.answer') return this.answeredAt;
    return topic === 'call.end' || topic === 'call.missed' ? this.endedAt : undefined;
  }

  /** A fresh object each time: nobody can change what another holds. */
  snapshot(): Call {
    const waited = this.answeredAt || this.endedAt;
    return {
      id: this.id,
      direction: this.direction,
      state: this.state,
      from: { ...this.from },
      to: { ...this.to },
      dialed: this.dialed,
      line: this.line,
      queue: this.queue,
      answeredBy: this.answeredBy && { ...this.answeredBy },
      startedAt: iso(this.startedAt),
      answeredAt: this.answeredAt ? iso(this.answeredAt) : null,
      endedAt: this.endedAt ? iso(this.endedAt) : null,
      waitSeconds: waited ? seconds(this.startedAt, waited) : null,
      talkSeconds: this.answeredAt && this.endedAt ? seconds(this.answeredAt, this.endedAt) : null,
      disposition: this.disposition,
      reason: this.reason && { ...this.reason },
      tag: this.tag,
    };
  }
}

/** The last millisecond that a date can hold, ECMA-262 "Time Values and Time Range". */
const LAST_MS = 8.64e15;

export function isTime(ms: number): boolean {
  return Math.abs(ms) <= LAST_MS;
}

/** The second last asked for, and its text up to the milliseconds: events come in bursts, and making it takes ten times as long. */
let second = Number.NaN;
let uptoMs = '';

export function iso(ms: number): string {
  const whole = Math.trunc(ms);
  const its = Math.floor(whole / 1000);
  if (its !== second) {
    uptoMs = new Date(its * 1000).toISOString().slice(0, -'000Z'.length);
    second = its;
  }
  return `${uptoMs}${String(whole - its * 1000).padStart(3, '0')}Z`;
}

export function seconds(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / 1000));
}
