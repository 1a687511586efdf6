/**
 * The line between the provider and the simulated PBX, with everything that goes wrong on real ones: it can be cut, fall silent, repeat
 * itself, mix up the order and be late. Faults act here, on messages, so that the same machinery meets them as with a real PBX.
 */

import type { Clock, Timer } from '../../clock';
import { PbxError } from '../../model';
import type { Session } from '../../transport/link';
import type { SimulatorMessage } from './pbx/messages';

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 10_000;
/** A message held back to be overtaken goes on after this time when none follows. */
const HELD_MS = 500;

/** Lets messages pass as the faults in force want it. */
export class Wire {
  readonly #clock: Clock;
  readonly #late = new Set<Timer>();
  #session: WireSession | null = null;
  /** When the client last heard anything, milliseconds since the epoch. */
  heardAt = 0;
  #cutUntil = 0;
  #silent = false;
  #twice = 0;
  #swaps = 0;
  #held: { message: SimulatorMessage; timer: Timer } | null = null;
  #endsLateMs = 0;
  #lateEnds = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The PBX says something. Without a client on the line nobody ever hears it. */
  send(message: SimulatorMessage): void {
    if (!this.#session) return;
    if (this.#lateEnds > 0 && message.event === 'CallOver') {
      this.#lateEnds--;
      this.#later(this.#endsLateMs, message);
    } else this.#pass(message);
  }

  connect(deliver: (message: SimulatorMessage) => void): WireSession {
    if (this.#clock.now() < this.#cutUntil)
      throw new PbxError('unavailable', 'the simulated PBX cannot be reached: its line is cut');
    this.#silent = false;
    const session = new WireSession(this.#clock, {
      deliver,
      alive: () => {
        if (!this.#silent) this.heardAt = this.#clock.now();
        return !this.#silent;
      },
      closed: () => {
        if (this.#session === session) this.#session = null;
      },
    });
    this.#session = session;
    return session;
  }

  /** The connection breaks and cannot be made again for so long. */
  cut(ms: number): void {
    this.#cutUntil = this.#clock.now() + ms;
    if (!this.#silent) this.heardAt = this.#clock.now();
    this.#session?.end(new PbxError('unavailable', 'the line to the simulated PBX was cut'));
  }

  /** Nothing comes any more on this connection, which stays open: only the heartbeat can find it out. */
  silence(): void {
    this.#silent = true;
  }

  /** The next messages come twice. */
  duplicate(count: number): void {
    this.#twice = count;
  }

  /** Each of the next messages is overtaken by the one after it. */
  reorder(count: number): void {
    this.#swaps = count;
  }

  /** The ends of the next calls are said so late. */
  lateEnd(ms: number, count: number): void {
    this.#endsLateMs = ms;
    this.#lateEnds = count;
  }

  close(): void {
    for (const timer of this.#late) timer.cancel();
    this.#late.clear();
    this.#held?.timer.cancel();
    this.#held = null;
  }

  #later(ms: number, message: SimulatorMessage): void {
    const timer = this.#clock.after(ms, () => {
      this.#late.delete(timer);
      this.#pass(message);
    });
    this.#late.add(timer);
  }

  #pass(message: SimulatorMessage): void {
    if (this.#held) {
      const { message: overtaken, timer } = this.#held;
      this.#held = null;
      timer.cancel();
      this.#deliver(message);
      this.#deliver(overtaken);
    } else if (this.#swaps > 0) {
      this.#swaps--;
      const timer = this.#clock.after(HELD_MS, () => {
        this.#held = null;
        this.#deliver(message);
      });
      this.#held = { message, timer };
    } else this.#deliver(message);
  }

  #deliver(message: SimulatorMessage): void {
    if (this.#silent) return;
    this.heardAt = this.#clock.now();
    this.#session?.receive(message);
    if (this.#twice === 0) return;
    this.#twice--;
    this.#session?.receive(message);
  }
}

interface Ends {
  deliver: (message: SimulatorMessage) => void;
  /** Whether anything comes back. */
  alive: () => boolean;
  closed: () => void;
}

/** One connection. */
export class WireSession implements Session {
  readonly closed: Promise<PbxError | null>;
  readonly #clock: Clock;
  readonly #ends: Ends;
  readonly #settle: (reason: PbxError | null) => void;
  #timer: Timer | null;
  #open = true;

  constructor(clock: Clock, ends: Ends) {
    this.#clock = clock;
    this.#ends = ends;
    let settle!: (reason: PbxError | null) => void;
    this.closed = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settle = settle;
    this.#timer = clock.after(PING_EVERY_MS, () => this.#ping());
  }

  receive(message: SimulatorMessage): void {
    if (this.#open) this.#ends.deliver(message);
  }

  /** Has the PBX do something. On a line that fell silent it is done, but the answer never comes. */
  async request<T>(run: () => T, signal: AbortSignal, effect: boolean): Promise<T> {
    if (!this.#open) throw new PbxError('not-connected', 'no connection to the simulated PBX');
    // As it is when the request leaves: the one that makes the line silent is still answered.
    const alive = this.#ends.alive();
    const answer = run();
    if (alive) return answer;
    const given = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.closed, given]);
    throw new PbxError(
      effect ? 'uncertain' : 'not-connected',
      'the connection was lost before the simulated PBX answered',
    );
  }

  end(reason: PbxError | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#timer?.cancel();
    this.#timer = null;
    this.#ends.closed();
    this.#settle(reason);
  }

  close(): Promise<void> {
    this.end(null);
    return Promise.resolve();
  }

  /** The simulated PBX answers a ping at once, or never. */
  #ping(): void {
    const answered = this.#ends.alive();
    this.#timer = this.#clock.after(answered ? PING_EVERY_MS : PONG_WITHIN_MS, () => {
      if (answered) this.#ping();
      else this.end(new PbxError('unavailable', 'the simulated PBX does not answer: the connection is dead'));
    });
  }
}
