/**
 * VIPTel's REST limit is 20 requests in 5 s for one address, and who exceeds it is shut out for 30 minutes. It counts the address, so all
 * accounts of this process share one gate a server, which keeps a margin; a 403 closes it.
 */

import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import { RateLimiter } from '../../transport/rate-limit';

const WINDOW = { count: 12, perMs: 5_000 };
export const BLOCK_MS = 30 * 60_000;

const gates = new WeakMap<Clock, Map<string, RestGate>>();

export class RestGate {
  readonly #clock: Clock;
  readonly #limiter: RateLimiter;
  #closedUntil = 0;

  private constructor(clock: Clock) {
    this.#clock = clock;
    this.#limiter = new RateLimiter([WINDOW], clock, { maxWaiting: 200, maxWaitMs: 60_000 });
  }

  /** The gate of a server, the same for everybody with this clock. */
  static of(clock: Clock, origin: string): RestGate {
    const servers = gates.get(clock) ?? new Map<string, RestGate>();
    gates.set(clock, servers);
    const gate = servers.get(origin) ?? new RestGate(clock);
    servers.set(origin, gate);
    return gate;
  }

  /** Milliseconds since the epoch until when nothing is sent; 0 when the gate is open. */
  get closedUntil(): number {
    return this.#closedUntil > this.#clock.now() ? this.#closedUntil : 0;
  }

  /** Resolves when a request may be sent. Throws `rate-limited` while the gate is closed or when it would wait too long. */
  async turn(account: string, signal: AbortSignal): Promise<void> {
    this.#mustBeOpen(account);
    await this.#limiter.turn(signal);
    this.#mustBeOpen(account);
  }

  /** Closes it for 30 minutes. False when it was closed already. */
  block(): boolean {
    const wasOpen = this.closedUntil === 0;
    this.#closedUntil = this.#clock.now() + BLOCK_MS;
    return wasOpen;
  }

  #mustBeOpen(account: string): void {
    const until = this.closedUntil;
    if (until === 0) return;
    const text = `"${account}": VIPTel answered 403 to a REST request, which can mean that this address is blocked for 30 minutes; nothing is sent before ${new Date(until).toISOString()}.`;
    throw new PbxError('rate-limited', text, { account });
  }
}
