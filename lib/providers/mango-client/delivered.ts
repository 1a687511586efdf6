/**
 * What was handed on already, so that an event told live and again out of the store, also after a restart, comes once. The marks live in
 * the account's store; where it forgets, an event may come twice and none is lost.
 */

import type { Clock, Timer } from '../../clock';
import type { Store } from '../../provider';

/** Of each employee: what two weeks of a busy telephone hold. With 16 letters each, some 400 kB in the store at most. */
const MOST = 20_000;
/** While the store is read. */
const MOST_HELD = 10 * MOST;
/** The service forgets an event after 14 days (overview 2.3), so it cannot come again; and a clock may be wrong by a day. */
const KEPT_DAYS = 15;
const DAY_MS = 86_400_000;
/** Between two writings: the host's store writes the whole list each time. */
const WRITE_MS = 10_000;

export interface DeliveredOptions {
  user: string;
  clock: Clock;
  store: Store | undefined;
  failed: (error: unknown) => void;
}

export class Delivered {
  readonly #options: DeliveredOptions;
  readonly #key: string;
  /** The day each was handed on, counted from the epoch. Oldest first. */
  readonly #marks = new Map<string, number>();
  #reading: Promise<void> | null = null;
  #writing: Promise<void> | null = null;
  #wait: Timer | null = null;
  #dirty = false;
  #held = false;

  constructor(options: DeliveredOptions) {
    this.#options = options;
    // Dots and dashes would be taken as a path by the host's store.
    this.#key = `mango_client_delivered_${options.user.replace(/\W/g, '_')}`;
  }

  /** Reads the marks, once. A store that fails is as an empty one. */
  load(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Whether it comes for the first time; it is marked then. */
  first(mark: string): boolean {
    if (this.#marks.has(mark)) return false;
    this.#marks.set(mark, this.#today());
    this.#dirty = true;
    this.#trim();
    this.#plan();
    return true;
  }

  /** Remembers more until `false`: of a long store that is handed out again, the beginning would be forgotten before it comes. */
  hold(held: boolean): void {
    this.#held = held;
    this.#trim();
  }

  /** Writes what is still to be written. Resolves when everything marked until now is kept. */
  async kept(): Promise<void> {
    this.#wait?.cancel();
    this.#wait = null;
    while (this.#writing) await this.#writing;
    if (this.#dirty) await this.#write();
  }

  async #read(): Promise<void> {
    const { store, failed } = this.#options;
    try {
      const kept = await store?.get(this.#key);
      if (typeof kept !== 'object' || kept === null) return;
      const first = this.#today() - KEPT_DAYS;
      for (const [day, marks] of Object.entries(kept))
        for (const mark of Number(day) >= first && Array.isArray(marks) ? (marks as unknown[]) : [])
          if (typeof mark === 'string' && mark.length <= 64) this.#marks.set(mark, Number(day));
      this.#trim();
    } catch (error) {
      failed(error);
    }
  }

  #today(): number {
    return Math.floor(this.#options.clock.now() / DAY_MS);
  }

  #trim(): void {
    const first = this.#today() - KEPT_DAYS;
    const most = this.#held ? MOST_HELD : MOST;
    for (const [mark, day] of this.#marks) {
      if (day >= first && this.#marks.size <= most) return;
      this.#marks.delete(mark);
    }
  }

  #plan(): void {
    if (!this.#options.store || this.#wait || this.#writing) return;
    this.#wait = this.#options.clock.after(WRITE_MS, () => {
      this.#wait = null;
      void this.#write();
    });
  }

  #write(): Promise<void> {
    const { store, failed } = this.#options;
    this.#dirty = false;
    const days: Record<string, string[]> = {};
    for (const [mark, day] of this.#marks) (days[day] ??= []).push(mark);
    this.#writing = Promise.resolve()
      .then(() => store?.set(this.#key, days))
      .catch(failed)
      .finally(() => {
        this.#writing = null;
        if (this.#dirty) this.#plan();
      });
    return this.#writing;
  }
}
