/** What flows can ask for: members (extensions and agents), queues with their callers, live calls. */

import { countIn, extensionOf, known, nameIn } from '../../asterisk-events';
import type { Member, QueryCommand, QueueStatus } from '../../model';
import { PbxError } from '../../model';
import type { Accepted, ProviderHost } from '../../provider';
import type { AmiMessage, AmiSession } from '../../transport/ami';
import { ask, endpoints, isPhone } from './lists';
import type { Endpoint } from './lists';

export async function answerTo(
  query: QueryCommand,
  session: AmiSession,
  host: ProviderHost,
  signal: AbortSignal,
): Promise<Accepted> {
  switch (query.query) {
    case 'members':
      return { result: await members(session, signal) };
    case 'queues':
      return { result: queuesOf(await queueItems(session, query.params, signal), host) };
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

async function members(session: AmiSession, signal: AbortSignal): Promise<Member[]> {
  const [listed, queued] = await Promise.allSettled([
    endpoints(session, signal),
    queueItems(session, undefined, signal),
  ]);
  if (listed.status === 'rejected' && queued.status === 'rejected') throw listed.reason;
  const all = new Map<string, Member>();
  for (const endpoint of listed.status === 'fulfilled' ? listed.value : [])
    if (isPhone(endpoint)) all.set(endpoint.name, memberOf(endpoint));
  for (const item of queued.status === 'fulfilled' ? queued.value : [])
    if (item.name === 'QueueMember') addAgent(all, item);
  return [...all.values()];
}

function memberOf({ name, state }: Endpoint): Member {
  return { extension: name, name: null, login: null, state: deviceState(state), queues: [] };
}

function addAgent(all: Map<string, Member>, item: AmiMessage): void {
  const device = known(item, 'location') ?? '';
  const extension = extensionOf(device);
  const queue = known(item, 'queue');
  const key = extension ?? device;
  const member = all.get(key) ?? { extension, name: null, login: null, state: 'unknown', queues: [] };
  all.set(key, member);
  const name = nameIn(item, 'name');
  if (name && name !== device) member.name ??= name;
  if (queue && !member.queues.includes(queue)) member.queues.push(queue);
  member.state = item.get('paused') === '1' ? 'paused' : (AGENT_STATES[item.get('status') ?? ''] ?? member.state);
}

/** `Status` of a queue member: Asterisk's device states. */
const AGENT_STATES: Readonly<Record<string, Member['state']>> = {
  '1': 'idle',
  '2': 'busy',
  '3': 'busy',
  '4': 'unavailable',
  '5': 'unavailable',
  '6': 'ringing',
  '7': 'busy',
  '8': 'busy',
};

/** In the words of PJSIP (`Not in use`, `In use`, `Ringing`, `Unavailable`) and of chan_sip (`OK (12 ms)`, `UNREACHABLE`). */
function deviceState(state: string | null): Member['state'] {
  const text = (state ?? '').toLowerCase();
  if (text.startsWith('not in use') || text.startsWith('ok')) return 'idle';
  if (text.startsWith('ring')) return 'ringing';
  if (text.includes('use') || text.startsWith('busy') || text.startsWith('on hold')) return 'busy';
  if (text.startsWith('un') && text !== 'unknown' && text !== 'unmonitored') return 'unavailable';
  return text.startsWith('invalid') ? 'unavailable' : 'unknown';
}

export function queuesOf(items: readonly AmiMessage[], host: ProviderHost): QueueStatus[] {
  const all = new Map<string, QueueStatus>();
  const of = (id: string): QueueStatus => {
    const found = all.get(id) ?? { id, name: null, waiting: null, members: [], callers: [] };
    all.set(id, found);
    return found;
  };
  for (const item of items) {
    const queue = known(item, 'queue');
    if (!queue) continue;
    const status = of(queue);
    if (item.name === 'QueueParams') status.waiting = countIn(item, 'calls');
    else if (item.name === 'QueueMember') {
      const device = known(item, 'location') ?? '';
      const name = nameIn(item, 'name');
      status.members.push({
        extension: extensionOf(device),
        name: name === device ? null : name,
        paused: item.get('paused') === '1',
      });
    } else if (item.name === 'QueueEntry') {
      const uid = known(item, 'uniqueid');
      status.callers.push({
        call: uid && (host.call(uid)?.call.id ?? uid),
        from: known(item, 'calleridnum'),
        position: countIn(item, 'position'),
        waitSeconds: countIn(item, 'wait'),
      });
    }
  }
  return [...all.values()];
}
