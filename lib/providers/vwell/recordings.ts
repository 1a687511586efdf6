/**
 * Recording by MixMonitor, before Asterisk 11 by Monitor, on the caller's channel since it lasts longest. The file lies on the PBX, and
 * neither Asterisk's manager interface nor this server hands it out.
 */

import { recordedChannel, recordedOf, recordingName, toRecord } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { RecordingCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { checkChannel } from '../../transport/ami';
import type { Answer, Fields } from './ami-link';
import { targetOf } from './moving';
import type { Tools } from './moving';

export async function start(tools: Tools, command: RecordingCommand, context: CommandContext): Promise<Accepted> {
  const call = targetOf(tools, command.call ?? '', context);
  const channel = toRecord(call);
  checkChannel('the channel', channel.name);
  const name = recordingName(tools.clock.now(), context.reference);
  const { raw } = await either(
    tools,
    { Action: 'MixMonitor', Channel: channel.name, File: `${name}.wav` },
    { Action: 'Monitor', Channel: channel.name, File: name, Format: 'wav', Mix: 'true' },
    context,
  );
  // The events name the file with its folder; they come right before or after this answer.
  const id = recordedChannel(call)?.recording?.id ?? `${name}.wav`;
  return { result: { id, format: 'wav' }, raw };
}

export async function stop(tools: Tools, command: RecordingCommand, context: CommandContext): Promise<Accepted> {
  const { channel, id } = recordedOf(targetOf(tools, command.call ?? '', context));
  checkChannel('the channel', channel.name);
  const { raw } = await either(
    tools,
    { Action: 'StopMixMonitor', Channel: channel.name },
    { Action: 'StopMonitor', Channel: channel.name },
    context,
  );
  return { result: { id }, raw };
}

/** The older action only where Asterisk does not know the newer one, so that nothing is done twice. */
async function either({ ami }: Tools, now: Fields, before: Fields, { signal }: CommandContext): Promise<Answer> {
  const act = (fields: Fields) => ami.action(fields, { effect: true, what: String(fields['Action']), signal });
  try {
    return await act(now);
  } catch (error) {
    if (!(error instanceof PbxError) || error.code !== 'not-supported') throw error;
    return act(before);
  }
}
