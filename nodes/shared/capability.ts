/**
 * Which nodes an account's provider can serve, by the provider's own list of capabilities. Used by the runtime and by the forms; no
 * Node-RED and no browser in here.
 */

import type { Capabilities, TopicKind } from '../../lib/model';
import { TOPICS } from '../../lib/model/topics';

export const COMMAND_NODES = [
  'pbx-call',
  'pbx-hangup',
  'pbx-redirect',
  'pbx-transfer',
  'pbx-sms',
  'pbx-recording',
  'pbx-query',
  'pbx-action',
] as const;
export type CommandNodeType = (typeof COMMAND_NODES)[number];

export const EVENT_NODES = {
  'pbx-call-events': 'call',
  'pbx-queue-events': 'queue',
  'pbx-recording-events': 'recording',
  'pbx-message-events': 'message',
  'pbx-account-events': 'account',
} as const satisfies Record<string, TopicKind>;
export type EventNodeType = keyof typeof EVENT_NODES;

export const ROUTE_NODES = ['pbx-route-request', 'pbx-route-reply'] as const;
export type RouteNodeType = (typeof ROUTE_NODES)[number];

export type NodeType = CommandNodeType | EventNodeType | RouteNodeType;

export function serves(type: NodeType, can: Capabilities): boolean {
  switch (type) {
    case 'pbx-call':
      return can.call;
    case 'pbx-hangup':
      return can.hangup;
    case 'pbx-redirect':
      return can.redirect;
    case 'pbx-transfer':
      return can.transfer.length > 0;
    case 'pbx-sms':
      return can.sms;
    case 'pbx-recording':
      return can.recording.length > 0;
    case 'pbx-query':
      return can.queries.length > 0;
    case 'pbx-action':
      return can.action;
    case 'pbx-route-request':
    case 'pbx-route-reply':
      return can.route;
    case 'pbx-account-events':
      // What happens to the connection is known of every account.
      return true;
    default: {
      const topics: readonly string[] = TOPICS[EVENT_NODES[type]];
      return can.events.some((topic) => topics.includes(topic));
    }
  }
}
