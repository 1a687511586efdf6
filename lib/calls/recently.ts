/**
 * Remembers what was said last of a thing, so that a message delivered twice (a repeated webhook, a replay) is told once.
 *
 * Two generations: when the younger is full it becomes the older, and the older is forgotten whole. Taking entries out of a Map one by
 * one, the oldest first, makes each look for the next oldest step over those taken out before.
 */

export class Recently {
  #younger = new Map<string, string>();
  #older = new Map<string, string>();
  readonly #limit: number;

  /** `limit`: of how many things at most; at least of half as many. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether this was the last said of `subject`; from now on it is. */
  repeats(subject: string, what: string): boolean {
    if ((this.#younger.get(subject) ?? this.#older.get(subject)) === what) return true;
    this.#younger.set(subject, what);
    if (this.#younger.size * 2 >= this.#limit) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    return false;
  }

  clear(): void {
    this.#younger.clear();
    this.#older.clear();
  }
}
