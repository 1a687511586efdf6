/** What can be asked of the simulated PBX. */

import { concerns, isOfKind, wishOf } from '../../history';
import type { HistoryWish } from '../../history';
import type { Call, HistoryEntry, QueryCommand } from '../../model';
import type { SimulatedCall } from './pbx/call';
import type { Pbx } from './pbx/pbx';

export function answerOf(pbx: Pbx, { query, params = {} }: QueryCommand, now: number): unknown {
  switch (query) {
    case 'members':
      return pbx.members();
    case 'queues':
      return [...pbx.queues.values()].map((queue) => queue.status());
    case 'calls':
      return [...pbx.exchange.calls.values()].map(canonical);
    case 'history':
      return history(pbx, wishOf(params, now));
    case 'balance':
      return { amount: pbx.balance, currency: 'EUR' };
  }
}

function history(pbx: Pbx, wish: HistoryWish): HistoryEntry[] {
  const { from, to, limit } = wish;
  const entries: HistoryEntry[] = [];
  for (const call of pbx.history.newest()) {
    if (entries.length >= limit) break;
    if (call.startedAt < from || (to !== null && call.startedAt > to)) continue;
    const entry = { ...canonical(call), recordings: [...call.recordings] };
    if (isOfKind(entry, wish) && concerns(entry, wish)) entries.push(entry);
  }
  return entries;
}

/** A call of the PBX as flows know calls. */
function canonical(call: SimulatedCall): Call {
  const waitedUntil = call.answeredAt ?? call.endedAt;
  const talked = call.answeredAt !== null && call.endedAt !== null;
  return {
    id: call.id,
    direction: call.direction,
    state: stateOf(call),
    from: { ...call.from },
    to: { ...call.to },
    dialed: call.dialed,
    line: call.line,
    queue: call.lastQueue,
    answeredBy: call.answeredBy && { ...call.answeredBy },
    startedAt: iso(call.startedAt),
    answeredAt: call.answeredAt === null ? null : iso(call.answeredAt),
    endedAt: call.endedAt === null ? null : iso(call.endedAt),
    waitSeconds: waitedUntil === null ? null : Math.round((waitedUntil - call.startedAt) / 1000),
    talkSeconds: talked ? Math.round(((call.endedAt ?? 0) - (call.answeredAt ?? 0)) / 1000) : null,
    disposition: call.outcome,
    reason: call.cause && { code: String(call.cause.code), text: call.cause.text },
    tag: call.tag,
  };
}

function stateOf(call: SimulatedCall): Call['state'] {
  if (call.ended) return 'ended';
  if (call.answeredAt !== null) return call.held ? 'held' : 'answered';
  if (call.offers.some((leg) => leg.state === 'ringing')) return 'ringing';
  return call.waitsIn === null ? 'dialing' : 'queued';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
