/**
 * Recordings: MixMonitor and Record. MixMonitorStart names no file: it is in the variable set just before, which only a user with
 * read class `dialplan` sees. Nothing tells the end at hang-up.
 */

import type { ManagerEvent } from './event';
import { kept, known } from './event';
import { unescapeC } from '../transport/ami';
import type { Handler } from './handlers';
import type { Channel } from './legs';
import { queueStatus } from './on-queues';
import type { Scene } from './scene';
import { begin, end, fail } from './recordings';
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

/** RECORD_STATUS of the application Record: DTMF, SILENCE, TIMEOUT, HANGUP, OPERATOR; or SKIP and ERROR. */
function recorded(scene: Scene, channel: Channel, status: string): void {
  if (status !== 'ERROR' && status !== 'SKIP') {
    end(scene, channel);
    return;
  }
  fail(scene, channel, { code: status, text: null });
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
