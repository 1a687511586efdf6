/** What came of a `/route`: told over the socket of any employee, after or before the answer to the request (overview 2.1(7), 2.6). */

import type { Clock } from '../../clock';
import type { Notice } from './envelope';
import type { Profile } from './profile';
import { isOne } from './call-notice';
import { textAt } from './read';

/** `null`: nothing was told in time. */
export type RouteOutcome = { routed: boolean; code: string | null; message: string | null; raw: unknown } | null;

interface Waiting {
  calls: readonly string[];
  settle: (outcome: RouteOutcome) => void;
}

/** The service's own time for anything is a minute (overview 2.3). */
const RESULT_MS = 20_000;

export class RouteResults {
  readonly #clock: Clock;
  readonly #profile: Profile;
  readonly #waiting = new Set<Waiting>();

  constructor(clock: Clock, profile: Profile) {
    this.#clock = clock;
    this.#profile = profile;
  }

  /** Call before the request leaves. The wait ends by itself, by `stop`, or by the signal. */
  expect(calls: readonly string[], signal: AbortSignal): { outcome: Promise<RouteOutcome>; stop: () => void } {
    let stop!: () => void;
    const outcome = new Promise<RouteOutcome>((resolve) => {
      const settle = (found: RouteOutcome) => {
        timer.cancel();
        signal.removeEventListener('abort', stop);
        this.#waiting.delete(waiting);
        resolve(found);
      };
      stop = () => settle(null);
      const waiting: Waiting = { calls, settle };
      const timer = this.#clock.after(RESULT_MS, stop);
      this.#waiting.add(waiting);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
    return { outcome, stop };
  }

  /** Whether somebody waited for it. */
  told({ body, raw }: Notice): boolean {
    const { routeResult, words } = this.#profile;
    const call = textAt(body, routeResult.call);
    const found = [...this.#waiting].find(({ calls }) => call !== null && calls.includes(call));
    if (!found) return false;
    const code = textAt(body, routeResult.outcome);
    // A result without a word for how it went is still a result.
    const routed = code === null || isOne(code, words.routed);
    found.settle({ routed, code, message: textAt(body, routeResult.message), raw });
    return true;
  }
}
