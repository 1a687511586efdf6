/** Recording: starts or stops one, fetches it as bytes or into a folder, or asks for a link to it. */

import type { NodeAPI } from 'node-red';
import { commandNode } from '../shared/command-node';
import { oneOf } from '../shared/fields';
import { given } from '../shared/values';

/** The actions that take a field; the others take it not even where the message has it. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  call: ['start', 'stop'],
  recording: ['fetch', 'link'],
  folder: ['fetch'],
  expires: ['link'],
};

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-recording',
    fields: { action: 'text', call: 'call', recording: 'recording', folder: 'text', expires: 'moment' },
    // A message about a call says nothing of a recording, and the other way round: only what the action takes is read.
    needs: (field, { action = 'start' }) => TAKES[field]?.includes(action) ?? true,
    command: ({ action = 'start', ...more }) => ({
      command: 'recording',
      action: oneOf('action', action, ['start', 'stop', 'fetch', 'link']),
      ...given(more),
    }),
  });
