/**
 * Actions of one session. VIPTel gives no request id and no positive reply: an error is the next reply, a success an event that fits.
 * So one action is under way at a time, an error within the window belongs to it, and after the window the next may go while the first
 * still waits for its event. Nothing is ever sent twice. Figures by the known client of the protocol (8 s, 90 s, 45 s).
 */

import type { Clock, Timer } from '../../clock';
import { PbxError } from '../../model';
import { refusal } from './replies';
import type { Fields, WireMessage } from './wire';

export type Reply = Extract<WireMessage, { kind: 'reply' }>;
export type Event = Extract<WireMessage, { kind: 'event' }>;

export interface Action {
  request: Fields;
  /** Whether this event is the success; absent: no event tells it, so silence for the length of the window does. */
  done?: (event: Event) => boolean;
}

export interface ActionTimes {
  /** In which an error belongs to the action, 8 s. */
  windowMs?: number;
  /** For the event that tells the success, 90 s. */
  eventMs?: number;
  /** Longest wait before it is sent, 45 s. */
  waitMs?: number;
}

interface Pending extends Action {
  resolve: (told: Fields | null) => void;
  reject: (error: PbxError) => void;
  timers: Timer[];
  state: 'waiting' | 'sent';
  over: boolean;
}

const MAX_WAITING = 50;
/** In which VIPTel says goodbye after a fault that ends the connection. */
const CLOSING_MS = 1_000;

export class Actions {
  readonly #account: string;
  readonly #clock: Clock;
  readonly #send: (request: Fields) => void;
  readonly #times: Required<ActionTimes>;
  #waiting: Pending[] = [];
  /** To which an error belongs. */
  #current: Pending | null = null;
  /** Sent, beyond the window. */
  readonly #later = new Set<Pending>();
  #lost: PbxError | null = null;

  constructor(account: string, clock: Clock, send: (request: Fields) => void, times: ActionTimes = {}) {
    this.#account = account;
    this.#clock = clock;
    this.#send = send;
    this.#times = { windowMs: 8_000, eventMs: 90_000, waitMs: 45_000, ...times };
  }

  /**
   * Resolves with the event or reply that told the success, `null` when none is to be expected.
   * @throws PbxError what VIPTel refused it with; `uncertain` (sent, and nothing came); `rate-limited`, `not-connected` (surely not sent)
   */
  run(action: Action, signal: AbortSignal): Promise<Fields | null> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost);
      if (this.#waiting.length >= MAX_WAITING)
        return reject(this.#error('rate-limited', `${MAX_WAITING} actions already wait for VIPTel; not sent`));
      const pending: Pending = { ...action, resolve, reject, timers: [], state: 'waiting', over: false };
      const aborted = () => {
        if (pending.state === 'waiting')
          this.#fail(pending, this.#error('not-connected', 'given up before it was sent'));
      };
      if (signal.aborted) return aborted();
      signal.addEventListener('abort', aborted, { once: true });
      pending.timers.push({ cancel: () => signal.removeEventListener('abort', aborted) });
      const { waitMs } = this.#times;
      const tooLong = `waited ${waitMs / 1000} s for the actions before it; not sent`;
      this.#after(pending, waitMs, () => this.#fail(pending, this.#error('rate-limited', tooLong)));
      this.#waiting.push(pending);
      this.#next();
    });
  }

  /** To be told every event, before it changes what is known of calls. */
  event(event: Event): void {
    for (const pending of [this.#current, ...this.#later])
      if (pending?.done?.(event)) {
        this.#settle(pending);
        pending.resolve(event.raw);
        return;
      }
  }

  /** A reply that is the answer to an action. False when none is under way: then it is nobody's. */
  reply(reply: Reply): boolean {
    const pending = this.#current;
    if (!pending) return false;
    if (reply.code >= 400) this.#fail(pending, refusal(reply, this.#account).error);
    else if (pending.done) this.#release(pending);
    else {
      this.#settle(pending);
      pending.resolve(reply.raw);
    }
    return true;
  }

  /**
   * An error that is the answer to the action under way, unless the connection ends of it. False when none is under way.
   * @param over called when the action is over, whatever became of it
   */
  perhaps(reply: Reply, over: () => void): boolean {
    const pending = this.#current;
    if (!pending) return false;
    const { message, cause } = refusal(reply, this.#account).error;
    // What VIPTel did before its fault nobody knows, so it is not to be tried again by itself.
    const rejected = new PbxError('rejected', message, { ...cause, retryable: false });
    this.#after(pending, CLOSING_MS, () => this.#fail(pending, rejected));
    pending.timers.push({ cancel: over });
    return true;
  }

  /** The session is over. */
  lost(reason: PbxError): void {
    this.#lost = this.#error('not-connected', `not sent: ${reason.message}`);
    const open = [...this.#waiting, ...(this.#current ? [this.#current] : []), ...this.#later];
    for (const pending of open)
      this.#fail(
        pending,
        pending.state === 'waiting'
          ? this.#lost
          : this.#error('uncertain', `the connection ended before VIPTel told what became of it. ${reason.message}`),
      );
  }

  #next(): void {
    const pending = this.#current || this.#lost ? undefined : this.#waiting.shift();
    if (!pending) return;
    for (const timer of pending.timers) timer.cancel();
    pending.timers = [];
    pending.state = 'sent';
    try {
      this.#send(pending.request);
    } catch (error) {
      this.#fail(pending, PbxError.from(error, { account: this.#account }));
      return;
    }
    this.#current = pending;
    const { windowMs, eventMs } = this.#times;
    this.#after(pending, windowMs, () => {
      if (pending.done) return this.#release(pending);
      this.#settle(pending);
      pending.resolve(null);
    });
    const silence = `VIPTel has not told within ${eventMs / 1000} s what became of it; it may have been carried out`;
    this.#after(pending, eventMs, () => this.#fail(pending, this.#error('uncertain', silence)));
  }

  /** Lets the next one go; this one still waits for its event. */
  #release(pending: Pending): void {
    if (this.#current !== pending) return;
    this.#current = null;
    this.#later.add(pending);
    this.#next();
  }

  #fail(pending: Pending, error: PbxError): void {
    if (pending.over) return;
    this.#settle(pending);
    pending.reject(error);
  }

  #settle(pending: Pending): void {
    pending.over = true;
    for (const timer of pending.timers) timer.cancel();
    this.#later.delete(pending);
    this.#waiting = this.#waiting.filter((other) => other !== pending);
    if (this.#current === pending) this.#current = null;
    this.#next();
  }

  #after(pending: Pending, ms: number, run: () => void): void {
    pending.timers.push(this.#clock.after(ms, run));
  }

  #error(code: 'rate-limited' | 'not-connected' | 'uncertain', text: string): PbxError {
    return new PbxError(code, `"${this.#account}": ${text}`, { account: this.#account });
  }
}
