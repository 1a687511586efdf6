/**
 * Recordings: MixMonitor and Record. MixMonitorStart names no file: it is in the variable set just before, which only a user with
 * read class `dialplan` sees. Nothing tells the end at hang-up; the file is complete shortly after it.
 */

import type { ManagerEvent } from './event';
import { kept, known } from './event';
import { unescapeC } from '../transport/ami';
import type { Handler } from './handlers';
import type { Channel } from './legs';
import { queueStatus } from './on-queues';
import type { Scene } from './scene';
import { PLAIN } from './tables';

/** The variables that matter; all others are passed over at once. */
export const VARIABLES: ReadonlySet<string> = new Set([
  'MIXMONITOR_FILENAME',
  'QUEUESTATUS',
  'RECORDED_FILE',
  'RECORD_STATUS',
]);

const varSet: Handler = (scene, event) => {
  scene.tellsVariables = true;
  const variable = event.get('variable');
  if (variable === undefined || !VARIABLES.has(variable)) return;
  const channel = scene.tables.known(event, PLAIN);
  if (!channel) return;
  const value = unescapeC(known(event, 'value') ?? '');
  switch (variable) {
    case 'QUEUESTATUS':
      queueStatus(scene, channel, value);
      return;
    case 'MIXMONITOR_FILENAME':
      channel.file = value === '' ? null : kept(value);
      return;
    case 'RECORDED_FILE':
      channel.file = value === '' ? null : kept(value);
      begin(scene, channel);
      return;
    default:
      recorded(scene, channel, value);
  }
};

function begin(scene: Scene, channel: Channel): void {
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

/** RECORD_STATUS of the application Record: DTMF, SILENCE, TIMEOUT, HANGUP, OPERATOR; or SKIP and ERROR. */
function recorded(scene: Scene, channel: Channel, status: string): void {
  const { recording } = channel;
  if (!recording) return;
  if (status !== 'ERROR' && status !== 'SKIP') {
    end(scene, channel);
    return;
  }
  channel.recording = null;
  channel.file = null;
  scene.tell({
    fact: 'recording.failed',
    call: channel.leg.call.key,
    recording: { id: recording.id },
    reason: { code: status, text: null },
  });
}

function onChannel(act: (scene: Scene, channel: Channel) => void): Handler {
  return (scene: Scene, event: ManagerEvent) => {
    const channel = scene.tables.find(event, PLAIN, scene.at);
    if (channel?.alive) act(scene, channel);
  };
}

export const RECORDING_EVENTS: Readonly<Record<string, Handler>> = {
  VarSet: varSet,
  MixMonitorStart: onChannel(begin),
  MixMonitorStop: onChannel(end),
  MonitorStart: onChannel(begin),
  MonitorStop: onChannel(end),
};
