/**
 * `stats/calls/request` and `stats/calls/result` (D26 section 3.4.2, with what clients learnt from the live service): Moscow wall time in
 * texts, less than 30 days, limits from a list, identifiers as numbers, and a result that may be shown half-done.
 */

import { pause } from '../../../clock';
import { isOfKind, newestFirst, wrong } from '../../../history';
import { PbxError } from '../../../model';
import type { HistoryEntry, Party } from '../../../model';
import { fieldsOf, listOf, textOf } from '../fields';
import type { Fields } from '../fields';
import type { History, HistoryTools } from './basic';
import { entryOf } from './calls';
import { callOfContext } from './context';
import type { MangoWish, SideWish } from './wish';
import { spansOf } from './wish';

/** Exactly 30 days are refused. */
const SPAN_MS = 29 * 24 * 3_600_000;
const LIMITS = [1, 5, 10, 20, 50, 100, 500, 1000, 2000, 5000] as const;
const LARGEST = 5000;
const LOOK_MS = 3_000;
const LOOKS = 30;
const MOSCOW_MS = 3 * 3_600_000;
const TYPES = { inbound: 1, outbound: 2, internal: 3 } as const;
const MAX_PAGES = 20;
const MAX_BYTES = 64 * 1024 * 1024;

/** `raw`: the vendor's object of each call, in the order of the result. */
export async function extendedHistory(wish: MangoWish, tools: HistoryTools): Promise<History> {
  const found = new Map<string, { entry: HistoryEntry; context: Fields }>();
  for (const span of spansOf(wish, SPAN_MS)) {
    const wanted = isChosenHere(wish) ? LARGEST : wish.limit - found.size;
    const limit = LIMITS.find((allowed) => allowed >= wanted) ?? LARGEST;
    for (let page = 0; ; page++) {
      // The rest is not known to hold nothing.
      if (page === MAX_PAGES) throw wrong('MANGO has more calls than can be read at once; ask for a shorter span');
      const contexts = await list(wish, span, { limit, offset: page * limit }, tools);
      for (const context of contexts) {
        const call = callOfContext(context);
        if (!call) tools.unreadable(1);
        else if (!found.has(call.id)) {
          const entry = entryOf(call);
          if (isOfKind(entry, wish) && concerns(entry, wish)) found.set(call.id, { entry, context });
        }
      }
      if (contexts.length < limit || found.size >= wish.limit) break;
    }
    if (found.size >= wish.limit) break;
  }
  const entries = [...found.values()].map(({ entry }) => entry);
  const result = newestFirst(entries, wish.limit);
  return { result, raw: result.map(({ id }) => found.get(id)?.context ?? null) };
}

/** `31.01.2026 08:00:00`, as it is in Moscow, where the clocks do not change. */
export function moscowTime(ms: number): string {
  const [date = '', time = ''] = new Date(ms + MOSCOW_MS).toISOString().split('T');
  return `${date.split('-').toReversed().join('.')} ${time.slice(0, 8)}`;
}

async function list(
  wish: MangoWish,
  span: { from: number; to: number },
  page: { limit: number; offset: number },
  { api, clock, signal }: HistoryTools,
): Promise<Fields[]> {
  const search = wish.party?.number ?? wish.caller?.number ?? wish.called?.number;
  const answered = wish.answered ?? (wish.disposition && wish.disposition === 'answered');
  const request = {
    start_date: moscowTime(span.from),
    end_date: moscowTime(span.to),
    ...page,
    ...(wish.direction && { context_type: TYPES[wish.direction] }),
    ...(answered !== null && { context_status: answered ? 1 : 0 }),
    ...(search && search.length >= 3 && { search_string: search }),
    ...wish.vendor,
  };
  const asking = { signal, effect: false, resultless: true };
  const { fields } = await api.post('stats/calls/request', request, asking);
  const key = textOf(fields['key'], 1_000);
  if (!key) throw new PbxError('protocol', 'MANGO took the request for statistics but gave no key for the result');
  for (let look = 0; look < LOOKS; look++) {
    await pause(LOOK_MS, clock, signal);
    const reply = await api.post('stats/calls/result/', { key }, { ...asking, timeoutMs: 60_000, maxBytes: MAX_BYTES });
    const status = textOf(reply.fields['status'])?.toLowerCase();
    if (status === 'complete') return blocksOf(reply.fields['data']);
    if (status === 'cancel' || status === 'error' || status === 'not-found')
      throw new PbxError('unavailable', `MANGO gave the statistics up: ${status}`, {
        retryable: true,
        vendor: { code: status, message: null },
      });
    // 204, `request` and `work` go on; `work` may show a part, which is not the whole.
  }
  throw new PbxError('timeout', 'MANGO did not finish the statistics in time; ask for a shorter span');
}

/** One block a day, or a single one. */
function blocksOf(data: unknown): Fields[] {
  const blocks = Array.isArray(data) ? listOf(data) : [data];
  return blocks
    .flatMap((block) => listOf(fieldsOf(block)?.['list']))
    .map(fieldsOf)
    .filter((context): context is Fields => context !== null);
}

/** Whether the vendor chooses only roughly, so that any of its calls may be left out here. */
function isChosenHere({ party, caller, called, disposition }: MangoWish): boolean {
  return Boolean(party ?? caller ?? called) || (disposition !== null && disposition !== 'answered');
}

/** The vendor's search finds a number on either side, and no extension at all. The number dialled belongs to the called side. */
function concerns({ from, to, answeredBy, dialed }: HistoryEntry, { party, caller, called }: MangoWish): boolean {
  const callee = [to, ...(answeredBy ? [answeredBy] : []), { extension: null, number: dialed }];
  return isAmong(party, [from, ...callee]) && isAmong(caller, [from]) && isAmong(called, callee);
}

function isAmong(wanted: SideWish | null, sides: readonly Pick<Party, 'extension' | 'number'>[]): boolean {
  if (!wanted) return true;
  return sides.some(
    ({ extension, number }) =>
      (wanted.extension === undefined || extension === wanted.extension) &&
      (wanted.number === undefined || number?.replace(/\D/g, '') === wanted.number),
  );
}
