/** The computer's clock, with an eye on the timers that wait. */

import { systemClock } from '../../lib/clock';
import type { Clock, Timer } from '../../lib/clock';

export class CountedClock implements Clock {
  readonly #waiting = new Set<{ delayMs: number }>();

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether a timer of this length runs. */
  waits(delayMs: number): boolean {
    return [...this.#waiting].some((timer) => timer.delayMs === delayMs);
  }

  now(): number {
    return systemClock.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    const entry = { delayMs };
    this.#waiting.add(entry);
    const timer = systemClock.after(delayMs, () => {
      this.#waiting.delete(entry);
      callback();
    });
    return {
      cancel: () => {
        this.#waiting.delete(entry);
        timer.cancel();
      },
    };
  }
}

/** Asks again after every turn of the event loop. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
