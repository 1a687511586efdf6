/** Who sits in which queue, as last told: what changed unheard shows by comparing. */

import type { QueueMember } from '../model';

export interface Seat {
  queue: string;
  /** The member's interface: one member may sit in a queue with several. */
  device: string;
  member: QueueMember;
}

const MOST_SEATS = 50_000;

export class Roster {
  #seats = new Map<string, Seat>();

  sit(seat: Seat): void {
    const key = keyOf(seat);
    if (this.#seats.size < MOST_SEATS || this.#seats.has(key)) this.#seats.set(key, seat);
  }

  leave(seat: Seat): void {
    this.#seats.delete(keyOf(seat));
  }

  /** Takes the whole list as true from now on. @returns what is new, gone, and paused or not any more */
  replace(seats: readonly Seat[]): { added: Seat[]; removed: Seat[]; changed: Seat[] } {
    const before = this.#seats;
    this.#seats = new Map();
    const added: Seat[] = [];
    const changed: Seat[] = [];
    for (const seat of seats) {
      this.sit(seat);
      const old = before.get(keyOf(seat));
      if (!old) added.push(seat);
      else if (old.member.paused !== seat.member.paused) changed.push(seat);
    }
    const removed = [...before.values()].filter((seat) => !this.#seats.has(keyOf(seat)));
    return { added, removed, changed };
  }
}

function keyOf({ queue, device }: Seat): string {
  return `${queue}\n${device}`;
}
