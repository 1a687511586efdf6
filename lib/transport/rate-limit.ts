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
  go: () => void;
  fail: (error: PbxError) => void;
  deadline: Timer;
}

export class RateLimiter {
  readonly #windows: readonly Window[];
  readonly #clock: Clock;
  readonly #maxWaiting: number;
  readonly #maxWaitMs: number;
  readonly #longest: number;
  #times: number[] = [];
  #waiting: Waiting[] = [];
  #timer: Timer | null = null;

  constructor(windows: readonly Window[], clock: Clock, bounds: { maxWaiting?: number; maxWaitMs?: number } = {}) {
    this.#windows = windows;
    this.#clock = clock;
    this.#maxWaiting = bounds.maxWaiting ?? 100;
    this.#maxWaitMs = bounds.maxWaitMs ?? 15_000;
    this.#longest = Math.max(0, ...windows.map((window) => window.perMs));
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when the request may be sent; `rate-limited` when it would wait too long or too many wait. */
  async turn(signal?: AbortSignal): Promise<void> {
    if (this.#waiting.length === 0 && this.#delay() === 0) {
      this.#times.push(this.#clock.now());
      return;
    }
    if (this.#waiting.length >= this.#maxWaiting)
      throw new PbxError('rate-limited', `${this.#maxWaiting} requests already wait for the PBX's rate limit`);
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        if (this.#waiting.length === 0) this.#disarm();
        entry.deadline.cancel();
        signal?.removeEventListener('abort', aborted);
      };
      const aborted = () =>
        entry.fail(new PbxError('not-connected', 'the account was closed before the request was sent'));
      const entry: Waiting = {
        go: () => {
          leave();
          resolve();
        },
        fail: (error) => {
          leave();
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

  #pausedUntil = 0;

  close(): void {
    this.#disarm();
    for (const entry of this.#waiting.slice())
      entry.fail(new PbxError('not-connected', 'the account was closed before the request was sent'));
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(): void {
    if (this.#timer || this.#waiting.length === 0) return;
    this.#timer = this.#clock.after(this.#delay(), () => {
      this.#timer = null;
      while (this.#waiting.length > 0 && this.#delay() === 0) {
        this.#times.push(this.#clock.now());
        this.#waiting[0]?.go();
      }
      this.#arm();
    });
  }

  /** Milliseconds until one more request may be sent. */
  #delay(): number {
    const now = this.#clock.now();
    // What lies in the future was counted before the clock was set back.
    this.#times = this.#times.filter((time) => time <= now && now - time < this.#longest);
    let delay = Math.max(0, this.#pausedUntil - now);
    for (const { count, perMs } of this.#windows) {
      const inside = this.#times.filter((time) => now - time < perMs);
      const first = inside[inside.length - count];
      if (inside.length >= count && first !== undefined) delay = Math.max(delay, first + perMs - now);
    }
    return delay;
  }
}
