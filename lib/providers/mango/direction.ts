/** The vendor does not tell the direction of a call: these rules, read off real traffic, do (specification 4.5; first match wins). */

import type { Direction } from '../../model';
import type { CallNotice } from './notices';

export function directionOf({ taskId, initiator, commandId, from, to }: CallNotice): Exclude<Direction, 'unknown'> {
  if (taskId !== null || initiator !== null) return 'outbound';
  if (commandId !== null && from.takenFrom === null) return 'outbound';
  if (commandId !== null && from.number !== null && from.extension === null) return 'inbound';
  if (from.extension !== null) return to.extension !== null ? 'internal' : 'outbound';
  return 'inbound';
}

/** Whether this leg belongs to a call that the PBX places for somebody: one side is rung first and reported the wrong way round (4.8). */
export function isPlaced({ taskId, initiator, commandId, from }: CallNotice): boolean {
  return taskId !== null || initiator !== null || (commandId !== null && from.takenFrom === null);
}
