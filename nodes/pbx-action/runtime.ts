/** PBX action: any request in the vendor's own words, for what the other nodes do not reach. */

import type { NodeAPI } from 'node-red';
import { commandNode } from '../shared/command-node';

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-action',
    fields: { request: 'object' },
    command: ({ request = {} }) => ({ command: 'action', request }),
  });
