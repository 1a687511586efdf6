/** The nodes that use an account, and what all of them show of its connection. */

import type { Node, NodeStatus } from 'node-red';
import type { Watcher } from '../shared/account-node';
import { badge } from '../shared/badges';

export class Users {
  /** By id: Node-RED looks here for the flows whose Status and Catch nodes shall hear of the account itself. */
  readonly nodes: Record<string, Node> = {};
  readonly #watchers = new Set<Watcher>();
  #shown: NodeStatus = badge('grey', 'ring', 'common.status.closed');
  #isUp = false;

  get any(): boolean {
    return this.#watchers.size > 0;
  }

  join(user: Node, watcher: Watcher): () => void {
    this.nodes[user.id] = user;
    this.#watchers.add(watcher);
    watcher(this.#shown, this.#isUp);
    return () => {
      this.#watchers.delete(watcher);
      // After a deploy the new node of the same id may be here already.
      if (this.nodes[user.id] === user) delete this.nodes[user.id];
    };
  }

  show(status: NodeStatus, isUp: boolean): void {
    this.#shown = status;
    this.#isUp = isUp;
    for (const watcher of this.#watchers) watcher(status, isUp);
  }
}
