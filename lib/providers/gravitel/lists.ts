/** The lists a flow can ask for: employees and groups, with what the live calls say about them. */

import type { Member, QueueStatus } from '../../model';
import type { KnownCall } from '../../provider';
import type { Account, GroupInfo } from './codec';
import type { Directory } from './directory';
import { memberOf } from './directory';

export function membersOf(
  accounts: readonly Account[],
  groups: readonly GroupInfo[],
  calls: Iterable<KnownCall>,
): Member[] {
  const busy = new Map<string, Member['state']>();
  for (const { legs } of calls)
    for (const { party, state } of legs)
      if (party.extension && busy.get(party.extension) !== 'busy')
        busy.set(party.extension, state === 'answered' ? 'busy' : 'ringing');
  return accounts.map((account) => memberOf(account, groups, busy));
}

export function queuesOf(
  groups: readonly GroupInfo[],
  directory: Directory,
  calls: readonly KnownCall[],
  now: number,
): QueueStatus[] {
  return groups.map(({ id, name, members }) => {
    const callers = calls
      .map(({ call }) => call)
      .filter((call) => call.answeredAt === null && (call.queue === id || (name !== null && call.queue === name)))
      .map((call, index) => ({
        call: call.id,
        from: call.from.number,
        position: index + 1,
        waitSeconds: Math.max(0, Math.round((now - Date.parse(call.startedAt)) / 1000)),
      }));
    return {
      id,
      name,
      waiting: callers.length,
      members: members.map((login) => {
        const { extension, name: person } = directory.party({ login, extension: null, number: null, name: null });
        return { extension, name: person, paused: null };
      }),
      callers,
    };
  });
}
