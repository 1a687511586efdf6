/**
 * The switching part of the simulated PBX: calls, their legs and the phones. It decides nothing by itself but what any exchange does:
 * a phone rings only so long, an engaged phone is busy, and a call with nobody left in it is over.
 */

import type { Clock } from '../../../clock';
import type { Disposition, Member, Party, QueueLeaveReason } from '../../../model';
import type { Leg, NewCall } from './call';
import { SimulatedCall } from './call';
import type { CauseCode } from './causes';
import { cause, outcomeOf } from './causes';
import type { Directory } from './directory';
import type { Side, Tell } from './messages';
import type { Schedule } from './schedule';

/** Parts of the PBX that take part in what happens to calls. */
export interface Watcher {
  created?(call: SimulatedCall): void;
  /** A phone inside rings. */
  ringing?(call: SimulatedCall, leg: Leg): void;
  /** A number outside is being called. */
  dialling?(call: SimulatedCall, leg: Leg): void;
  answered?(call: SimulatedCall, leg: Leg): void;
  /** A leg went, the call may go on. */
  gone?(call: SimulatedCall, leg: Leg, code: CauseCode): void;
  ended?(call: SimulatedCall): void;
  /** A phone is free again. */
  idle?(extension: string): void;
}

export interface Surroundings {
  clock: Clock;
  schedule: Schedule;
  directory: Directory;
  tell: Tell;
  /** Milliseconds in simulated time, shortened by the speed of the simulation. */
  pace: (ms: number) => number;
}

const RING_MS = 30_000;

export class Exchange {
  readonly calls = new Map<string, SimulatedCall>();
  readonly #around: Surroundings;
  readonly #watchers: Watcher[] = [];
  readonly #phones = new Map<string, { legs: Set<Leg>; said: Member['state'] }>();
  readonly #prefix: string;
  #counter = 0;
  /** Joins a waiting caller to a queue: the queues tell it here, since they are built on the exchange. */
  enqueue: (call: SimulatedCall, queue: string) => void = () => {};
  /** Takes a call out of the queue it waits in. */
  dequeue: (call: SimulatedCall, why: QueueLeaveReason | null) => void = () => {};

  /** Why a phone cannot ring although it is free. */
  obstacle: (call: SimulatedCall, phone: Party) => CauseCode | null = () => null;

  constructor(around: Surroundings) {
    this.#around = around;
    // The start is part of the id, so that a later run does not give the same ids to other calls.
    this.#prefix = around.clock.now().toString(36);
  }

  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  newId(kind: string): string {
    return `${kind}-${this.#prefix}-${++this.#counter}`;
  }

  create(made: NewCall, callerState: 'ringing' | 'up', consults: string | null = null): SimulatedCall {
    const call = new SimulatedCall(this.newId('call'), this.#around.clock.now(), made, consults);
    this.calls.set(call.id, call);
    const { id, direction, from, to, dialed, line, reference } = call;
    this.#around.tell({ event: 'CallCreated', call: id, direction, from, to, dialed, line, reference });
    const obstacle = this.#engaged(from) ? 17 : this.obstacle(call, from);
    const leg = this.#leg(call, 'caller', from, callerState === 'up' ? 'up' : 'dialling', null);
    this.#notify('created', call);
    if (callerState === 'ringing' && obstacle !== null) this.leave(call, leg, obstacle);
    else if (callerState === 'ringing') this.ring(call, leg);
    return call;
  }

  /** Sends a call where a dialled number leads. */
  dial(call: SimulatedCall, dialed: string): void {
    const destination = this.#around.directory.resolve(dialed);
    switch (destination.kind) {
      case 'phones': {
        // Free ones first: with an engaged phone alone the call would be over before the next is tried.
        const reachable = (phone: Party) => !this.#engaged(phone) && this.obstacle(call, phone) === null;
        const free = destination.phones.filter(reachable);
        for (const phone of [...free, ...destination.phones.filter((phone) => !free.includes(phone))])
          if (!call.ended) this.offer(call, phone);
        return;
      }
      case 'queue':
        this.enqueue(call, destination.queue);
        return;
      case 'outside': {
        const leg = this.#leg(call, 'callee', destination.party, 'dialling', null);
        this.#notify('dialling', call, leg);
        return;
      }
      case 'nowhere':
        this.finish(call, 1);
    }
  }

  /** Calls a phone inside; says at once that it is busy when it is. */
  offer(call: SimulatedCall, phone: Party, queue: string | null = null): Leg {
    const obstacle = this.#engaged(phone) ? 17 : this.obstacle(call, phone);
    const leg = this.#leg(call, 'callee', phone, 'dialling', queue);
    if (obstacle === null) this.ring(call, leg);
    else this.leave(call, leg, obstacle);
    return leg;
  }

  ring(call: SimulatedCall, leg: Leg): void {
    if (call.ended || !call.has(leg) || leg.state !== 'dialling') return;
    leg.state = 'ringing';
    if (leg.side === 'callee' && call.answeredAt === null) call.to = leg.party;
    this.#say('LegRinging', call, leg);
    this.#phone(leg);
    const { schedule, pace } = this.#around;
    schedule.after(pace(RING_MS), leg.id, () => this.leave(call, leg, 19));
    this.#notify('ringing', call, leg);
  }

  answer(call: SimulatedCall, leg: Leg): void {
    if (call.ended || !call.has(leg) || leg.state === 'up') return;
    this.#around.schedule.drop(leg.id);
    leg.state = 'up';
    const first = leg.side === 'callee' && call.answeredAt === null;
    if (leg.side === 'callee') call.to = leg.party;
    if (first) {
      call.answeredAt = this.#around.clock.now();
      call.answeredBy = leg.party;
    }
    this.#say('LegAnswered', call, leg);
    this.#phone(leg);
    for (const other of call.offers) this.leave(call, other, 26, true);
    if (call.waitsIn !== null && leg.side === 'callee') this.dequeue(call, 'connected');
    this.#notify('answered', call, leg);
  }

  /** A leg is over: rejected, unanswered, hung up, or withdrawn (`lost`). The call ends when nothing can come of it any more. */
  leave(call: SimulatedCall, leg: Leg, code: CauseCode, lost = false): void {
    if (call.ended || !call.has(leg)) return;
    this.#drop(call, leg, code, lost);
    this.#notify('gone', call, leg, code);
    if (lost || call.ended) return;
    if (leg.side === 'caller' && leg.state !== 'up') this.finish(call, code);
    else if (leg.state === 'up') this.finish(call, 16);
    else if (call.offers.length === 0 && call.waitsIn === null && !call.talking) this.finish(call, code);
  }

  /** Takes a leg out of a call that goes on without it. */
  detach(call: SimulatedCall, leg: Leg): void {
    if (call.has(leg)) this.#drop(call, leg, 16, false);
  }

  /** Moves a leg that talks to another call, without the phone noticing. */
  move(leg: Leg, from: SimulatedCall, to: SimulatedCall): void {
    from.legs = from.legs.filter((other) => other !== leg);
    to.legs.push(leg);
  }

  /** Stops everything that rings, and the waiting: the call is about to go elsewhere. */
  withdraw(call: SimulatedCall): void {
    for (const offer of call.offers) this.leave(call, offer, 26, true);
    if (call.waitsIn !== null) this.dequeue(call, 'redirected');
  }

  /** One of the talking sides, or the caller who waits, hangs up. */
  hangup(call: SimulatedCall, leg: Leg): void {
    if (leg.state === 'up' && leg.side === 'caller' && !call.talking) {
      if (call.waitsIn !== null) this.dequeue(call, 'abandoned');
      this.finish(call, 16);
    } else this.leave(call, leg, leg.state === 'up' ? 16 : 21);
  }

  finish(call: SimulatedCall, code: CauseCode, outcome: Disposition = outcomeOf(code)): void {
    if (call.ended) return;
    if (call.waitsIn !== null) this.dequeue(call, 'abandoned');
    call.endedAt = this.#around.clock.now();
    call.outcome = call.answeredAt === null ? outcome : 'answered';
    call.cause = cause(code);
    for (const leg of call.legs) this.#drop(call, leg, code, leg.side === 'callee' && leg.state !== 'up');
    this.#around.schedule.drop(call.id);
    this.calls.delete(call.id);
    this.#around.tell({ event: 'CallOver', call: call.id, outcome: call.outcome, cause: call.cause });
    this.#notify('ended', call);
  }

  /** A consultation that became part of another call: over without a word of its own. */
  absorb(call: SimulatedCall): void {
    call.endedAt = this.#around.clock.now();
    call.outcome = 'answered';
    call.cause = cause(16);
    this.#around.schedule.drop(call.id);
    this.calls.delete(call.id);
    this.#notify('ended', call);
  }

  name(call: SimulatedCall, name: string): void {
    call.from = { ...call.from, name };
    this.#around.tell({ event: 'CallerNamed', call: call.id, name });
  }

  /** After a transfer two people talk who did not before. */
  joined(call: SimulatedCall, leg: Leg): void {
    this.#notify('answered', call, leg);
  }

  setHeld(call: SimulatedCall, held: boolean, by: Party): void {
    if (call.held === held || call.answeredAt === null || call.ended) return;
    call.held = held;
    this.#around.tell({ event: held ? 'CallHeld' : 'CallResumed', call: call.id, by });
  }

  stateOf(extension: string): Member['state'] {
    let state: Member['state'] = 'idle';
    for (const leg of this.#phones.get(extension)?.legs ?? []) {
      if (leg.state === 'up') return 'busy';
      if (leg.state === 'ringing') state = 'ringing';
    }
    return state;
  }

  #engaged({ extension }: Party): boolean {
    return extension !== null && this.stateOf(extension) !== 'idle';
  }

  #leg(call: SimulatedCall, side: Side, party: Party, state: Leg['state'], queue: string | null): Leg {
    const leg: Leg = { id: this.newId('leg'), side, party, state, queue };
    call.legs.push(leg);
    this.#around.tell({ event: 'LegCreated', call: call.id, leg: leg.id, side, party });
    this.#phone(leg);
    return leg;
  }

  #drop(call: SimulatedCall, leg: Leg, code: CauseCode, lost: boolean): void {
    this.#around.schedule.drop(leg.id);
    call.legs = call.legs.filter((other) => other !== leg);
    this.#around.tell({ event: 'LegGone', call: call.id, leg: leg.id, cause: cause(code), lost });
    this.#phone(leg, true);
  }

  #say(event: 'LegRinging' | 'LegAnswered', call: SimulatedCall, leg: Leg): void {
    this.#around.tell({ event, call: call.id, leg: leg.id, side: leg.side, party: leg.party });
  }

  /** Keeps the lamp of the leg's phone. */
  #phone(leg: Leg, gone = false): void {
    const { extension } = leg.party;
    if (extension === null) return;
    const phone = this.#phones.get(extension) ?? { legs: new Set(), said: 'idle' };
    this.#phones.set(extension, phone);
    if (gone) phone.legs.delete(leg);
    else phone.legs.add(leg);
    const state = this.stateOf(extension);
    if (state === phone.said) return;
    phone.said = state;
    this.#around.tell({ event: 'ExtensionState', extension, state });
    if (state === 'idle') this.#notify('idle', extension);
  }

  #notify<K extends keyof Watcher>(what: K, ...details: Parameters<NonNullable<Watcher[K]>>): void {
    for (const watcher of this.#watchers)
      (watcher[what] as ((...all: typeof details) => void) | undefined)?.(...details);
  }
}
