/** Everything the simulated PBX will do later, by what it belongs to, so that nothing of it happens after its reason is gone. */

import type { Clock, Timer } from '../../../clock';

export class Schedule {
  readonly #clock: Clock;
  readonly #byOwner = new Map<string, Set<Timer>>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get pending(): number {
    let count = 0;
    for (const timers of this.#byOwner.values()) count += timers.size;
    return count;
  }

  after(delayMs: number, owner: string, run: () => void): void {
    if (this.#closed) return;
    const timers = this.#byOwner.get(owner) ?? new Set();
    this.#byOwner.set(owner, timers);
    const timer = this.#clock.after(delayMs, () => {
      timers.delete(timer);
      if (timers.size === 0 && this.#byOwner.get(owner) === timers) this.#byOwner.delete(owner);
      run();
    });
    timers.add(timer);
  }

  drop(owner: string): void {
    for (const timer of this.#byOwner.get(owner) ?? []) timer.cancel();
    this.#byOwner.delete(owner);
  }

  close(): void {
    this.#closed = true;
    for (const owner of this.#byOwner.keys()) this.drop(owner);
  }
}
