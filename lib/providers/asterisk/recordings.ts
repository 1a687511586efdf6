/**
 * Recording by MixMonitor, on the caller's channel since it lasts longest. The file lies on the PBX: `link` gives its path there, and
 * `fetch` reads it where that path is on this computer too (same machine, or a shared folder).
 */

import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, join } from 'node:path';
import { printable, recordedChannel, recordedOf, recordingName, toRecord } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { RecordingCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { targetOf } from './moving';
import type { Tools } from './moving';

const LARGEST_BYTES = 512 * 1024 * 1024;
/** Endings of audio files that Asterisk writes. */
const AUDIO: ReadonlySet<string> = new Set(
  'wav wav49 gsm mp3 ogg opus flac au ulaw alaw ul al g722 g729 sln sln16 sln32 sln48 raw vox webm'.split(' '),
);

export async function start(tools: Tools, command: RecordingCommand, context: CommandContext): Promise<Accepted> {
  const call = targetOf(tools, command.call ?? '', context);
  const channel = toRecord(call);
  const file = `${recordingName(tools.clock.now(), context.reference)}.wav`;
  const { response } = await tools.session.action(
    { Action: 'MixMonitor', Channel: channel.name, File: file },
    { signal: context.signal },
  );
  // The events name the file with its folder; they come right before or after this answer.
  const id = recordedChannel(call)?.recording?.id ?? file;
  return { result: { id, format: 'wav' }, raw: response.toObject() };
}

export async function stop(tools: Tools, command: RecordingCommand, context: CommandContext): Promise<Accepted> {
  const { channel, id } = recordedOf(targetOf(tools, command.call ?? '', context));
  const { response } = await tools.session.action(
    { Action: 'StopMixMonitor', Channel: channel.name },
    { signal: context.signal },
  );
  return { result: { id }, raw: response.toObject() };
}

export function link(command: RecordingCommand): Accepted {
  const id = command.recording ?? '';
  return { result: { id, format: formatOf(id), url: id } };
}

/** The audio: as bytes in `result.data`, or as a file whose path is `result.file`. */
export async function fetched(command: RecordingCommand): Promise<Accepted> {
  const path = command.recording ?? '';
  const format = formatOf(path);
  if (!isAbsolute(path) || format === null || !AUDIO.has(format.toLowerCase()))
    throw new PbxError('invalid-argument', `${printable(path)} is not the path of a recording of Asterisk`);
  await mustBeReadable(path);
  const about = { id: path, format };
  if (!command.folder) return { result: { ...about, data: await readFile(path) } };
  const file = join(command.folder, basename(path));
  try {
    await mkdir(command.folder, { recursive: true });
    await copyFile(path, file);
  } catch (error) {
    throw new PbxError('invalid-argument', `the recording cannot be written: ${PbxError.from(error).message}`);
  }
  return { result: { ...about, file } };
}

async function mustBeReadable(path: string): Promise<void> {
  let size: number;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new PbxError('not-found', `${printable(path)} is not a file`);
    size = found.size;
  } catch (error) {
    if (error instanceof PbxError) throw error;
    throw new PbxError(
      'not-found',
      `${printable(path)} cannot be read on this computer: the manager interface hands out no files, so the folder of the recordings must be shared with it`,
    );
  }
  if (size > LARGEST_BYTES)
    throw new PbxError('rejected', `the recording has ${size} bytes: too large to read at once`);
}

function formatOf(path: string): string | null {
  return extname(path).slice(1) || null;
}
