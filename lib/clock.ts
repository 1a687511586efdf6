/**
 * Time comes in through the door: everything that waits takes a Clock, so that tests and the simulator can own the time.
 */

/** Opaque handle of a pending timer. */
export type Timer = { readonly cancel: () => void };

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since any moment, which go on evenly while `now` is set back or forward; a clock that nobody sets needs it not. */
  elapsed?(): number;
  /** Runs `callback` once after `delayMs` milliseconds, unless cancelled before. */
  after(delayMs: number, callback: () => void): Timer;
}

/** Node.js runs a longer timer at once; 24 days and more are as good as never. */
const LONGEST_MS = 2 ** 31 - 1;

/** The computer's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(delayMs, LONGEST_MS));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Waits `ms` milliseconds, or until the signal is given: whoever waits looks at it afterwards. */
export function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}

interface Pending {
  at: number;
  order: number;
  callback: () => void;
}

/** A clock that moves only when told to: timers fire in the order of their time, ties in the order they were set. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #pending: Pending[] = [];

  constructor(startMs = Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): Timer {
    const entry: Pending = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#pending.push(entry);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry);
      },
    };
  }

  /** How many timers wait; a test that ends with some has a leak. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Moves the time by `ms`, firing on the way what is due, also timers set by timers. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#earliest(end); next; next = this.#earliest(end)) {
      this.#pending.splice(this.#pending.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** As `advance`, but after each timer whatever it set going (promises, answers) goes on before the time does. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#earliest(end); next; next = this.#earliest(end)) {
      this.advance(Math.max(0, next.at - this.#now));
      await settled();
    }
    this.#now = end;
  }

  #earliest(limit: number): Pending | undefined {
    let best: Pending | undefined;
    for (const entry of this.#pending) {
      if (entry.at > limit) continue;
      if (!best || entry.at < best.at || (entry.at === best.at && entry.order < best.order)) best = entry;
    }
    return best;
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
