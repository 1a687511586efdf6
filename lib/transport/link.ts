/**
 * Keeps one connection to a PBX alive: connects, waits when it fails, connects again, and never has two. What a connection is (a TCP
 * session, a WebSocket) is the provider's; when to have one is decided here, for every provider the same.
 */

import type { Clock, Timer } from '../clock';
import { PbxError } from '../model';
import type { LinkState, Logger } from '../provider';
import { Backoff } from './backoff';
import type { BackoffOptions } from './backoff';

/** A live connection. */
export interface Session {
  /** Settles once when the connection is over, with the reason; `null` when it was ended from here. */
  readonly closed: Promise<PbxError | null>;
  /** Ends it within half a second whatever the other side does. Must be safe to call twice. */
  close(): Promise<void>;
}

export interface LinkOptions<S extends Session> {
  clock: Clock;
  random: () => number;
  log: Logger;
  backoff?: BackoffOptions;
  /** Milliseconds to wait after a refused login. Default 5 minutes: a wrong password does not mend itself. */
  refusedMs?: number;
  /** A connection that held this long is taken as sound and the waits begin anew. Default 30 s. */
  stableMs?: number;
  /** Connects and logs in. Must give up when the signal is aborted. */
  connect(signal: AbortSignal): Promise<S>;
  /** The session is there: read the state of the PBX, begin to deliver. An error here ends the session. */
  ready(session: S, isReconnect: boolean): Promise<void> | void;
  /** The session is gone. */
  lost?(reason: PbxError): void;
  state(state: LinkState, reason?: PbxError): void;
}

export class Link<S extends Session> {
  readonly #options: LinkOptions<S>;
  readonly #backoff: Backoff;
  #session: S | null = null;
  #attempt: AbortController | null = null;
  #wait: Timer | null = null;
  #running: Promise<void> | null = null;
  #closed = false;
  #everReady = false;

  constructor(options: LinkOptions<S>) {
    this.#options = options;
    this.#backoff = new Backoff(options.random, options.backoff);
  }

  /** The session while it is usable. */
  get session(): S | null {
    return this.#session;
  }

  open(): void {
    if (this.#closed || this.#running || this.#wait) return;
    this.#options.state('connecting');
    this.#start();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wait?.cancel();
    this.#wait = null;
    this.#attempt?.abort();
    await this.#session?.close();
    await this.#running;
  }

  /** Ends the present session, as if the other side had: for a link that turned out to be useless. */
  drop(reason: PbxError): void {
    this.#dropped = reason;
    void this.#session?.close();
  }

  #dropped: PbxError | null = null;

  #start(): void {
    const running = this.#run()
      .catch((error: unknown) => {
        // A fault of the provider's own code must neither crash the host nor end the tries.
        this.#session = null;
        this.#options.log.error(`the connection failed in an unforeseen way: ${PbxError.from(error).message}`);
        if (!this.#closed && !this.#wait) this.#plan(PbxError.from(error));
      })
      .finally(() => {
        if (this.#running === running) this.#running = null;
      });
    this.#running = running;
  }

  /** One connection from the attempt to its end; then the next is planned. */
  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    const attempt = new AbortController();
    this.#attempt = attempt;
    let session: S | null = null;
    let failure: PbxError;
    let readyAt = 0;
    try {
      session = await this.#options.connect(attempt.signal);
      if (this.#closed) {
        await session.close();
        return;
      }
      this.#session = session;
      this.#dropped = null;
      await this.#settle(session);
      readyAt = clock.now();
      if (this.#closed) return;
      this.#options.state('connected');
      failure =
        (await session.closed) ?? this.#dropped ?? new PbxError('unavailable', 'the connection to the PBX was closed');
    } catch (error) {
      failure = PbxError.from(error);
      await session?.close();
    } finally {
      this.#session = null;
      this.#attempt = null;
    }
    if (this.#closed) return;
    if (readyAt && clock.now() - readyAt >= (this.#options.stableMs ?? 30_000)) this.#backoff.reset();
    if (session) this.#options.lost?.(failure);
    log.debug(`connection ended: ${failure.message}`);
    this.#plan(failure);
  }

  /** Runs `ready`, but not beyond the life of the session. */
  async #settle(session: S): Promise<void> {
    const isReconnect = this.#everReady;
    await Promise.race([
      Promise.resolve(this.#options.ready(session, isReconnect)),
      session.closed.then((reason) => {
        throw reason ?? this.#dropped ?? new PbxError('unavailable', 'the connection to the PBX was closed');
      }),
    ]);
    this.#everReady = true;
  }

  #plan(failure: PbxError): void {
    const refused = failure.code === 'unauthorized';
    const delay = refused ? (this.#options.refusedMs ?? 300_000) : this.#backoff.next();
    this.#options.state(refused ? 'unauthorized' : 'reconnecting', failure);
    this.#wait = this.#options.clock.after(delay, () => {
      this.#wait = null;
      if (!this.#closed) this.#start();
    });
  }
}
