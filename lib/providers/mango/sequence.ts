/**
 * Puts the notices of a leg into their order. The vendor posts them in parallel, with one-second times and a counter per leg (D17, D26
 * section 3.1.2): a notice that is ahead waits a moment for the ones before it, one that is behind is dropped.
 */

import type { Clock, Timer } from '../../clock';

export interface SequenceOptions {
  /** Milliseconds a notice waits for the ones before it. Default 500. */
  windowMs?: number;
  /** Legs remembered; the one longest silent is forgotten first. Default 20 000. */
  maxLegs?: number;
}

/** More than this of one leg never wait: something else is wrong then. */
const MAX_HELD = 16;

interface Leg<T> {
  last: number;
  held: { seq: number; item: T }[];
  timer: Timer | null;
}

export class Sequence<T> {
  readonly #clock: Clock;
  readonly #deliver: (item: T) => void;
  readonly #windowMs: number;
  readonly #maxLegs: number;
  readonly #legs = new Map<string, Leg<T>>();

  constructor(clock: Clock, deliver: (item: T) => void, options: SequenceOptions = {}) {
    this.#clock = clock;
    this.#deliver = deliver;
    this.#windowMs = options.windowMs ?? 500;
    this.#maxLegs = options.maxLegs ?? 20_000;
  }

  get size(): number {
    return this.#legs.size;
  }

  /** Delivers the item now, soon, or never. Returns whether it was new. */
  accept(leg: string, seq: number | null, item: T): boolean {
    if (seq === null) {
      this.#deliver(item);
      return true;
    }
    const known = this.#legs.get(leg);
    const state: Leg<T> = known ?? { last: 0, held: [], timer: null };
    this.#remember(leg, state);
    const isFirst = !known && seq <= 1;
    if (!isFirst && (seq <= state.last || state.held.some((other) => other.seq === seq))) return false;
    if (isFirst || seq === state.last + 1) {
      state.last = seq;
      this.#deliver(item);
      this.#drain(state, false);
      return true;
    }
    state.held.push({ seq, item });
    state.held.sort((one, other) => one.seq - other.seq);
    if (state.held.length > MAX_HELD) this.#drain(state, true);
    else
      state.timer ??= this.#clock.after(this.#windowMs, () => {
        state.timer = null;
        this.#drain(state, true);
      });
    return true;
  }

  /** Forgets everything without a word. */
  clear(): void {
    for (const { timer } of this.#legs.values()) timer?.cancel();
    this.#legs.clear();
  }

  /** Delivers what has its turn; `force`: what is missing is not waited for any more. */
  #drain(state: Leg<T>, force: boolean): void {
    const { held } = state;
    let due = force ? held.length : 0;
    if (!force) while (held[due]?.seq === state.last + due + 1) due++;
    for (const { seq, item } of held.splice(0, due)) {
      state.last = seq;
      this.#deliver(item);
    }
    if (held.length > 0) return;
    state.timer?.cancel();
    state.timer = null;
  }

  #remember(leg: string, state: Leg<T>): void {
    this.#legs.delete(leg);
    this.#legs.set(leg, state);
    if (this.#legs.size <= this.#maxLegs) return;
    for (const [oldest, other] of this.#legs) {
      this.#legs.delete(oldest);
      this.#drain(other, true);
      break;
    }
  }
}
