/**
 * Brings what is believed in line with what the PBX lists: after a connection began or came back. Live calls are rebuilt or confirmed,
 * those that are gone end; all of it is marked as inferred, since nobody told it.
 */

import { countIn, kept, known } from './event';
import type { ManagerEvent } from './event';
import type { Reason } from '../model';
import type { Channel } from './legs';
import { STATE } from './legs';
import { talk } from './on-channels';
import { learnDevice, seatIn } from './on-queues';
import { TRANSFER_EVENTS } from './on-transfers';
import type { Seat } from './roster';
import type { Scene } from './scene';
import { PLAIN } from './tables';
import { agentAnswered, leaves } from './waits';

/** Why the end of a call was not told. */
const UNHEARD: Reason = { code: 'connection-lost', text: 'it ended while the connection to the PBX was down' };
const WENT_DOWN: Reason = { code: 'connection-lost', text: 'the PBX went down' };

/** Lists as the PBX gave them; one that could not be had is missing. */
export interface Lists {
  /** CoreShowChannel items. */
  channels?: readonly ManagerEvent[];
  /** QueueParams, QueueMember and QueueEntry items. */
  queues?: readonly ManagerEvent[];
  /** ParkedCall items. */
  parked?: readonly ManagerEvent[];
  /** Whether these are the first lists: then members who sit in queues are no news. */
  first: boolean;
}

export function reconcile(scene: Scene, lists: Lists): void {
  scene.inferring(() => {
    if (lists.queues) for (const item of lists.queues) if (item.name === 'QueueMember') learnDevice(scene, item);
    if (lists.channels) channels(scene, lists.channels);
    if (lists.queues) queues(scene, lists.queues, lists.first);
    for (const item of lists.parked ?? []) TRANSFER_EVENTS['ParkedCall']?.(scene, item);
  });
}

/** The PBX itself is gone, and every call with it. */
export function allGone(scene: Scene): void {
  scene.inferring(() => {
    for (const channel of scene.tables.channels()) scene.vanish(channel, WENT_DOWN);
  });
}

function channels(scene: Scene, items: readonly ManagerEvent[]): void {
  const listed = new Set<Channel>();
  for (const item of items) {
    scene.beganAt = scene.at - secondsIn(item.get('duration')) * 1000;
    const channel = scene.tables.find(item, PLAIN, scene.at);
    scene.beganAt = null;
    if (!channel?.alive) continue;
    listed.add(channel);
    channel.state = countIn(item, PLAIN.state) ?? channel.state;
    const bridge = known(item, 'bridgeid');
    channel.bridge = bridge && kept(bridge);
  }
  for (const channel of listed) if (channel.half === 2) passes(channel);
  for (const channel of listed) if (channel.half !== 2) stands(scene, channel);
  for (const channel of scene.tables.channels())
    if (channel.alive && !listed.has(channel)) scene.vanish(channel, UNHEARD);
}

/** The other party in the bridge of the second half is the one behind this Local channel. */
function passes({ leg, bridge }: Channel): void {
  if (!bridge) return;
  for (const other of leg.call.legs) {
    if (other === leg || !other.channels.some((channel) => channel.bridge === bridge)) continue;
    leg.passing = true;
    other.through ??= leg;
  }
}

/** What the state of a listed channel means for its leg; who called it is in no list. */
function stands(scene: Scene, channel: Channel): void {
  const { leg } = channel;
  if (!leg.root && !leg.consult) leg.dialled = true;
  if (channel.state === STATE.ringing) {
    leg.ringing = true;
    scene.ring(leg);
  } else if (channel.state === STATE.up) talk(scene, leg);
}

/** `HH:MM:SS` */
function secondsIn(duration: string | undefined): number {
  const parts = (duration ?? '').split(':').map(Number);
  const [hours = 0, minutes = 0, seconds = 0] = parts;
  const total = hours * 3600 + minutes * 60 + seconds;
  return Number.isFinite(total) ? total : 0;
}

function queues(scene: Scene, items: readonly ManagerEvent[], first: boolean): void {
  const seats: Seat[] = [];
  const waiting = new Set<string>();
  for (const item of items) {
    const queue = known(item, 'queue');
    if (!queue) continue;
    if (item.name === 'QueueMember') seats.push(seatIn(item, kept(queue)));
    else if (item.name === 'QueueEntry') waits(scene, item, kept(queue), waiting);
  }
  for (const call of scene.tables.liveCalls()) {
    const { wait } = call;
    if (!wait || wait.state === 'left' || waiting.has(wait.uid)) continue;
    leaves(scene, call, wait, agentAnswered(call, wait.queue) || call.answered ? 'connected' : null);
  }
  const { added, removed, changed } = scene.roster.replace(seats);
  if (first) return;
  for (const { queue, member } of added) scene.tell({ fact: 'queue.member.add', queue: { id: queue }, member });
  for (const { queue, member } of removed) scene.tell({ fact: 'queue.member.remove', queue: { id: queue }, member });
  for (const { queue, member } of changed)
    scene.tell({ fact: member.paused ? 'queue.member.pause' : 'queue.member.unpause', queue: { id: queue }, member });
}

function waits(scene: Scene, item: ManagerEvent, queue: string, waiting: Set<string>): void {
  const channel = scene.tables.known(item, PLAIN);
  if (!channel?.alive) return;
  waiting.add(channel.uid);
  const { call } = channel.leg;
  if (call.wait?.uid === channel.uid && call.wait.queue === queue && call.wait.state !== 'left') return;
  scene.announce(call);
  call.wait = { queue, uid: channel.uid, state: 'waiting', others: null };
  scene.tell({
    fact: 'queue.join',
    call: call.key,
    queue: { id: queue, position: countIn(item, 'position'), waitSeconds: countIn(item, 'wait') },
  });
}
