/**
 * Queue events out of legs: MANGO has no messages about queues, but a leg tells when it waits in one (`location: queue`) and for which
 * group an employee is rung (`to.acd_group`). A group that rings without a wait is told as a join that was worked out (`inferred`).
 */

import type { QueueFact } from '../../facts';
import type { QueueLeaveReason } from '../../model';
import type { Entry, Leg, Tell } from './entry';
import type { CallNotice } from './notices';

/** The vendor leaves the number of a group without one empty. */
export const UNNUMBERED = 'unnumbered';

const LEAVES: Readonly<Record<string, QueueLeaveReason>> = {
  1111: 'timeout',
  1160: 'timeout',
  1162: 'full',
  1163: 'timeout',
  1164: 'empty',
};

/** A leg has begun: the caller comes into a group, goes on in it, or is led elsewhere. */
export function groupStep(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell): void {
  if (leg.role === 'caller' || leg.consultedBy || entry.placed) return;
  const group = groupOf(notice);
  if (group === entry.group?.id) return;
  // A notice of the time before the queue, delivered late, says nothing about the queue.
  if (entry.group && notice.at <= entry.group.at && group === null) return;
  if (entry.group) leave(entry, 'redirected', notice, tell);
  if (group === null || notice.state === 'Disconnected') return;
  entry.group = { id: group, at: notice.at };
  tell({ ...about(entry, notice), fact: 'queue.join', ...(leg.place !== 'queue' && { inferred: true }) });
}

export function groupRings(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell): void {
  if (!entry.group || groupOf(notice) !== entry.group.id) return;
  tell({ ...about(entry, notice), fact: 'queue.member.ringing', member: { extension: leg.to.extension } });
}

export function groupAnswered(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell): void {
  if (!entry.group) return;
  const at = about(entry, notice);
  leave(entry, 'connected', notice, tell);
  tell({ ...at, fact: 'queue.member.connect', member: { extension: leg.to.extension } });
}

/** The wait is over because of the queue itself; who is rung next, or an end of the call, tells the other cases. */
export function queueLegEnded(entry: Entry, leg: Leg, notice: CallNotice, tell: Tell): void {
  const why = leg.place === 'queue' ? LEAVES[notice.reason ?? ''] : undefined;
  if (entry.group && why) leave(entry, why, notice, tell);
}

/** The call has ended while its caller was in a group: whether he gave up, or the group did. */
export function groupEnded(entry: Entry, end: { reason: string | null; at: number; raw: unknown }, tell: Tell): void {
  const why = LEAVES[end.reason ?? ''];
  if (entry.group && why) leave(entry, why, end, tell);
}

function leave(entry: Entry, why: QueueLeaveReason, when: { at: number; raw: unknown }, tell: Tell): void {
  tell({ ...about(entry, when), fact: 'queue.leave', why });
  entry.group = null;
}

function about(
  entry: Entry,
  { at, raw }: { at: number; raw: unknown },
): Pick<QueueFact, 'call' | 'at' | 'raw' | 'queue'> {
  return { call: entry.id, at, raw, queue: { id: entry.group?.id ?? UNNUMBERED } };
}

function groupOf({ place, to }: CallNotice): string | null {
  if (place === 'queue') return to.group || UNNUMBERED;
  return to.group === null ? null : to.group || UNNUMBERED;
}
