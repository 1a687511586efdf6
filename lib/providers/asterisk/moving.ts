/** Hang up, redirect, transfer: finds the channels a command is about and names them to Asterisk. */

import { callerChannel, channelOf, channelsToEnd, connectedSides } from '../../asterisk-events';
import type { AsteriskCall, Interpreter } from '../../asterisk-events';
import type { Clock } from '../../clock';
import { PbxError } from '../../model';
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

/** The call a command is about; ended calls are not found. */
export function callOf({ interpreter }: Pick<Tools, 'interpreter'>, id: string, context: CommandContext): AsteriskCall {
  for (const key of [id, ...(context.target?.keys ?? [])]) {
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
    channels.map(({ name }) => act(tools, { Action: 'Hangup', Channel: name }, context, name)),
  );
  // When one side hangs up, another may be gone before its turn.
  const done = answers.find((answer) => answer.status === 'fulfilled');
  if (done) return { raw: done.value };
  const failed = answers[0];
  if (failed?.status === 'rejected') throw failed.reason;
  return {};
}

/** Sends the caller of a call that nobody has answered to another extension. */
export async function redirect(tools: Tools, command: RedirectCommand, context: CommandContext): Promise<Accepted> {
  checkExtension('"to"', command.to);
  const call = callOf(tools, command.call, context);
  if (call.answered)
    throw new PbxError('rejected', 'the call is answered already: transfer it instead of redirecting it');
  const caller = callerChannel(call);
  if (!caller) throw new PbxError('not-found', 'the caller has left the call');
  if (call.root?.originated && !call.root.taken)
    throw new PbxError('rejected', 'the phone that is to place this call still rings: hang up and place another call');
  return { raw: await act(tools, goto('Redirect', caller.name, command.to, tools), context, caller.name) };
}

/**
 * Blind: the party that stays is sent to the new destination and the other one leaves. Attended: the transferring party is connected
 * with the new destination and completes by hanging up; Asterisk types the feature code for it, so features.conf must have one and the
 * call must allow transfers (`t` or `T` of Dial). Its "Success" means no more than that this was begun.
 */
export async function transfer(tools: Tools, command: TransferCommand, context: CommandContext): Promise<Accepted> {
  checkExtension('"to"', command.to);
  const find = () => callOf(tools, command.call, context);
  if (!find().answered) throw new PbxError('rejected', 'nobody has answered the call yet: redirect it instead');
  const sides = await connectedSides(find, command.by, { clock: tools.clock, signal: context.signal });
  const by = sides && channelOf(sides.by);
  if (!sides || !by)
    throw new PbxError(
      'not-found',
      command.by
        ? `${printable(command.by)} does not talk in this call with anybody`
        : 'there are no two parties who talk with each other in this call',
    );
  if (command.mode === 'attended') {
    const raw = await act(tools, goto('Atxfer', by.name, command.to, tools), context, by.name);
    return { raw, result: { mode: 'attended', begun: true, by: sides.by.party.extension ?? sides.by.party.number } };
  }
  return { raw: await act(tools, goto('BlindTransfer', by.name, command.to, tools), context, by.name) };
}

function goto(action: string, channel: string, exten: string, { context }: Tools): AmiFields {
  return {
    Action: action,
    Channel: channel,
    Context: context,
    Exten: exten,
    Priority: action === 'Redirect' ? 1 : undefined,
  };
}

async function act(tools: Tools, fields: AmiFields, { signal }: CommandContext, channel: string): Promise<unknown> {
  // A name from the PBX itself, but one that begins with / would be a pattern for every channel.
  checkChannel('the channel', channel);
  const { response } = await tools.session.action(fields, { signal });
  return response.toObject();
}

export function printable(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
