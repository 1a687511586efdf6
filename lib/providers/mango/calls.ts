/**
 * All calls of the account as the PBX tells them: which notice belongs to which call, when a call begins, and how its summary ends it.
 * Notices of one call come in any order; the summary may overtake the last of its legs.
 */

import type { Clock } from '../../clock';
import type { CallDetails, Fact } from '../../facts';
import { RecentKeys } from '../../transport/webhook';
import { endOf, reasonOf } from './codes';
import { directionOf } from './direction';
import type { Entry, Leg, Tell } from './entry';
import { detailsOf, hasLiveLeg, isLive, lineOf, newEntry, noteTold, placingOf } from './entry';
import { groupEnded } from './groups';
import { tellLeg } from './legs';
import type { CallNotice, SummaryNotice } from './notices';
import { isSomebody, partyOf } from './notices';

/** Milliseconds a summary waits for the legs it has overtaken. */
const SUMMARY_WAITS_MS = 1_000;
const MAX_ENTRIES = 20_000;
/** A call without legs that nobody summed up is forgotten after this time; one with legs after a day. */
const IDLE_MS = 600_000;
const SILENT_MS = 24 * 3_600_000;

/** What flows get no event of. */
const QUIET: ReadonlySet<Fact['fact']> = new Set(['call.alias', 'call.update', 'leg.begin', 'leg.end']);

export interface CallBookOptions {
  clock: Clock;
  tell: Tell;
  /** A new call from outside that a flow may still lead elsewhere. */
  arrived?: (entry: Entry, notice: CallNotice) => void;
}

export class CallBook {
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #arrived: CallBookOptions['arrived'];
  /** The one longest untouched first. */
  readonly #entries = new Map<string, Entry>();
  readonly #ofLeg = new Map<string, Entry>();
  /** Calls summed up already: what comes late of them begins no new call. */
  readonly #over: RecentKeys;
  /** Summaries of calls nobody has heard of, on the chance that their notices are on their way. */
  readonly #early = new Map<string, { summary: SummaryNotice; cancel: () => void }>();

  constructor({ clock, tell, arrived }: CallBookOptions) {
    this.#clock = clock;
    this.#tell = tell;
    this.#arrived = arrived;
    this.#over = new RecentKeys(clock, { ttlMs: SILENT_MS });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** A call by its id or by the id of one of its legs. */
  find(id: string): Entry | undefined {
    return this.#entries.get(id) ?? this.#ofLeg.get(id);
  }

  /** The legs of a call that live now, oldest first. */
  liveLegs(id: string): Leg[] {
    return [...(this.find(id)?.legs.values() ?? [])].filter(isLive);
  }

  notice(notice: CallNotice): void {
    if (this.#over.has(notice.entry)) return;
    const known = this.#entries.get(notice.entry);
    const entry = known ?? this.#begin(notice);
    this.#touch(entry, notice.at);
    if (known) this.#learn(entry, notice);
    tellLeg(entry, notice, this.#tell);
    if (entry.legs.has(notice.leg)) this.#ofLeg.set(notice.leg, entry);
    if (!known && entry.direction === 'inbound' && notice.state === 'Appeared') this.#arrived?.(entry, notice);
    if (entry.summary && !hasLiveLeg(entry)) this.#finish(entry, entry.summary);
  }

  /** Returns whether it ends the call, now or soon. */
  summary(summary: SummaryNotice): boolean {
    if (this.#over.has(summary.entry)) return false;
    const entry = this.#entries.get(summary.entry);
    if (!entry) {
      this.#early.get(summary.entry)?.cancel();
      const timer = this.#clock.after(SUMMARY_WAITS_MS, () => this.#finish(null, summary));
      this.#early.set(summary.entry, { summary, cancel: () => timer.cancel() });
      if (this.#early.size > MAX_ENTRIES)
        for (const { summary: oldest } of this.#early.values()) {
          this.#finish(null, oldest);
          break;
        }
    } else if (!hasLiveLeg(entry)) this.#finish(entry, summary);
    else {
      entry.summary = summary;
      entry.summaryTimer ??= this.#clock.after(SUMMARY_WAITS_MS, () => {
        if (entry.summary) this.#finish(entry, entry.summary);
      });
    }
    return true;
  }

  /** Digits in a leg. One nobody has heard of begins with them, so that a flow can lead it on (`route`). */
  digits(digits: string, by: string | null, leg: CallNotice): void {
    if (this.#over.has(leg.entry)) return;
    if (!this.#ofLeg.has(leg.leg)) this.notice(leg);
    const { entry: call, at, raw } = leg;
    this.#tell({ fact: 'call.dtmf', call, at, raw, digits, ...(by && { by: { number: by } }) });
  }

  /** Whether the flows get an event of this fact, or it only adds to what is known. */
  isEvent(fact: Fact): boolean {
    if (fact.fact !== 'leg.answer') return !QUIET.has(fact.fact);
    const entry = this.#entries.get(fact.call);
    return entry?.answered === false && entry.legs.get(fact.leg)?.role === 'callee';
  }

  /** Forgets everything without a word. */
  clear(): void {
    for (const entry of this.#entries.values()) entry.summaryTimer?.cancel();
    for (const { cancel } of this.#early.values()) cancel();
    this.#early.clear();
    this.#entries.clear();
    this.#ofLeg.clear();
  }

  #begin(notice: CallNotice): Entry {
    const entry = newEntry(notice);
    const early = this.#early.get(notice.entry);
    if (early) {
      early.cancel();
      this.#early.delete(notice.entry);
      entry.summary = early.summary;
      entry.summaryTimer = this.#clock.after(SUMMARY_WAITS_MS, () => this.#finish(entry, early.summary));
    }
    const { entry: call, at, raw, commandId } = notice;
    const details = detailsOf(notice, entry);
    noteTold(entry, details, notice.tracking);
    this.#tell({ fact: 'call.begin', call, at, raw, details, ...(commandId && { reference: commandId }) });
    return entry;
  }

  /** What later notices know better: the direction when the first leg seen came of another one, numbers not told yet. */
  #learn(entry: Entry, notice: CallNotice): void {
    if (!entry.sure && notice.from.takenFrom === null && !entry.legs.has(notice.leg)) {
      entry.sure = true;
      entry.direction = directionOf(notice);
      // By its command alone a placed call is known only on the leg it began with.
      if (entry.placed === null) Object.assign(entry, placingOf(notice));
      this.#update(entry, notice, detailsOf(notice, entry));
    }
    const { told, direction } = entry;
    const line = lineOf(notice);
    const tracking = direction === 'inbound' && !told.tracking ? notice.tracking : null;
    const dialed = tracking ?? (direction === 'inbound' && !told.dialed ? line : null);
    if ((told.line || !line) && !dialed) return;
    this.#update(entry, notice, { ...(line && !told.line && { line }), ...(dialed && { dialed }) });
  }

  #update(entry: Entry, { at, raw, tracking }: CallNotice, details: CallDetails): void {
    noteTold(entry, details, tracking);
    this.#tell({ fact: 'call.update', call: entry.id, at, raw, details });
  }

  #finish(entry: Entry | null, summary: SummaryNotice): void {
    const { entry: call, raw } = summary;
    const early = this.#early.get(call);
    early?.cancel();
    this.#early.delete(call);
    if (entry) this.#forget(entry);
    this.#over.first(call);
    const at = summary.endedAt ?? this.#clock.now();
    if (entry) {
      const details = detailsMissing(entry, summary);
      this.#tell({ fact: 'call.update', call, at, raw, details });
      groupEnded(entry, { reason: summary.reason, at, raw }, this.#tell);
    } else {
      const startedAt = summary.startedAt ?? summary.answeredAt ?? at;
      this.#tell({ fact: 'call.begin', call, at: startedAt, startedAt, raw, details: detailsOfSummary(summary) });
    }
    const words = reasonOf(summary.reason);
    const answered = summary.answeredAt !== null || entry?.answered === true;
    const result = answered ? words && { disposition: 'answered' as const, reason: words } : endOf(summary.reason);
    this.#tell({
      fact: 'call.end',
      call,
      at,
      raw,
      ...(result && { result }),
      ...(summary.startedAt !== null && { startedAt: summary.startedAt }),
      ...(summary.answeredAt !== null && { answeredAt: summary.answeredAt }),
      ...(summary.endedAt !== null && { endedAt: summary.endedAt }),
      ...(summary.answeredAt !== null && isSomebody(summary.to) && { answeredBy: partyOf(summary.to) }),
    });
  }

  #touch(entry: Entry, at: number): void {
    entry.touchedAt = at;
    this.#entries.delete(entry.id);
    this.#entries.set(entry.id, entry);
    if (this.#entries.size < 2) return;
    let looked = 0;
    for (const oldest of this.#entries.values()) {
      const idle = this.#clock.now() - oldest.touchedAt;
      const over = idle > SILENT_MS || (idle > IDLE_MS && !hasLiveLeg(oldest));
      if (over || this.#entries.size > MAX_ENTRIES) this.#forget(oldest);
      if (++looked >= 4) return;
    }
  }

  #forget(entry: Entry): void {
    entry.summaryTimer?.cancel();
    this.#entries.delete(entry.id);
    for (const leg of entry.legs.keys()) if (this.#ofLeg.get(leg) === entry) this.#ofLeg.delete(leg);
  }
}

function detailsOfSummary({ direction, from, to, line, tracking }: SummaryNotice): CallDetails {
  const dialed = direction === 'inbound' ? (tracking ?? line) : (partyOf(to).number ?? to.extension);
  return {
    ...(direction && { direction }),
    from: partyOf(from),
    to: partyOf(to),
    ...(line && { line }),
    ...(dialed && { dialed }),
  };
}

/** What a summary adds to a call of which notices were heard: its word about direction and line, else what they lacked. */
function detailsMissing({ told }: Entry, summary: SummaryNotice): CallDetails {
  const { direction, from, to, line, dialed } = detailsOfSummary(summary);
  return {
    ...(direction && { direction }),
    ...(line && { line }),
    ...(!told.from && { from }),
    ...(!told.to && { to }),
    ...(dialed && (dialed === summary.tracking ? !told.tracking : !told.dialed) && { dialed }),
  };
}
