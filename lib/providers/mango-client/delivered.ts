/**
 * What was handed on already, so that an event told live and again out of the store, also after a restart, comes once. The marks live in
 * the account's store; where it forgets, an event may come twice and none is lost.
 */

import type { Store } from '../../provider';

/** Of each employee. With 16 letters each, some 40 kB. */
const MOST = 2_000;

export class Delivered {
  readonly #key: string;
  readonly #store: Store | undefined;
  readonly #failed: (error: unknown) => void;
  /** Oldest first. */
  readonly #marks = new Set<string>();
  #reading: Promise<void> | null = null;
  #writing: Promise<void> | null = null;
  #dirty = false;

  constructor(user: string, store: Store | undefined, failed: (error: unknown) => void) {
    // Dots and dashes would be taken as a path by the host's store.
    this.#key = `mango_client_delivered_${user.replace(/\W/g, '_')}`;
    this.#store = store;
    this.#failed = failed;
  }

  /** Reads the marks, once. A store that fails is as an empty one. */
  load(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Whether it comes for the first time; it is marked then. */
  first(mark: string): boolean {
    if (this.#marks.has(mark)) return false;
    this.#marks.add(mark);
    const [oldest] = this.#marks;
    if (this.#marks.size > MOST && oldest !== undefined) this.#marks.delete(oldest);
    this.#dirty = true;
    this.#write();
    return true;
  }

  /** Resolves when what was marked until now is kept. */
  async kept(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #read(): Promise<void> {
    try {
      const kept = await this.#store?.get(this.#key);
      if (!Array.isArray(kept)) return;
      for (const mark of kept.slice(-MOST)) if (typeof mark === 'string' && mark.length <= 64) this.#marks.add(mark);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** One writing at a time; what is marked in one turn is written together. */
  #write(): void {
    const store = this.#store;
    if (!store || this.#writing) return;
    this.#writing = Promise.resolve()
      .then(() => {
        this.#dirty = false;
        return store.set(this.#key, [...this.#marks]);
      })
      .catch(this.#failed)
      .finally(() => {
        this.#writing = null;
        if (this.#dirty) this.#write();
      });
  }
}
