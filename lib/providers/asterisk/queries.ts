/** What flows can ask for: members (extensions and agents), queues with their callers, live calls. */

import { members, queuesOf } from '../../asterisk-events';
import type { QueryCommand } from '../../model';
import { PbxError } from '../../model';
import type { Accepted, ProviderHost } from '../../provider';
import type { AmiMessage, AmiSession } from '../../transport/ami';
import { ask, endpoints } from './lists';

export async function answerTo(
  query: QueryCommand,
  session: AmiSession,
  host: ProviderHost,
  signal: AbortSignal,
): Promise<Accepted> {
  switch (query.query) {
    case 'members':
      return { result: await members(endpoints(session, signal), queueItems(session, undefined, signal)) };
    case 'queues':
      return { result: queuesOf(await queueItems(session, query.params, signal), (uid) => host.call(uid)?.call.id) };
    case 'calls':
      return { result: [...host.calls()].map(({ call }) => call) };
    default:
      throw new PbxError('not-supported', `Asterisk cannot list ${query.query}`);
  }
}

async function queueItems(
  session: AmiSession,
  params: QueryCommand['params'],
  signal: AbortSignal,
): Promise<readonly AmiMessage[]> {
  const queue = params?.['queue'];
  const one = typeof queue === 'string' && queue !== '' ? queue : undefined;
  return (await ask(session, { Action: 'QueueStatus', Queue: one }, true, signal)).items;
}
