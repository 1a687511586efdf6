/**
 * Calls that wait for a flow's answer. Node-RED copies messages between nodes, so a message carries an id only, and what answers the
 * PBX is kept here. Late answers must still be told from unknown ones, so entries stay until newer ones push them out.
 */

import { randomBytes } from 'node:crypto';
import { PbxError } from '../../lib/index';
import type { RouteRequest } from '../../lib/index';

export interface OpenRoute {
  /** The account by its name, for errors. */
  account: string;
  request: RouteRequest;
}

const MAX_OPEN = 1_000;

export class OpenRoutes {
  readonly #routes = new Map<string, OpenRoute>();
  readonly #max: number;

  constructor(max = MAX_OPEN) {
    this.#max = max;
  }

  get size(): number {
    return this.#routes.size;
  }

  /** The handle for `msg.route`. */
  add(route: OpenRoute): string {
    const id = randomBytes(12).toString('hex');
    this.#routes.set(id, route);
    if (this.#routes.size > this.#max) this.#routes.delete(this.#routes.keys().next().value ?? '');
    return id;
  }

  /** @throws PbxError `invalid-argument` without a handle, `not-found` when nobody knows it */
  find(handle: unknown): OpenRoute {
    if (typeof handle !== 'string' || handle === '')
      throw new PbxError(
        'invalid-argument',
        'msg.route is missing: this message does not come from a route request node, or a node in between has dropped it',
      );
    const route = this.#routes.get(handle);
    if (route) return route;
    throw new PbxError(
      'not-found',
      'the call that asked is not known any more: it was long ago, or Node-RED was restarted since',
    );
  }
}

/** One for all flows of the runtime: the question and its answer may be on different tabs. */
export const openRoutes = new OpenRoutes();
