/** Which channels of a call a command must name. */

import type { AsteriskCall, Channel, Leg } from './legs';
import { STATE } from './legs';

/** The channel of a leg by which Asterisk is told about it: of a Local channel the half that talks with the others. */
export function channelOf(leg: Leg): Channel | null {
  return (
    leg.channels.find((channel) => channel.alive && channel.half !== 2) ??
    leg.channels.find(({ alive }) => alive) ??
    null
  );
}

export function callerChannel(call: AsteriskCall): Channel | null {
  const { root } = call;
  return root?.alive && !root.joined ? channelOf(root) : null;
}

/** The channels whose end ends the call: the caller's, or when the caller has left by a transfer, all that are in it. */
export function channelsToEnd(call: AsteriskCall): Channel[] {
  const caller = callerChannel(call);
  if (caller) return [caller];
  return [...call.legs].filter((leg) => !leg.passing).flatMap((leg) => channelOf(leg) ?? []);
}

/** Everybody who talks in the call; asked-first parties and connectors left out. */
export function talking(call: AsteriskCall): Leg[] {
  return [...call.legs].filter((leg) => !leg.passing && !leg.consult && leg.up);
}

/**
 * Who transfers and who stays. By the extension that was named, else the party inside; of two inside, the called one.
 * `null` when that party does not take part, or nobody else does.
 */
export function transferSides(call: AsteriskCall, by: string | undefined): { by: Leg; stays: Leg } | null {
  const people = talking(call);
  const who = by
    ? people.find(({ party }) => party.extension === by || party.number === by)
    : (people.findLast((leg) => leg.inside && leg !== call.root) ??
      people.find((leg) => leg.inside) ??
      people.findLast((leg) => leg !== call.root));
  const stays =
    who && (people.find((leg) => leg !== who && sharesBridge(leg, who)) ?? people.find((leg) => leg !== who));
  return who && stays ? { by: who, stays } : null;
}

function sharesBridge(one: Leg, other: Leg): boolean {
  return one.channels.some(
    ({ bridge }) => bridge !== null && other.channels.some((channel) => channel.bridge === bridge),
  );
}

/** The channel being recorded, else the one to record: the caller's, since it lasts longest, or that of whoever is still there. */
export function recordedChannel(call: AsteriskCall): Channel | null {
  for (const leg of call.legs) for (const channel of leg.channels) if (channel.recording) return channel;
  return null;
}

export function channelToRecord(call: AsteriskCall): Channel | null {
  const caller = callerChannel(call);
  if (caller?.state === STATE.up) return caller;
  const [first] = talking(call);
  return (first && channelOf(first)) ?? caller;
}
