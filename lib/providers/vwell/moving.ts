/** Hang up, redirect, transfer: finds the channels a command is about and names them to the server, or through it to Asterisk. */

import { callerChannel, channelOf, channelsToEnd, connectedSides } from '../../asterisk-events';
import type { AsteriskCall, Interpreter, Leg } from '../../asterisk-events';
import type { Clock } from '../../clock';
import type { Fact } from '../../facts';
import { PbxError } from '../../model';
import type { HangupCommand, RedirectCommand, TransferCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { checkChannel, checkExtension } from '../../transport/ami';
import type { AmiLink, Answer, Fields } from './ami-link';
import { numberIn, ownContext } from './numbers';

export interface Tools {
  ami: AmiLink;
  interpreter: Interpreter;
  /** Empty: the server's own contexts. */
  context: string;
  clock: Clock;
  fact: (fact: Fact) => void;
}

/** The call a command is about; ended calls are not found. */
export function callOf({ interpreter }: Tools, id: string, { target }: CommandContext): AsteriskCall {
  for (const key of [id, ...(target?.keys ?? [])]) {
    const call = interpreter.call(key);
    if (call) return call;
  }
  throw new PbxError('not-found', `there is no live call ${printable(id)}; it may have ended`);
}

/** Ends the caller's side, and Asterisk the others with it; each side by itself where the caller has left by a transfer. */
export async function hangUp(tools: Tools, command: HangupCommand, context: CommandContext): Promise<Accepted> {
  const call = callOf(tools, command.call, context);
  const channels = channelsToEnd(call);
  if (channels.length === 0) throw new PbxError('not-found', `nobody is left in the call ${printable(command.call)}`);
  tools.interpreter.givenUp(call);
  const answers = await Promise.allSettled(
    channels.map(({ name }) => act(tools, { Action: 'Hangup', Channel: checked(name) }, context)),
  );
  // When one side hangs up, another may be gone before its turn.
  const done = answers.find((answer) => answer.status === 'fulfilled');
  if (done) return { raw: done.value.raw };
  const failed = answers[0];
  if (failed?.status === 'rejected') throw failed.reason;
  return {};
}

/** Sends the caller of a call that nobody has answered to another extension. */
export async function redirect(tools: Tools, command: RedirectCommand, context: CommandContext): Promise<Accepted> {
  // The server normalises the numbers of `dial`, but not this one.
  const to = numberIn('to', command.to);
  checkExtension('"to"', to);
  const call = callOf(tools, command.call, context);
  if (call.answered)
    throw new PbxError('rejected', 'the call is answered already: transfer it instead of redirecting it');
  const caller = callerChannel(call);
  if (!caller) throw new PbxError('not-found', 'the caller has left the call');
  if (call.root?.originated && !call.root.taken)
    throw new PbxError('rejected', 'the phone that is to place this call still rings: hang up and place another call');
  return { raw: (await send(tools, checked(caller.name), to, context)).raw };
}

/**
 * Blind: the party that stays is sent to the new destination and the other one leaves. Attended: the transferring party is connected
 * with the new destination and completes by hanging up; Asterisk types the feature code for it, so features.conf must have one and the
 * call must allow transfers (`t` or `T` of Dial). Its "Success" means no more than that this was begun.
 */
export async function transfer(tools: Tools, command: TransferCommand, context: CommandContext): Promise<Accepted> {
  const to = numberIn('to', command.to);
  checkExtension('"to"', to);
  const find = () => callOf(tools, command.call, context);
  if (!find().answered) throw new PbxError('rejected', 'nobody has answered the call yet: redirect it instead');
  const sides = await connectedSides(find, command.by, { clock: tools.clock, signal: context.signal });
  const by = sides && channelOf(sides.by);
  const stays = sides && channelOf(sides.stays);
  if (!sides || !by || !stays)
    throw new PbxError(
      'not-found',
      command.by
        ? `${printable(command.by)} does not talk in this call with anybody`
        : 'there are no two parties who talk with each other in this call',
    );
  const where = tools.context || ownContext(sides.by.party.extension ?? to);
  const goal: Fields = { Channel: checked(by.name), Context: where, Exten: to, Priority: 1 };
  if (command.mode === 'attended') {
    const { raw } = await act(tools, { Action: 'Atxfer', ...goal }, context);
    return { raw, result: { mode: 'attended', begun: true, by: sides.by.party.extension ?? sides.by.party.number } };
  }
  try {
    const { Channel, Context, Exten } = goal;
    return { raw: (await act(tools, { Action: 'BlindTransfer', Channel, Context, Exten }, context)).raw };
  } catch (error) {
    // Asterisk before 13 does not know the action, so nothing has happened: the one who stays is sent there.
    if (!(error instanceof PbxError) || error.code !== 'not-supported') throw error;
  }
  const { raw } = await act(tools, { Action: 'Redirect', ...goal, Channel: checked(stays.name) }, context);
  tellTransfer(tools, sides.by, to);
  return { raw };
}

/** A redirect is not told as a transfer by Asterisk. */
function tellTransfer({ fact, clock, interpreter }: Tools, by: Leg, to: string): void {
  const party = interpreter.directory.isExtension(to) ? { extension: to } : { number: to };
  fact({ fact: 'call.transfer', at: clock.now(), call: by.call.key, mode: 'blind', by: by.party, to: party });
}

function send(tools: Tools, channel: string, to: string, { signal }: CommandContext): Promise<Answer> {
  const { ami, context } = tools;
  if (context === '')
    return ami.ask('redirect', { channel, toTel: to }, { effect: true, what: 'redirect', signal, amiMs: 33_000 });
  return ami.action(
    { Action: 'Redirect', Channel: channel, Context: context, Exten: to, Priority: 1 },
    { effect: true, what: 'Redirect', signal },
  );
}

function act({ ami }: Tools, fields: Fields, { signal }: CommandContext): Promise<Answer> {
  return ami.action(fields, { effect: true, what: String(fields['Action']), signal });
}

/** A name from the PBX itself, but one that begins with / would be a pattern for every channel. */
function checked(channel: string): string {
  checkChannel('the channel', channel);
  return channel;
}

export function printable(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
