/** Send SMS: sends a text message. */

import type { NodeAPI } from 'node-red';
import { commandNode } from '../shared/command-node';
import { given } from '../shared/values';

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-sms',
    fields: { from: 'party', to: 'party', text: 'text' },
    command: ({ from, to = '', text = '' }) => ({ command: 'sms', to, text, ...given({ from }) }),
    done: () => ({ fill: 'green', text: 'sms.status.sent' }),
  });
