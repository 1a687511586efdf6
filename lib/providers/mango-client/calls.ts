/**
 * Calls as the employees' lines tell of them, stated as facts. One call may be told on several lines at once; its end is worked out from
 * its legs, since the service has no word for it.
 */

import type { Clock, Timer } from '../../clock';
import type { CallDetails, Fact } from '../../facts';
import { party } from '../../model';
import type { Disposition, Reason } from '../../model';
import { RecentKeys } from '../../transport/webhook';
import type { CallNotice, CallState } from './call-notice';
import { isParty } from './call-notice';
import type { Placed, PlacedCalls } from './placed';

interface Leg {
  id: string;
  role: 'caller' | 'callee' | 'stage';
  state: 'new' | CallState;
  answered: boolean;
  /** What the service's requests call it. */
  vendor: string;
}

interface Entry {
  id: string;
  legs: Map<string, Leg>;
  aliases: string[];
  placed: Placed | null;
  answered: boolean;
  /** A colleague took it, nobody knows who. */
  takenAt: number | null;
  endedAt: number;
  raw: unknown;
  /** To whom it was told. */
  users: Set<string>;
  touchedAt: number;
  timer: Timer | null;
  /** Runs when its end may never be told. */
  expiry: Timer | null;
}

/** How a leg went. */
interface Parting {
  at: number;
  raw: unknown;
  disposition?: Disposition | null;
  reason?: Reason | null;
  groupDisconnect?: boolean;
  /** Out of the store. */
  stored?: boolean | undefined;
}

/** After the last leg: a transferred call gets its next one within this time. */
const LINGER_MS = 2_000;
/** A call in the IVR that nobody hears of again went to somebody whose events do not come here, or gave up. */
const IVR_MS = 600_000;
/** When an /ivr out of the store is that old already, the other lines' stores may still tell where the call went. */
const STORED_IVR_MS = 30_000;
/** A call whose end may have been lost is over after this silence; one that nobody answers cannot live long. */
const UNANSWERED_MS = 15 * 60_000;
const ANSWERED_MS = 6 * 3_600_000;
const MOST_CALLS = 5_000;
const MOST_LEGS = 100;
const STAGE = 'ivr';

export class Calls {
  readonly #clock: Clock;
  readonly #placed: PlacedCalls;
  readonly #fact: (fact: Fact) => void;
  /** By the id of the call and every other id it has. */
  readonly #entries = new Map<string, Entry>();
  readonly #live = new Set<Entry>();
  readonly #over: RecentKeys;

  constructor(clock: Clock, placed: PlacedCalls, fact: (fact: Fact) => void) {
    this.#clock = clock;
    this.#placed = placed;
    this.#fact = fact;
    this.#over = new RecentKeys(clock, { max: 4 * MOST_CALLS, ttlMs: 1_800_000 });
  }

  get size(): number {
    return this.#live.size;
  }

  /** Every id by which the service may name the call in a request or its result; the one to use first. */
  vendorIds(id: string): string[] {
    const entry = this.#entries.get(id);
    if (!entry) return [id];
    const live = [...entry.legs.values()].filter((leg) => leg.state !== 'disconnected');
    return [...new Set([live.at(-1)?.vendor ?? id, entry.id, ...entry.aliases])];
  }

  /** An incoming call is in the IVR; whether that is new. */
  ivr(id: string, vendor: string, number: string | null, { at, raw, stored }: Parting): boolean {
    if (this.#over.has(id) || this.#entries.has(id)) return false;
    const entry = this.#add(id, raw);
    entry.legs.set(STAGE, { id: STAGE, role: 'stage', state: 'appeared', answered: false, vendor });
    this.#fact({ at, raw, call: id, fact: 'call.begin', details: { direction: 'inbound', from: { number } } });
    this.#alias(entry, vendor, at);
    this.#fact({ at, raw, call: id, fact: 'leg.begin', leg: STAGE, role: 'stage' });
    this.#forget(entry, { at, stored });
    return true;
  }

  /** The caller left the IVR: to somebody, or for good. */
  ivrOver(id: string, told: Parting): void {
    const entry = this.#entries.get(id);
    const stage = entry?.legs.get(STAGE);
    if (entry && stage && stage.state !== 'disconnected') this.#gone(entry, stage, told);
  }

  /** @param stored out of the store: what was pushed between then and now is lost, so its end may be */
  apply(notice: CallNotice, stored = false): void {
    if (this.#over.has(notice.id)) return;
    let entry = this.#entries.get(notice.id) ?? this.#entries.get(notice.leg) ?? this.#farLeg(notice);
    if (!entry) {
      // It says that a call is none of his; of one never heard of, that is nothing at all.
      if (notice.groupDisconnect && notice.state === 'disconnected') return;
      entry = this.#begin(notice);
    }
    entry.users.add(notice.user);
    entry.touchedAt = this.#clock.now();
    if (stored) this.#expect(entry);
    const leg = this.#leg(entry, notice);
    if (leg) this.#step(entry, leg, notice);
  }

  /** An employee's line broke: what was pushed to it meanwhile is lost, the ends of his calls perhaps, too. */
  interrupted(user: string): void {
    for (const entry of this.#live) if (entry.users.has(user)) this.#expect(entry);
  }

  clear(): void {
    for (const { timer, expiry } of this.#live) {
      timer?.cancel();
      expiry?.cancel();
    }
    this.#live.clear();
    this.#entries.clear();
    this.#over.clear();
    this.#placed.clear();
  }

  #add(id: string, raw: unknown): Entry {
    const [oldest] = this.#live;
    if (oldest && this.#live.size >= MOST_CALLS) this.#end(oldest, this.#clock.now(), true);
    const entry: Entry = {
      id,
      legs: new Map(),
      aliases: [],
      placed: null,
      answered: false,
      takenAt: null,
      endedAt: 0,
      raw,
      users: new Set(),
      touchedAt: this.#clock.now(),
      timer: null,
      expiry: null,
    };
    this.#entries.set(id, entry);
    this.#live.add(entry);
    return entry;
  }

  #begin(notice: CallNotice): Entry {
    const entry = this.#add(notice.id, notice.raw);
    entry.placed = this.#placed.claim(notice);
    const { placed } = entry;
    const details = placed ? detailsOfPlaced(placed, notice) : detailsOf(notice);
    const reference = placed && { reference: placed.reference };
    this.#fact({ call: entry.id, at: notice.at, raw: notice.raw, fact: 'call.begin', details, ...reference });
    return entry;
  }

  /** The far leg of a placed call, when it has an id of its own. */
  #farLeg({ id, from, to, at }: CallNotice): Entry | undefined {
    for (const entry of from.extension === null ? [] : this.#live) {
      const { placed, legs } = entry;
      if (placed?.user !== from.extension || !isParty(placed.to, to)) continue;
      if ([...legs.values()].some((leg) => leg.role === 'callee')) continue;
      this.#alias(entry, id, at);
      return entry;
    }
    return undefined;
  }

  #alias(entry: Entry, alias: string, at: number): void {
    if (this.#entries.has(alias) || entry.aliases.length >= MOST_LEGS) return;
    this.#entries.set(alias, entry);
    entry.aliases.push(alias);
    this.#fact({ call: entry.id, at, fact: 'call.alias', alias });
  }

  #leg(entry: Entry, notice: CallNotice): Leg | undefined {
    const { from, to, at, raw } = notice;
    // Members of a group may be told under one id; each telephone is a leg.
    const id = `${notice.leg}/${to.extension ?? to.number ?? ''}`;
    const known = entry.legs.get(id);
    if (known) return known;
    if (entry.legs.size >= MOST_LEGS) return undefined;
    entry.timer?.cancel();
    entry.timer = null;
    const own = entry.placed !== null && to.extension === entry.placed.user;
    const role = own ? 'caller' : 'callee';
    const leg: Leg = { id, role, state: 'new', answered: false, vendor: notice.leg };
    const stage = entry.legs.get(STAGE);
    entry.legs.set(id, leg);
    this.#alias(entry, notice.leg, at);
    const about = { call: entry.id, at, raw };
    // Out of the IVR the call goes to somebody; in a placed one the far end's name is told with the first telephone.
    if (stage) this.#fact({ ...about, fact: 'call.update', details: detailsOf(notice) });
    else if (own && from.name) this.#fact({ ...about, fact: 'call.update', details: { to: { name: from.name } } });
    this.#fact({ ...about, fact: 'leg.begin', leg: id, role, party: partyOf(leg, notice) });
    if (stage && stage.state !== 'disconnected') this.#gone(entry, stage, { at, raw });
    return leg;
  }

  #step(entry: Entry, leg: Leg, notice: CallNotice): void {
    const before = leg.state;
    if (before === 'disconnected' || before === notice.state) return;
    const about = { call: entry.id, at: notice.at, raw: notice.raw };
    const who = partyOf(leg, notice);
    switch (notice.state) {
      case 'appeared':
        // Late, when it is not the first word of this leg.
        if (before !== 'new') return;
        leg.state = 'appeared';
        if (leg.role === 'callee') this.#fact({ ...about, fact: 'leg.ringing', leg: leg.id, party: who });
        return;
      case 'connected':
      case 'held':
        leg.state = notice.state;
        if (!leg.answered) {
          leg.answered = true;
          entry.answered ||= leg.role === 'callee';
          this.#fact({ ...about, fact: 'leg.answer', leg: leg.id, party: who });
        } else if (before === 'held') this.#fact({ ...about, fact: 'call.resume' });
        if (notice.state === 'held') this.#fact({ ...about, fact: 'call.hold' });
        return;
      case 'disconnected':
        if (notice.groupDisconnect && !leg.answered) entry.takenAt ??= notice.at;
        this.#gone(entry, leg, notice);
    }
  }

  #gone(
    entry: Entry,
    leg: Leg,
    { at, raw, disposition = null, reason = null, groupDisconnect, stored }: Parting,
  ): void {
    leg.state = 'disconnected';
    entry.endedAt = Math.max(entry.endedAt, at);
    entry.raw = raw;
    const how = leg.role === 'callee' && leg.answered ? ('answered' as const) : disposition;
    this.#fact({
      call: entry.id,
      at,
      raw,
      fact: 'leg.end',
      leg: leg.id,
      ...(how && { result: { disposition: how, ...(reason && { reason }) } }),
      ...((leg.role === 'stage' || (groupDisconnect && !leg.answered)) && { lost: true }),
    });
    if ([...entry.legs.values()].some(({ state }) => state !== 'disconnected')) return;
    // Out of the IVR he may have gone to anybody, and nobody need tell of it.
    if (leg.role === 'stage') this.#forget(entry, { at, stored });
    else {
      entry.timer?.cancel();
      entry.timer = this.#clock.after(LINGER_MS, () => this.#end(entry, entry.endedAt, false));
    }
  }

  /** Ends a call of the IVR that nobody hears of again. A stored one ends in its own time, which may be over. */
  #forget(entry: Entry, { at, stored }: Pick<Parting, 'at' | 'stored'>): void {
    const now = this.#clock.now();
    const end = (stored ? Math.min(at, now) : now) + IVR_MS;
    entry.timer?.cancel();
    entry.timer = this.#clock.after(Math.max(end - now, STORED_IVR_MS), () => this.#end(entry, end, true));
  }

  /** Ends it when nothing is heard of it for long. */
  #expect(entry: Entry): void {
    if (entry.expiry) return;
    const silent = () => this.#clock.now() - entry.touchedAt;
    const limit = () => (entry.answered ? ANSWERED_MS : UNANSWERED_MS);
    const look = () => {
      if (silent() >= limit()) this.#end(entry, this.#clock.now(), true);
      else entry.expiry = this.#clock.after(Math.max(1, limit() - silent()), look);
    };
    entry.expiry = this.#clock.after(Math.max(1, limit() - silent()), look);
  }

  /** @param unseen whether nobody told what became of it */
  #end(entry: Entry, at: number, unseen: boolean): void {
    entry.timer?.cancel();
    entry.expiry?.cancel();
    this.#live.delete(entry);
    for (const id of [entry.id, ...entry.aliases]) {
      this.#entries.delete(id);
      this.#over.first(id);
    }
    // Somebody of the group whose events do not come here.
    const taken = entry.takenAt !== null && !entry.answered;
    this.#fact({
      call: entry.id,
      at,
      raw: entry.raw,
      fact: 'call.end',
      ...(taken && { answeredAt: entry.takenAt ?? at, answeredBy: {}, result: { disposition: 'answered' } }),
      ...(unseen && { undecided: true }),
      ...((taken || unseen) && { inferred: true }),
    });
  }
}

/** Whoever is called was asked for by a number; that it is an extension, the service tells. */
function detailsOfPlaced({ user, to }: Placed, notice: CallNotice): CallDetails {
  const colleague = [notice.from, notice.to].some(({ extension }) => extension === to);
  return {
    direction: colleague ? 'internal' : 'outbound',
    from: { extension: user },
    to: colleague ? { extension: to } : { number: to },
    dialed: to,
  };
}

function partyOf(leg: Leg, { to }: CallNotice): ReturnType<typeof party> {
  return leg.role === 'caller' ? party({ extension: to.extension }) : to;
}

function detailsOf({ direction, from, to, line, group }: CallNotice): CallDetails {
  return {
    direction,
    from,
    to,
    ...(line !== null && { line }),
    ...(group !== null && { queue: group }),
    ...(direction === 'outbound' && to.number !== null && { dialed: to.number }),
    ...(direction === 'internal' && to.extension !== null && { dialed: to.extension }),
  };
}
