/** Recording: starts or stops one, fetches it as bytes or into a folder, or asks for a link to it. */

import type { NodeAPI } from 'node-red';
import { commandNode } from '../shared/command-node';
import { oneOf } from '../shared/fields';
import { given } from '../shared/values';

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-recording',
    fields: { action: 'text', call: 'call', recording: 'recording', folder: 'text' },
    // A message about a call says nothing of a recording, and the other way round: only what the action takes is read.
    needs: (field, { action = 'start' }) => {
      const isLive = action === 'start' || action === 'stop';
      return field === 'call' ? isLive : field === 'recording' ? !isLive : true;
    },
    command: ({ action = 'start', ...more }) => ({
      command: 'recording',
      action: oneOf('action', action, ['start', 'stop', 'fetch', 'link']),
      ...given(more),
    }),
  });
