/**
 * Callers in queues: one join, one leave, and an abandon only for a caller who really gave up. Vendors report these three in different
 * orders and mix them up with time-outs and redirects.
 */

import type { Fact, QueueFact } from '../facts';
import type { Disposition, QueueLeaveReason } from '../model';
import type { Emission } from './emission';
import { own } from './own';
import { seconds } from './tracked-call';
import type { QueueStay, TrackedCall } from './tracked-call';

export const QUEUE_MEMBER_PREFIX = 'queue.member.';

/** Ends that can mean that the caller gave up while waiting. */
const GIVEN_UP: ReadonlySet<Disposition> = new Set(['cancelled', 'no-answer', 'unknown']);

export class QueueStays {
  readonly #emit: (emission: Emission) => void;

  constructor(emit: (emission: Emission) => void) {
    this.#emit = emit;
  }

  /** A fact about a caller who waits. */
  apply(fact: QueueFact, call: TrackedCall): void {
    if (fact.fact === 'queue.join') this.#join(fact, call);
    else if (fact.fact === 'queue.leave') this.#leave(fact, call);
    else this.#abandon(fact, call);
  }

  #join(fact: QueueFact, call: TrackedCall): void {
    const { stay } = call;
    if (stay && !stay.left && stay.id === fact.queue.id) return;
    // One queue at a time: who joins the next has left the one before, whether the vendor says so or not.
    if (stay && !stay.left) this.#end('queue.leave', fact, fact.at, call, stay, 'redirected', true);
    call.stay = unseen(fact);
    call.queue = call.stay.id;
    this.tell(fact, call);
  }

  #leave(fact: QueueFact, call: TrackedCall): void {
    // The leave of an earlier queue, late: it was told when the caller joined this one.
    if (call.stay && call.stay.id !== fact.queue.id) return;
    const stay = (call.stay ??= unseen(fact));
    // Only an abandoned stay can still turn out to be given up. Said again, only the reason can be new.
    if (fact.why === 'abandoned') stay.gaveUp = true;
    else if (fact.why) stay.open = false;
    if (stay.left) return;
    stay.left = true;
    this.tell(fact, call, waited(fact, stay));
  }

  #abandon(fact: QueueFact, call: TrackedCall): void {
    if (call.stay && call.stay.id !== fact.queue.id) return;
    const stay = (call.stay ??= unseen(fact));
    if (!stay.open) return;
    stay.open = false;
    // First the leave, then why it was bad news, in whatever order the vendor tells.
    if (!stay.left) this.#end('queue.leave', fact, fact.at, call, stay, 'abandoned', fact.inferred ?? false);
    stay.left = true;
    this.tell(fact, call, waited(fact, stay));
  }

  /** A person took the call, and with it the caller who waits. */
  taken({ stay }: TrackedCall, at: number): void {
    if (!stay) return;
    stay.open = false;
    stay.takenAt ||= at;
  }

  /** The call goes on as part of another, and so does its waiting. */
  move(from: TrackedCall, to: TrackedCall): void {
    if (!from.stay || from.stay.left || (to.stay && !to.stay.left)) return;
    to.stay = from.stay;
    to.queue = from.stay.id;
    from.stay = null;
  }

  /** The call is over: whatever queue still holds it is left, and given up unless something else came of it. */
  close(call: TrackedCall, fact: Fact, at: number, inferred: boolean): void {
    const { stay } = call;
    if (!stay) return;
    call.stay = null;
    const undecided = fact.fact === 'call.end' && fact.undecided;
    // A call that was answered before, and transferred into the queue, ends as answered whatever became of it there.
    const gaveUp = call.answeredAt ? stay.gaveUp : call.disposition !== null && GIVEN_UP.has(call.disposition);
    const givenUp = !undecided && stay.open && gaveUp;
    const reason = call.answeredAt ? 'connected' : givenUp ? 'abandoned' : null;
    if (!stay.left) this.#end('queue.leave', fact, at, call, stay, reason, inferred);
    if (givenUp) this.#end('queue.abandon', fact, at, call, stay, null, inferred);
  }

  /** Says it as it is. */
  tell(fact: QueueFact, call: TrackedCall | null, queue = fact.queue): void {
    const who = call?.id ?? fact.member?.extension ?? fact.member?.name ?? '';
    this.#emit({
      kind: 'queue',
      topic: fact.fact,
      id: `${who}/${queue.id}/${fact.fact}/${call ? ++call.sequence : fact.at}`,
      fact,
      at: fact.at,
      inferred: fact.inferred ?? false,
      call,
      queue,
      member: fact.member ?? null,
      reason: fact.why ?? null,
    });
  }

  #end(
    topic: 'queue.leave' | 'queue.abandon',
    fact: Fact,
    at: number,
    call: TrackedCall,
    stay: QueueStay,
    reason: QueueLeaveReason | null,
    inferred: boolean,
  ): void {
    this.#emit({
      kind: 'queue',
      topic,
      id: `${call.id}/${stay.id}/${topic}/${++call.sequence}`,
      fact,
      at,
      inferred,
      call,
      queue: { id: stay.id, name: stay.name, waitSeconds: seconds(stay.joinedAt, stay.takenAt || at) },
      member: null,
      reason,
    });
  }
}

/** A stay that was under way before anything was heard of it. */
function unseen(fact: QueueFact): QueueStay {
  return {
    id: own(fact.queue.id),
    name: own(fact.queue.name ?? null),
    joinedAt: fact.at - (fact.queue.waitSeconds ?? 0) * 1000,
    left: false,
    open: true,
    gaveUp: false,
    takenAt: 0,
  };
}

function waited(fact: QueueFact, stay: QueueStay | null): QueueFact['queue'] {
  const waitSeconds = fact.queue.waitSeconds ?? (stay ? seconds(stay.joinedAt, fact.at) : null);
  const { id, position = null, waiting = null } = fact.queue;
  return { id, name: fact.queue.name ?? stay?.name ?? null, position, waiting, waitSeconds };
}
