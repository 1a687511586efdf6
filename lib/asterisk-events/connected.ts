/**
 * Two sides who are about to talk: Asterisk tells the answer first and puts both into one bridge a moment later, and in between it
 * refuses to transfer ("Transfer failed") or drops what it types for a phone.
 */

import { pause } from '../clock';
import type { Clock } from '../clock';
import { transferSides } from './find';
import type { AsteriskCall, Leg } from './legs';

/** Enough for a PBX under load; a PBX that never tells it is asked all the same. */
const CONNECT_MS = 3_000;
const LOOK_MS = 25;

export interface Waiting {
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Who transfers and who stays, as soon as they are connected, or after three seconds as far as is known; see {@link transferSides}.
 * @param find the call, looked up anew since calls merge; what it throws is thrown
 */
export async function connectedSides(
  find: () => AsteriskCall,
  by: string | undefined,
  { clock, signal }: Waiting,
): Promise<{ by: Leg; stays: Leg } | null> {
  const until = clock.now() + CONNECT_MS;
  for (;;) {
    const call = find();
    const sides = transferSides(call, by);
    const done = sides ? meetsSomebody(sides.by) : [...call.legs].some(meetsSomebody);
    if (done || signal.aborted || clock.now() >= until) return sides;
    await pause(LOOK_MS, clock, signal);
  }
}

function meetsSomebody(leg: Leg): boolean {
  const bridges = new Set(leg.channels.flatMap(({ alive, bridge }) => (alive && bridge ? [bridge] : [])));
  for (const other of leg.call.legs)
    if (other !== leg && other.channels.some(({ bridge }) => bridge !== null && bridges.has(bridge))) return true;
  return false;
}
