/** Hang up, redirect, transfer: names the channels a command is about to the server, or through it to Asterisk. */

import { begun, callerToRedirect, callOf, hangUpEach, sidesToTransfer } from '../../asterisk-events';
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

export function targetOf({ interpreter }: Tools, id: string, { target }: CommandContext): AsteriskCall {
  return callOf(interpreter, [id, ...(target?.keys ?? [])]);
}

export async function hangUp(tools: Tools, command: HangupCommand, context: CommandContext): Promise<Accepted> {
  const call = targetOf(tools, command.call, context);
  const end = (channel: string) => act(tools, { Action: 'Hangup', Channel: checked(channel) }, context);
  return { raw: (await hangUpEach(tools.interpreter, call, end)).raw };
}

/** Sends the caller of a call that nobody has answered to another extension. */
export async function redirect(tools: Tools, command: RedirectCommand, context: CommandContext): Promise<Accepted> {
  // The server normalises the numbers of `dial`, but not this one.
  const to = numberIn('to', command.to);
  checkExtension('"to"', to);
  const caller = callerToRedirect(targetOf(tools, command.call, context));
  return { raw: (await send(tools, checked(caller.name), to, context)).raw };
}

/**
 * Blind: the party that stays is sent to the new destination and the other one leaves. Attended: the transferring party is connected
 * with the new destination and completes by hanging up; Asterisk types the feature code for it, so features.conf must have one and the
 * call must allow transfers (`t` or `T` of Dial).
 */
export async function transfer(tools: Tools, command: TransferCommand, context: CommandContext): Promise<Accepted> {
  const to = numberIn('to', command.to);
  checkExtension('"to"', to);
  const find = () => targetOf(tools, command.call, context);
  const sides = await sidesToTransfer(find, command.by, { clock: tools.clock, signal: context.signal });
  const { by, stays } = sides;
  const where = tools.context || ownContext(by.leg.party.extension ?? to);
  const goal: Fields = { Channel: checked(by.channel.name), Context: where, Exten: to, Priority: 1 };
  if (command.mode === 'attended')
    return { raw: (await act(tools, { Action: 'Atxfer', ...goal }, context)).raw, result: begun(sides) };
  try {
    const { Channel, Context, Exten } = goal;
    return { raw: (await act(tools, { Action: 'BlindTransfer', Channel, Context, Exten }, context)).raw };
  } catch (error) {
    // Asterisk before 13 does not know the action, so nothing has happened: the one who stays is sent there.
    if (!(error instanceof PbxError) || error.code !== 'not-supported') throw error;
  }
  const { raw } = await act(tools, { Action: 'Redirect', ...goal, Channel: checked(stays.channel.name) }, context);
  tellTransfer(tools, by.leg, to);
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
