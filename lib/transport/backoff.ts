/** How long to wait before the next try: exponential with full jitter, so that a thousand clients do not come back at once. */

export interface BackoffOptions {
  /** Upper bound of the first wait, in milliseconds. Default 1000. */
  firstMs?: number;
  /** Upper bound of any wait. Default 60 000. */
  maxMs?: number;
}

export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor(random: () => number, options: BackoffOptions = {}) {
    this.#random = random;
    this.#firstMs = options.firstMs ?? 1_000;
    this.#maxMs = options.maxMs ?? 60_000;
  }

  get tries(): number {
    return this.#tries;
  }

  /** Milliseconds to wait now; each call counts as one try. Never under a tenth of the bound, so that it never hammers. */
  next(): number {
    const bound = Math.min(this.#maxMs, this.#firstMs * 2 ** Math.min(this.#tries++, 30));
    return Math.round(bound * (0.1 + 0.9 * this.#random()));
  }

  reset(): void {
    this.#tries = 0;
  }
}
