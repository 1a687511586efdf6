/** Route request: a call asks the flow where to go. The answer is given by a route reply node, as with http in and http response. */

import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { systemClock } from '../../lib/index';
import { accessOf } from '../shared/account-node';
import { badge } from '../shared/badges';
import { StatusLine } from '../shared/status-line';
import { list } from '../shared/values';
import { openRoutes } from './open-routes';

interface RouteRequestDef extends NodeDef {
  account?: string;
  /** Callers; empty: all. */
  number?: string;
  /** Milliseconds. */
  timeout?: number | string;
}

const TOPIC = 'route.request';
const DEFAULT_MS = 1_000;
const LONGEST_MS = 60_000;

export default (RED: NodeAPI): void => {
  function RouteRequestNode(this: Node, def: RouteRequestDef): void {
    RED.nodes.createNode(this, def);
    const line = new StatusLine((status) => this.status(status), RED._);
    this.on('close', () => line.close());
    const access = accessOf(RED, this, def.account);
    const able = !access.account || access.account.descriptor.capabilities.route;
    access.watch((connection, isUp) =>
      able
        ? line.connection(connection, isUp)
        : line.connection(badge('grey', 'ring', 'common.status.notSupported'), false),
    );
    const { account } = access;
    if (!account || !able) return;
    const wanted = Number(def.timeout);
    const timeoutMs = wanted > 0 ? Math.min(wanted, LONGEST_MS) : DEFAULT_MS;
    const stop = account.onRoute({ numbers: list(def.number), timeoutMs }, (request) => {
      const message: NodeMessage = {
        _msgid: RED.util.generateId(),
        topic: TOPIC,
        payload: {
          type: TOPIC,
          account: account.name,
          provider: account.descriptor.id,
          time: iso(systemClock.now()),
          call: account.call(request.call),
          deadline: iso(request.deadline),
        },
      };
      message['route'] = openRoutes.add({ account: account.name, request });
      line.event(TOPIC);
      this.send(message);
    });
    this.on('close', stop);
  }
  RED.nodes.registerType('pbx-route-request', RouteRequestNode);
};

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
