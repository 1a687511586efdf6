/** Who waits for statistics, and the news that they are ready: `result/stat`, in an older edition `result/stats` (specification 6.1). */

import type { Clock } from '../../../clock';
import { RecentKeys } from '../../../transport/webhook';

export class ReadyStatistics {
  readonly #clock: Clock;
  /** News may be faster than the answer that tells the key. */
  readonly #ready: RecentKeys;
  readonly #waiting = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ready = new RecentKeys(clock, { max: 1_000 });
  }

  notify(key: string | null, requestId: string | null): void {
    for (const id of [key, requestId]) {
      if (id === null) continue;
      this.#ready.first(id);
      this.#waiting.get(id)?.();
    }
  }

  /** Resolves at the news, after the time, or when the signal is aborted; at once when the news was there first. */
  wait(ids: readonly string[], ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || ids.some((id) => this.#ready.has(id))) return Promise.resolve();
    return this.pause(ids, ms, signal);
  }

  /** The same without looking back: the news was there, but the data were not. */
  pause(ids: readonly string[], ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        timer.cancel();
        signal.removeEventListener('abort', wake);
        for (const id of ids) this.#waiting.delete(id);
        resolve();
      };
      const timer = this.#clock.after(ms, wake);
      if (signal.aborted) return wake();
      signal.addEventListener('abort', wake, { once: true });
      for (const id of ids) this.#waiting.set(id, wake);
    });
  }
}
