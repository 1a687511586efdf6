/** Call events: what happens to calls, from their begin to their end. */

import type { NodeAPI } from 'node-red';
import { eventNode } from '../shared/event-node';

export default (RED: NodeAPI): void => eventNode(RED, 'pbx-call-events', 'call');
