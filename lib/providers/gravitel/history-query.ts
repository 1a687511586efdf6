/** The list of calls over any span: asked in parts when it is long or full, filtered here where the PBX cannot (specification 5.3). */

import { concerns, DAY_MS, isChoosy, isOfKind, newestFirst } from '../../history';
import type { HistoryWish, Span } from '../../history';
import type { HistoryEntry } from '../../model';
import type { Codec } from './codec';
import type { Directory } from './directory';
import type { HistoryNotice } from './notice';
import { entryOf } from './outcome';

/** A span this short is not cut further, however full. */
const SHORTEST_MS = 60_000;

/** All records of the span, each once, the newest part first, until `enough`. */
export async function recordsOf(
  codec: Codec,
  span: Span,
  signal: AbortSignal,
  enough: (count: number) => boolean = () => false,
): Promise<HistoryNotice[]> {
  const found = new Map<string, HistoryNotice>();
  const open: Span[] = [];
  for (let from = span.from; from < span.to; from += DAY_MS) open.push({ from, to: Math.min(span.to, from + DAY_MS) });
  for (let part = open.pop(); part; part = open.pop()) {
    const { notices, full } = await codec.history(part, signal);
    if (full && part.to - part.from > SHORTEST_MS) {
      const middle = part.from + Math.floor((part.to - part.from) / 2);
      open.push({ from: part.from, to: middle }, { from: middle, to: part.to });
      continue;
    }
    for (const notice of notices) {
      const before = found.get(notice.call);
      // Several rows of one call: an answer says more than a leg that nobody took.
      if (!before || before.disposition !== 'answered') found.set(notice.call, notice);
    }
    if (enough(found.size)) break;
  }
  return [...found.values()];
}

export async function historyOf(
  codec: Codec,
  wish: HistoryWish,
  {
    directory,
    now,
    signal,
    seen,
  }: { directory: Directory; now: number; signal: AbortSignal; seen: (notice: HistoryNotice) => void },
): Promise<HistoryEntry[]> {
  const { from, to, limit } = wish;
  const filtered = isChoosy(wish);
  const span = { from, to: to ?? now };
  const notices = await recordsOf(codec, span, signal, (count) => !filtered && count >= limit);
  const entries: HistoryEntry[] = [];
  for (const notice of notices) {
    seen(notice);
    const entry = entryOf(directory.sorted(notice), directory);
    if (entry && isOfKind(entry, wish) && concerns(entry, wish)) entries.push(entry);
  }
  return newestFirst(entries, limit);
}
