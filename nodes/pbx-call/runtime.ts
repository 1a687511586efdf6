/** Make call: places a call and answers when it is accepted, answered or ended. */

import type { NodeAPI } from 'node-red';
import type { CallCommand } from '../../lib/index';
import { commandNode } from '../shared/command-node';
import { oneOf } from '../shared/fields';
import { given } from '../shared/values';

export default (RED: NodeAPI): void =>
  commandNode(RED, {
    type: 'pbx-call',
    fields: {
      from: 'party',
      to: 'party',
      callerId: 'text',
      tag: 'text',
      replyWhen: 'text',
      timeout: 'number',
    },
    command: ({ from = '', to = '', replyWhen = 'accepted', ...more }) => ({
      command: 'call',
      from,
      to,
      replyWhen: oneOf('replyWhen', replyWhen, ['accepted', 'answered', 'ended']),
      ...given(more),
    }),
    busy: (command, translate) => translate('call.status.calling', { to: (command as CallCommand).to }),
    progress: (topic, { to }, translate) => {
      if (topic === 'call.ringing') return translate('call.status.ringing', { to: to.extension ?? to.number ?? '' });
      return topic === 'call.answer' ? 'call.status.talking' : null;
    },
    done: ({ payload }) => {
      if (payload.reached === undefined) return { fill: 'green', text: 'call.status.accepted' };
      const disposition = payload.call?.disposition;
      if (payload.reached) return { fill: 'green', text: disposition ? 'call.status.ended' : 'call.status.answered' };
      return { fill: 'yellow', text: `common.disposition.${disposition ?? 'unknown'}` };
    },
    port: ({ payload }) => (payload.reached === false ? 1 : 0),
  });
