/**
 * The account without a connection: the list of calls is read every few minutes, which proves that the PBX is there, and finds the calls
 * whose pushes were lost (specification 5.3, 11.1.8). Windows overlap, since a record appears some time after its call.
 */

import type { Clock, Timer } from '../../clock';
import type { Span } from '../../history';
import { PbxError } from '../../model';
import type { LinkState } from '../../provider';
import { Backoff } from '../../transport/backoff';

const EVERY_MS = 300_000;
const OVERLAP_MS = 1_800_000;
/** Once an hour the whole day is read: a long call appears late. */
const DEEP_EVERY_MS = 3_600_000;
const DEEP_MS = 24 * 3_600_000;
/** The PBX counts from before the first push: through its menu, and by its own clock. */
const BEFORE_PUSH_MS = 600_000;
/** A key that was refused is tried again after this. */
const REFUSED_MS = 300_000;
const SOON_MS = 500;

const FOR_A_PERSON: ReadonlySet<string> = new Set([
  'unauthorized',
  'forbidden',
  'not-found',
  'not-supported',
  'invalid-argument',
]);

export interface PulseOptions {
  clock: Clock;
  random: () => number;
  state: (state: LinkState, reason?: PbxError) => void;
  /** When the oldest call that is not over was first heard of; `null` without one. */
  oldest: () => number | null;
  /** Once at the start, and until it succeeds. */
  connect: (signal: AbortSignal) => Promise<void>;
  /** Reads the list of calls; tells how many calls it held whose pushes never came. */
  look: (span: Span, signal: AbortSignal) => Promise<number>;
}

export class Pulse {
  readonly #options: PulseOptions;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  #timer: Timer | null = null;
  #openedAt = 0;
  #lastAt: number | null = null;
  #deepAt = 0;
  #connected = false;
  #trouble: PbxError | null = null;
  #silent: PbxError | null = null;
  #running = false;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  get openedAt(): number {
    return this.#openedAt;
  }

  open(): void {
    this.#openedAt = this.#deepAt = this.#options.clock.now();
    void this.#beat();
  }

  /** A genuine push has come. */
  heard(): void {
    if (!this.#silent) return;
    this.#silent = null;
    this.#publish();
  }

  /** Something is missing that the list of calls may have; while it cannot be read its own wait counts. */
  soon(): void {
    if (this.#connected && !this.#running && !this.#trouble) this.#arm(SOON_MS);
  }

  close(): void {
    this.#closing.abort();
    this.#timer?.cancel();
  }

  async #beat(): Promise<void> {
    const { signal } = this.#closing;
    if (this.#running || signal.aborted) return;
    this.#running = true;
    try {
      if (!this.#connected) {
        await this.#options.connect(signal);
        this.#connected = true;
        this.#trouble = null;
        this.#publish();
      } else await this.#look(signal);
      this.#trouble = null;
      this.#backoff.reset();
      this.#next(EVERY_MS);
    } catch (thrown) {
      const error = PbxError.from(thrown);
      this.#trouble = error;
      this.#next(FOR_A_PERSON.has(error.code) ? REFUSED_MS : this.#backoff.next());
    }
    this.#running = false;
    this.#publish();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const now = this.#options.clock.now();
    const deep = now - this.#deepAt >= DEEP_EVERY_MS;
    const { oldest, look } = this.#options;
    const usual = (this.#lastAt ?? this.#openedAt) - OVERLAP_MS;
    const since = deep ? now - DEEP_MS : Math.min(usual, (oldest() ?? now) - BEFORE_PUSH_MS);
    const lost = await look({ from: Math.max(since, now - DEEP_MS), to: now }, signal);
    this.#lastAt = now;
    if (deep) this.#deepAt = now;
    if (lost === 0) return;
    this.#silent = new PbxError(
      'unavailable',
      'calls were found in the list of the PBX that it did not tell of: check the address and the key of the CRM in its web settings, and that this address can be reached from the internet',
    );
  }

  #next(ms: number): void {
    if (!this.#closing.signal.aborted) this.#arm(ms);
  }

  #arm(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, () => void this.#beat());
  }

  #publish(): void {
    if (this.#closing.signal.aborted) return;
    const { state } = this.#options;
    const trouble = this.#trouble;
    // Once connected, 403 and the like refuse the list of calls only, and commands may be allowed (specification 5.2).
    const isRefused = this.#connected ? trouble?.code === 'unauthorized' : FOR_A_PERSON.has(trouble?.code ?? '');
    // A push that comes in needs no key of the PBX, so calls are told of even while the key is refused.
    if (trouble && isRefused) state('unauthorized', trouble);
    else if (trouble) state(this.#connected ? 'degraded' : 'reconnecting', trouble);
    else if (this.#silent) state('degraded', this.#silent);
    else if (this.#connected) state('connected');
  }
}
