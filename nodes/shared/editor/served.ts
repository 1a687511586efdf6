/** Which nodes work with a PBX, for the account's form: a line a node, with what of it is there. */

import { TOPICS } from '../../../lib/model/topics';
import type { Topic } from '../../../lib/model';
import type { ProviderDescriptor } from '../../../lib/provider';
import { COMMAND_NODES, EVENT_NODES, ROUTE_NODES, serves } from '../capability';
import type { EventNodeType, NodeType } from '../capability';

export interface ServedNode {
  type: NodeType;
  /** As in the palette. */
  label: string;
  served: boolean;
  /** What of the node's choices the PBX has, when it is not all: topics, modes, actions, lists. */
  has: readonly string[];
  lacks: readonly string[];
}

export function servedNodes({ capabilities }: ProviderDescriptor): ServedNode[] {
  const types: NodeType[] = [...(Object.keys(EVENT_NODES) as EventNodeType[]), ...COMMAND_NODES, ...ROUTE_NODES];
  return types.map((type) => {
    const { all, has } = choicesOf(type, capabilities);
    return {
      type,
      label: paletteLabel(type),
      served: serves(type, capabilities),
      has: all.filter((choice) => has.includes(choice)),
      lacks: all.filter((choice) => !has.includes(choice)),
    };
  });
}

function choicesOf(
  type: NodeType,
  can: ProviderDescriptor['capabilities'],
): { all: readonly string[]; has: readonly string[] } {
  switch (type) {
    case 'pbx-transfer':
      return { all: ['blind', 'attended'], has: can.transfer };
    case 'pbx-recording':
      return { all: ['start', 'stop', 'fetch', 'link'], has: can.recording };
    case 'pbx-query':
      return { all: ['members', 'queues', 'calls', 'history', 'balance'], has: can.queries };
    case 'pbx-account-events': {
      const all: readonly Topic[] = TOPICS.account;
      // The connection's own events come from the package, not from the PBX.
      return { all, has: all.filter((topic) => topic !== 'raw' || can.events.includes(topic)) };
    }
    case 'pbx-call-events':
    case 'pbx-queue-events':
    case 'pbx-recording-events':
    case 'pbx-message-events':
      return { all: TOPICS[EVENT_NODES[type]], has: can.events };
    default:
      return { all: [], has: [] };
  }
}

function paletteLabel(type: NodeType): string {
  const definition = RED.nodes.getType(type);
  const label = definition?.paletteLabel;
  return (typeof label === 'function' ? label.call(definition) : label) ?? type;
}
