/**
 * One logged-in connection to the VIPTel WebSocket API 1.0.8: greeting with a nonce, login, events and actions, logout. It ends once;
 * `Link` makes the next one. VIPTel says before it closes why, in the message before "Closing connection, bye".
 */

import { systemClock } from '../../clock';
import type { Clock, Timer } from '../../clock';
import { PbxError } from '../../model';
import type { PbxErrorCode } from '../../model';
import type { TlsOptions } from '../../provider';
import type { Session } from '../../transport/link';
import { WebSocketSession } from '../../transport/websocket';
import type { Silence } from '../../transport/silence';
import { Actions } from './actions';
import type { Action, ActionTimes, Event, Reply } from './actions';
import { loginHash } from './login-hash';
import { refusal } from './replies';
import { readMessage } from './wire';
import type { Fields } from './wire';

export interface SessionOptions {
  account: string;
  url: string;
  username: string;
  password: string;
  clock: Clock;
  tls?: TlsOptions | undefined;
  proxy?: string | undefined;
  /** How long the server may be silent; `null`: it is never asked for a sign of life. */
  silence: Silence | null;
  signal: AbortSignal;
  times?: SessionTimes | undefined;
  onEvent: (event: Event) => void;
  /** What has no meaning here: unknown messages, replies that belong to nothing. */
  onOther: (name: string | null, message: Fields) => void;
  onMalformed: (reason: string) => void;
  /** An error reply that belongs to no action. */
  onStray: (error: PbxError) => void;
  /** VIPTel has lost the PBX behind it for a time (`error`), or has it again (`null`). */
  onDegraded: (error: PbxError | null) => void;
  onFault: (error: unknown) => void;
}

export interface SessionTimes extends ActionTimes {
  /** For the greeting, 10 s. */
  greetingMs?: number;
  /** For the answer to the login, 20 s; VIPTel itself waits 30 s for a login. */
  loginMs?: number;
}

type Stage = 'greeting' | 'login' | 'ready' | 'closing';

const BYE = 110;
const LOGGED_IN = 202;
const SUCCESS = { from: 200, below: 300 };
/** For the server's goodbye when we log out, by the computer's own clock: closing must be quick in tests with a virtual one as well. */
const LOGOUT_MS = 300;
/** Between the server's goodbye and the end of the connection. */
const CLOSE_AFTER_BYE_MS = 2_000;

export class ViptelSession implements Session {
  readonly closed: Promise<PbxError | null>;
  /** Milliseconds since the epoch: calls that began before cannot be ended or redirected. */
  readonly since: number;
  readonly #options: SessionOptions;
  readonly #actions: Actions;
  #socket: WebSocketSession | null = null;
  #stage: Stage = 'greeting';
  readonly #connected = later<WebSocketSession | null>();
  readonly #nonce = later<string>();
  readonly #admitted = later<void>();
  readonly #goodbye = later<void>();
  /** What the server last said about the connection. */
  #said: PbxError | null = null;
  #degraded = false;
  #byeTimer: Timer | null = null;
  #closing: Promise<void> | null = null;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.since = options.clock.now();
    this.#actions = new Actions(
      options.account,
      options.clock,
      (request) => this.#transport().send(JSON.stringify(request)),
      options.times,
    );
    this.closed = this.#over();
  }

  /**
   * Connects and logs in.
   * @throws PbxError unauthorized (do not try again soon), unavailable, timeout, protocol, not-connected (aborted)
   */
  static async open(options: SessionOptions): Promise<ViptelSession> {
    const session = new ViptelSession(options);
    try {
      await session.#open();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Whether the server has ever answered a ping on this connection. */
  get ponged(): boolean {
    return this.#socket?.ponged ?? false;
  }

  /** Whether the connection was given up because the server was silent. */
  get silent(): boolean {
    return this.#socket?.silent ?? false;
  }

  /** When VIPTel last showed that it is there, in milliseconds since the epoch. */
  get heardAt(): number {
    return this.#socket?.heardAt ?? this.since;
  }

  /** See {@link Actions.run}. */
  run(action: Action, signal: AbortSignal): Promise<Fields | null> {
    return this.#actions.run(action, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #open(): Promise<void> {
    const { account, url, clock, tls, proxy, silence, signal, onFault, times = {} } = this.#options;
    this.#socket = await WebSocketSession.connect({
      account,
      url,
      clock,
      tls,
      proxy,
      signal,
      heartbeat: silence,
      onMessage: (data) => this.#receive(data),
      onFault,
    }).catch((error: unknown) => {
      throw this.#hinted(PbxError.from(error));
    });
    this.#connected.resolve(this.#socket);
    const nonce = await this.#within(times.greetingMs ?? 10_000, this.#nonce.promise, 'greet');
    this.#stage = 'login';
    const { username, password } = this.#options;
    this.#socket.send(
      JSON.stringify({ action: 'user.login', username, password: loginHash(username, password, nonce) }),
    );
    await this.#within(times.loginMs ?? 20_000, this.#admitted.promise, 'answer the login');
    this.#stage = 'ready';
  }

  async #close(): Promise<void> {
    const wasReady = this.#stage === 'ready';
    this.#stage = 'closing';
    this.#actions.lost(this.#error('not-connected', 'the account was closed'));
    const socket = this.#socket;
    if (!socket) return this.#connected.resolve(null);
    if (wasReady && socket.open) {
      const timer = systemClock.after(LOGOUT_MS, () => this.#goodbye.resolve());
      try {
        socket.send(JSON.stringify({ action: 'user.logout' }));
        await Promise.race([this.#goodbye.promise, socket.closed]);
      } catch {
        // It ended by itself meanwhile.
      }
      timer.cancel();
    }
    await socket.close();
  }

  /** The end, with the server's own reason where it gave one. */
  async #over(): Promise<PbxError | null> {
    const socket = await this.#connected.promise;
    const reason = (await socket?.closed) ?? null;
    this.#byeTimer?.cancel();
    const told = this.#said ?? reason ?? this.#error('unavailable', 'the connection to VIPTel was closed');
    this.#stage = 'closing';
    if (this.#closing) return null;
    this.#actions.lost(told);
    return told;
  }

  #receive(data: string | Buffer): void {
    const message = readMessage(data);
    const { onEvent, onMalformed, onOther } = this.#options;
    switch (message.kind) {
      case 'event':
        // What comes between our logout and the goodbye is for nobody any more.
        if (this.#stage === 'closing') return;
        this.#recovered();
        this.#actions.event(message);
        onEvent(message);
        return;
      case 'greeting':
        if (this.#stage === 'greeting') this.#nonce.resolve(message.nonce);
        else onOther('nonce', message.raw);
        return;
      case 'reply':
        this.#reply(message);
        return;
      case 'malformed':
        onMalformed(message.reason);
        return;
      default:
        onOther(null, message.raw);
    }
  }

  #reply(reply: Reply): void {
    if (reply.code === BYE) return this.#bye();
    if (reply.code >= 400) {
      this.#refused(reply);
      return;
    }
    if (this.#stage === 'login' && reply.code === LOGGED_IN) return this.#admitted.resolve();
    // The document knows no positive answer to an action; one is taken as such, and shown.
    const positive = reply.code >= SUCCESS.from && reply.code < SUCCESS.below;
    if (positive && this.#stage === 'ready') {
      this.#recovered();
      this.#actions.reply(reply);
    }
    this.#options.onOther(`reply ${reply.code}`, reply.raw);
  }

  #refused(reply: Reply): void {
    const { account, onStray, onDegraded } = this.#options;
    const { scope, error } = refusal(reply, account);
    if (this.#stage !== 'ready') {
      // Whatever is refused before the login is the login; a 403 there does not mend itself either.
      const refused = reply.code === 403 ? new PbxError('unauthorized', error.message, error.cause) : error;
      this.#said = refused;
      this.#nonce.reject(refused);
      this.#admitted.reject(refused);
      return;
    }
    if (scope === 'unclear' && this.#actions.perhaps(reply, () => this.#forget(error))) {
      this.#said = error;
      return;
    }
    if (scope === 'login' || scope === 'session' || scope === 'unclear') {
      this.#said = error;
      if (scope === 'login' || reply.code === 401) this.#socket?.fail(error);
      else if (!this.#degraded) {
        this.#degraded = true;
        onDegraded(error);
      }
      return;
    }
    if (scope === 'busy' && !this.#degraded) {
      this.#degraded = true;
      onDegraded(error);
    }
    if (!this.#actions.reply(reply) && scope !== 'busy') onStray(error);
  }

  /** "Bye" after our logout, or "Closing connection, bye": the reason came before it. */
  #bye(): void {
    this.#goodbye.resolve();
    if (this.#stage === 'closing') return;
    const reason = this.#said ?? this.#error('unavailable', 'VIPTel closed the connection');
    this.#actions.lost(reason);
    this.#said = reason;
    this.#nonce.reject(reason);
    this.#admitted.reject(reason);
    this.#byeTimer = this.#options.clock.after(CLOSE_AFTER_BYE_MS, () => this.#socket?.fail(reason));
  }

  /** The connection did not end of it. */
  #forget(error: PbxError): void {
    if (this.#said === error) this.#said = null;
  }

  #recovered(): void {
    if (!this.#degraded) return;
    this.#degraded = false;
    this.#said = null;
    this.#options.onDegraded(null);
  }

  /** Waits for a step of the login, but not beyond its limit or the connection. */
  async #within<T>(ms: number, step: Promise<T>, what: string): Promise<T> {
    const { clock, signal } = this.#options;
    let stop!: (error: PbxError) => void;
    const stopped = new Promise<never>((_, reject) => {
      stop = reject;
    });
    const timer = clock.after(ms, () =>
      stop(this.#error('unavailable', `VIPTel did not ${what} within ${ms / 1000} s`)),
    );
    const aborted = () => stop(this.#error('not-connected', 'closed during the login'));
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    const cut = this.#transport().closed.then((reason) => {
      throw this.#said ?? reason ?? this.#error('unavailable', 'VIPTel closed the connection');
    });
    try {
      return await Promise.race([step, stopped, cut]);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', aborted);
    }
  }

  #transport(): WebSocketSession {
    if (this.#socket) return this.#socket;
    throw this.#error('not-connected', 'not connected to VIPTel');
  }

  /** What to look at when VIPTel cannot be reached: most often it does not admit the address. */
  #hinted(error: PbxError): PbxError {
    // An address that is not admitted does not mend itself: minutes, as after a wrong password.
    if (error.code === 'forbidden') return new PbxError('unauthorized', error.message, error.cause);
    if (error.code !== 'unavailable' && error.code !== 'timeout') return error;
    const hint = 'VIPTel must have switched the WebSocket service on and know the public IP address of this computer.';
    return new PbxError(error.code, `${error.message} ${hint}`, error.cause);
  }

  #error(code: PbxErrorCode, text: string): PbxError {
    const { account } = this.#options;
    return new PbxError(code, `"${account}": ${text}.`, { account });
  }
}

interface Later<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: PbxError): void;
}

function later<T>(): Later<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: PbxError) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  // Whoever waits for it hears of a failure; that nobody may wait is no fault.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
