/** Remembers what was said last of a thing, so that a message delivered twice (a repeated webhook, a replay) is told once. */

export class Recently {
  readonly #said = new Map<string, string>();
  readonly #limit: number;

  /** `limit`: of how many things. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether this was the last said of `subject`; from now on it is. */
  repeats(subject: string, what: string): boolean {
    if (this.#said.get(subject) === what) return true;
    this.#said.delete(subject);
    this.#said.set(subject, what);
    if (this.#said.size > this.#limit) this.#said.delete(this.#said.keys().next().value ?? '');
    return false;
  }

  clear(): void {
    this.#said.clear();
  }
}
