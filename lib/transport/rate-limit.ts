/**
 * Keeps a vendor's limits of requests: what is too early waits its turn, in order, with a bound on how many wait and how long. Own code
 * because the time must be injectable, several sliding windows count one request at once, and a wait must be abortable.
 */

import type { Clock, Timer } from '../clock';
import { PbxError } from '../model';

export interface Window {
  count: number;
  perMs: number;
}

interface Waiting {
  /** The windows that count it, by their number; those of one line keep their order. */
  line: string;
  windows: readonly SlidingWindow[];
  go: () => void;
  fail: (error: PbxError) => void;
  deadline: Timer;
}

export class RateLimiter<W extends Window = Window> {
  readonly #windows: readonly SlidingWindow<W>[];
  readonly #clock: Clock;
  readonly #maxWaiting: number;
  readonly #maxWaitMs: number;
  #waiting: Waiting[] = [];
  #timer: Timer | null = null;
  #pausedUntil = 0;

  /** @param bounds how many may wait for the same windows, and how long each */
  constructor(windows: readonly W[], clock: Clock, bounds: { maxWaiting?: number; maxWaitMs?: number } = {}) {
    this.#windows = windows.map((window) => new SlidingWindow(window));
    this.#clock = clock;
    this.#maxWaiting = bounds.maxWaiting ?? 100;
    this.#maxWaitMs = bounds.maxWaitMs ?? 15_000;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves when the request may be sent; `rate-limited` when it would wait too long or too many wait.
   * @param counts whether a window counts this request; all do unless said otherwise
   */
  async turn(signal?: AbortSignal, counts: (window: W) => boolean = () => true): Promise<void> {
    const windows = this.#windows.filter(({ limit }) => counts(limit));
    const line = windows.map((window) => this.#windows.indexOf(window)).join();
    // Who comes at the very moment when a turn is due finds it taken.
    this.#release();
    const before = this.#waiting.filter((other) => other.line === line).length;
    if (before === 0 && this.#delay(windows) === 0) {
      this.#count(windows);
      return;
    }
    if (before >= this.#maxWaiting)
      throw new PbxError('rate-limited', `${this.#maxWaiting} requests already wait for the PBX's rate limit`);
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        entry.deadline.cancel();
        signal?.removeEventListener('abort', aborted);
      };
      const aborted = () =>
        entry.fail(new PbxError('not-connected', 'the account was closed before the request was sent'));
      const entry: Waiting = {
        line,
        windows,
        go: () => {
          leave();
          resolve();
        },
        fail: (error) => {
          leave();
          this.#arm();
          reject(error);
        },
        deadline: this.#clock.after(this.#maxWaitMs, () =>
          entry.fail(new PbxError('rate-limited', `waited ${this.#maxWaitMs} ms for the PBX's rate limit; not sent`)),
        ),
      };
      this.#waiting.push(entry);
      signal?.addEventListener('abort', aborted);
      if (signal?.aborted) aborted();
      else this.#arm();
    });
  }

  /** Nothing is sent before this time (milliseconds since the epoch): the vendor asked for a pause. */
  pauseUntil(timeMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, timeMs);
  }

  close(): void {
    for (const entry of this.#waiting.slice())
      entry.fail(new PbxError('not-connected', 'the account was closed before the request was sent'));
  }

  /** A timer for the next turn, none while nobody waits. */
  #arm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#waiting.length === 0) return;
    const soonest = Math.min(...this.#waiting.map(({ windows }) => this.#delay(windows)));
    this.#timer = this.#clock.after(soonest, () => {
      this.#timer = null;
      this.#release();
      this.#arm();
    });
  }

  /** Lets everybody go whose turn it is: in order, though nobody waits for one who waits for something else. */
  #release(): void {
    const full = new Set<string>();
    for (const entry of this.#waiting.slice()) {
      if (full.has(entry.line)) continue;
      if (this.#delay(entry.windows) > 0) full.add(entry.line);
      else {
        this.#count(entry.windows);
        entry.go();
      }
    }
  }

  #count(windows: readonly SlidingWindow[]): void {
    for (const window of windows) window.count(this.#clock.now());
  }

  /** Milliseconds until one more request of these windows may be sent. */
  #delay(windows: readonly SlidingWindow[]): number {
    const now = this.#clock.now();
    return Math.max(0, this.#pausedUntil - now, ...windows.map((window) => window.delay(now)));
  }
}

class SlidingWindow<W extends Window = Window> {
  readonly limit: W;
  #times: number[] = [];

  constructor(limit: W) {
    this.limit = limit;
  }

  count(now: number): void {
    this.#times.push(now);
  }

  /** Milliseconds until there is room for one more. */
  delay(now: number): number {
    const { count, perMs } = this.limit;
    // What lies in the future was counted before the clock was set back.
    this.#times = this.#times.filter((time) => time <= now && now - time < perMs);
    const first = this.#times[this.#times.length - count];
    return first === undefined ? 0 : first + perMs - now;
  }
}
