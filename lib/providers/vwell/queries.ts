/** What flows can ask for: members (phones and agents), queues with their callers, live calls. */

import { membersOf, queuesOf } from '../../asterisk-events/endpoints';
import type { Member, QueryCommand } from '../../model';
import { PbxError } from '../../model';
import type { Accepted, ProviderHost } from '../../provider';
import type { AmiLink } from './ami-link';
import { oneLine } from './numbers';
import { endpoints, queueItems } from './overview';

export async function answerTo(
  query: QueryCommand,
  ami: AmiLink,
  host: ProviderHost,
  signal: AbortSignal,
): Promise<Accepted> {
  switch (query.query) {
    case 'members':
      return { result: await members(ami, signal) };
    case 'queues': {
      const queue = query.params?.['queue'];
      const one = typeof queue === 'string' && queue !== '' ? oneLine('queue', queue) : undefined;
      return { result: queuesOf(await queueItems(ami, one, signal), (uid) => host.call(uid)?.call.id) };
    }
    case 'calls':
      return { result: [...host.calls()].map(({ call }) => call) };
    default:
      throw new PbxError('not-supported', `vwell-bpx-srv cannot list ${query.query}`);
  }
}

/** Either list may be forbidden; only when both are is there nothing to say. */
async function members(ami: AmiLink, signal: AbortSignal): Promise<Member[]> {
  const [phones, agents] = await Promise.allSettled([endpoints(ami, signal), queueItems(ami, undefined, signal)]);
  if (phones.status === 'rejected' && agents.status === 'rejected') throw phones.reason;
  return membersOf(
    phones.status === 'fulfilled' ? phones.value : [],
    agents.status === 'fulfilled' ? agents.value : [],
  );
}
