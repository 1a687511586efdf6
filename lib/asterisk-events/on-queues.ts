/**
 * Queues: callers who wait, agents who are called. QueueCallerAbandon comes for a caller who gave up, for one whose time was over and
 * for one who was sent elsewhere; what it was shows right after QueueCallerLeave, so the reason is waited for.
 */

import { extensionOf } from './channel-name';
import { countIn, kept, known, nameIn } from './event';
import type { ManagerEvent } from './event';
import type { Handler } from './handlers';
import type { Channel, QueueWait } from './legs';
import type { QueueLeaveReason, QueueMember } from '../model';
import { reaches } from './on-dials';
import { learnParty } from './parties';
import type { Seat } from './roster';
import type { Scene } from './scene';
import { DEST, PLAIN } from './tables';
import { agentAnswered, leaves, leavesFor } from './waits';

/** Values of QUEUESTATUS (application Queue). */
const WHY: Readonly<Record<string, QueueLeaveReason>> = {
  TIMEOUT: 'timeout',
  FULL: 'full',
  JOINEMPTY: 'empty',
  LEAVEEMPTY: 'empty',
  JOINUNAVAIL: 'empty',
  LEAVEUNAVAIL: 'empty',
  CONTINUE: 'redirected',
  WITHDRAW: 'redirected',
};

function queueIn(event: ManagerEvent): string | null {
  const queue = known(event, 'queue');
  return queue && kept(queue);
}

const callerJoin: Handler = (scene, event) => {
  const channel = scene.tables.find(event, PLAIN, scene.at);
  const queue = queueIn(event);
  if (!channel?.alive || !queue) return;
  const { call } = channel.leg;
  leavesFor(scene, channel, 'redirected');
  scene.announce(call);
  if (channel.leg === call.root) reaches(scene, channel, known(event, PLAIN.exten));
  call.wait = { queue, uid: channel.uid, state: 'waiting', others: null };
  scene.tell({
    fact: 'queue.join',
    call: call.key,
    queue: { id: queue, position: countIn(event, 'position'), waiting: countIn(event, 'count') },
  });
};

const callerLeave: Handler = (scene, event) => {
  const channel = scene.tables.known(event, PLAIN);
  const queue = queueIn(event);
  if (!channel || !queue) return;
  const { call } = channel.leg;
  const wait: QueueWait = { queue, uid: channel.uid, state: 'leaving', others: countIn(event, 'count') };
  call.wait = wait;
  if (agentAnswered(call, queue)) leaves(scene, call, wait, 'connected');
  else if (channel.leg.hungUpFirst || !channel.alive) leaves(scene, call, wait, 'abandoned');
  // What comes next tells the reason: QUEUESTATUS, the end of the caller, or the dialplan going on elsewhere.
  else if (!scene.tellsVariables) leaves(scene, call, wait, null);
};

/** VarSet QUEUESTATUS: how the application Queue ended for this caller. */
export function queueStatus(scene: Scene, channel: Channel, value: string): void {
  const { call } = channel.leg;
  const { wait } = call;
  const why = WHY[value];
  if (why && wait?.uid === channel.uid && wait.state !== 'waiting') leaves(scene, call, wait, why);
}

export function memberIn(event: ManagerEvent): Partial<QueueMember> {
  // 16 and 22 say Interface in events, older versions Location.
  const device = known(event, 'interface') ?? known(event, 'location');
  const extension = device && extensionOf(device);
  // Items of the list QueueStatus say Name.
  const name = nameIn(event, 'membername') ?? nameIn(event, 'name');
  return {
    extension: extension && kept(extension),
    // Without a name of its own a member is named by its interface.
    name: name === device ? null : name && kept(name),
  };
}

const agentCalled: Handler = (scene, event) => {
  const caller = scene.tables.find(event, PLAIN, scene.at);
  const agent = scene.tables.find(event, DEST, scene.at);
  const queue = queueIn(event);
  if (!queue) return;
  const member = memberIn(event);
  if (agent?.alive) {
    const { leg } = agent;
    leg.queue = queue;
    leg.memberName = member.name ?? null;
    const { number, extension, name } = leg.party;
    learnParty(leg, {
      ...(!number && !extension && member.extension && { extension: member.extension }),
      ...(!name && member.name && { name: member.name }),
    });
  }
  const call = (caller ?? agent)?.leg.call;
  if (call) scene.announce(call);
  scene.tell({ fact: 'queue.member.ringing', queue: { id: queue }, member, ...(call && { call: call.key }) });
};

const agentConnect: Handler = (scene, event) => {
  const caller = scene.tables.find(event, PLAIN, scene.at);
  const agent = scene.tables.known(event, DEST);
  const queue = queueIn(event);
  if (!queue) return;
  if (agent?.alive) {
    agent.leg.queue ??= queue;
    agent.leg.dialled = true;
    scene.answer(agent.leg);
  }
  const call = (caller ?? agent)?.leg.call;
  const waitSeconds = countIn(event, 'holdtime');
  if (call?.wait && call.wait.state !== 'waiting') leaves(scene, call, call.wait, 'connected');
  scene.tell({
    fact: 'queue.member.connect',
    queue: { id: queue, waitSeconds },
    member: memberIn(event),
    ...(call && { call: call.key }),
  });
};

type MemberFact = 'queue.member.add' | 'queue.member.remove' | 'queue.member.pause' | 'queue.member.unpause';

function tellMember(scene: Scene, event: ManagerEvent, fact: MemberFact): void {
  const queue = queueIn(event);
  if (!queue) return;
  const seat = seatIn(event, queue);
  if (fact === 'queue.member.remove') scene.roster.leave(seat);
  else {
    learnDevice(scene, event);
    scene.roster.sit(seat);
  }
  scene.tell({ fact, queue: { id: queue }, member: seat.member });
}

export function seatIn(event: ManagerEvent, queue: string): Seat {
  const paused = event.get('paused') === '1';
  return {
    queue,
    device: kept(known(event, 'interface') ?? known(event, 'location') ?? ''),
    member: { extension: null, name: null, ...memberIn(event), paused },
  };
}

/** The device behind a queue member is one of the house. */
export function learnDevice(scene: Scene, event: ManagerEvent): void {
  const device = known(event, 'stateinterface') ?? known(event, 'interface') ?? known(event, 'location');
  if (device === null || device.startsWith('Local/') || device.startsWith('hint:')) return;
  const endpoint = extensionOf(device);
  if (endpoint) scene.directory.learn(kept(endpoint), 'extension');
}

const memberPause: Handler = (scene, event) =>
  tellMember(scene, event, event.get('paused') === '1' ? 'queue.member.pause' : 'queue.member.unpause');

export const QUEUE_EVENTS: Readonly<Record<string, Handler>> = {
  QueueCallerJoin: callerJoin,
  QueueCallerLeave: callerLeave,
  AgentCalled: agentCalled,
  AgentConnect: agentConnect,
  QueueMemberAdded: (scene, event) => tellMember(scene, event, 'queue.member.add'),
  QueueMemberRemoved: (scene, event) => tellMember(scene, event, 'queue.member.remove'),
  QueueMemberPause: memberPause,
};
