/**
 * What the vendor lets one PBX ask for (D26 sections 1.4.1 and 1.4.2): requests a second by kind, and the penalty for wrong requests. Kept
 * per PBX and not per connection, since the vendor counts per PBX: a deploy or a connection test begins nothing anew.
 */

import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import { RateLimiter } from '../../transport/rate-limit';
import type { Window } from '../../transport/rate-limit';

interface Kind extends Window {
  applies: (path: string) => boolean;
}

const is =
  (...paths: string[]) =>
  (path: string) =>
    paths.includes(path);

const AB_WRITE = /^ab\/.*(?:create|update|delete)$/;

/** Paths are as {@link plainPath} gives them. */
const KINDS: readonly Kind[] = [
  { applies: (path) => !path.startsWith('ab/'), count: 10, perMs: 1_000 },
  { applies: is('commands/callback', 'commands/callback_group'), count: 4, perMs: 1_000 },
  { applies: is('commands/call/hangup'), count: 4, perMs: 1_000 },
  { applies: is('commands/recording/start'), count: 4, perMs: 1_000 },
  { applies: is('commands/transfer'), count: 1, perMs: 2_000 },
  { applies: is('commands/route'), count: 1, perMs: 2_000 },
  { applies: is('config/users/request'), count: 1, perMs: 2_000 },
  { applies: is('account/balance'), count: 2, perMs: 1_000 },
  { applies: is('stats/request', 'stats/calls/request'), count: 1, perMs: 2_000 },
  { applies: (path) => path.startsWith('ab/') && !AB_WRITE.test(path), count: 50, perMs: 1_000 },
  { applies: (path) => AB_WRITE.test(path), count: 10, perMs: 1_000 },
];

/** Requests that leave evenly may arrive closer together. */
const MARGIN = 1.1;

/** Two wrong requests within this time block the PBX's API until it is over. */
export const PENALTY_MS = 120_000;

/** Without slashes around it; a path below another root than `/vpbx/` keeps its first one. */
export function plainPath(path: string): string {
  const bare = path.replace(/\/+$/, '').toLowerCase();
  return bare.replace(/^\/vpbx\//, '');
}

export class Quota {
  readonly #clock: Clock;
  readonly #limiter: RateLimiter<Kind>;
  #firstWrongAt = -Infinity;
  #doubtfulAt = -Infinity;
  #blockedUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    const kinds = KINDS.map((kind) => ({ ...kind, perMs: kind.perMs * MARGIN }));
    this.#limiter = new RateLimiter(kinds, clock);
  }

  /** Resolves when a request to this path may go out; `rate-limited` while the API is blocked or too many wait. */
  async turn(path: string, signal: AbortSignal): Promise<void> {
    this.#mustBeOpen();
    const plain = plainPath(path);
    await this.#limiter.turn(signal, ({ applies }) => applies(plain));
    // A wait may have seen another request go wrong.
    this.#mustBeOpen();
  }

  /** The vendor asked for a pause (429, 503, code 5008). */
  pause(ms: number): void {
    this.#limiter.pauseUntil(this.#clock.now() + ms);
  }

  /** The PBX called a request wrong (3xxx). The second within two minutes blocks it. */
  wrong(): void {
    const now = this.#clock.now();
    if (now - this.#firstWrongAt < PENALTY_MS) this.#blockedUntil = this.#firstWrongAt + PENALTY_MS;
    else this.#firstWrongAt = now;
  }

  /** A request that may have been wrong got no answer. */
  doubt(): void {
    this.#doubtfulAt = this.#clock.now();
  }

  /** Whether a 401 of now is the penalty and not a wrong password; then everything stops until it is over. */
  isPenalty(): boolean {
    const now = this.#clock.now();
    if (now - this.#firstWrongAt >= PENALTY_MS) return now < this.#blockedUntil;
    this.#blockedUntil = this.#firstWrongAt + PENALTY_MS;
    return true;
  }

  get blockedMs(): number {
    return Math.max(0, this.#blockedUntil - this.#clock.now());
  }

  /** Whether one more wrong request would do no harm. */
  get mayErr(): boolean {
    return this.#clock.now() - Math.max(this.#firstWrongAt, this.#doubtfulAt) >= PENALTY_MS && this.blockedMs === 0;
  }

  /** The error while the API is blocked. */
  blocked(): PbxError {
    const seconds = Math.ceil(this.blockedMs / 1000);
    return new PbxError(
      'rate-limited',
      `MANGO has blocked its API for this PBX after wrong requests; nothing is sent for ${seconds} s more`,
      { vendor: { code: '401', message: null } },
    );
  }

  #mustBeOpen(): void {
    if (this.blockedMs > 0) throw this.blocked();
  }
}

const MAX_QUOTAS = 200;
const quotas = new WeakMap<Clock, Map<string, Quota>>();

/** The one quota of a PBX in this process. */
export function quotaOf(pbx: string, clock: Clock): Quota {
  const known = quotas.get(clock) ?? new Map<string, Quota>();
  quotas.set(clock, known);
  const quota = known.get(pbx) ?? new Quota(clock);
  known.delete(pbx);
  known.set(pbx, quota);
  for (const oldest of known.keys()) {
    if (known.size <= MAX_QUOTAS) break;
    known.delete(oldest);
  }
  return quota;
}
