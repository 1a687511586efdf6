/** The accounts of this runtime as the sidebar sees them: those deployed now, and a word to whoever watches when that changes. */

import type { PbxAccount } from '../../lib/index';

export interface DeployedPbx {
  id: string;
  name: string;
  account: PbxAccount;
}

export class LiveAccounts {
  readonly #accounts = new Map<string, DeployedPbx>();
  readonly #watchers = new Set<() => void>();

  /** Returns what takes it away again. */
  add(pbx: DeployedPbx): () => void {
    this.#accounts.set(pbx.id, pbx);
    this.#tell();
    return () => {
      if (this.#accounts.get(pbx.id) !== pbx) return;
      this.#accounts.delete(pbx.id);
      this.#tell();
    };
  }

  get(id: string): DeployedPbx | undefined {
    return this.#accounts.get(id);
  }

  list(): DeployedPbx[] {
    return [...this.#accounts.values()];
  }

  /** How many sidebars are open. */
  get watchers(): number {
    return this.#watchers.size;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** One for each admin application: a Node-RED runtime has one, a test run has many. */
const all = new WeakMap<object, LiveAccounts>();

export function liveAccountsOf(admin: object): LiveAccounts {
  let live = all.get(admin);
  if (!live) all.set(admin, (live = new LiveAccounts()));
  return live;
}
