/** Small values of the provider live in the node's context, in a store that outlives a restart where the user has one. */

import type { Node, NodeAPI } from 'node-red';
import type { Store } from '../../lib/index';
import { isRecord } from '../shared/values';

export function storeOf(RED: NodeAPI, node: Node): Store {
  const context = node.context();
  const name = lastingStore((RED.settings as { contextStorage?: unknown }).contextStorage);
  return {
    get: (key) =>
      new Promise((resolve, reject) =>
        context.get(key, name, (error, value) => (error ? reject(error) : resolve(value))),
      ),
    set: (key, value) =>
      new Promise((resolve, reject) => context.set(key, value, name, (error) => (error ? reject(error) : resolve()))),
  };
}

/**
 * The context store to use, by the setting `contextStorage`: the default one (`undefined`) unless that is in memory and another is on
 * the file system. A store whose module is no name is the user's own, of which nothing is known here.
 */
export function lastingStore(contextStorage: unknown): string | undefined {
  if (!isRecord(contextStorage)) return undefined;
  const moduleOf = (name: string): unknown => {
    const store = contextStorage[name];
    return isRecord(store) ? store['module'] : undefined;
  };
  const names = Object.keys(contextStorage);
  const alias = contextStorage['default'];
  // Without a "default" Node-RED takes the first.
  const standard = typeof alias === 'string' ? alias : names.includes('default') ? 'default' : names[0];
  if (standard === undefined || moduleOf(standard) !== 'memory') return undefined;
  return names.find((name) => moduleOf(name) === 'localfilesystem');
}
