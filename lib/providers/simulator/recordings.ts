/** Start, stop, fetch and link of recordings. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PbxError } from '../../model';
import type { RecordingCommand } from '../../model';
import type { Accepted } from '../../provider';
import { liveCall } from './commands';
import type { RecordingWords } from './pbx/messages';
import type { Pbx } from './pbx/pbx';

export function startOrStop(pbx: Pbx, command: RecordingCommand, keys: readonly string[]): Accepted {
  const call = liveCall(pbx, command.call ?? '', keys);
  if (command.action === 'start') {
    if (!call.talking) throw new PbxError('rejected', 'the call is not answered: there is nothing to record yet');
    if (pbx.recorder.isRecording(call)) throw new PbxError('rejected', 'the call is being recorded already');
    return answer(pbx.recorder.start(call));
  }
  const stopped = pbx.recorder.stop(call);
  if (!stopped) throw new PbxError('not-found', 'the call is not being recorded');
  return answer(stopped);
}

/** The audio: as bytes in `result.data`, or as a file whose path is `result.file`. */
export async function fetched(pbx: Pbx, command: RecordingCommand): Promise<Accepted> {
  const recording = finished(pbx, command.recording ?? '');
  const data = pbx.recorder.audio(recording);
  const about = { id: recording.id, format: 'wav', seconds: recording.seconds };
  if (!command.folder) return { result: { ...about, data } };
  const file = join(command.folder, `${recording.id}.wav`);
  try {
    await mkdir(command.folder, { recursive: true });
    await writeFile(file, data);
  } catch (error) {
    throw new PbxError('invalid-argument', `the recording cannot be written: ${PbxError.from(error).message}`);
  }
  return { result: { ...about, file } };
}

/** There is no web server behind the simulator, so the address holds the audio itself: a browser plays it all the same. */
export function linkOf(pbx: Pbx, command: RecordingCommand): Accepted {
  const recording = finished(pbx, command.recording ?? '');
  const url = `data:audio/wav;base64,${pbx.recorder.audio(recording).toString('base64')}`;
  return { result: { id: recording.id, format: 'wav', seconds: recording.seconds, url } };
}

function finished(pbx: Pbx, id: string): RecordingWords {
  const recording = pbx.recorder.find(id);
  if (!recording) throw new PbxError('not-found', `there is no finished recording ${id}`);
  return recording;
}

function answer({ id }: RecordingWords): Accepted {
  return { result: { id, format: 'wav' }, raw: { recording: id } };
}
