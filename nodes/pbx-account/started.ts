/**
 * "The flows have started": when all nodes exist, so that no event comes before somebody listens. One listener for all accounts, since
 * Node.js warns of a leak from the eleventh on.
 */

import type { EventEmitter } from 'node:events';

const STARTED = 'flows:started';

const waiting = new WeakMap<EventEmitter, Set<() => void>>();

/** Calls back after each deploy. Returns what ends it. */
export function onStarted(events: EventEmitter, callback: () => void): () => void {
  const callbacks = waiting.get(events) ?? listen(events);
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

/** The listener stays: it costs nothing while there is no account, and a deploy removes and adds accounts all the time. */
function listen(events: EventEmitter): Set<() => void> {
  const callbacks = new Set<() => void>();
  waiting.set(events, callbacks);
  events.on(STARTED, () => {
    for (const callback of callbacks) callback();
  });
  return callbacks;
}
