/** Calls change hands: transfers, pick-up, parking. */

import { kept, known } from './event';
import { extensionOf } from './channel-name';
import type { Handler } from './handlers';
import type { AsteriskCall, Leg } from './legs';
import type { Party } from '../model';
import { destination } from './parties';
import type { Scene } from './scene';
import { channelKeys, PLAIN } from './tables';

const TRANSFERER = channelKeys('Transferer');
const TRANSFEREE = channelKeys('Transferee');
const ORIG_TRANSFERER = channelKeys('OrigTransferer');
const SECOND_TRANSFERER = channelKeys('SecondTransferer');
const TARGET = channelKeys('TransferTarget');
const PICKUP_TARGET = channelKeys('Target');
const PARKEE = channelKeys('Parkee');
const RETRIEVER = channelKeys('Retriever');

const blindTransfer: Handler = (scene, event) => {
  if (event.get('result') !== 'Success') return;
  const by = scene.tables.known(event, TRANSFERER)?.leg;
  const call = (scene.tables.known(event, TRANSFEREE)?.leg ?? by)?.call;
  const extension = known(event, 'extension');
  if (!call || call.ended || !extension) return;
  scene.transferred(call, 'blind', by?.party, destination(kept(extension), scene.directory));
};

const attendedTransfer: Handler = (scene, event) => {
  if (event.get('result') !== 'Success') return;
  const first = scene.tables.known(event, ORIG_TRANSFERER)?.leg;
  const second = scene.tables.known(event, SECOND_TRANSFERER)?.leg;
  if (!first) return;
  const target = scene.tables.known(event, TARGET)?.leg ?? asked(second, first);
  const [call, other] = [first.call, second?.call ?? target?.call ?? first.call];
  // Three together: nobody has left, nothing was handed over.
  if (event.get('desttype') === 'Threeway') {
    if (call !== other) scene.merge(call, other);
    return;
  }
  const to = target ? personBehind(target) : {};
  if (call !== other && !call.ended && !other.ended) {
    scene.merge(call, other, { mode: 'attended', by: first.party, to });
    return;
  }
  scene.transferred(call, 'attended', first.party, to);
  if (target?.consult) scene.include(target);
};

/** Whom the transferring party called in the second call. */
function asked(second: Leg | undefined, first: Leg): Leg | undefined {
  if (!second || second.call === first.call) return undefined;
  return [...second.call.legs].find((leg) => leg !== second && !leg.passing);
}

function personBehind(leg: Leg): Partial<Party> {
  if (!leg.passing) return leg.party;
  for (const other of leg.call.legs) if (other.through === leg) return personBehind(other);
  return leg.party;
}

const pickup: Handler = (scene, event) => {
  const picker = scene.tables.known(event, PLAIN)?.leg;
  const target = scene.tables.known(event, PICKUP_TARGET)?.leg;
  if (!picker || !target) return;
  target.lost = true;
  joins(scene, picker, target.call);
};

/** Somebody who called a service code now has the other call. */
function joins(scene: Scene, leg: Leg, call: AsteriskCall): void {
  if (call.ended) return;
  if (leg.call !== call) scene.merge(leg.call, call, undefined, call);
  scene.join(leg);
}

const parkedCall: Handler = (scene, event) => {
  const leg = scene.tables.known(event, PARKEE)?.leg;
  if (!leg?.alive || leg.call.parked) return;
  const { call } = leg;
  call.parked = true;
  if (!call.answered) return;
  const by = parker(call, leg, known(event, 'parkerdialstring') ?? '');
  scene.tell({ fact: 'call.hold', call: call.key, ...(by && { by }) });
};

/** @param device such as `PJSIP/1001`; when the PBX itself parks it is that of the parked party */
function parker(call: AsteriskCall, parkee: Leg, device: string): Partial<Party> | null {
  for (const leg of call.legs) {
    if (leg === parkee || `${leg.name.technology}/${leg.name.peer}` !== device) continue;
    return leg.party;
  }
  const extension = device.startsWith('Local/') ? null : extensionOf(device);
  return extension && extension !== parkee.party.extension ? { extension: kept(extension) } : null;
}

const unparkedCall: Handler = (scene, event) => {
  const parkee = scene.tables.known(event, PARKEE)?.leg;
  const retriever = scene.tables.find(event, RETRIEVER, scene.at)?.leg;
  if (!parkee || !retriever) return;
  joins(scene, retriever, parkee.call);
  const { call } = parkee;
  if (!call.parked) return;
  call.parked = false;
  scene.tell({ fact: 'call.resume', call: call.key, by: retriever.party });
};

export const TRANSFER_EVENTS: Readonly<Record<string, Handler>> = {
  BlindTransfer: blindTransfer,
  AttendedTransfer: attendedTransfer,
  Pickup: pickup,
  ParkedCall: parkedCall,
  UnParkedCall: unparkedCall,
};
