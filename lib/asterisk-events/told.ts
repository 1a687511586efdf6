/** Facts as the events tell them. */

import type { Fact } from '../facts';
import type { ManagerEvent } from './event';

/** Each member of a union without one of its fields. */
type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
export type Statement = Without<Fact, 'at' | 'raw' | 'inferred'>;

/**
 * What a fact that came of an event has besides its own fields. `raw` is made when somebody looks, which mostly nobody does. It stands
 * in the class, since a getter of each fact's own makes V8 keep every event until its next full collection.
 */
class Told {
  readonly at: number;
  readonly #event: ManagerEvent;
  readonly #rawOf: (event: ManagerEvent) => unknown;

  constructor(at: number, event: ManagerEvent, rawOf: (event: ManagerEvent) => unknown) {
    this.at = at;
    this.#event = event;
    this.#rawOf = rawOf;
  }

  get raw(): unknown {
    return this.#rawOf(this.#event);
  }
}

export function told(
  statement: Statement,
  at: number,
  event: ManagerEvent,
  rawOf: (event: ManagerEvent) => unknown,
): Fact {
  return Object.assign(new Told(at, event, rawOf), statement);
}
