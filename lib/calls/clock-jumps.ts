/** Notices that the clock was set: a computer that learns the date after its start sets it by days. */

import type { Clock } from '../clock';

export class ClockJumps {
  readonly #clock: Clock;
  /** What the time of day was ahead of the time that runs evenly. */
  #ahead: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds by which the clock was set forward (or back, below nought) since this was asked last. */
  take(): number {
    const elapsed = this.#clock.elapsed?.();
    if (elapsed === undefined) return 0;
    const ahead = this.#clock.now() - elapsed;
    const jumped = ahead - (this.#ahead ?? ahead);
    this.#ahead = ahead;
    return jumped;
  }
}
