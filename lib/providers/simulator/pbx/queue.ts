/** A queue: callers in their order, members who get them one at a time, the longest idle first. */

import type { QueueLeaveReason, QueueStatus } from '../../../model';
import type { Leg, SimulatedCall } from './call';
import type { CauseCode } from './causes';
import type { Exchange, Surroundings, Watcher } from './exchange';
import type { QueueSeat } from './messages';

/** A member's phone rings this long before the next one is tried. */
const MEMBER_RING_MS = 15_000;
/** After this wait the caller is sent away. */
const WAIT_MS = 120_000;
/** Between a phone's hanging up and the next caller. */
const BREATH_MS = 1_000;

interface Waiting {
  call: SimulatedCall;
  since: number;
  offer: Leg | null;
}

interface Member extends QueueSeat {
  /** When it last had a caller of this queue. */
  servedAt: number;
}

export class Queue implements Watcher {
  readonly id: string;
  readonly name: string;
  readonly members = new Map<string, Member>();
  #waiting: Waiting[] = [];
  readonly #exchange: Exchange;
  readonly #around: Surroundings;

  constructor(id: string, exchange: Exchange, around: Surroundings) {
    this.id = id;
    this.name = `Queue ${id}`;
    this.#exchange = exchange;
    this.#around = around;
    exchange.watch(this);
  }

  /** A member from the beginning: nothing is said of it. */
  seat(extension: string): void {
    this.members.set(extension, {
      extension,
      name: this.#around.directory.extensions.get(extension) ?? null,
      paused: false,
      servedAt: 0,
    });
  }

  add(extension: string): boolean {
    if (this.members.has(extension)) return false;
    this.seat(extension);
    this.#say('MemberAdded', extension);
    this.#soon();
    return true;
  }

  remove(extension: string): boolean {
    const member = this.members.get(extension);
    if (!member) return false;
    this.members.delete(extension);
    this.#around.tell({ event: 'MemberRemoved', queue: this.id, name: this.name, member: seatOf(member) });
    return true;
  }

  pause(extension: string, paused: boolean): boolean {
    const member = this.members.get(extension);
    if (!member || member.paused === paused) return false;
    member.paused = paused;
    this.#say(paused ? 'MemberPaused' : 'MemberUnpaused', extension);
    if (!paused) this.#soon();
    return true;
  }

  join(call: SimulatedCall): void {
    call.waitsIn = this.id;
    call.lastQueue = this.id;
    this.#waiting.push({ call, since: this.#around.clock.now(), offer: null });
    const waiting = this.#waiting.length;
    this.#around.tell({
      event: 'QueueJoined',
      queue: this.id,
      name: this.name,
      call: call.id,
      position: waiting,
      waiting,
    });
    this.#around.schedule.after(this.#around.pace(WAIT_MS), this.#timerOf(call), () => this.timeOut(call));
    this.#distribute();
  }

  /** The queue gives up on a caller. */
  timeOut(call: SimulatedCall): void {
    if (call.waitsIn !== this.id) return;
    this.leave(call, 'timeout');
    for (const offer of call.offers) this.#exchange.leave(call, offer, 26, true);
    this.#exchange.finish(call, 19);
  }

  leave(call: SimulatedCall, why: QueueLeaveReason | null): void {
    const entry = this.#waiting.find((other) => other.call === call);
    if (!entry) return;
    this.#waiting = this.#waiting.filter((other) => other !== entry);
    call.waitsIn = null;
    this.#around.schedule.drop(this.#timerOf(call));
    this.#around.tell({
      event: 'QueueLeft',
      queue: this.id,
      name: this.name,
      call: call.id,
      why,
      waitSeconds: Math.round((this.#around.clock.now() - entry.since) / 1000),
      waiting: this.#waiting.length,
    });
    const member = entry.offer?.party.extension && this.members.get(entry.offer.party.extension);
    if (why === 'connected' && member) {
      member.servedAt = this.#around.clock.now();
      this.#say('MemberConnected', member.extension, call.id);
    }
  }

  gone(call: SimulatedCall, leg: Leg, code: CauseCode): void {
    const entry = this.#waiting.find((other) => other.offer === leg);
    if (!entry || call.waitsIn !== this.id) return;
    entry.offer = null;
    const member = leg.party.extension && this.members.get(leg.party.extension);
    // Who did not take the caller goes to the end of the line, or the same phone would ring for ever.
    if (member && code !== 26) member.servedAt = this.#around.clock.now();
    this.#soon();
  }

  idle(): void {
    if (this.#waiting.length > 0) this.#soon();
  }

  get waiting(): readonly SimulatedCall[] {
    return this.#waiting.map(({ call }) => call);
  }

  status(): QueueStatus {
    const now = this.#around.clock.now();
    return {
      id: this.id,
      name: this.name,
      waiting: this.#waiting.length,
      members: [...this.members.values()].map(seatOf),
      callers: this.#waiting.map(({ call, since }, index) => ({
        call: call.id,
        from: call.from.number ?? call.from.extension,
        position: index + 1,
        waitSeconds: Math.round((now - since) / 1000),
      })),
    };
  }

  #soon(): void {
    const owner = `queue/${this.id}`;
    this.#around.schedule.drop(owner);
    this.#around.schedule.after(this.#around.pace(BREATH_MS), owner, () => this.#distribute());
  }

  #distribute(): void {
    for (const entry of this.#waiting) {
      if (entry.offer) continue;
      const member = this.#free(entry.call);
      if (member) this.#offer(entry, member);
    }
    // Nobody says when a phone that could not be reached is there again, so it is looked after.
    if (this.#waiting.some(({ offer }) => !offer) && this.#idle().length > 0) this.#soon();
  }

  #offer(entry: Waiting, member: Member): void {
    const { schedule, pace } = this.#around;
    const leg = this.#exchange.offer(entry.call, this.#around.directory.inside(member.extension), this.id);
    entry.offer = leg;
    this.#say('MemberRinging', member.extension, entry.call.id);
    schedule.after(pace(MEMBER_RING_MS), leg.id, () => this.#exchange.leave(entry.call, leg, 19));
  }

  #free(call: SimulatedCall): Member | undefined {
    let best: Member | undefined;
    for (const member of this.#idle()) {
      // A phone that cannot ring would hold the caller's only offer.
      if (this.#exchange.obstacle(call, this.#around.directory.inside(member.extension)) !== null) continue;
      if (!best || member.servedAt < best.servedAt) best = member;
    }
    return best;
  }

  #idle(): Member[] {
    return [...this.members.values()].filter(
      ({ paused, extension }) => !paused && this.#exchange.stateOf(extension) === 'idle',
    );
  }

  #timerOf(call: SimulatedCall): string {
    return `${this.id}/${call.id}`;
  }

  #say(
    event: 'MemberAdded' | 'MemberPaused' | 'MemberUnpaused' | 'MemberRinging' | 'MemberConnected',
    extension: string,
    call?: string,
  ): void {
    const member = this.members.get(extension);
    if (!member) return;
    const about = { queue: this.id, name: this.name, member: seatOf(member) };
    if (event === 'MemberRinging' || event === 'MemberConnected')
      this.#around.tell({ event, ...about, call: call ?? '' });
    else this.#around.tell({ event, ...about });
  }
}

function seatOf({ extension, name, paused }: Member): QueueSeat {
  return { extension, name, paused };
}
