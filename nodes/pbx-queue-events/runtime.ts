/** Queue events: callers who come, wait and go, and the agents who serve them. */

import type { NodeAPI } from 'node-red';
import { eventNode } from '../shared/event-node';

export default (RED: NodeAPI): void => eventNode(RED, 'pbx-queue-events', 'queue');
