/** The times of a call out of its history record, whose duration means one thing in pushes and another in lists (specification 9). */

import type { Disposition, HistoryEntry, Party } from '../../model';
import { party } from '../../model';
import type { Directory } from './directory';
import type { HistoryNotice } from './notice';

export interface Times {
  /** Milliseconds since the epoch; `null` where the record does not tell. */
  startedAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
}

export function timesOf(notice: HistoryNotice): Times {
  const { startedAt, wait, duration, durationKind, disposition } = notice;
  if (startedAt === null) return { startedAt: null, answeredAt: null, endedAt: null };
  const waitMs = wait === null ? null : wait * 1000;
  const lasted = duration === null ? null : duration * 1000;
  const isAnswered = disposition === 'answered';
  if (!isAnswered) return { startedAt, answeredAt: null, endedAt: startedAt + (lasted || waitMs || 0) };
  const answeredAt = waitMs === null ? null : startedAt + waitMs;
  if (lasted === null) return { startedAt, answeredAt, endedAt: null };
  if (durationKind === 'talk')
    return { startedAt, answeredAt, endedAt: answeredAt === null ? null : answeredAt + lasted };
  // A total that is shorter than the wait is no total.
  return { startedAt, answeredAt, endedAt: Math.max(startedAt + lasted, answeredAt ?? 0) };
}

/** For a live call, which must have a moment of its answer and of its end: a wait that is not told counts as none. */
export function assumedTimesOf(notice: HistoryNotice): Times {
  return timesOf({ ...notice, wait: notice.wait ?? 0 });
}

/** Seconds of the talk; `null` where the record does not tell, or nobody talked. */
export function talkOf(notice: HistoryNotice): number | null {
  const { disposition, duration, durationKind } = notice;
  if (disposition !== 'answered') return null;
  const { answeredAt, endedAt } = timesOf(notice);
  if (answeredAt !== null && endedAt !== null) return seconds(answeredAt, endedAt);
  return durationKind === 'talk' && duration !== null ? Math.round(duration) : null;
}

/** From and to as a flow knows them, whichever way the call went. */
export function sidesOf(notice: HistoryNotice, directory: Directory): { from: Partial<Party>; to: Partial<Party> } {
  const { direction, client, employee } = notice;
  const inside = employee ? directory.party(employee) : {};
  if (direction === 'internal') return { from: client ? { extension: client } : {}, to: inside };
  const outside = client ? { number: client } : {};
  return direction === 'outbound' ? { from: inside, to: outside } : { from: outside, to: inside };
}

/** For `query history`; `null` when the record has no start, without which it is no entry of a history. */
export function entryOf(notice: HistoryNotice, directory: Directory): HistoryEntry | null {
  const { startedAt, answeredAt, endedAt } = timesOf(notice);
  if (startedAt === null) return null;
  const { from, to } = sidesOf(notice, directory);
  const { direction, disposition, line, client, status, group } = notice;
  const isAnswered = disposition === 'answered';
  const waited = isAnswered || endedAt === null ? null : seconds(startedAt, endedAt);
  return {
    id: notice.call,
    direction,
    state: 'ended',
    from: party(from),
    to: party(to),
    dialed: direction === 'inbound' ? line : direction === 'outbound' ? client : null,
    line,
    queue: group?.id ?? null,
    answeredBy: isAnswered ? party(to) : null,
    startedAt: iso(startedAt),
    answeredAt: answeredAt === null ? null : iso(answeredAt),
    endedAt: endedAt === null ? null : iso(endedAt),
    waitSeconds: notice.wait ?? waited,
    talkSeconds: talkOf(notice),
    disposition: disposition satisfies Disposition,
    reason: status ? { code: status, text: null } : null,
    tag: null,
    recordings: notice.link ? [notice.call] : [],
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function seconds(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / 1000));
}
