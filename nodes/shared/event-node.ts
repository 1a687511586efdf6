/** What the five event nodes have in common, which is all but their kind of topics. */

import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { TOPICS } from '../../lib/index';
import type { Direction, Filter, Topic, TopicKind } from '../../lib/index';
import { accessOf } from './account-node';
import { StatusLine } from './status-line';
import { list } from './values';

export interface EventDef extends NodeDef {
  account?: string;
  /** Topics; empty: all of the node's kind. */
  events?: readonly string[] | string;
  extension?: string;
  number?: string;
  queue?: string;
  direction?: Direction | '';
  raw?: boolean;
}

export function eventNode(RED: NodeAPI, type: string, kind: TopicKind): void {
  function EventNode(this: Node, def: EventDef): void {
    RED.nodes.createNode(this, def);
    const line = new StatusLine((status) => this.status(status), RED._);
    this.on('close', () => line.close());
    const access = accessOf(RED, this, def.account);
    access.watch((connection, isUp) => line.connection(connection, isUp));
    if (!access.account) return;
    const filter = filterOf(def, kind);
    const unsubscribe = access.account.subscribe(filter, (event, raw) => {
      // With an id of its own Node-RED does not have to make one for every wire.
      const message: NodeMessage = { _msgid: RED.util.generateId(), topic: event.type, payload: event };
      if (filter.raw) message['raw'] = raw ?? null;
      line.event(event.type);
      this.send(message);
    });
    this.on('close', unsubscribe);
  }
  RED.nodes.registerType(type, EventNode);
}

/** Names that this version does not know are left out; a list of nothing else then stands for no event, not for all. */
export function filterOf(def: EventDef, kind: TopicKind): Filter {
  const all: readonly Topic[] = TOPICS[kind];
  const chosen = list(def.events);
  return {
    topics: chosen.length === 0 ? all : all.filter((topic) => chosen.includes(topic)),
    extensions: list(def.extension),
    queues: list(def.queue),
    numbers: list(def.number),
    ...(def.direction && { direction: def.direction }),
    raw: def.raw === true,
  };
}
