/** What can be asked of the simulated PBX. */

import type { Call, HistoryEntry, QueryCommand } from '../../model';
import { PbxError } from '../../model';
import { numberOf, optional } from './fields';
import type { SimulatedCall } from './pbx/call';
import type { Pbx } from './pbx/pbx';

const DEFAULT_LIMIT = 100;

export function answerOf(pbx: Pbx, { query, params = {} }: QueryCommand): unknown {
  switch (query) {
    case 'members':
      return pbx.members();
    case 'queues':
      return [...pbx.queues.values()].map((queue) => queue.status());
    case 'calls':
      return [...pbx.exchange.calls.values()].map(canonical);
    case 'history':
      return history(pbx, params);
    case 'balance':
      return { amount: pbx.balance, currency: 'EUR' };
  }
}

function history(pbx: Pbx, params: Readonly<Record<string, unknown>>): HistoryEntry[] {
  const from = timeOf(params, 'from') ?? -Infinity;
  const to = timeOf(params, 'to') ?? Infinity;
  const limit = params['limit'] === undefined ? DEFAULT_LIMIT : numberOf(params, 'limit', 1, 100_000);
  const entries: HistoryEntry[] = [];
  for (const call of pbx.history.newest()) {
    if (entries.length >= limit) break;
    if (call.startedAt < from || call.startedAt > to) continue;
    const entry = { ...canonical(call), recordings: [...call.recordings] };
    if (matches(entry, params)) entries.push(entry);
  }
  return entries;
}

function matches(call: Call, params: Readonly<Record<string, unknown>>): boolean {
  const [extension, number, direction, disposition] = ['extension', 'number', 'direction', 'disposition'].map((field) =>
    optional(params, field),
  );
  const parties = [call.from, call.to, call.answeredBy];
  return (
    (!extension || parties.some((party) => party?.extension === extension)) &&
    (!number || call.dialed === number || parties.some((party) => party?.number === number)) &&
    (!direction || call.direction === direction) &&
    (!disposition || call.disposition === disposition)
  );
}

/** ISO 8601 or Date, as milliseconds since the epoch. */
function timeOf(params: Readonly<Record<string, unknown>>, field: string): number | undefined {
  const value = params[field];
  const time = value instanceof Date ? value.getTime() : Date.parse(optional(params, field) ?? '');
  if (Number.isFinite(time)) return time;
  if (value === undefined || value === null || value === '') return undefined;
  throw new PbxError('invalid-argument', `"${field}" must be a time such as 2026-11-20T10:00:00Z`);
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
