/**
 * VIPTel's events ("Zoznam udalostí", API 1.0.8) to what happened to calls and queues. Which event belongs to which call: by id, by the
 * queue's id of the caller (`from_queue_unique_id`, undocumented), and where both are missing by who calls whom.
 */

import type { Clock } from '../../clock';
import type { Fact } from '../../facts';
import type { Event } from './actions';
import type { CallFacts, Told } from './call-facts';
import type { CallBook, Creation, ViptelCall } from './calls';
import type { Directory } from './numbers';
import { sameLine } from './numbers';
import type { Roster } from './roster';
import { firstText, textOf, wholeOf } from './wire';
import type { Fields } from './wire';

export interface EventsOptions {
  book: CallBook;
  directory: Directory;
  facts: CallFacts;
  roster: Roster;
  clock: Clock;
  fact: (fact: Fact) => void;
  /** A call from outside has begun and may be sent elsewhere. */
  inbound: (call: ViptelCall) => void;
  /** No event of the document, or one without what it needs. */
  other: (name: string, message: Fields) => void;
}

/** Who calls whom, as `call.begin` tells it. */
interface Parties {
  caller: string | null;
  callerName: string | null;
  callee: string | null;
  calleeName: string | null;
  called: string | null;
}

const MEMBER_EVENTS = {
  'queue.add': 'queue.member.add',
  'queue.remove': 'queue.member.remove',
  'queue.pause': 'queue.member.pause',
  'queue.unpause': 'queue.member.unpause',
} as const;

export class Events {
  readonly #options: EventsOptions;

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  apply({ name, fields, raw }: Event): void {
    const told: Told = { at: this.#options.clock.now(), raw };
    const id = textOf(fields['unique_id']);
    switch (name) {
      case 'call.begin':
        if (id !== null) return this.#begin(id, fields, told);
        break;
      case 'call.pickup':
        if (id !== null) return this.#pickup(id, told);
        break;
      case 'call.end':
        if (id !== null) return this.#end(id, textOf(fields['status']), told);
        break;
      case 'call.create_response': {
        const reference = textOf(fields['call_random_id']);
        if (id !== null && reference !== null) return this.#created(id, reference, told);
        break;
      }
      case 'queue.join':
      case 'queue.left': {
        const queue = textOf(fields['queue']);
        if (id === null || queue === null) break;
        return name === 'queue.join' ? this.#join(id, queue, fields, told) : this.#left(id, queue, fields, told);
      }
      case 'queue.add':
      case 'queue.remove':
      case 'queue.pause':
      case 'queue.unpause':
        if (this.#member(name, fields, told)) return;
        break;
      default:
    }
    this.#options.other(name, raw);
  }

  #begin(id: string, fields: Fields, told: Told): void {
    const { book, facts, directory } = this.#options;
    const parties: Parties = {
      caller: textOf(fields['caller']),
      callerName: textOf(fields['caller_name']),
      callee: textOf(fields['callee']),
      calleeName: textOf(fields['callee_name']),
      called: textOf(fields['called_number']),
    };
    const { caller, callee, calleeName } = parties;
    if (caller !== null && directory.kind(caller) === 'perhaps') directory.extension(caller);
    const parent = textOf(fields['from_queue_unique_id']);
    if (parent !== null && parent !== id) {
      const call = this.#touched(parent, told) ?? (book.ended(parent) ? null : this.#unseen(parent, parties, told));
      if (!call || call.agents.has(id) || book.ended(id)) return;
      facts.settle(call, 'queue');
      return facts.agent(call, id, callee, calleeName, told);
    }
    const known = this.#touched(id, told);
    if (known) {
      const agent = known.agents.get(id);
      if (!agent) this.#again(known, id, parties, told);
      else if (callee !== null && !sameLine(agent.number, callee))
        facts.agentMoved(known, id, callee, calleeName, told);
      return;
    }
    if (book.ended(id)) return;
    const creation = this.#creationOf(id, parties);
    if (creation) return this.#asked(creation, id, parties, told);
    const waiting = this.#waitingOf(parties);
    if (waiting) {
      waiting.touchedAt = told.at;
      return facts.agent(waiting, id, callee, calleeName, told);
    }
    const call = facts.begin(id, parties, told);
    this.#callee(call, parties, told);
    if (call.direction === 'inbound') this.#options.inbound(call);
  }

  /** A call that began unseen: its agents or its end tell that it is there. */
  #unseen(id: string, { caller, callerName, called }: Partial<Parties>, told: Told): ViptelCall {
    return this.#options.facts.begin(
      id,
      { caller: caller ?? null, callerName: callerName ?? null, called: called ?? null },
      { ...told, inferred: true },
    );
  }

  /** Whom a new call goes to. */
  #callee(call: ViptelCall, { callee, calleeName, called }: Parties, told: Told): void {
    const { directory, facts } = this.#options;
    const kind = directory.kind(callee);
    if (callee === null || kind === 'hidden' || kind === 'queue') return;
    if (kind === 'perhaps') return facts.doubt(call, callee, calleeName, told);
    // A call from outside to an own number has not been given to anybody yet; one that is forwarded outside has.
    if (kind === 'outside' && call.direction === 'inbound' && (called === null || sameLine(callee, called))) return;
    facts.target(call, callee, calleeName, told);
  }

  /** A call that is known begins once more: it is told twice, asks more phones, or goes elsewhere. */
  #again(call: ViptelCall, id: string, parties: Parties, told: Told): void {
    const { directory, facts } = this.#options;
    const { caller, callerName, callee, calleeName, called } = parties;
    if (call.creation?.asked && !call.creation.far) return this.#asked(call.creation, id, parties, told);
    // The caller shown to a new target is a number of the PBX: who really calls stays.
    facts.learn(call, caller, callerName, callee ?? called, told);
    const kind = directory.kind(callee);
    if (callee === null || kind === 'hidden' || kind === 'queue' || sameLine(callee, call.line)) return;
    if (call.doubt?.number === callee || call.targets.some(({ number }) => sameLine(number, callee))) return;
    facts.settle(call, 'person');
    if (call.redirecting || call.queued || call.answeredAt !== null) facts.moved(call, told);
    facts.target(call, callee, calleeName, told);
  }

  /** A call that was asked for: the own phone, then the far end. */
  #asked(creation: Creation, id: string, parties: Parties, told: Told): void {
    const { facts } = this.#options;
    const { callee, calleeName } = parties;
    let { call } = creation;
    if (!call) {
      const { asked, reference } = creation;
      const who = asked ? { ...parties, caller: asked.from, callee: asked.to, called: asked.to } : parties;
      call = facts.begin(id, { ...who, calleeName: null, reference }, told);
      facts.adopt(call, creation, told);
    } else if (!call.ids.includes(id)) facts.alias(call, id, told);
    call.touchedAt = told.at;
    if (callee === null) return;
    if (creation.asked && callee === creation.asked.from) return facts.own(call, callee, calleeName, told);
    creation.far = true;
    this.#callee(call, parties, told);
  }

  #pickup(id: string, told: Told): void {
    const { book, facts } = this.#options;
    const call = this.#touched(id, told) ?? (book.ended(id) ? null : this.#unseen(id, {}, told));
    if (!call) return;
    const agent = call.agents.get(id);
    if (agent) {
      if (!agent.answered) facts.answer(call, agent, told);
      return;
    }
    const { creation } = call;
    if (creation && !creation.far && !creation.ownAnswered) {
      creation.ownAnswered = true;
      return;
    }
    if (call.doubt) return facts.doubtPickedUp(call, told);
    const ringing = call.targets.filter(({ answered }) => !answered);
    const farUnseen = creation !== null && !creation.far && call.answeredAt === null;
    // Nobody is called, or the caller waits: it is the PBX itself that picked up.
    if (call.queue || (ringing.length === 0 && !farUnseen)) call.stageAt ??= told.at;
    else facts.answer(call, ringing.length === 1 ? (ringing[0] ?? null) : null, told);
  }

  #end(id: string, status: string | null, told: Told): void {
    const { book, facts } = this.#options;
    const call = this.#touched(id, told, 'ends') ?? (book.ended(id) ? null : this.#unseen(id, {}, told));
    if (!call) return;
    if (call.agents.has(id)) return facts.agentGone(call, id, status, told);
    // The end of an id that another has replaced is not the end of the call.
    if (call.ids.at(-1) === id) facts.finish(call, status, told);
  }

  #created(id: string, reference: string, told: Told): void {
    const { book, facts } = this.#options;
    let creation = book.creation(reference);
    if (!creation) {
      creation = { reference, asked: null, at: told.at, ids: [], call: null, ownAnswered: false, far: false };
      book.creating(creation);
    }
    const known = this.#touched(id, told);
    if (creation.call && known && known !== creation.call) return facts.merge(known, creation.call, told);
    if (creation.call) {
      creation.call.touchedAt = told.at;
      if (!known) facts.alias(creation.call, id, told);
    } else if (known) {
      facts.adopt(known, creation, told);
      creation.far = known.targets.length > 0;
    } else if (book.ended(id)) return;
    else if (creation.asked) {
      const { from, to } = creation.asked;
      const call = facts.begin(id, { caller: from, callee: to, called: to, reference }, told);
      facts.adopt(call, creation, told);
    } else if (!creation.ids.includes(id)) creation.ids.push(id);
  }

  #join(id: string, queue: string, fields: Fields, told: Told): void {
    const { book, facts } = this.#options;
    const caller = textOf(fields['caller']);
    const callerName = textOf(fields['caller_name']);
    let call = this.#touched(id, told);
    if (!call) {
      if (book.ended(id)) return;
      call = facts.begin(id, { caller, callerName, called: queue }, told);
    } else facts.learn(call, caller, callerName, queue, told);
    facts.join(call, queue, { position: wholeOf(fields['position']), waitSeconds: null }, told);
  }

  #left(id: string, queue: string, fields: Fields, told: Told): void {
    const { book, facts } = this.#options;
    const call = this.#touched(id, told) ?? (book.ended(id) ? null : this.#unseen(id, {}, told));
    if (!call) return;
    facts.leave(call, call.redirecting ? 'redirected' : null, wholeOf(fields['holdtime']), told, queue);
  }

  #member(name: keyof typeof MEMBER_EVENTS, fields: Fields, told: Told): boolean {
    const { directory, fact, roster } = this.#options;
    const queue = textOf(fields['queue']);
    const extension = memberNumber(firstText(fields, 'member', 'extension'));
    if (queue === null || extension === null) return false;
    directory.queue(queue);
    directory.extension(extension);
    roster.told(MEMBER_EVENTS[name], queue, extension);
    const paused = name === 'queue.pause' ? true : name === 'queue.unpause' ? false : undefined;
    fact({
      fact: MEMBER_EVENTS[name],
      queue: { id: queue, name: directory.queueName(queue) },
      member: { extension, name: textOf(fields['member_name']), ...(paused !== undefined && { paused }) },
      at: told.at,
      raw: told.raw,
    });
    return true;
  }

  /** The call that an event is about. `ends`: something of it is over, which does not show that the rest goes on. */
  #touched(id: string, told: Told, what: 'lives' | 'ends' = 'lives'): ViptelCall | undefined {
    const call = this.#options.book.find(id);
    if (!call) return undefined;
    call.touchedAt = told.at;
    if (what === 'ends') return call;
    call.linger?.cancel();
    call.linger = null;
    return call;
  }

  /** The asked-for call a new id belongs to: VIPTel may tell of the call before it ties it to the request. */
  #creationOf(id: string, { caller, callee, called }: Parties): Creation | undefined {
    const { book, directory } = this.#options;
    for (const creation of book.creations()) {
      if (creation.ids.includes(id)) return creation;
      const { asked, far } = creation;
      if (!asked || far) continue;
      const own = callee === asked.from && (sameLine(caller, asked.to) || sameLine(caller, asked.callerId));
      const onward = sameLine(callee, asked.to) || sameLine(called, asked.to);
      // The far end is shown the extension, or whatever number it calls out with; never another extension.
      if (own || (onward && (caller === asked.from || !directory.inside(caller)))) return creation;
    }
    return undefined;
  }

  /** The waiting caller to whom an agent's leg belongs when VIPTel does not name him. */
  #waitingOf({ caller, callee }: Parties): ViptelCall | undefined {
    const { book, directory } = this.#options;
    if (caller === null || !directory.inside(callee) || directory.kind(callee) === 'queue') return undefined;
    let found: ViptelCall | undefined;
    for (const call of book.live())
      if (call.queue && sameLine(call.caller, caller)) {
        if (call.agents.size === 0) return call;
        found ??= call;
      }
    return found;
  }
}

/** A member may be written as its channel: `SIP/21`, `Local/21@queue`. */
export function memberNumber(text: string | null): string | null {
  return text === null ? null : (/^(?:PJSIP|SIP|Local)\/(\d{1,8})(?:[-@/]|$)/i.exec(text)?.[1] ?? text);
}
