/**
 * Callers in queues: one join, one leave, and an abandon only for a caller who really gave up. Vendors report these three in different
 * orders and mix them up with time-outs and redirects.
 */

import type { Fact, QueueFact } from '../facts';
import type { Disposition, QueueLeaveReason } from '../model';
import type { Emission } from './emission';
import type { QueueStay, TrackedCall } from './tracked-call';
import { own } from './tracked-call';

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
    call.stay = {
      id: own(fact.queue.id),
      name: own(fact.queue.name ?? null),
      joinedAt: fact.at - (fact.queue.waitSeconds ?? 0) * 1000,
      left: false,
      open: true,
    };
    call.queue = call.stay.id;
    this.tell(fact, call);
  }

  #leave(fact: QueueFact, call: TrackedCall): void {
    const { stay } = call;
    const again = stay?.left && stay.id === fact.queue.id;
    // Only an abandoned stay can still turn out to be given up. Said again, only the reason can be new.
    if (stay && fact.why && fact.why !== 'abandoned') stay.open = false;
    if (again) return;
    if (stay) stay.left = true;
    this.tell({ ...fact, queue: waited(fact, stay) }, call);
  }

  #abandon(fact: QueueFact, call: TrackedCall): void {
    const { stay } = call;
    if (stay && !stay.open) return;
    if (stay) stay.open = false;
    this.tell({ ...fact, queue: waited(fact, stay) }, call);
  }

  /** The call is over: whatever queue still holds it is left, and given up unless something else came of it. */
  close(call: TrackedCall, fact: Fact, at: number, inferred: boolean): void {
    const { stay } = call;
    if (!stay) return;
    call.stay = null;
    if (!stay.left)
      this.#end('queue.leave', fact, at, call, stay, call.answeredAt ? 'connected' : 'abandoned', inferred);
    if (!call.answeredAt && stay.open && call.disposition && GIVEN_UP.has(call.disposition))
      this.#end('queue.abandon', fact, at, call, stay, null, inferred);
  }

  /** Says it as it is. */
  tell(fact: QueueFact, call: TrackedCall | null): void {
    const who = call?.id ?? fact.member?.extension ?? fact.member?.name ?? '';
    this.#emit({
      kind: 'queue',
      topic: fact.fact,
      id: `${who}/${fact.queue.id}/${fact.fact}/${call ? ++call.sequence : fact.at}`,
      fact,
      at: fact.at,
      inferred: fact.inferred ?? false,
      call,
      queue: fact.queue,
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
      queue: { id: stay.id, name: stay.name, waitSeconds: Math.max(0, Math.round((at - stay.joinedAt) / 1000)) },
      member: null,
      reason,
    });
  }
}

function waited(fact: QueueFact, stay: QueueStay | null): QueueFact['queue'] {
  const waitSeconds = fact.queue.waitSeconds ?? (stay ? Math.round((fact.at - stay.joinedAt) / 1000) : null);
  return { ...fact.queue, name: fact.queue.name ?? stay?.name ?? null, waitSeconds };
}
