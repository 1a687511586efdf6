/**
 * The call tracker: vendor facts in, canonical events out. It is pure: no socket, no Node-RED, time only through the clock.
 *
 * What it promises whatever a vendor sends: one begin and one end a call; nothing stated twice is emitted twice; a call never changes
 * its id; a leg that lost against another decides nothing; memory is bounded.
 */

import type { Clock } from '../clock';
import { systemClock } from '../clock';
import type { CallDetails, CallFact, Fact, LegResult, QueueFact } from '../facts';
import type { CallTopic, Party, TransferMode } from '../model';
import { NOBODY } from '../model';
import { ClockJumps } from './clock-jumps';
import type { Emission } from './emission';
import { endResult, settleTimes } from './outcome';
import { QUEUE_MEMBER_PREFIX, QueueStays } from './queue-stays';
import { Recently } from './recently';
import type { Leg } from './tracked-call';
import { own } from './own';
import { counterpart, joined, owned } from './parties';
import { isTime, TrackedCall } from './tracked-call';

export interface TrackerOptions {
  emit: (emission: Emission) => void;
  clock?: Clock;
  /** Milliseconds after the last leg ended until the call is taken as ended; `Infinity`: only the vendor ends calls. Default 100. */
  endGraceMs?: number;
  /** More live calls than this: the oldest is ended as inferred. Default 20 000. */
  maxCalls?: number;
  /** A call silent for longer is ended as inferred, in milliseconds. Default 24 hours. */
  silentCallMs?: number;
  /** How many ended calls are remembered, so that late facts find them. Default 2000. */
  maxEnded?: number;
}

const SWEEP_EVERY_MS = 60_000;
const ENDED_KEPT_MS = 1_800_000;
/** Of how many things that are no calls a repetition is noticed. */
const REMEMBERED = 2_000;

export class CallTracker {
  readonly #emit: (emission: Emission) => void;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #maxCalls: number;
  readonly #silentMs: number;
  readonly #maxEnded: number;
  /** Live and lately ended calls by every id the vendor used. */
  readonly #byKey = new Map<string, TrackedCall>();
  readonly #live = new Set<TrackedCall>();
  /** In the order in which they ended. */
  readonly #ended: TrackedCall[] = [];
  readonly #queues: QueueStays;
  readonly #recently = new Recently(REMEMBERED);
  #rawSequence = 0;
  #sweptAt = 0;
  readonly #jumps: ClockJumps;

  constructor(options: TrackerOptions) {
    this.#emit = options.emit;
    this.#queues = new QueueStays(options.emit);
    this.#clock = options.clock ?? systemClock;
    this.#jumps = new ClockJumps(this.#clock);
    this.#graceMs = options.endGraceMs ?? 100;
    this.#maxCalls = options.maxCalls ?? 20_000;
    this.#silentMs = options.silentCallMs ?? 24 * 3_600_000;
    this.#maxEnded = options.maxEnded ?? 2_000;
  }

  /** A live or lately ended call by any id of it. */
  find(key: string): TrackedCall | undefined {
    return this.#byKey.get(key);
  }

  /** The live calls, oldest first. */
  live(): IterableIterator<TrackedCall> {
    return this.#live.values();
  }

  get size(): number {
    return this.#live.size;
  }

  apply(stated: Fact): void {
    const now = this.#clock.now();
    if (now - this.#sweptAt > SWEEP_EVERY_MS || now < this.#sweptAt) this.#sweep(now);
    // A time that is none must not make a message that cannot be built.
    const fact = isTime(stated.at) ? stated : { ...stated, raw: stated.raw, at: now };
    switch (fact.fact) {
      case 'raw':
        this.#emit({ kind: 'raw', id: `raw/${fact.at}/${++this.#rawSequence}`, fact });
        return;
      case 'recording.start':
      case 'recording.available':
      case 'recording.failed':
        if (this.#recently.repeats(`${fact.recording.id}/${fact.fact}`, String(fact.at))) return;
        this.#emit({
          kind: 'recording',
          id: `${fact.recording.id}/${fact.fact}`,
          fact,
          call: fact.call === undefined ? null : (this.#byKey.get(fact.call) ?? null),
        });
        return;
      case 'sms.sent':
      case 'sms.delivered':
      case 'sms.failed':
      case 'sms.received':
        if (this.#recently.repeats(`${fact.message.id}/${fact.fact}`, String(fact.at))) return;
        this.#emit({ kind: 'message', id: `${fact.message.id}/${fact.fact}`, fact });
        return;
      default:
        if (fact.fact.startsWith('queue.')) this.#queueFact(fact as QueueFact);
        else this.#callFact(fact as CallFact);
    }
  }

  /** Forgets everything without a word: the account is closed. */
  clear(): void {
    for (const call of this.#live) this.#stopGrace(call);
    this.#byKey.clear();
    this.#live.clear();
    this.#ended.length = 0;
    this.#recently.clear();
  }

  #callFact(fact: CallFact): void {
    const known = this.#byKey.get(fact.call);
    if (known?.ended) return;
    switch (fact.fact) {
      case 'call.begin': {
        if (known) {
          // Stated again: a vendor that repeats itself may know more the second time.
          if (fact.details) known.learn(fact.details);
          if (fact.reference) known.reference ??= fact.reference;
          known.touchedAt = this.#clock.now();
        } else this.#begin(fact.call, fact, fact.details, fact.reference, fact.startedAt);
        return;
      }
      case 'call.alias': {
        if (known) this.#alias(known, fact.alias);
        return;
      }
      case 'call.merge':
        this.#merge(fact);
        return;
      case 'call.end': {
        const call = known ?? this.#begin(fact.call, fact);
        this.#end(call, fact);
        return;
      }
      case 'leg.end':
        // The end of a leg nobody heard of is no reason to invent a call.
        if (known) this.#legEnd(known, fact);
        return;
      default: {
        const call = known ?? this.#begin(fact.call, fact, fact.fact === 'call.update' ? fact.details : undefined);
        call.touchedAt = this.#clock.now();
        this.#progress(call, fact);
      }
    }
  }

  #progress(
    call: TrackedCall,
    fact: Exclude<CallFact, { fact: 'call.begin' | 'call.alias' | 'call.merge' | 'call.end' | 'leg.end' }>,
  ): void {
    switch (fact.fact) {
      case 'call.update':
        if (fact.elsewhere && fact.details.to) call.to = counterpart(call.to, owned(fact.details.to));
        call.learn(fact.details);
        if (fact.reference) call.reference ??= fact.reference;
        return;
      case 'leg.begin':
        this.#leg(call, fact.leg, fact.role, fact.party);
        return;
      case 'leg.ringing':
        this.#legRinging(call, fact);
        return;
      case 'leg.answer':
        this.#legAnswer(call, fact);
        return;
      case 'call.hold':
      case 'call.resume': {
        const held = fact.fact === 'call.hold';
        if (!call.answeredAt || call.held === held) return;
        call.held = held;
        this.#tell(call, fact.fact, fact, { by: fact.by ? owned(fact.by) : null }, `/${++call.sequence}`);
        return;
      }
      case 'call.transfer':
        this.#transfer(call, fact, fact);
        return;
      case 'call.dtmf':
        if (fact.press !== undefined && this.#recently.repeats(`${call.id}/dtmf`, fact.press)) return;
        this.#tell(
          call,
          'call.dtmf',
          fact,
          { digits: fact.digits, by: fact.by ? owned(fact.by) : null },
          `/${++call.sequence}`,
        );
    }
  }

  #begin(id: string, fact: Fact, details?: CallDetails, reference?: string, startedAt = fact.at): TrackedCall {
    const call = new TrackedCall(id, isTime(startedAt) ? startedAt : fact.at);
    call.touchedAt = this.#clock.now();
    call.reference = reference ?? null;
    if (details) call.learn(details);
    this.#byKey.set(call.id, call);
    this.#live.add(call);
    this.#tell(call, 'call.begin', fact, {}, '');
    if (this.#live.size > this.#maxCalls) {
      const oldest = this.#live.values().next().value;
      if (oldest && oldest !== call) this.#forcedEnd(oldest, fact.at);
    }
    return call;
  }

  #alias(call: TrackedCall, alias: string): void {
    const other = this.#byKey.get(alias);
    if (other === call) return;
    if (other && !other.ended) return;
    const key = own(alias);
    call.keys.push(key);
    this.#byKey.set(key, call);
  }

  #leg(call: TrackedCall, id: string, role: Leg['role'], party?: Partial<Party>): Leg {
    this.#stopGrace(call);
    let leg = call.leg(id);
    if (!leg) {
      leg = { id: own(id), role, state: 'new', party: NOBODY };
      call.legs.push(leg);
    }
    if (party) leg.party = joined(leg.party, party);
    return leg;
  }

  #legRinging(call: TrackedCall, fact: Extract<CallFact, { fact: 'leg.ringing' }>): void {
    const leg = this.#leg(call, fact.leg, 'callee', fact.party);
    if (leg.state !== 'new') return;
    leg.state = 'ringing';
    if (leg.role !== 'callee') return;
    if (!call.answeredAt) {
      call.to = counterpart(call.to, leg.party);
      if (call.stay?.left) call.stay.open = false;
    }
    // A phone that is tried again rings again: another event, thus another id.
    this.#tell(call, 'call.ringing', fact, { ringing: { ...leg.party } }, `/${leg.id}/${fact.at}`);
  }

  #legAnswer(call: TrackedCall, fact: Extract<CallFact, { fact: 'leg.answer' }>): void {
    const leg = this.#leg(call, fact.leg, 'callee', fact.party);
    if (leg.state === 'answered') return;
    leg.state = 'answered';
    if (leg.role !== 'callee') return;
    call.to = counterpart(call.to, leg.party);
    this.#queues.taken(call, fact.at);
    if (call.answeredAt) return;
    this.#answer(call, fact, fact.at, leg.party, fact.inferred ?? false);
  }

  #answer(call: TrackedCall, fact: Fact, at: number, by: Readonly<Party>, inferred: boolean): void {
    call.answeredAt = Math.max(at, call.startedAt);
    call.answeredBy = by === NOBODY ? null : by;
    this.#queues.taken(call, call.answeredAt);
    this.#tell(call, 'call.answer', fact, {}, '', inferred);
  }

  #legEnd(call: TrackedCall, fact: Extract<CallFact, { fact: 'leg.end' }>): void {
    call.touchedAt = this.#clock.now();
    const index = call.legs.findIndex((leg) => leg.id === fact.leg);
    if (fact.result && !fact.lost) call.result = fact.result;
    if (index === -1) return;
    call.legs.splice(index, 1);
    if (call.legs.length === 0) this.#startGrace(call, fact);
  }

  #startGrace(call: TrackedCall, fact: Fact): void {
    if (!Number.isFinite(this.#graceMs)) return;
    this.#stopGrace(call);
    call.grace = this.#clock.after(this.#graceMs, () => {
      call.grace = null;
      this.#finish(call, fact, fact.at, null, fact.inferred ?? false);
    });
  }

  #stopGrace(call: TrackedCall): void {
    call.grace?.cancel();
    call.grace = null;
  }

  #transfer(
    call: TrackedCall,
    fact: Fact,
    transfer: { mode: TransferMode | null; by?: Partial<Party>; to?: Partial<Party>; held?: boolean },
  ): void {
    const to = transfer.to ? owned(transfer.to) : NOBODY;
    if (this.#recently.repeats(`${call.id}/transfer`, `${to.extension}/${to.number}/${fact.at}`)) return;
    if (to !== NOBODY) call.to = to;
    if (!transfer.held) call.held = false;
    this.#tell(
      call,
      'call.transfer',
      fact,
      { transfer: { mode: transfer.mode, by: transfer.by ? owned(transfer.by) : null, to: { ...to } } },
      `/${++call.sequence}`,
    );
  }

  #merge(fact: Extract<CallFact, { fact: 'call.merge' }>): void {
    const gone = this.#byKey.get(fact.call);
    const stays = this.#byKey.get(fact.into);
    if (stays?.ended) return;
    if (!stays || !gone || gone === stays) {
      if (gone && !stays) this.#alias(gone, fact.into);
      else if (stays && !gone) this.#alias(stays, fact.call);
    } else {
      for (const key of gone.keys) this.#byKey.set(key, stays);
      stays.keys.push(...gone.keys);
      for (const leg of gone.legs) if (!stays.leg(leg.id)) stays.legs.push(leg);
      if (stays.legs.length > 0) this.#stopGrace(stays);
      this.#queues.move(gone, stays);
      stays.tag ??= gone.tag;
      stays.reference ??= gone.reference;
      gone.mergedInto = stays;
      const taken = gone.answeredAt ? gone.legs.find(isAnsweredCallee) : undefined;
      gone.legs = [];
      gone.keys = [gone.id];
      if (taken && !stays.answeredAt) {
        stays.learn({ to: taken.party });
        this.#answer(stays, fact, gone.answeredAt, taken.party, fact.inferred ?? false);
      }
      if (!gone.ended) {
        gone.disposition = gone.answeredAt ? 'answered' : 'cancelled';
        gone.reason = { code: 'merged', text: stays.id };
        this.#close(gone, fact, fact.at, fact.inferred ?? false);
      }
      this.#live.delete(gone);
    }
    const call = stays ?? gone;
    if (call && fact.transfer) this.#transfer(call, fact, fact.transfer);
  }

  #end(call: TrackedCall, fact: Extract<CallFact, { fact: 'call.end' }>): void {
    settleTimes(call, fact);
    if (fact.answeredAt && isTime(fact.answeredAt) && !call.answeredAt) {
      const by = fact.answeredBy ? owned(fact.answeredBy) : call.to;
      this.#answer(call, fact, fact.answeredAt, by, true);
    } else if (fact.answeredBy && !call.answeredBy) call.answeredBy = owned(fact.answeredBy);
    const endedAt = fact.endedAt !== undefined && isTime(fact.endedAt) ? fact.endedAt : fact.at;
    this.#finish(call, fact, endedAt, fact.result ?? null, fact.inferred ?? false);
  }

  #finish(call: TrackedCall, fact: Fact, at: number, stated: LegResult | null, inferred: boolean): void {
    if (call.ended) return;
    if (stated?.disposition === 'answered' && !call.answeredAt) this.#answer(call, fact, at, call.to, true);
    const result = endResult(call, stated);
    call.disposition = result.disposition;
    call.reason = result.reason ?? null;
    this.#close(call, fact, at, inferred);
    const undecided = fact.fact === 'call.end' && fact.undecided;
    if (call.direction === 'inbound' && !call.answeredAt && !undecided)
      this.#tell(call, 'call.missed', fact, {}, '', inferred);
  }

  #close(call: TrackedCall, fact: Fact, at: number, inferred: boolean): void {
    this.#stopGrace(call);
    this.#queues.close(call, fact, at, inferred);
    call.endedAt = Math.max(at, call.answeredAt || call.startedAt);
    call.touchedAt = this.#clock.now();
    call.legs = [];
    call.held = false;
    this.#live.delete(call);
    this.#ended.push(call);
    this.#tell(call, 'call.end', fact, {}, '', inferred);
    if (this.#ended.length > this.#maxEnded) this.#forgetOldest();
  }

  #queueFact(fact: QueueFact): void {
    const known = fact.call === undefined ? undefined : this.#byKey.get(fact.call);
    if (fact.fact.startsWith(QUEUE_MEMBER_PREFIX) || fact.call === undefined) {
      const who = fact.member?.extension ?? fact.member?.name;
      if (this.#recently.repeats(`${fact.call}/${fact.queue.id}/${who}`, `${fact.fact}/${fact.at}`)) return;
      this.#queues.tell(fact, known ?? null);
      return;
    }
    if (known?.ended) return;
    const waiting = known ?? this.#begin(fact.call, fact);
    waiting.touchedAt = this.#clock.now();
    this.#queues.apply(fact, waiting);
  }

  #tell(
    call: TrackedCall,
    topic: CallTopic,
    fact: Fact,
    more: Pick<Extract<Emission, { kind: 'call' }>, 'ringing' | 'by' | 'transfer' | 'digits'>,
    suffix: string,
    inferred = fact.inferred ?? false,
  ): void {
    this.#emit({
      kind: 'call',
      topic,
      id: `${call.id}/${topic}${suffix}`,
      fact,
      at: call.momentOf(topic) ?? fact.at,
      inferred,
      call,
      ...more,
    });
  }

  #forcedEnd(call: TrackedCall, at: number): void {
    this.#finish(call, { fact: 'call.end', call: call.id, at, inferred: true }, at, null, true);
  }

  #forgetOldest(): void {
    const call = this.#ended.shift();
    if (call) for (const key of call.keys) if (this.#byKey.get(key) === call) this.#byKey.delete(key);
  }

  /** By the clock here: the vendor's may be wrong, or jump. */
  #sweep(now: number): void {
    this.#sweptAt = now;
    const jumped = this.#jumps.take();
    // No call was silent for as long as the clock was set forward by.
    if (Math.abs(jumped) > SWEEP_EVERY_MS) for (const call of [...this.#live, ...this.#ended]) call.touchedAt += jumped;
    for (const call of this.#live) if (now - call.touchedAt > this.#silentMs) this.#forcedEnd(call, now);
    for (let oldest = this.#ended[0]; oldest && now - oldest.touchedAt > ENDED_KEPT_MS; oldest = this.#ended[0])
      this.#forgetOldest();
  }
}

function isAnsweredCallee(leg: Leg): boolean {
  return leg.role === 'callee' && leg.state === 'answered';
}
