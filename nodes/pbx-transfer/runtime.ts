/** Transfer: passes an answered call on, at once (blind) or after asking (attended). */

import type { NodeAPI } from 'node-red';
import { commandNode } from '../shared/command-node';
import { oneOf } from '../shared/fields';
import { given } from '../shared/values';

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-transfer',
    fields: { call: 'call', to: 'party', mode: 'text', by: 'party' },
    command: ({ call = '', to = '', mode = 'blind', by }) => ({
      command: 'transfer',
      call,
      to,
      mode: oneOf('mode', mode, ['blind', 'attended']),
      ...given({ by }),
    }),
  });
