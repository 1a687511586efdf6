/** What was seen lately, bounded in number and in time: for repetitions of webhooks and for what two of them must be tied by. */

import type { Clock } from '../../clock';

export interface RecentOptions {
  /** How many are remembered; the oldest go first. Default 20 000. */
  max?: number;
  /** Milliseconds for which one is remembered since it was set. Default 10 minutes. */
  ttlMs?: number;
}

/** A map whose entries vanish by themselves. No timer: what is over is dropped when something is added or asked for. */
export class RecentMap<V> {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #ttlMs: number;
  /** In the order of setting, thus of expiry. */
  readonly #entries = new Map<string, { value: V; until: number }>();

  constructor(clock: Clock, options: RecentOptions = {}) {
    this.#clock = clock;
    this.#max = options.max ?? 20_000;
    this.#ttlMs = options.ttlMs ?? 600_000;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.until > this.#clock.now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** Sets it and counts its time anew. */
  set(key: string, value: V): void {
    const now = this.#clock.now();
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: now + this.#ttlMs });
    for (const [oldest, { until }] of this.#entries) {
      if (until > now && this.#entries.size <= this.#max) break;
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** Tells the first of several alike. */
export class RecentKeys {
  readonly #seen: RecentMap<true>;

  constructor(clock: Clock, options: RecentOptions = {}) {
    this.#seen = new RecentMap(clock, options);
  }

  get size(): number {
    return this.#seen.size;
  }

  has(key: string): boolean {
    return this.#seen.get(key) !== undefined;
  }

  /** Whether this is the first time, and remembers it. */
  first(key: string): boolean {
    if (this.has(key)) return false;
    this.#seen.set(key, true);
    return true;
  }

  clear(): void {
    this.#seen.clear();
  }
}
