/** Version, phones, trunks and queues as Asterisk lists them on request, whatever carries the lists. */

import { extensionOf } from './channel-name';
import { countIn, known, nameIn } from './event';
import type { ManagerEvent } from './event';
import type { Member, QueueStatus } from '../model';

export interface Endpoint {
  name: string;
  technology: 'PJSIP' | 'SIP';
  kind: 'extension' | 'trunk' | null;
  /** In Asterisk's words: `Not in use`, `InUse`, `OK (12 ms)`. */
  state: string | null;
}

/** Endpoints that need no authentication may be anything: a short number as the name speaks for a phone. */
export function isPhone({ name, kind }: Endpoint): boolean {
  return kind === 'extension' || (kind === null && /^\d{1,6}$/.test(name));
}

/** EndpointList: one that authenticates itself elsewhere is a trunk, one that must authenticate here a phone; others may be either. */
export function pjsipEndpoint(item: ManagerEvent): Endpoint | null {
  const name = known(item, 'objectname');
  if (item.name !== 'EndpointList' || !name) return null;
  const kind = known(item, 'outboundauths') ? 'trunk' : known(item, 'auths') ? 'extension' : null;
  return { name, technology: 'PJSIP', kind, state: known(item, 'devicestate') };
}

/** PeerEntry: a peer that registers is a phone, one with a fixed host a trunk. */
export function sipPeer(item: ManagerEvent): Endpoint | null {
  const name = known(item, 'objectname');
  if (item.name !== 'PeerEntry' || !name) return null;
  const kind = item.get('dynamic') === 'yes' ? 'extension' : 'trunk';
  return { name, technology: 'SIP', kind, state: known(item, 'status') };
}

/** `22.10.1+dfsg+~cs6.17` is 22.10.1; a certified or self-made build keeps its own name. */
export function shortVersion(version: string | null): string | null {
  if (version === null) return null;
  return /^(?:certified[/-])?\d+(?:\.\d+)*/.exec(version)?.[0] ?? version.slice(0, 40);
}

/**
 * Extensions and agents: the phones among the endpoints, and who sits in queues (QueueMember items). Either list may be forbidden; only
 * when both are is there nothing to say.
 */
export async function members(
  endpoints: Promise<readonly Endpoint[]>,
  queueItems: Promise<readonly ManagerEvent[]>,
): Promise<Member[]> {
  const [phones, agents] = await Promise.allSettled([endpoints, queueItems]);
  if (phones.status === 'rejected' && agents.status === 'rejected') throw phones.reason;
  return membersOf(
    phones.status === 'fulfilled' ? phones.value : [],
    agents.status === 'fulfilled' ? agents.value : [],
  );
}

function membersOf(endpoints: readonly Endpoint[], queueItems: readonly ManagerEvent[]): Member[] {
  const all = new Map<string, Member>();
  for (const endpoint of endpoints)
    if (isPhone(endpoint)) {
      const { name, state } = endpoint;
      all.set(name, { extension: name, name: null, login: null, state: deviceState(state), queues: [] });
    }
  for (const item of queueItems) if (item.name === 'QueueMember') addAgent(all, item);
  return [...all.values()];
}

function addAgent(all: Map<string, Member>, item: ManagerEvent): void {
  const device = deviceIn(item);
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

/** `Location` of a QueueMember item; newer versions also say `StateInterface`. */
function deviceIn(item: ManagerEvent): string {
  return known(item, 'location') ?? known(item, 'interface') ?? '';
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

/**
 * Queues with their members and callers, from the items of QueueStatus.
 * @param callOf the id by which flows know the call of a channel, by its Uniqueid
 */
export function queuesOf(
  items: readonly ManagerEvent[],
  callOf: (uniqueid: string) => string | undefined,
): QueueStatus[] {
  const all = new Map<string, QueueStatus>();
  for (const item of items) {
    const queue = known(item, 'queue');
    if (!queue) continue;
    const status = all.get(queue) ?? { id: queue, name: null, waiting: null, members: [], callers: [] };
    all.set(queue, status);
    if (item.name === 'QueueParams') status.waiting = countIn(item, 'calls');
    else if (item.name === 'QueueMember') status.members.push(queueMember(item));
    else if (item.name === 'QueueEntry') {
      const uid = known(item, 'uniqueid');
      status.callers.push({
        call: uid && (callOf(uid) ?? uid),
        from: known(item, 'calleridnum'),
        position: countIn(item, 'position'),
        waitSeconds: countIn(item, 'wait'),
      });
    }
  }
  return [...all.values()];
}

function queueMember(item: ManagerEvent): QueueStatus['members'][number] {
  const device = deviceIn(item);
  const name = nameIn(item, 'name');
  return { extension: extensionOf(device), name: name === device ? null : name, paused: item.get('paused') === '1' };
}
