/** Message events: texts sent, delivered, failed and received. */

import type { NodeAPI } from 'node-red';
import { eventNode } from '../shared/event-node';

export default (RED: NodeAPI): void => eventNode(RED, 'pbx-message-events', 'message');
