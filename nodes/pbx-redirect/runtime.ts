/** Redirect: sends a call that nobody has answered yet elsewhere. */

import type { NodeAPI } from 'node-red';
import { commandNode } from '../shared/command-node';

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-redirect',
    fields: { call: 'call', to: 'party' },
    command: ({ call = '', to = '' }) => ({ command: 'redirect', call, to }),
  });
