/** Whom a command means: the call and its channels, or in words why there is nothing to be done. */

import { PbxError } from '../model';
import { connectedSides } from './connected';
import type { Waiting } from './connected';
import { callerChannel, channelOf, channelsToEnd, channelToRecord, recordedChannel } from './find';
import type { Interpreter } from './interpreter';
import type { AsteriskCall, Channel, Leg } from './legs';

/**
 * The live call.
 * @param ids the one that was named, then others by which it may be known
 */
export function callOf(interpreter: Interpreter, ids: readonly [string, ...string[]]): AsteriskCall {
  for (const id of ids) {
    const call = interpreter.call(id);
    if (call) return call;
  }
  throw new PbxError('not-found', `there is no live call ${printable(ids[0])}; it may have ended`);
}

/**
 * Ends the caller's side, and Asterisk the others with it; each side by itself where the caller has left by a transfer.
 * @returns the first answer of success
 */
export async function hangUpEach<Answer>(
  interpreter: Interpreter,
  call: AsteriskCall,
  hangUp: (channel: string) => Promise<Answer>,
): Promise<Answer> {
  const channels = channelsToEnd(call);
  if (channels.length === 0) throw new PbxError('not-found', 'nobody is left in the call; it has just ended');
  interpreter.givenUp(call);
  const answers = await Promise.allSettled(channels.map(({ name }) => hangUp(name)));
  // When one side hangs up, another may be gone before its turn.
  const done = answers.find((answer) => answer.status === 'fulfilled');
  if (done) return done.value;
  throw answers.find((answer) => answer.status === 'rejected')?.reason;
}

/** The caller of a call that nobody has answered. */
export function callerToRedirect(call: AsteriskCall): Channel {
  if (call.answered)
    throw new PbxError('rejected', 'the call is answered already: transfer it instead of redirecting it');
  const caller = callerChannel(call);
  if (!caller) throw new PbxError('not-found', 'the caller has left the call');
  if (call.root?.originated && !call.root.taken)
    throw new PbxError('rejected', 'the phone that is to place this call still rings: hang up and place another call');
  return caller;
}

export interface Sides {
  /** Who transfers. */
  by: { leg: Leg; channel: Channel };
  /** With whom they talk. */
  stays: { leg: Leg; channel: Channel };
}

/**
 * Who transfers and who stays in an answered call, once they are connected.
 * @param find the call, looked up anew since calls merge
 * @param by extension or number; without it, see `transferSides`
 */
export async function sidesToTransfer(
  find: () => AsteriskCall,
  by: string | undefined,
  waiting: Waiting,
): Promise<Sides> {
  if (!find().answered) throw new PbxError('rejected', 'nobody has answered the call yet: redirect it instead');
  const sides = await connectedSides(find, by, waiting);
  const transferring = sides && channelOf(sides.by);
  const staying = sides && channelOf(sides.stays);
  if (transferring && staying)
    return { by: { leg: sides.by, channel: transferring }, stays: { leg: sides.stays, channel: staying } };
  throw new PbxError(
    'not-found',
    by
      ? `${printable(by)} does not talk in this call with anybody`
      : 'there are no two parties who talk with each other in this call',
  );
}

/** What an attended transfer answers: Asterisk's "Success" means no more than that it was begun. */
export function begun({ by }: Sides): { mode: 'attended'; begun: true; by: string | null } {
  const { extension, number } = by.leg.party;
  return { mode: 'attended', begun: true, by: extension ?? number ?? null };
}

/** The channel on which to begin a recording. */
export function toRecord(call: AsteriskCall): Channel {
  if (recordedChannel(call)) throw new PbxError('rejected', 'the call is being recorded already');
  const channel = channelToRecord(call);
  if (!channel) throw new PbxError('rejected', 'nobody talks in the call: there is nothing to record yet');
  return channel;
}

/** The channel on which to end a recording, and the recording where one is known. */
export function recordedOf(call: AsteriskCall): { channel: Channel; id: string | null } {
  const recorded = recordedChannel(call);
  const channel = recorded ?? channelToRecord(call);
  if (!channel) throw new PbxError('not-found', 'the call is not being recorded');
  return { channel, id: recorded?.recording?.id ?? null };
}

/** The name of a new recording, without its ending: `20261120-221503-` by UTC, and the beginning of the command's reference. */
export function recordingName(now: number, reference: string): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${reference.slice(0, 12)}`;
}

export function printable(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
