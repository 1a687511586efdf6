/** PBX query: members, queues, live calls, history, balance, whatever the PBX lists. */

import type { NodeAPI } from 'node-red';
import { commandNode } from '../shared/command-node';
import { oneOf } from '../shared/fields';
import { given } from '../shared/values';

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-query',
    fields: { query: 'text', params: 'object' },
    command: ({ query = 'members', params }) => ({
      command: 'query',
      query: oneOf('query', query, ['members', 'queues', 'calls', 'history', 'balance']),
      ...given({ params }),
    }),
    done: ({ payload: { result } }, translate) => ({
      fill: 'green',
      text: Array.isArray(result) ? translate('query.status.entries', { count: result.length }) : 'common.status.done',
    }),
  });
