/** Finds a peer that has gone silent. One timer, however many messages come: it looks back when it fires. */
import type { Clock, Timer } from '../clock';

/** A timer that comes later than this was kept: by a flow that held the event loop, a computer asleep, or a clock set forward. */
const LATE_MS = 1_000;

export class Heartbeat {
  /** Pings asked for. */
  pings = 0;
  readonly #clock: Clock;
  readonly #pingMs: number;
  readonly #deadMs: number;
  readonly #on: { ping: () => void; dead: (silentMs: number) => void };
  #timer: Timer | null = null;
  #heardAt = 0;
  #dueAt = 0;
  #pinged = false;

  /**
   * @param pingMs silence after which `ping` is called, once
   * @param deadMs silence after which `dead` is called
   */
  constructor(
    clock: Clock,
    pingMs: number,
    deadMs: number,
    on: { ping: () => void; dead: (silentMs: number) => void },
  ) {
    this.#clock = clock;
    this.#pingMs = Math.min(pingMs, deadMs);
    this.#deadMs = deadMs;
    this.#on = on;
  }

  start(): void {
    this.heard();
    this.#wait(this.#pingMs);
  }

  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#pinged = false;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wait(ms: number): void {
    this.#dueAt = this.#clock.now() + ms;
    this.#timer = this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    const late = now - this.#dueAt;
    // While nobody here listened the peer was not silent: what it said may still wait in the socket.
    if (late > LATE_MS) this.#heardAt += late;
    // A clock that was set back would have the silence begin in the future, and nobody would look for an hour.
    this.#heardAt = Math.min(this.#heardAt, now);
    const silent = now - this.#heardAt;
    if (silent >= this.#deadMs) {
      this.stop();
      this.#on.dead(silent);
      return;
    }
    if (silent >= this.#pingMs && !this.#pinged) {
      this.#pinged = true;
      this.pings++;
      this.#on.ping();
    }
    if (this.#timer) this.#wait(this.#pinged ? Math.min(this.#deadMs - silent, this.#pingMs) : this.#pingMs - silent);
  }
}
