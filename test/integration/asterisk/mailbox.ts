/** A queue of things that happened, from which a test takes one after the other and waits for the next if there is none. */

import { PATIENCE_MS } from './patience';

interface Waiter<T> {
  readonly match: (item: T) => boolean;
  readonly resolve: (item: T) => void;
}

export class Mailbox<T> {
  readonly #what: string;
  readonly #items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();

  /** @param what names the content for the error of a wait that was in vain */
  constructor(what: string) {
    this.#what = what;
  }

  put(item: T): void {
    for (const waiter of this.#waiters) {
      if (!waiter.match(item)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(item);
      return;
    }
    this.#items.push(item);
  }

  /** Takes the first matching item, waiting up to `timeoutMs` for it. */
  async take(match: (item: T) => boolean = () => true, timeoutMs = PATIENCE_MS): Promise<T> {
    for (const [index, item] of this.#items.entries()) {
      if (!match(item)) continue;
      this.#items.splice(index, 1);
      return item;
    }
    return await new Promise<T>((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`waited ${timeoutMs} ms in vain for ${this.#what}`));
      }, timeoutMs);
      const waiter: Waiter<T> = {
        match,
        resolve: (item) => {
          clearTimeout(deadline);
          resolve(item);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  get size(): number {
    return this.#items.length;
  }

  clear(): void {
    this.#items.length = 0;
  }
}
