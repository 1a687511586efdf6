/** Follows the calls this package placed until they are answered or ended, for make call's "reply when". */

import type { TrackedCall } from '../calls';
import type { Clock, Timer } from '../clock';
import type { CallTopic } from '../model';
import { PbxError } from '../model';

export interface Placed {
  readonly reference: string;
  readonly tag: string | null;
  /** Told of every step of the call, for showing progress. */
  readonly watch: ((topic: CallTopic, call: TrackedCall) => void) | null;
  /** The call, as soon as a fact ties one to the reference. */
  call: TrackedCall | null;
}

interface Follower extends Placed {
  answered: Wish | null;
  ended: Wish | null;
}

interface Wish {
  promise: Promise<TrackedCall>;
  resolve: (call: TrackedCall) => void;
  reject: (error: PbxError) => void;
}

/** A call that nobody waits for is still tied to its tag for this long, in case its first event is late. */
const TIE_MS = 120_000;
const MAX_PLACED = 1_000;

export class Outcomes {
  readonly #clock: Clock;
  readonly #placed = new Map<string, Follower>();
  readonly #timers = new Map<string, Timer>();
  /** A command that ends after the account must leave no timer behind. */
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#placed.size;
  }

  /** Call before the command leaves: its first event may come before its answer. */
  expect(reference: string, tag: string | null, watch: Placed['watch'] = null): Placed {
    if (this.#placed.size >= MAX_PLACED)
      throw new PbxError('rate-limited', `${MAX_PLACED} placed calls are being followed already`);
    const follower: Follower = { reference, tag, watch, call: null, answered: null, ended: null };
    this.#placed.set(reference, follower);
    return follower;
  }

  /** The PBX named the call, or gave a reference of its own. */
  tie(placed: Placed, found: TrackedCall | undefined, otherReference: string | undefined): void {
    const follower = placed as Follower;
    if (otherReference && otherReference !== placed.reference) this.#placed.set(otherReference, follower);
    if (found) this.#adopt(follower, found);
  }

  /** Settles when the call is answered (`answered`: or ends without) or ends; rejects as `timeout` or when given up. */
  async wait(placed: Placed, until: 'answered' | 'ended', timeoutMs: number): Promise<TrackedCall> {
    const follower = placed as Follower;
    const wish = wishOf();
    follower[until] = wish;
    this.#check(follower);
    const timer = this.#clock.after(timeoutMs, () =>
      wish.reject(new PbxError('timeout', `the call was not ${until} within ${Math.round(timeoutMs / 1000)} s`)),
    );
    try {
      return await wish.promise;
    } finally {
      timer.cancel();
      follower[until] = null;
    }
  }

  /** Forgets the call; soon, so that its tag still reaches a late first event. */
  release(placed: Placed, at: 'now' | 'soon'): void {
    if (at === 'now' || placed.call || this.#closed) this.#forget(placed);
    else
      this.#timers.set(
        placed.reference,
        this.#clock.after(TIE_MS, () => this.#forget(placed)),
      );
  }

  /** Looks at every call event before anybody gets it, so that the first one carries the tag already. */
  observe(topic: CallTopic, call: TrackedCall): void {
    if (this.#placed.size === 0) return;
    const follower = this.#followerOf(call);
    if (follower && !follower.call) this.#adopt(follower, call);
    for (const other of new Set(this.#placed.values())) {
      if (other.call !== call) continue;
      // What was placed goes on as part of another call.
      if (call.mergedInto) {
        this.#adopt(other, call.mergedInto);
        continue;
      }
      other.watch?.(topic, call);
      if (topic === 'call.answer' || topic === 'call.end') this.#check(other);
    }
  }

  /** The account closes: nobody will ever know. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    for (const follower of this.#placed.values()) {
      const error = new PbxError(
        'uncertain',
        'the account was closed while the call was on its way; its outcome is not known',
      );
      follower.answered?.reject(error);
      follower.ended?.reject(error);
    }
    this.#placed.clear();
  }

  /** By the reference, or by an id of the call that the PBX gave with its answer. */
  #followerOf(call: TrackedCall): Follower | undefined {
    const found = call.reference ? this.#placed.get(call.reference) : undefined;
    if (found) return found;
    const key = call.keys.find((id) => this.#placed.has(id));
    return key === undefined ? undefined : this.#placed.get(key);
  }

  #adopt(follower: Follower, call: TrackedCall): void {
    follower.call = call;
    call.reference ??= follower.reference;
    call.tag ??= follower.tag;
    this.#check(follower);
  }

  #check(follower: Follower): void {
    const { call } = follower;
    if (!call) return;
    if (call.answeredAt || call.ended) follower.answered?.resolve(call);
    if (call.ended) follower.ended?.resolve(call);
  }

  #forget(placed: Placed): void {
    this.#timers.get(placed.reference)?.cancel();
    this.#timers.delete(placed.reference);
    for (const [key, follower] of this.#placed) if (follower === placed) this.#placed.delete(key);
  }
}

function wishOf(): Wish {
  let resolve!: Wish['resolve'];
  let reject!: Wish['reject'];
  const promise = new Promise<TrackedCall>((onFound, onError) => {
    resolve = onFound;
    reject = onError;
  });
  return { promise, resolve, reject };
}
