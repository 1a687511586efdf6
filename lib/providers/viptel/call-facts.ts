/**
 * What can happen to a call, as facts: here the state of a call in the book and what is told of it stay in step. events.ts decides what
 * happened from VIPTel's events, rebuild.ts from its REST interface.
 */

import type { Clock } from '../../clock';
import type { Fact, LegResult } from '../../facts';
import type { Direction, Disposition, Party, QueueLeaveReason } from '../../model';
import type { CallBook, Creation, Target, ViptelCall } from './calls';
import type { Directory } from './numbers';
import { sameLine } from './numbers';
import { END_STATUSES } from './replies';

/** Whence a fact comes. */
export interface Told {
  at: number;
  raw?: unknown;
  inferred?: true;
}

export interface Beginning {
  caller: string | null;
  callerName?: string | null;
  callee?: string | null;
  calleeName?: string | null;
  called?: string | null;
  reference?: string;
  startedAt?: number;
  /** Where it is told and need not be worked out. */
  direction?: Direction;
}

export interface CallFactsOptions {
  book: CallBook;
  directory: Directory;
  clock: Clock;
  fact: (fact: Fact) => void;
  /** The call is over, and no longer in the book. */
  ended: (call: ViptelCall) => void;
}

/** A callee that looks like an extension and was never seen as one gets this long to turn out to be a queue. */
const DOUBT_MS = 300;
/** When somebody picks up meanwhile, who may be the PBX itself. */
const DOUBT_PICKED_UP_MS = 1_000;
/** After the leg of the agent who took the call: the end of the call itself, or the next leg, comes within this time. */
const LINGER_MS = 5_000;

export class CallFacts {
  readonly #options: CallFactsOptions;

  constructor(options: CallFactsOptions) {
    this.#options = options;
  }

  begin(id: string, beginning: Beginning, told: Told): ViptelCall {
    const { book, directory } = this.#options;
    const { caller, callerName, callee = null, calleeName, called = null, reference, startedAt, direction } = beginning;
    const call = book.add(id, startedAt ?? told.at);
    call.caller = caller;
    call.direction = direction ?? directory.direction(caller, callee ?? called);
    const dialed = called ?? callee;
    if (call.direction === 'inbound')
      call.line = [called, callee].find((n) => directory.kind(n ?? null) === 'outside') ?? null;
    // A queue is no party; and the own number a caller dialled is nobody's in particular.
    const to = callee !== null && directory.kind(callee) !== 'queue' && !sameLine(callee, call.line);
    this.#say(told, {
      fact: 'call.begin',
      call: id,
      details: {
        direction: call.direction,
        from: directory.party(caller, callerName ?? null),
        ...(to && { to: directory.party(callee, calleeName ?? null) }),
        ...(dialed && { dialed }),
        ...(call.line && { line: call.line }),
      },
      ...(reference !== undefined && { reference }),
      ...(startedAt !== undefined && { startedAt }),
    });
    return call;
  }

  /** The call is one that was asked for, and now tied to it. */
  adopt(call: ViptelCall, creation: Creation, told: Told): void {
    creation.call = call;
    call.creation = creation;
    this.#say(told, { fact: 'call.begin', call: call.key, reference: creation.reference });
    const order = creation.ids.splice(0);
    for (const id of order) if (!call.ids.includes(id)) this.alias(call, id, told);
    // In force is what VIPTel told last.
    call.ids.sort((one, other) => order.indexOf(one) - order.indexOf(other));
  }

  alias(call: ViptelCall, id: string, told: Told): void {
    this.#options.book.rename(call, id);
    this.#say(told, { fact: 'call.alias', call: call.key, alias: id });
  }

  /** Two calls of the book turn out to be one. */
  merge(gone: ViptelCall, into: ViptelCall, told: Told): void {
    const { book } = this.#options;
    const { ids, targets, agents } = gone;
    book.remove(gone);
    for (const id of ids) book.rename(into, id);
    for (const [id, target] of agents) book.addAgent(into, id, target);
    into.targets.push(...targets);
    into.answeredAt ??= gone.answeredAt;
    this.#say(told, { fact: 'call.merge', call: gone.key, into: into.key });
  }

  /** Who calls, where that was not known before. */
  learn(call: ViptelCall, caller: string | null, callerName: string | null, called: string | null, told: Told): void {
    const { directory } = this.#options;
    if (call.caller !== null || caller === null) return;
    call.caller = caller;
    if (call.direction === 'unknown') call.direction = directory.direction(caller, called);
    this.#say(told, {
      fact: 'call.update',
      call: call.key,
      details: { direction: call.direction, from: directory.party(caller, callerName) },
    });
  }

  /** A phone is called under the id of the call itself. */
  target(call: ViptelCall, number: string, name: string | null, told: Told): Target {
    const { directory } = this.#options;
    const leg = `${call.ids.at(-1) ?? call.key}/${++call.legs}`;
    const target: Target = { leg, number, party: directory.party(number, name), answered: false };
    call.redirecting = false;
    call.targets.push(target);
    if (call.answeredAt !== null) this.#transferred(call, target, told);
    this.#called(call, target, told, directory.inside(number));
    return target;
  }

  /** The own phone of a call that was asked for rings first. */
  own(call: ViptelCall, number: string, name: string | null, told: Told): void {
    const party = this.#options.directory.party(number, name);
    this.#say(told, { fact: 'leg.begin', call: call.key, leg: `${call.key}/own`, role: 'caller', party });
  }

  /** A queue calls a phone. */
  agent(call: ViptelCall, id: string, number: string | null, name: string | null, told: Told): void {
    const { book, directory } = this.#options;
    if (number !== null) directory.extension(number);
    const target: Target = { leg: id, number, party: directory.party(number, name), answered: false };
    // Several agents of a queue ring at once, and one may begin to ring just after another took the call.
    const talking = [...call.agents.values()].some(({ answered }) => answered);
    if (call.answeredAt !== null && !call.queue && (call.redirecting || !talking))
      this.#transferred(call, target, told);
    call.redirecting = false;
    book.addAgent(call, id, target);
    this.#called(call, target, told, true);
    if (call.queue) this.#member('queue.member.ringing', call, call.queue.id, target, told);
  }

  /** The leg of an agent goes on to another phone. */
  agentMoved(call: ViptelCall, id: string, number: string, name: string | null, told: Told): void {
    const { book, directory } = this.#options;
    const old = call.agents.get(id);
    if (!old) return;
    const target: Target = {
      leg: `${id}/${++call.legs}`,
      number,
      party: directory.party(number, name),
      answered: false,
    };
    call.redirecting = false;
    book.addAgent(call, id, target);
    this.#say(told, { fact: 'leg.end', call: call.key, leg: old.leg, lost: true });
    if (call.answeredAt !== null) this.#transferred(call, target, told);
    this.#called(call, target, told, directory.inside(number));
  }

  /** A person took the call: on this leg, or on one of several that VIPTel does not tell apart (`null`). */
  answer(call: ViptelCall, target: Target | null, told: Told): void {
    const { queue } = call;
    const leg = target?.leg ?? `${call.key}/somebody`;
    if (target) target.answered = true;
    call.answeredAt ??= told.at;
    call.answeredBy = target?.party ?? null;
    if (queue) this.leave(call, 'connected', null, told);
    this.#say(told, { fact: 'leg.answer', call: call.key, leg, party: target?.party ?? {} });
    if (queue && target) this.#member('queue.member.connect', call, queue.id, target, told, queue.joinedAt);
  }

  agentGone(call: ViptelCall, id: string, status: string | null, told: Told): void {
    const target = call.agents.get(id);
    if (!target) return;
    this.#options.book.removeAgent(call, id);
    const lost = call.answeredAt !== null && !target.answered;
    this.#say(told, {
      fact: 'leg.end',
      call: call.key,
      leg: target.leg,
      result: resultOf(status),
      ...(lost && { lost }),
    });
    if (call.answeredAt === null || [...call.agents.values()].some(({ answered }) => answered)) return;
    // The end of an offer ends a call only that has nobody else left: one may be waiting again, be offered to others, or talk without a leg.
    if (!target.answered && (call.queue || call.agents.size > 0 || call.targets.length > 0)) return;
    call.linger?.cancel();
    call.linger = this.#options.clock.after(LINGER_MS, () => {
      call.linger = null;
      this.finish(call, 'answer', { ...told, inferred: true });
    });
  }

  join(call: ViptelCall, id: string, more: { position: number | null; waitSeconds: number | null }, told: Told): void {
    const { directory } = this.#options;
    directory.queue(id);
    this.#settle(call, 'queue');
    // The queue itself was taken for a phone before it was known.
    for (const target of call.targets.filter(({ number }) => number === id)) this.#drop(call, target, told);
    if (call.queue?.id === id) return;
    call.queue = { id, joinedAt: told.at - (more.waitSeconds ?? 0) * 1000 };
    call.queued = true;
    this.#say(told, {
      fact: 'queue.join',
      queue: { id, name: directory.queueName(id), position: more.position, waitSeconds: more.waitSeconds },
      call: call.key,
    });
  }

  leave(call: ViptelCall, why: QueueLeaveReason | null, waitSeconds: number | null, told: Told, queue?: string): void {
    const id = queue ?? call.queue?.id ?? call.left?.id;
    if (id === undefined) return;
    if (call.queue?.id === id) call.queue = null;
    call.left = { id, settled: why !== null };
    this.#say(told, {
      fact: 'queue.leave',
      queue: { id, name: this.#options.directory.queueName(id), waitSeconds },
      call: call.key,
      ...(why && { why }),
    });
  }

  /** The call goes elsewhere than it was: what rang before does not decide any more. */
  moved(call: ViptelCall, told: Told): void {
    if (call.queue || (call.left && !call.left.settled)) this.leave(call, 'redirected', null, told);
    for (const target of call.targets.slice()) this.#drop(call, target, told);
  }

  /** Calls somebody who may be a queue; a little later it counts as a person. */
  doubt(call: ViptelCall, number: string, name: string | null, told: Told): void {
    const timer = this.#options.clock.after(DOUBT_MS, () => this.#settle(call, 'person'));
    call.doubt = { number, name, begunAt: told.at, pickupAt: null, raw: told.raw, timer };
  }

  doubtPickedUp(call: ViptelCall, told: Told): void {
    if (!call.doubt) return;
    call.doubt.timer.cancel();
    call.doubt.pickupAt ??= told.at;
    call.doubt.timer = this.#options.clock.after(DOUBT_PICKED_UP_MS, () => this.#settle(call, 'person'));
  }

  /** Decides what was in doubt: nothing came that only a queue would do, or something did. */
  settle(call: ViptelCall, as: 'person' | 'queue'): void {
    this.#settle(call, as);
  }

  /** The call is over, as VIPTel tells it. */
  finish(call: ViptelCall, status: string | null, told: Told): void {
    this.#settle(call, 'person');
    const waited = call.queue !== null || (call.left !== null && !call.left.settled);
    if (status === 'noanswer' && waited && call.answeredAt === null) this.leave(call, 'timeout', null, told);
    this.end(call, this.#outcome(call, status), told, call.queued ? null : call.stageAt);
  }

  /** The call is over. */
  end(
    call: ViptelCall,
    result: LegResult,
    told: Told,
    answeredAt: number | null = null,
    more: { endedAt?: number; answeredBy?: Partial<Party> } = {},
  ): void {
    const { book, ended } = this.#options;
    book.remove(call);
    const answered = result.disposition === 'answered' && answeredAt !== null && call.answeredAt === null;
    if (result.disposition === 'answered') call.answeredAt ??= answeredAt ?? told.at;
    this.#say(told, { fact: 'call.end', call: call.key, result, ...(answered && { answeredAt }), ...more });
    ended(call);
  }

  #outcome(call: ViptelCall, status: string | null): LegResult {
    const result = resultOf(status);
    // The PBX itself picks up for a queue, so `answer` then tells nothing about persons.
    if (result.disposition !== 'answered' || call.answeredAt !== null || !call.queued) return result;
    return { ...result, disposition: call.interrupted ? 'unknown' : 'no-answer' };
  }

  #called(call: ViptelCall, target: Target, told: Told, ringing: boolean): void {
    const { key } = call;
    const { leg, party } = target;
    this.#say(told, { fact: 'leg.begin', call: key, leg, role: 'callee', party });
    // VIPTel reports that a phone is being called, which for its own phones is that they ring; of others nobody knows.
    if (ringing) this.#say(told, { fact: 'leg.ringing', call: key, leg, party });
    else if (call.answeredAt === null)
      this.#say(told, { fact: 'call.update', call: key, details: { to: party }, elsewhere: true });
  }

  #transferred(call: ViptelCall, { party }: Target, told: Told): void {
    const by = call.answeredBy && { by: call.answeredBy };
    this.#say(told, { fact: 'call.transfer', call: call.key, mode: 'blind', to: party, ...by });
  }

  #drop(call: ViptelCall, target: Target, told: Told): void {
    call.targets = call.targets.filter((other) => other !== target);
    this.#say(told, { fact: 'leg.end', call: call.key, leg: target.leg, lost: true });
  }

  #settle(call: ViptelCall, as: 'person' | 'queue'): void {
    const { doubt } = call;
    if (!doubt) return;
    call.doubt = null;
    doubt.timer.cancel();
    if (as === 'queue') {
      call.stageAt ??= doubt.pickupAt;
      return;
    }
    this.#options.directory.extension(doubt.number);
    const target = this.target(call, doubt.number, doubt.name, { at: doubt.begunAt, raw: doubt.raw });
    if (doubt.pickupAt !== null) this.answer(call, target, { at: doubt.pickupAt });
  }

  #member(
    fact: 'queue.member.ringing' | 'queue.member.connect',
    call: ViptelCall,
    queue: string,
    target: Target,
    told: Told,
    joinedAt?: number,
  ): void {
    this.#say(told, {
      fact,
      queue: {
        id: queue,
        name: this.#options.directory.queueName(queue),
        ...(joinedAt !== undefined && { waitSeconds: Math.max(0, Math.round((told.at - joinedAt) / 1000)) }),
      },
      member: { extension: target.number, name: target.party.name ?? null },
      call: call.key,
    });
  }

  #say(told: Told, fact: DistributiveOmit<Fact, 'at' | 'raw' | 'inferred'>): void {
    const { at, raw, inferred } = told;
    this.#options.fact({ ...fact, at, ...(raw !== undefined && { raw }), ...(inferred && { inferred }) });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A `status` of `call.end`; new ones pass through as the reason. */
export function resultOf(status: string | null): LegResult {
  const word = status?.toLowerCase() ?? '';
  const disposition: Disposition = isEndStatus(word) ? END_STATUSES[word] : 'unknown';
  return { disposition, reason: { code: status, text: null } };
}

function isEndStatus(word: string): word is keyof typeof END_STATUSES {
  return Object.hasOwn(END_STATUSES, word);
}
