/** Recording events: recordings that begin, can be had, or failed. */

import type { NodeAPI } from 'node-red';
import { eventNode } from '../shared/event-node';

export default (RED: NodeAPI): void => eventNode(RED, 'pbx-recording-events', 'recording');
