/**
 * What happens to the legs of a call: one employee's telephone rings, is answered, stops, or hands the call on (specification 4.2). How the
 * call ends is said elsewhere: a leg that stops ringing decides nothing.
 */

import type { Clock } from '../../clock';
import type { CallFact, Fact } from '../../facts';
import type { Party } from '../../model';
import type { Directory } from './directory';
import type { Entry, Leg } from './entry';
import { liveLegs } from './entry';
import { areTwo, keyOf, shareName } from './notice';
import type { Employee, EventNotice } from './notice';

/** A fact about a call without what is the same for all of them. */
export type Told = CallFact extends infer F
  ? F extends CallFact
    ? Omit<F, 'call' | 'at'> & { at?: number }
    : never
  : never;

export interface LegsOptions {
  clock: Clock;
  directory: Directory;
  tell: (entry: Entry, fact: Told) => void;
  fact: (fact: Fact) => void;
  find: (call: string) => Entry | undefined;
  /** The call has another id. */
  known: (call: string, entry: Entry) => void;
}

export class Legs {
  readonly #options: LegsOptions;

  constructor(options: LegsOptions) {
    this.#options = options;
  }

  /** Whether the telephone stands where such a push moves it from, though it has moved it before. */
  hasTurned(entry: Entry | undefined, { employee, event }: EventNotice): boolean {
    const state = entry && employee ? this.#find(entry, employee)?.state : undefined;
    if (event === 'ringing' || event === 'dialing') return state === 'gone';
    if (event === 'answered') return state === 'ringing';
    return state === 'ringing' || state === 'answered';
  }

  ringing(entry: Entry, notice: EventNotice): void {
    // The employee's own telephone of a call that this side placed.
    if (entry.direction === 'outbound') return this.dialing(entry, notice);
    const { employee } = notice;
    if (!employee) return;
    const party = this.#options.directory.party(employee);
    this.#handedOn(entry, party, 'blind', notice);
    this.#joins(entry, notice);
    const leg = this.#leg(entry, notice, party);
    leg.state = 'ringing';
    this.#options.tell(entry, { fact: 'leg.ringing', leg: leg.id, party, ...rawOf(notice) });
    if (entry.queue && !entry.answered) this.#member(entry, 'queue.member.ringing', party, notice);
  }

  dialing(entry: Entry, notice: EventNotice): void {
    const { directory } = this.#options;
    const caller = notice.employee ? directory.party(notice.employee) : {};
    const leg = this.#leg(entry, notice, caller);
    leg.state = 'ringing';
    leg.dials = true;
    this.#options.tell(entry, { fact: 'leg.begin', leg: leg.id, role: 'caller', party: caller, ...rawOf(notice) });
    this.#options.tell(entry, {
      fact: 'leg.begin',
      leg: farLeg(entry),
      role: 'callee',
      party: farSide(entry),
      ...rawOf(notice),
    });
  }

  answered(entry: Entry, notice: EventNotice): void {
    const { employee } = notice;
    const party = employee ? this.#options.directory.party(employee) : {};
    const known = employee ? this.#find(entry, employee) : undefined;
    const dials = entry.direction === 'outbound' || known?.dials === true;
    const leg = known ?? this.#leg(entry, notice, party);
    if (dials) {
      // The PBX tells of the far end by the employee who called (specification 4.2, E).
      leg.state = 'answered';
      this.#options.tell(entry, { fact: 'leg.answer', leg: farLeg(entry), party: farSide(entry), ...rawOf(notice) });
      entry.answered = true;
      return;
    }
    this.#handedOn(entry, party, null, notice);
    this.#joins(entry, notice);
    leg.state = 'answered';
    this.#options.tell(entry, { fact: 'leg.answer', leg: leg.id, party, ...rawOf(notice) });
    const { queue } = entry;
    if (queue && !entry.answered) {
      this.queue(entry, { fact: 'queue.leave', why: 'connected', ...rawOf(notice) });
      this.#member(entry, 'queue.member.connect', party, notice);
    }
    entry.answered = true;
  }

  gone(entry: Entry, notice: EventNotice): void {
    const { employee } = notice;
    const party = employee ? this.#options.directory.party(employee) : {};
    const leg = employee ? (this.#find(entry, employee) ?? this.#leg(entry, notice, party)) : undefined;
    const hadTalk = leg?.state === 'answered';
    const completed = notice.event === 'completed' || (notice.event === 'released' && hadTalk);
    if (completed && !hadTalk && leg?.state !== 'gone') entry.talked = true;
    if (completed) entry.endedAt = this.#options.clock.now();
    if (leg) {
      leg.state = 'gone';
      this.#options.tell(entry, { fact: 'leg.end', leg: leg.id, lost: true, ...rawOf(notice) });
    }
    if (liveLegs(entry).length > 0) return;
    this.#options.tell(entry, { fact: 'leg.end', leg: farLeg(entry), lost: true, ...rawOf(notice) });
  }

  transferred(entry: Entry, notice: EventNotice): void {
    const { directory } = this.#options;
    const by = notice.employee ? directory.party(notice.employee) : null;
    const own = notice.employee ? this.#find(entry, notice.employee) : undefined;
    if (own && own.state !== 'gone') {
      own.state = 'gone';
      this.#options.tell(entry, { fact: 'leg.end', leg: own.id, lost: true, ...rawOf(notice) });
    }
    const second = notice.second && notice.second !== entry.id ? notice.second : null;
    const other = second ? this.#options.find(second) : undefined;
    const taker =
      other && [...other.legs.values()].find((leg) => leg.state !== 'gone' && leg.party.extension !== by?.extension);
    entry.transferBy = taker ? null : (by ?? { number: null, extension: null, name: null });
    if (other && other !== entry && second) this.#merge(entry, other, second, { taker: taker ?? null, by, notice });
    else if (second && !other) {
      this.#options.known(second, entry);
      this.#options.tell(entry, { fact: 'call.alias', alias: second, ...rawOf(notice) });
    }
  }

  #merge(
    entry: Entry,
    other: Entry,
    second: string,
    { taker, by, notice }: { taker: Leg | null; by: Party | null; notice: EventNotice },
  ): void {
    const transfer = taker && {
      mode: taker.state === 'answered' ? ('attended' as const) : ('blind' as const),
      ...(by && { by }),
      to: taker.party,
    };
    this.#options.tell(other, { fact: 'call.merge', into: entry.id, ...(transfer && { transfer }), ...rawOf(notice) });
    other.timer?.cancel();
    for (const [key, leg] of other.legs) if (entry.legs.get(key)?.state !== 'answered') entry.legs.set(key, leg);
    entry.answered ||= other.answered;
    if (entry.outcome?.disposition !== 'answered') entry.outcome = other.outcome ?? entry.outcome;
    for (const id of other.ids) this.#options.known(id, entry);
    this.#options.known(second, entry);
  }

  /** The telephone that rings or answers after a transfer is whom the call went to. */
  #handedOn(entry: Entry, to: Partial<Party>, mode: 'blind' | null, notice: EventNotice): void {
    const by = entry.transferBy;
    if (!by || (to.extension && to.extension === by.extension)) return;
    entry.transferBy = null;
    this.#options.tell(entry, { fact: 'call.transfer', mode, by, to, ...rawOf(notice) });
  }

  /** The PBX names the group with the telephones that ring: that the caller waits there is worked out. */
  #joins(entry: Entry, notice: EventNotice): void {
    const { group } = notice;
    if (!group || entry.answered || entry.queue?.id === group.id) return;
    entry.queue = group;
    this.queue(entry, { fact: 'queue.join', inferred: true, ...rawOf(notice) });
  }

  queue(
    entry: Entry,
    more: { fact: 'queue.join' | 'queue.leave'; why?: 'connected' | 'timeout'; inferred?: true; raw?: unknown },
  ): void {
    if (!entry.queue) return;
    const { clock, fact: state } = this.#options;
    state({ at: clock.now(), call: entry.id, queue: { ...entry.queue }, ...more });
  }

  #member(
    entry: Entry,
    fact: 'queue.member.ringing' | 'queue.member.connect',
    party: Partial<Party>,
    notice: EventNotice,
  ): void {
    if (!entry.queue) return;
    const { clock, fact: state } = this.#options;
    const member = { extension: party.extension ?? null, name: party.name ?? null };
    state({ fact, at: clock.now(), call: entry.id, queue: { ...entry.queue }, member, ...rawOf(notice) });
  }

  /** The leg of this employee: pushes name the same telephone by more or fewer of its names (specification 4.1). */
  #find(entry: Entry, employee: Employee): Leg | undefined {
    const exact = entry.legs.get(keyOf(employee));
    if (exact) return exact;
    const { directory } = this.#options;
    const others = [...entry.legs.values()].filter((leg) => leg.employee && !areTwo(leg.employee, employee));
    const by = (same: typeof shareName) => others.find((leg) => leg.employee && same(leg.employee, employee));
    return by(shareName) ?? by((one, other) => directory.same(one, other));
  }

  #leg(entry: Entry, notice: EventNotice, party: Partial<Party>): Leg {
    const key = notice.employee ? keyOf(notice.employee) : '';
    let leg = entry.legs.get(key);
    if (!leg) {
      leg = { id: `${notice.call}/${key}`, employee: notice.employee, party, state: 'ringing', dials: false };
      entry.legs.set(key, leg);
    }
    return leg;
  }
}

/** The side that an employee of the call talks to. */
export function farSide({ direction, client }: Entry): Partial<Party> {
  if (!client) return {};
  return direction === 'internal' ? { extension: client } : { number: client };
}

function farLeg(entry: Entry): string {
  return `${entry.id}/far`;
}

export function rawOf({ raw }: { raw: unknown }): { raw?: unknown } {
  return raw === undefined ? {} : { raw };
}
