/** Many small "again at" wishes with one timer for all of them, and none while nobody wishes anything. */

import { systemClock } from '../../lib/index';
import type { Clock, Timer } from '../../lib/index';

export class Ticker {
  readonly clock: Clock;
  readonly #due = new Map<() => void, number>();
  #timer: Timer | null = null;
  #timerAt = Infinity;

  constructor(clock: Clock = systemClock) {
    this.clock = clock;
  }

  /** Runs `callback` once at this time (ms since the epoch); a later call for the same callback replaces the time. */
  at(timeMs: number, callback: () => void): void {
    this.#due.set(callback, timeMs);
    if (timeMs < this.#timerAt) this.#arm();
  }

  cancel(callback: () => void): void {
    if (this.#due.delete(callback) && this.#due.size === 0) this.#stop();
  }

  /** How many wishes are open. */
  get size(): number {
    return this.#due.size;
  }

  #arm(): void {
    this.#stop();
    if (this.#due.size === 0) return;
    this.#timerAt = Math.min(...this.#due.values());
    this.#timer = this.clock.after(Math.max(0, this.#timerAt - this.clock.now()), () => this.#run());
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = Infinity;
  }

  #run(): void {
    this.#stop();
    const now = this.clock.now();
    for (const [callback, timeMs] of this.#due) {
      if (timeMs > now) continue;
      this.#due.delete(callback);
      callback();
    }
    this.#arm();
  }
}

/** The one timer of all nodes of the package. */
export const ticker = new Ticker();
