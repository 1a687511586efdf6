/** One call as the simulated PBX holds it: the legs that ring, talk and leave. */

import type { Direction, Disposition, Party } from '../../../model';
import type { Cause } from './causes';
import type { Side } from './messages';
import type { Script } from './script';

export interface Leg {
  readonly id: string;
  readonly side: Side;
  readonly party: Party;
  state: 'dialling' | 'ringing' | 'up';
  /** The queue that offers the call to this member. */
  readonly queue: string | null;
}

export interface NewCall {
  direction: Direction;
  from: Party;
  to?: Party;
  dialed?: string;
  line?: string;
  reference?: string;
  /** Free text kept with the call. */
  tag?: string;
  script?: Script;
}

export class SimulatedCall {
  readonly id: string;
  readonly direction: Direction;
  from: Party;
  to: Party;
  readonly dialed: string | null;
  readonly line: string | null;
  readonly reference: string | null;
  readonly tag: string | null;
  readonly script: Script;
  readonly startedAt: number;
  answeredAt: number | null = null;
  answeredBy: Party | null = null;
  endedAt: number | null = null;
  outcome: Disposition | null = null;
  cause: Cause | null = null;
  held = false;
  legs: Leg[] = [];
  /** The queue it waits in, and the last one it waited in. */
  waitsIn: string | null = null;
  lastQueue: string | null = null;
  /** Ids of what was recorded of it. */
  readonly recordings: string[] = [];
  /** Of a consultation: the call that will be transferred. */
  readonly consults: string | null;

  constructor(id: string, startedAt: number, made: NewCall, consults: string | null) {
    this.id = id;
    this.startedAt = startedAt;
    this.direction = made.direction;
    this.from = made.from;
    this.to = made.to ?? { number: null, extension: null, name: null };
    this.dialed = made.dialed ?? null;
    this.line = made.line ?? null;
    this.reference = made.reference ?? null;
    this.tag = made.tag ?? null;
    this.script = made.script ?? {};
    this.consults = consults;
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  get caller(): Leg | undefined {
    return this.legs.find((leg) => leg.side === 'caller');
  }

  /** Two people hear each other. */
  get talking(): boolean {
    return this.legs.filter((leg) => leg.state === 'up').length >= 2;
  }

  /** Phones that are being called and have not answered. */
  get offers(): Leg[] {
    return this.legs.filter((leg) => leg.side === 'callee' && leg.state !== 'up');
  }

  has(leg: Leg): boolean {
    return this.legs.includes(leg);
  }

  legOf(extension: string): Leg | undefined {
    return this.legs.find((leg) => leg.party.extension === extension);
  }

  /** The other one of two who talk. */
  partner(leg: Leg): Leg | undefined {
    return this.legs.find((other) => other !== leg && other.state === 'up');
  }
}
