/** What flows can ask for: members (phones and agents), queues with their callers, live calls. */

import { members, queuesOf } from '../../asterisk-events';
import type { QueryCommand } from '../../model';
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
      return { result: await members(endpoints(ami, signal), queueItems(ami, undefined, signal)) };
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
