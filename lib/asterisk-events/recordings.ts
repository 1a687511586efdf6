/** The recording of a channel: it runs until it is stopped, or with the channel; the file is complete shortly after. */

import type { Reason } from '../model';
import type { Channel } from './legs';
import type { Scene } from './scene';

export function begin(scene: Scene, channel: Channel): void {
  if (channel.recording) return;
  const { file } = channel;
  const id = file ?? `${channel.uid}/${scene.at}`;
  channel.recording = { id, startedAt: scene.at };
  scene.announce(channel.leg.call);
  scene.tell({
    fact: 'recording.start',
    call: channel.leg.call.key,
    recording: { id, startedAt: scene.at, ...fileOf(file) },
  });
}

function fileOf(file: string | null): { url?: string; format?: string } {
  if (!file) return {};
  const dot = file.lastIndexOf('.');
  return { url: file, ...(dot > file.lastIndexOf('/') && { format: file.slice(dot + 1) }) };
}

/** The recording of a channel ended, by command or with the channel. */
export function end(scene: Scene, channel: Channel): void {
  const { recording, file } = channel;
  if (!recording) return;
  channel.recording = null;
  channel.file = null;
  scene.tell({
    fact: 'recording.available',
    call: channel.leg.call.key,
    recording: { id: recording.id, startedAt: recording.startedAt, ...fileOf(file) },
  });
}

/** Nothing came of the recording. */
export function fail(scene: Scene, channel: Channel, reason: Reason): void {
  const { recording } = channel;
  if (!recording) return;
  channel.recording = null;
  channel.file = null;
  scene.tell({
    fact: 'recording.failed',
    call: channel.leg.call.key,
    recording: { id: recording.id },
    reason,
  });
}
