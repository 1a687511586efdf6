/** Who talks with whom. */

import { kept } from './event';
import type { Handler } from './handlers';
import type { Leg } from './legs';
import { resume, talk } from './on-channels';
import { PLAIN } from './tables';

const bridgeEnter: Handler = (scene, event) => {
  const channel = scene.tables.find(event, PLAIN, scene.at);
  const bridge = event.get('bridgeuniqueid');
  if (!channel?.alive || !bridge) return;
  channel.bridge = kept(bridge);
  if (channel.half === 2) return;
  const { leg } = channel;
  // Only a party who is asked before a transfer is put into a bridge before it answers.
  if (!leg.up && !leg.root && !leg.dialled && leg.call.answered) leg.consult = true;
  for (const other of leg.call.legs) talk(scene, other);
  if (leg.call.holder === leg && talksAgain(leg, channel.bridge)) resume(scene, leg);
};

/** Whoever asked somebody before a transfer and did not transfer comes back into the bridge; older versions tell no Unhold then. */
function talksAgain(leg: Leg, bridge: string): boolean {
  for (const other of leg.call.legs)
    if (other !== leg && !other.consult && other.channels.some((channel) => channel.bridge === bridge)) return true;
  return false;
}

const bridgeLeave: Handler = (scene, event) => {
  const channel = scene.tables.known(event, PLAIN);
  if (channel && channel.bridge === event.get('bridgeuniqueid')) channel.bridge = null;
};

export const BRIDGE_EVENTS: Readonly<Record<string, Handler>> = {
  BridgeEnter: bridgeEnter,
  BridgeLeave: bridgeLeave,
};
