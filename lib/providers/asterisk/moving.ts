/** Hang up, redirect, transfer: names the channels a command is about to Asterisk. */

import { begun, callerToRedirect, callOf, hangUpEach, sidesToTransfer } from '../../asterisk-events';
import type { AsteriskCall, Channel, Interpreter } from '../../asterisk-events';
import type { Clock } from '../../clock';
import type { HangupCommand, RedirectCommand, TransferCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { checkChannel, checkExtension } from '../../transport/ami';
import type { AmiFields, AmiSession } from '../../transport/ami';

export interface Tools {
  session: AmiSession;
  interpreter: Interpreter;
  context: string;
  clock: Clock;
}

export function targetOf({ interpreter }: Tools, id: string, { target }: CommandContext): AsteriskCall {
  return callOf(interpreter, [id, ...(target?.keys ?? [])]);
}

export async function hangUp(tools: Tools, command: HangupCommand, context: CommandContext): Promise<Accepted> {
  const call = targetOf(tools, command.call, context);
  const end = (channel: string) => act(tools, { Action: 'Hangup', Channel: channel }, context);
  return { raw: await hangUpEach(tools.interpreter, call, end) };
}

/** Sends the caller of a call that nobody has answered to another extension. */
export async function redirect(tools: Tools, command: RedirectCommand, context: CommandContext): Promise<Accepted> {
  checkExtension('"to"', command.to);
  const caller = callerToRedirect(targetOf(tools, command.call, context));
  return { raw: await act(tools, { Action: 'Redirect', ...goal(tools, caller, command.to), Priority: 1 }, context) };
}

/**
 * Blind: the party that stays is sent to the new destination and the other one leaves. Attended: the transferring party is connected
 * with the new destination and completes by hanging up; Asterisk types the feature code for it, so features.conf must have one and the
 * call must allow transfers (`t` or `T` of Dial).
 */
export async function transfer(tools: Tools, command: TransferCommand, context: CommandContext): Promise<Accepted> {
  checkExtension('"to"', command.to);
  const find = () => targetOf(tools, command.call, context);
  const sides = await sidesToTransfer(find, command.by, { clock: tools.clock, signal: context.signal });
  const where = goal(tools, sides.by.channel, command.to);
  if (command.mode === 'attended')
    return { raw: await act(tools, { Action: 'Atxfer', ...where }, context), result: begun(sides) };
  return { raw: await act(tools, { Action: 'BlindTransfer', ...where }, context) };
}

function goal({ context }: Tools, { name }: Channel, exten: string): AmiFields & { Channel: string } {
  return { Channel: name, Context: context, Exten: exten };
}

async function act(
  { session }: Tools,
  fields: AmiFields & { Channel: string },
  { signal }: CommandContext,
): Promise<unknown> {
  // A name from the PBX itself, but one that begins with / would be a pattern for every channel.
  checkChannel('the channel', fields.Channel);
  const { response } = await session.action(fields, { signal });
  return response.toObject();
}
