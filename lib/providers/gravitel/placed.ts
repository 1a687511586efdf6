/**
 * Calls this account placed and no push has told of yet. The id in the answer to make call is not promised to be the one of the pushes, and
 * some PBXs tell none: employee and number tie them as well (specification 3.4).
 */

import type { Clock } from '../../clock';
import { digitsOf } from './fields';
import type { Employee } from './notice';

const KEPT_MS = 300_000;
const MAX_KEPT = 1_000;

interface Placed {
  reference: string;
  employee: Employee | null;
  number: string;
  call: string | null;
  until: number;
}

export class PlacedCalls {
  readonly #clock: Clock;
  readonly #same: (one: Employee, other: Employee) => boolean;
  #waiting: Placed[] = [];

  constructor(clock: Clock, same: (one: Employee, other: Employee) => boolean) {
    this.#clock = clock;
    this.#same = same;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Call before the request leaves: a push may be faster than the answer. `employee`: `null` for a group. */
  expect(reference: string, employee: Employee | null, number: string): void {
    this.#tidy();
    const until = this.#clock.now() + KEPT_MS;
    this.#waiting.push({ reference, employee, number: digitsOf(number), call: null, until });
  }

  named(reference: string, call: string): void {
    const placed = this.#waiting.find((candidate) => candidate.reference === reference);
    if (placed) placed.call = call;
  }

  forget(reference: string): void {
    this.#waiting = this.#waiting.filter((placed) => placed.reference !== reference);
  }

  /** The reference of the command that placed this call; each command fits one call. */
  match(call: string, client: string | null, employee: Employee | null): string | null {
    this.#tidy();
    const number = client ? digitsOf(client) : '';
    const found =
      this.#waiting.find((placed) => placed.call === call) ??
      this.#waiting.find(
        (placed) =>
          number !== '' &&
          sameNumber(placed.number, number) &&
          (placed.employee === null || employee === null || this.#same(placed.employee, employee)),
      );
    if (!found) return null;
    this.forget(found.reference);
    return found.reference;
  }

  clear(): void {
    this.#waiting = [];
  }

  #tidy(): void {
    const now = this.#clock.now();
    this.#waiting = this.#waiting.filter((placed) => placed.until > now).slice(-MAX_KEPT);
  }
}

/** The same number with and without its country's prefix. */
function sameNumber(one: string, other: string): boolean {
  if (one === other) return true;
  return Math.min(one.length, other.length) >= 10 && one.slice(-10) === other.slice(-10);
}
