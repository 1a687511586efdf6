/** The commands of the package, carried out on the simulated PBX. */

import { PbxError } from '../../model';
import type { CallCommand, HangupCommand, RedirectCommand, SmsCommand, TransferCommand } from '../../model';
import type { Accepted } from '../../provider';
import type { SimulatedCall } from './pbx/call';
import { Impossible } from './pbx/moves';
import type { Pbx } from './pbx/pbx';

/** Other ids of the call that the command is about. */
type Keys = readonly string[];

const GROUP = 'group:';

/** The live call by any of its ids. */
export function liveCall(pbx: Pbx, id: string, keys: readonly string[] = []): SimulatedCall {
  for (const key of [id, ...keys]) {
    const call = pbx.exchange.calls.get(key);
    if (call) return call;
  }
  const over = pbx.history.find(id) !== undefined;
  throw new PbxError('not-found', over ? `the call ${id} is over` : `there is no call ${id}`);
}

/** What the exchange cannot do becomes a refusal. */
export function possible<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Impossible) throw new PbxError('rejected', error.message);
    throw error;
  }
}

export function placeCall(pbx: Pbx, { from, to, callerId, tag }: CallCommand, reference: string): Accepted {
  const extension = from.startsWith(GROUP) ? memberOf(pbx, from.slice(GROUP.length)) : from;
  if (!pbx.directory.extensions.has(extension))
    throw new PbxError('not-found', `${extension} is no extension of the simulated PBX`);
  const call = pbx.place({ from: extension, to, reference, ...(callerId && { callerId }), ...(tag && { tag }) });
  return { call: call.id, raw: { placed: call.id, from: extension, to } };
}

function memberOf(pbx: Pbx, queue: string): string {
  if (!pbx.queues.has(queue)) throw new PbxError('not-found', `${queue} is no queue of the simulated PBX`);
  const [member] = pbx.freeMembers(queue);
  if (member === undefined) throw new PbxError('unavailable', `nobody in queue ${queue} is free to place the call`);
  return member;
}

export function hangUp(pbx: Pbx, { call: id }: HangupCommand, keys: Keys): Accepted {
  const call = liveCall(pbx, id, keys);
  // Nobody gave up: the caller was sent away.
  if (call.waitsIn !== null) pbx.exchange.dequeue(call, null);
  pbx.exchange.finish(call, call.answeredAt === null && call.direction === 'inbound' ? 21 : 16);
  return { raw: { hungUp: call.id } };
}

export function redirect(pbx: Pbx, { call: id, to }: RedirectCommand, keys: Keys): Accepted {
  const call = liveCall(pbx, id, keys);
  mustExist(pbx, to);
  possible(() => pbx.moves.redirect(call, to));
  return { raw: { redirected: call.id, to } };
}

export function transfer(pbx: Pbx, command: TransferCommand, keys: Keys): Accepted {
  const call = liveCall(pbx, command.call, keys);
  mustExist(pbx, command.to);
  const by = command.by || undefined;
  if (command.mode === 'blind') {
    possible(() => pbx.moves.blind(call, command.to, by));
    return { raw: { transferred: call.id, to: command.to } };
  }
  const consultation = possible(() => pbx.moves.attended(call, command.to, by));
  return { raw: { transferring: call.id, to: command.to, consultation: consultation.id } };
}

export function sendText(pbx: Pbx, { from, to, text }: SmsCommand): Accepted {
  const sent = pbx.texts.send(from || null, to, text);
  return { result: { id: sent.id }, raw: { text: sent.id } };
}

/** A call that talks must not be lost because somebody mistyped. */
function mustExist(pbx: Pbx, to: string): void {
  if (pbx.directory.resolve(to).kind === 'nowhere')
    throw new PbxError('invalid-argument', `${to} is no extension, queue or number that the simulated PBX could call`);
}
