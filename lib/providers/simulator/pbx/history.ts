/** The PBX's own record of the calls that are over, as a CDR table would hold it. */

import type { SimulatedCall } from './call';
import type { Watcher } from './exchange';

const KEPT = 2_000;

export class History implements Watcher {
  #ended = new Map<string, SimulatedCall>();

  ended(call: SimulatedCall): void {
    this.#ended.set(call.id, call);
    if (this.#ended.size > KEPT) this.#ended.delete(this.#ended.keys().next().value ?? '');
  }

  find(id: string): SimulatedCall | undefined {
    return this.#ended.get(id);
  }

  /** Newest first. */
  *newest(): Iterable<SimulatedCall> {
    yield* [...this.#ended.values()].toReversed();
  }
}
