/**
 * From pushes to facts. One push tells of one employee's leg; legs with the same id are one call; a leg that stops ringing decides nothing;
 * the history record is the outcome, and may come before the last leg's end (specification 4.2, 4.9, 8).
 */

import type { Clock } from '../../clock';
import type { CallDetails, Fact, LegResult } from '../../facts';
import { RecentKeys, RecentMap } from '../../transport/webhook';
import type { Directory } from './directory';
import type { Entry } from './entry';
import { liveLegs, newEntry, verdictOf } from './entry';
import { farSide, Legs, rawOf } from './legs';
import type { Told } from './legs';
import type { ContactNotice, EventNotice, HistoryNotice } from './notice';
import { assumedTimesOf, sidesOf } from './outcome';
import type { PlacedCalls } from './placed';

/** A record usually comes within a second of the last leg's end; after this the list of calls is asked. */
const LOOK_MS = 20_000;
/** And after this it is decided from the legs. */
const SETTLE_MS = 60_000;
/** While nobody has taken the call, or it is being handed on, the next telephone may be tried after a pause. */
const UNTAKEN_MS = 300_000;
/** A caller in the voice menu has no leg at all, nor has one who hears music in a group. */
const LEGLESS_MS = 1_800_000;
/** No telephone rings longer than this: the end of its leg was lost. */
const RINGS_MS = 180_000;
/** A talk may last for hours without a push; after this the push of its end was lost. */
const SILENT_MS = 6 * 3_600_000;
const REPEATED_MS = 10_000;
const MAX_CALLS = 5_000;

export interface CallBookOptions {
  clock: Clock;
  directory: Directory;
  placed: PlacedCalls;
  tell: (fact: Fact) => void;
  /** A call is over and its record has not come: the list of calls may have it. */
  missing: () => void;
}

export class CallBook {
  readonly #options: CallBookOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #legs: Legs;
  readonly #over: RecentKeys;
  readonly #pushed: RecentMap<true>;

  constructor(options: CallBookOptions) {
    this.#options = options;
    const { clock, directory } = options;
    this.#legs = new Legs({
      clock,
      directory,
      tell: (entry, fact) => this.#tell(entry, fact),
      fact: options.tell,
      find: (call) => this.#entries.get(call),
      known: (call, entry) => this.#remember(call, entry),
    });
    this.#over = new RecentKeys(options.clock, { ttlMs: 26 * 3_600_000, max: 50_000 });
    this.#pushed = new RecentMap(options.clock, { ttlMs: REPEATED_MS });
  }

  get size(): number {
    return new Set(this.#entries.values()).size;
  }

  /** First sign of the oldest live call, so that the list of calls is asked far enough back; `null` without one. */
  oldest(): number | null {
    let oldest = Infinity;
    for (const { startedAt } of this.#entries.values()) oldest = Math.min(oldest, startedAt);
    return Number.isFinite(oldest) ? oldest : null;
  }

  has(call: string): boolean {
    return this.#entries.has(call) || this.#over.has(call);
  }

  isOver(call: string): boolean {
    return this.#over.has(call);
  }

  /** A call from outside asks who it is: its first sign of life. */
  contact(notice: ContactNotice): void {
    if (this.has(notice.call)) return;
    this.#watch(this.#open(notice, 'inbound'));
  }

  event(pushed: EventNotice): void {
    const notice = this.#options.directory.sorted(pushed);
    if (this.#over.has(notice.call) || this.#isRepeated(notice)) return;
    const known = this.#entries.get(notice.call);
    // An end of something nobody heard of is no reason to invent a call; its record will tell it.
    const tellsStart = notice.event === 'ringing' || notice.event === 'dialing' || notice.event === 'answered';
    if (!known && !tellsStart) return;
    const direction = notice.direction ?? (notice.event === 'dialing' ? 'outbound' : 'inbound');
    const entry = known ?? this.#open(notice, direction);
    entry.lastAt = this.#options.clock.now();
    if (notice.direction) entry.modern = true;
    this.#apply(entry, notice);
    this.#watch(entry);
  }

  #apply(entry: Entry, notice: EventNotice): void {
    switch (notice.event) {
      case 'ringing':
        return this.#legs.ringing(entry, notice);
      case 'dialing':
        return this.#legs.dialing(entry, notice);
      case 'answered':
        return this.#legs.answered(entry, notice);
      case 'transferred':
        return this.#legs.transferred(entry, notice);
      default:
        return this.#legs.gone(entry, notice);
    }
  }

  /** @param inferred found in the list of calls; its push never came */
  history(told: HistoryNotice, inferred = false): void {
    const notice = this.#options.directory.sorted(told);
    if (this.#over.has(notice.call)) return;
    const entry = this.#entries.get(notice.call) ?? this.#past(notice, inferred);
    entry.lastAt = this.#options.clock.now();
    // Answered beats everything else said of the same call, in whatever order it comes.
    if (entry.outcome?.disposition !== 'answered') {
      entry.outcome = notice;
      entry.inferred = inferred;
    }
    if (verdictOf(entry) && !this.#goesOn(entry, notice)) return this.#settle(entry);
    this.#watch(entry);
  }

  clear(): void {
    for (const entry of this.#entries.values()) entry.timer?.cancel();
    this.#entries.clear();
  }

  #open(notice: ContactNotice | EventNotice, direction: Entry['direction']): Entry {
    const { clock, directory, placed } = this.#options;
    const now = clock.now();
    const entry = newEntry(notice.call, direction, notice.client, now);
    this.#remember(entry.id, entry);
    const { employee, client, line } = notice;
    const inside = employee ? directory.party(employee) : {};
    const outside = client ? (direction === 'internal' ? { extension: client } : { number: client }) : {};
    const placesIt = direction === 'outbound' || (direction === 'internal' && isDialing(notice));
    const reference = placesIt ? placed.match(notice.call, client, employee) : null;
    const dialed = placesIt ? client : line;
    this.#tell(entry, {
      fact: 'call.begin',
      details: {
        direction,
        from: placesIt ? inside : outside,
        to: placesIt ? outside : inside,
        ...(dialed && { dialed }),
        ...(line && { line }),
      },
      ...(reference && { reference }),
      ...rawOf(notice),
    });
    return entry;
  }

  #remember(id: string, entry: Entry): void {
    entry.ids.add(id);
    this.#entries.set(id, entry);
    if (this.#entries.size <= MAX_CALLS) return;
    const oldest = this.#entries.values().next().value;
    if (oldest && oldest !== entry) this.#settle(oldest);
  }

  /** A call nobody heard of until its record came. */
  #past(notice: HistoryNotice, inferred: boolean): Entry {
    const { clock, directory, placed } = this.#options;
    const { direction, client, line, employee, group } = notice;
    const entry = newEntry(notice.call, direction, client, clock.now());
    this.#remember(entry.id, entry);
    const reference = direction === 'outbound' ? placed.match(notice.call, client, employee) : null;
    const dialed = direction === 'inbound' ? line : client;
    const { startedAt } = assumedTimesOf(notice);
    this.#tell(entry, {
      fact: 'call.begin',
      details: {
        direction,
        ...sidesOf(notice, directory),
        ...(dialed && { dialed }),
        ...(line && { line }),
        ...(group && { queue: group.id }),
      },
      ...(startedAt !== null && { startedAt, at: startedAt }),
      ...(reference && { reference }),
      ...(inferred && { inferred: true }),
      ...rawOf(notice),
    });
    return entry;
  }

  /** Whether somebody else than the one the record names still talks or rings: the record may be of one leg only. */
  #goesOn(entry: Entry, notice: HistoryNotice): boolean {
    const { directory } = this.#options;
    const others = liveLegs(entry).filter(
      (leg) => !(leg.employee && notice.employee && directory.same(leg.employee, notice.employee)),
    );
    if (entry.direction === 'outbound') return false;
    return notice.disposition === 'answered' ? others.some(({ state }) => state === 'answered') : others.length > 0;
  }

  #finish(entry: Entry, notice: HistoryNotice): void {
    const { clock, directory } = this.#options;
    const times = assumedTimesOf(notice);
    const isAnswered = notice.disposition === 'answered';
    const details: CallDetails = {
      ...(notice.line && { line: notice.line }),
      ...(notice.group && !entry.queue && { queue: notice.group.id }),
    };
    if (Object.keys(details).length > 0) this.#tell(entry, { fact: 'call.update', details });
    // With the word "Cancel" in use, "Missed" means that nobody took it in time, not that the caller gave up.
    if (entry.queue && !entry.answered && notice.disposition === 'no-answer' && entry.modern)
      this.#legs.queue(entry, { fact: 'queue.leave', why: 'timeout', ...rawOf(notice) });
    // The end was seen here unless only the list told it.
    const endedAt = entry.endedAt ?? times.endedAt;
    const outside = notice.direction === 'outbound' ? farSide(entry) : {};
    const by = notice.direction === 'outbound' ? outside : notice.employee ? directory.party(notice.employee) : null;
    const status = notice.status ? { reason: { code: notice.status, text: null } } : {};
    this.#close(entry, {
      fact: 'call.end',
      result: { disposition: notice.disposition, ...status },
      ...(isAnswered && !entry.answered && { answeredAt: times.answeredAt ?? clock.now() }),
      ...(isAnswered && by && { answeredBy: by }),
      ...(endedAt !== null && { endedAt: Math.min(endedAt, clock.now()) }),
      ...(entry.inferred && { inferred: true }),
      ...rawOf(notice),
    });
  }

  /** What becomes of the call when nothing more is heard of it. */
  #watch(entry: Entry): void {
    const settle = () => this.#settle(entry);
    const verdict = verdictOf(entry);
    if (liveLegs(entry).length > 0) {
      const isDenied = verdict !== null && verdict.disposition !== 'answered';
      this.#wait(entry, isDenied ? RINGS_MS : SILENT_MS, settle);
    } else if (verdict) settle();
    else if (entry.legs.size === 0 && !entry.talked) this.#wait(entry, LEGLESS_MS, settle);
    else
      this.#wait(entry, LOOK_MS, () => {
        this.#options.missing();
        this.#wait(entry, patience(entry) - LOOK_MS, settle);
      });
  }

  /** As its record says, without one as the legs do. */
  #settle(entry: Entry): void {
    const verdict = verdictOf(entry);
    if (verdict) return this.#finish(entry, verdict);
    const wasOffered = entry.legs.size > 0;
    const result: LegResult = {
      disposition: entry.answered || entry.talked ? 'answered' : wasOffered ? 'no-answer' : 'unknown',
    };
    const endedAt = entry.endedAt ?? entry.lastAt;
    this.#close(entry, { fact: 'call.end', result, endedAt, inferred: true });
  }

  #close(entry: Entry, fact: Told): void {
    this.#tell(entry, fact);
    this.#stop(entry);
    for (const id of entry.ids) {
      this.#entries.delete(id);
      this.#over.first(id);
    }
  }

  #tell(entry: Entry, fact: Told): void {
    const { clock, tell } = this.#options;
    tell({ call: entry.id, at: clock.now(), ...fact });
  }

  #wait(entry: Entry, ms: number, then: () => void): void {
    entry.timer?.cancel();
    entry.timer = this.#options.clock.after(ms, then);
  }

  #stop(entry: Entry): void {
    entry.timer?.cancel();
    entry.timer = null;
  }

  /** The same push again (specification 4.9), unless its telephone has stopped or rung meanwhile, so that it has happened twice. */
  #isRepeated(notice: EventNotice): boolean {
    const { call, event, direction, employee, client, line, group, second } = notice;
    const key = JSON.stringify([call, event, direction, employee, client, line, group, second]);
    if (this.#pushed.get(key) && !this.#legs.hasTurned(this.#entries.get(call), notice)) return true;
    this.#pushed.set(key, true);
    return false;
  }
}

/** Milliseconds from the end of the last leg until the call must be over: a leg that stops ringing ends no call (specification 4.2). */
function patience({ answered, talked, direction, queue, transferBy }: Entry): number {
  if (transferBy) return UNTAKEN_MS;
  if (answered || talked || direction === 'outbound') return SETTLE_MS;
  return queue ? LEGLESS_MS : UNTAKEN_MS;
}

function isDialing(notice: ContactNotice | EventNotice): boolean {
  return notice.kind === 'event' && notice.event === 'dialing';
}
