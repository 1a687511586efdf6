/** Callers who leave a queue: the reason often shows only with what comes next. */

import type { AsteriskCall, Channel, QueueWait } from './legs';
import type { QueueLeaveReason } from '../model';
import type { Scene } from './scene';

/** The caller is out of the queue, for this reason; without one, it may still be told. */
export function leaves(scene: Scene, call: AsteriskCall, wait: QueueWait, why: QueueLeaveReason | null): void {
  wait.state = 'left';
  if (why) call.wait = null;
  const { queue, others } = wait;
  scene.tell({ fact: 'queue.leave', call: call.key, queue: { id: queue, waiting: others }, ...(why && { why }) });
}

/** This channel goes on or ends, so the reason for which it left its queue is this one, if none was told. */
export function leavesFor(scene: Scene, channel: Channel, why: QueueLeaveReason): void {
  const { call } = channel.leg;
  if (call.wait?.uid === channel.uid && call.wait.state === 'leaving') leaves(scene, call, call.wait, why);
}

export function agentAnswered(call: AsteriskCall, queue: string): boolean {
  for (const leg of call.legs) if (leg.queue === queue && leg.dialStatus === 'ANSWER') return true;
  return false;
}
