/**
 * Calls asked for by callback of which nothing was heard yet. Their first telephone rings with the number to be called as its caller
 * (overview 2.4): that looks like an incoming call and is none. Employee and number tie it, since no answer is documented to name the call.
 */

import type { Clock } from '../../clock';
import type { CallNotice } from './call-notice';
import { isParty } from './call-notice';

export interface Placed {
  user: string;
  to: string;
  reference: string;
}

/** For the telephone to ring. */
const WAIT_MS = 120_000;
const MOST = 1_000;

export class PlacedCalls {
  readonly #clock: Clock;
  #waiting: (Placed & { until: number })[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Before the request leaves: the telephone may ring before it is answered. */
  expect(placed: Placed): void {
    const now = this.#clock.now();
    this.#waiting = this.#waiting.filter(({ until }) => until > now).slice(1 - MOST);
    this.#waiting.push({ ...placed, until: now + WAIT_MS });
  }

  forget(reference: string): void {
    this.#waiting = this.#waiting.filter((placed) => placed.reference !== reference);
  }

  /** The one whose call this is; each has one call. */
  claim({ user, from, to }: CallNotice): Placed | null {
    const now = this.#clock.now();
    const found = this.#waiting.find(
      (placed) =>
        placed.until > now &&
        // A colleague's line tells of the first telephone as well, when he is the one called.
        (((placed.user === user || placed.user === to.extension) && isParty(placed.to, from)) ||
          (placed.user === from.extension && isParty(placed.to, to))),
    );
    if (found) this.forget(found.reference);
    return found ?? null;
  }

  clear(): void {
    this.#waiting = [];
  }
}
