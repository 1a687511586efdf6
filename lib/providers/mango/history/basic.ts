/** `stats/request` and `stats/result` (D17, D26 section 3.4.1): true Unix seconds, at most a month, one row for each leg. */

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../clock';
import { isOfKind, newestFirst } from '../../../history';
import { PbxError } from '../../../model';
import type { HistoryEntry } from '../../../model';
import type { MangoApi } from '../api';
import { textOf } from '../fields';
import { callOfRows, entryOf } from './calls';
import type { ReadyStatistics } from './ready';
import { COLUMNS, rowsOf } from './table';
import type { LegRow } from './table';
import type { MangoWish } from './wish';
import { spansOf } from './wish';

const SPAN_MS = 30 * 24 * 3_600_000;
/** Often it is ready at once; after that not oftener than the vendor advises. */
const FIRST_LOOK_MS = 1_000;
const NEXT_LOOK_MS = 5_000;
const GIVE_UP_MS = 100_000;
const MAX_TABLE_BYTES = 64 * 1024 * 1024;

export interface HistoryTools {
  api: MangoApi;
  clock: Clock;
  ready: ReadyStatistics;
  signal: AbortSignal;
  /** Rows that could not be read. */
  unreadable: (count: number) => void;
}

/** Past calls, the newest first, and what the vendor told of them in its own words. */
export interface History {
  result: HistoryEntry[];
  raw: unknown;
}

/** `raw`: the tables as texts, one for each span. */
export async function basicHistory(wish: MangoWish, tools: HistoryTools): Promise<History> {
  const raw: string[] = [];
  // A call that goes on over the border of two spans has legs in both.
  const legs = new Map<string, LegRow[]>();
  let found: HistoryEntry[] = [];
  for (const span of spansOf(wish, SPAN_MS)) {
    const text = await table(wish, span, tools);
    raw.push(text);
    const { rows, unreadable } = rowsOf(text);
    if (unreadable > 0) tools.unreadable(unreadable);
    for (const row of rows) {
      const known = legs.get(row.entry);
      if (known) known.push(row);
      else legs.set(row.entry, [row]);
    }
    found = [...legs.values()].map((group) => entryOf(callOfRows(group))).filter((entry) => isOfKind(entry, wish));
    if (found.length >= wish.limit) break;
  }
  return { result: newestFirst(found, wish.limit), raw };
}

async function table(wish: MangoWish, span: { from: number; to: number }, tools: HistoryTools): Promise<string> {
  const { api, clock, ready, signal } = tools;
  const requestId = randomUUID();
  const request = {
    date_from: String(Math.floor(span.from / 1000)),
    date_to: String(Math.ceil(span.to / 1000)),
    fields: COLUMNS.join(','),
    ...(wish.caller && { from: wish.caller }),
    ...(wish.called && { to: wish.called }),
    ...(wish.party && { call_party: wish.party }),
    request_id: requestId,
  };
  const asking = { signal, effect: false };
  const { fields } = await api.post('stats/request', request, { ...asking, resultless: true });
  const key = textOf(fields['key'], 1_000);
  if (!key) throw new PbxError('protocol', 'MANGO took the request for statistics but gave no key for the result');
  const giveUpAt = clock.now() + GIVE_UP_MS;
  await ready.wait([requestId, key], FIRST_LOOK_MS, signal);
  for (;;) {
    const reply = await api.post(
      'stats/result',
      { key },
      { ...asking, other: 'text', timeoutMs: 60_000, maxBytes: MAX_TABLE_BYTES },
    );
    if (reply.status !== 204) return reply.text;
    if (clock.now() >= giveUpAt)
      throw new PbxError('timeout', 'MANGO did not finish the statistics in time; ask for a shorter span');
    await ready.pause([requestId, key], NEXT_LOOK_MS, signal);
  }
}
