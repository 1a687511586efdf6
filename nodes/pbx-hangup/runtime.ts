/** Hang up: ends a call. */

import type { NodeAPI } from 'node-red';
import { commandNode } from '../shared/command-node';

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-hangup',
    fields: { call: 'call' },
    command: ({ call = '' }) => ({ command: 'hangup', call }),
  });
