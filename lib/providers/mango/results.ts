/**
 * Ties a command to what the PBX says of it later: `result/...` with its `command_id`, or an event that carries it. Which comes first, and
 * whether before the answer of the request itself, is not guaranteed (D17, D26 section 2.1.1).
 */

import type { Clock } from '../../clock';
import { RecentMap } from '../../transport/webhook';
import { isSuccess } from './codes';

/** `refused`: with the vendor's code. `done`: said so, or seen to happen. */
export type Outcome = { refused: string } | 'done';

interface Awaited {
  readonly kind: string;
  outcome: Outcome | null;
  /** Whether the flow has its answer already. */
  answered: boolean;
  wake: (() => void) | null;
}

export class CommandResults {
  readonly #clock: Clock;
  readonly #awaited: RecentMap<Awaited>;
  readonly #late: (id: string, kind: string, code: string) => void;

  /** @param late called with a refusal that comes after the flow was told that the command was taken */
  constructor(clock: Clock, late: (id: string, kind: string, code: string) => void) {
    this.#clock = clock;
    this.#late = late;
    this.#awaited = new RecentMap(clock, { max: 5_000 });
  }

  /** Before the request leaves: its result may be faster than its answer. */
  expect(id: string, kind: string): void {
    this.#awaited.set(id, { kind, outcome: null, answered: false, wake: null });
  }

  /** `result/...` of any command, perhaps of another program. */
  result(id: string, code: string): void {
    const refused = !isSuccess(code);
    const awaited = this.#awaited.get(id);
    if (!awaited) return;
    if (refused && awaited.answered && awaited.outcome !== 'done') this.#late(id, awaited.kind, code);
    this.#settle(awaited, refused ? { refused: code } : 'done');
  }

  /** An event that came of the command. */
  seen(id: string): void {
    const awaited = this.#awaited.get(id);
    if (awaited) this.#settle(awaited, 'done');
  }

  /** What is known of the command within this time; `null`: nothing. */
  async outcome(id: string, waitMs: number, signal: AbortSignal): Promise<Outcome | null> {
    const awaited = this.#awaited.get(id);
    if (!awaited) return null;
    if (!awaited.outcome && waitMs > 0 && !signal.aborted)
      await new Promise<void>((resolve) => {
        const wake = () => {
          timer.cancel();
          signal.removeEventListener('abort', wake);
          awaited.wake = null;
          resolve();
        };
        const timer = this.#clock.after(waitMs, wake);
        signal.addEventListener('abort', wake, { once: true });
        awaited.wake = wake;
      });
    awaited.answered = true;
    return awaited.outcome;
  }

  clear(): void {
    this.#awaited.clear();
  }

  #settle(awaited: Awaited, outcome: Outcome): void {
    // What was seen to happen stands against a later refusal; the first word stands otherwise.
    awaited.outcome ??= outcome;
    awaited.wake?.();
  }
}
