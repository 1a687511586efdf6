/** Account events: the connection lost and back, gaps, warnings, and whatever the PBX says that has no topic of its own. */

import type { NodeAPI } from 'node-red';
import { eventNode } from '../shared/event-node';

export default (RED: NodeAPI): void => eventNode(RED, 'pbx-account-events', 'account');
