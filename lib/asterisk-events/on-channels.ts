/** Channels come, ring, are held, press digits and go. */

import type { ManagerEvent } from './event';
import { known, nameIn, countIn, kept } from './event';
import type { Handler } from './handlers';
import type { Leg } from './legs';
import { STATE } from './legs';
import { learnParty } from './parties';
import type { Scene } from './scene';
import { PLAIN } from './tables';
import { leavesFor } from './waits';

const newChannel: Handler = (scene, event) => {
  scene.tables.find(event, PLAIN, scene.at, true);
};

const newState: Handler = (scene, event) => {
  const channel = scene.tables.find(event, PLAIN, scene.at);
  if (!channel?.alive) return;
  channel.state = countIn(event, PLAIN.state) ?? channel.state;
  // The second half of a Local channel only runs the dialplan.
  if (channel.half === 2) return;
  const { leg } = channel;
  if (channel.state === STATE.ringing) {
    leg.ringing = true;
    scene.ring(leg);
  } else if (channel.state === STATE.up && channel.bridge) talk(scene, leg);
};

/** Whoever is called and talks with another has answered, also where no dial application says so. */
export function talk(scene: Scene, leg: Leg): void {
  if (leg.root || leg.consult || leg.passing || !leg.up) return;
  const bridge = leg.channels.find((channel) => channel.half !== 2)?.bridge;
  if (!bridge) return;
  for (const other of leg.call.legs) {
    if (other === leg || !other.channels.some((channel) => channel.bridge === bridge)) continue;
    if (!leg.through) leg.dialled = true;
    scene.answer(leg);
    return;
  }
}

const newCallerId: Handler = (scene, event) => {
  const channel = scene.tables.known(event, PLAIN);
  if (!channel?.alive || channel.half === 2) return;
  const { leg } = channel;
  // A phone inside is known by its name; a caller id set on it is what others see.
  if (!leg.root || leg.inside || leg.call.answered || (leg.originated && !leg.local)) return;
  const number = known(event, PLAIN.number);
  const name = nameIn(event, PLAIN.name);
  const changed = learnParty(leg, { number: number && kept(number), name: name && kept(name) });
  if (!leg.call.announced) scene.announce(leg.call);
  else if (changed) scene.callerKnown(leg);
};

/** This leg's device hung up, or the other half of its Local channel. Asterisk's own hang-ups are not told this way. */
const hangupRequest: Handler = (scene, event) => {
  const channel = scene.tables.known(event, PLAIN);
  if (!channel?.alive || channel.half === 2) return;
  const { leg } = channel;
  const { call } = leg;
  leg.hungUpFirst = true;
  if (leg !== call.root || call.answered || (leg.originated && !leg.up)) return;
  const waits = call.wait?.state === 'waiting';
  if (waits || !call.calleeResult || [...call.legs].some((other) => other !== leg && !other.passing))
    call.cancelled ??= true;
};

const hangup: Handler = (scene, event) => {
  const channel = scene.tables.known(event, PLAIN);
  if (!channel) return;
  if (channel.alive) leavesFor(scene, channel, 'abandoned');
  const text = known(event, 'cause-txt');
  scene.hangup(channel, countIn(event, 'cause') ?? 0, text && kept(text));
};

const rename: Handler = (scene, event) => {
  const channel = scene.tables.known(event, PLAIN);
  const name = known(event, 'newname');
  if (channel && name) channel.name = kept(name);
};

const hold: Handler = (scene, event) => {
  const leg = holding(scene, event);
  if (!leg) return;
  leg.call.holder = leg;
  scene.tell({ fact: 'call.hold', call: leg.call.key, by: leg.party });
};

const unhold: Handler = (scene, event) => {
  const leg = holding(scene, event);
  if (leg) resume(scene, leg);
};

/** In a Local channel somebody passes through, the hold of the phone behind is told again. */
function holding(scene: Scene, event: ManagerEvent): Leg | null {
  const leg = scene.tables.known(event, PLAIN)?.leg;
  return leg?.alive && !leg.passing && !leg.consult && leg.call.answered ? leg : null;
}

export function resume(scene: Scene, leg: Leg): void {
  leg.call.holder = null;
  scene.tell({ fact: 'call.resume', call: leg.call.key, by: leg.party });
}

const dtmfEnd: Handler = (scene, event) => {
  if (event.get('direction') === 'Sent') return;
  const leg = scene.tables.known(event, PLAIN)?.leg;
  const digit = event.get('digit');
  if (!leg?.alive || leg.passing || !digit) return;
  scene.announce(leg.call);
  scene.tell({ fact: 'call.dtmf', call: leg.call.key, digits: kept(digit), by: leg.party });
};

export const CHANNEL_EVENTS: Readonly<Record<string, Handler>> = {
  Newchannel: newChannel,
  Newstate: newState,
  NewCallerid: newCallerId,
  HangupRequest: hangupRequest,
  Hangup: hangup,
  Rename: rename,
  Hold: hold,
  Unhold: unhold,
  DTMFEnd: dtmfEnd,
};
