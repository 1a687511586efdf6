/** Asterisk calls somebody: DialBegin, DialState, DialEnd. */

import { kept, known } from './event';
import type { Handler } from './handlers';
import type { Channel, Leg } from './legs';
import { STATE } from './legs';
import { dialledNumber, learnParty, numberIn, settleByNumber } from './parties';
import type { Scene } from './scene';
import { DEST, PLAIN } from './tables';
import { leavesFor } from './waits';
import type { ManagerEvent } from './event';

const dialBegin: Handler = (scene, event) => {
  const called = scene.tables.find(event, DEST, scene.at);
  const caller = callerOf(scene, event, called);
  if (!called?.alive) return;
  const { leg } = called;
  if (!leg.inside && !leg.local) {
    const number = numberIn(event.get('dialstring') ?? '') ?? dialledNumber(known(event, DEST.number));
    if (number) learnParty(leg, { number: kept(number) });
  }
  if (leg.root) scene.announce(leg.call);
  if (!caller) return;
  ties(scene, caller, leg);
  scene.reached(leg);
  scene.clear(leg);
};

/** Who calls whom: directly, or through a Local channel whose second half runs the dialplan. */
function ties(scene: Scene, caller: Channel, leg: Leg): void {
  if (caller.half === 2) {
    leg.through = caller.leg;
    caller.leg.passing = true;
  }
  leg.dialled = true;
}

function callerOf(scene: Scene, event: ManagerEvent, called: Channel | null): Channel | null {
  const caller = scene.tables.find(event, PLAIN, scene.at);
  if (!caller?.alive) return null;
  const { call } = caller.leg;
  // The dialplan goes on after the queue, so the caller is out of it.
  if (called?.leg.queue === null) leavesFor(scene, caller, 'redirected');
  if (caller.leg === call.root && caller.half !== 2) reaches(scene, caller, known(event, PLAIN.exten));
  return caller;
}

/** A call that Asterisk was told to place reaches its destination. */
export function reaches(scene: Scene, caller: Channel, exten: string | null): void {
  const { call } = caller.leg;
  const dialed = call.dialed === null && caller.leg.originated ? dialledNumber(exten) : null;
  if (!dialed) return;
  call.dialed = kept(dialed);
  if (caller.leg.inside) settleByNumber(call, call.dialed, scene.directory);
  if (!call.announced) return;
  scene.tell({
    fact: 'call.update',
    call: call.key,
    details: {
      dialed: call.dialed,
      ...(call.direction !== 'unknown' && { direction: call.direction }),
      ...(call.to && { to: call.to }),
    },
  });
}

const dialState: Handler = (scene, event) => {
  const called = scene.tables.find(event, DEST, scene.at);
  if (!called?.alive) return;
  const { leg } = called;
  askedFirst(scene, event, leg);
  const status = event.get('dialstatus');
  if (status !== 'RINGING') return;
  leg.ringing = true;
  scene.ring(leg);
};

/**
 * A leg that nobody's dial application calls, while the call is answered already: somebody asks before transferring (feature code
 * or Atxfer). An application of its own (ARI) may call the first one the same way.
 */
export function askedFirst(scene: Scene, event: ManagerEvent, leg: Leg): void {
  if (leg.root || leg.dialled || leg.consult || event.get(PLAIN.uid) !== undefined) return;
  if (leg.call.answered) leg.consult = true;
  else leg.dialled = true;
}

const dialEnd: Handler = (scene, event) => {
  const called = scene.tables.known(event, DEST);
  const caller = callerOf(scene, event, called);
  if (!called) return;
  const { leg } = called;
  const status = event.get('dialstatus') ?? '';
  if (caller && leg.alive) {
    if (caller.leg.call !== leg.call) scene.merge(leg.call, caller.leg.call);
    if (leg.root && leg !== leg.call.root) scene.join(leg);
    else ties(scene, caller, leg);
  } else if (leg.alive) askedFirst(scene, event, leg);
  if (status === 'ANSWER') {
    leg.dialStatus = status;
    if (called.half !== 2 && called.state !== STATE.up) called.state = STATE.up;
    leg.taken = true;
    scene.clear(leg);
    return;
  }
  // A queue says CANCEL after NOANSWER for the same leg: the first word counts.
  leg.dialStatus ??= kept(status);
  if (known(event, 'forward')) leg.forwarded = true;
  scene.judge(leg);
};

export const DIAL_EVENTS: Readonly<Record<string, Handler>> = {
  DialBegin: dialBegin,
  DialState: dialState,
  DialEnd: dialEnd,
};
