/**
 * One connection to an Asterisk manager interface, from connect to close: greeting, login, actions with their answers and
 * lists, events, heartbeat. It ends once and for good; whoever wants another connection makes another session.
 */
import { randomBytes } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { systemClock, type Clock, type Timer } from '../../clock';
import { PbxError } from '../../model/errors';
import { encodeAction, type AmiFields, type AmiReply } from './action';
import { Heartbeat } from '../heartbeat';
import { AmiBlock } from './block';
import { logIn } from './login';
import type { AmiMessage } from './message';
import { Outbox } from './outbox';
import type { AmiActionOptions, AmiSessionCounters, AmiSessionOptions } from './options';
import { AmiParser } from './parser';
import { PendingActions } from './pending';
import { notAmi, socketError, type Place } from './refusal';
import { checkField } from './text';

type State = 'new' | 'connecting' | 'login' | 'ready' | 'closed';

/** Stands for that of an event which is parsed already. */
const NO_BLOCK = new AmiBlock();
/** Time for the last bytes to leave at close. */
const CLOSE_MS = 500;
/** Bytes of one loop turn after which the socket waits until the loop has drained. */
const TURN_BYTES = 16 * 1024;

export class AmiSession {
  /** Fulfilled when the socket is gone; `reason` is null after {@link close}. */
  readonly closed: Promise<{ reason: PbxError | null }>;
  /** Version of the protocol as greeted (`11.0.0`), null before. */
  version: string | null = null;

  readonly #options: AmiSessionOptions;
  readonly #clock: Clock;
  readonly #place: Place;
  readonly #parser: AmiParser;
  readonly #pending: PendingActions;
  readonly #heartbeat: Heartbeat;
  readonly #prefix = `${randomBytes(6).toString('hex')}-`;
  readonly #token = Buffer.from(this.#prefix);
  #outbox: Outbox | null = null;
  #socket: Socket | null = null;
  #state: State = 'new';
  #deadline: Timer | null = null;
  #serial = 0;
  #actions = 0;
  #shutdown = false;
  #turnBytes = 0;
  #opened: { resolve: () => void; reject: (error: PbxError) => void } | null = null;
  #resolveClosed!: (end: { reason: PbxError | null }) => void;

  constructor(options: AmiSessionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#place = { account: options.account, host: options.host, port: options.port, tls: options.tls !== undefined };
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    const { limits = {} } = options;
    this.#parser = new AmiParser(
      {
        message: (message) => this.#onMessage(message),
        malformed: (info) => this.#guard(() => options.onMalformed?.(info)),
        banner: (line) => this.#onBanner(line),
        ...(options.wants ? { wants: (name, block) => this.#wants(name, block) } : {}),
      },
      limits.maxBlockBytes === undefined ? {} : { maxBlockBytes: limits.maxBlockBytes },
    );
    this.#pending = new PendingActions(this.#clock, options.account, {
      maxPending: limits.maxPending ?? 1000,
      maxListItems: limits.maxListItems ?? 100_000,
    });
    this.#heartbeat = new Heartbeat(this.#clock, options.pingAfterMs ?? 10_000, options.deadAfterMs ?? 25_000, {
      ping: () => this.#ping(),
      dead: (silentMs) =>
        this.#finish(
          this.#unavailable(
            `Asterisk has been silent for ${Math.round(silentMs / 1000)} s; the connection is given up.`,
          ),
        ),
    });
  }

  get ready(): boolean {
    return this.#state === 'ready';
  }

  get counters(): AmiSessionCounters {
    return {
      ...this.#parser.counters,
      actions: this.#actions,
      pings: this.#heartbeat.pings,
      late: this.#pending.late,
    };
  }

  /**
   * Connects and logs in; to be called once.
   * @throws PbxError unavailable (not reachable), protocol (not an AMI, TLS mismatch), unauthorized, rejected (user has a
   *   connection already), invalid-argument, not-connected (closed meanwhile)
   */
  open(): Promise<void> {
    if (this.#state !== 'new') return Promise.reject(this.#notConnected());
    const { host, port, tls, username, password } = this.#options;
    try {
      if (host.trim() === '') throw this.#invalid('the host is missing.');
      checkField('username', username);
      checkField('password', password);
      this.#socket = tls
        ? connectTls({ ...(isIP(host) ? {} : { servername: host }), ...tls, host, port })
        : connectTcp({ host, port });
    } catch (error) {
      // Node throws at once for a port out of range or a key it cannot read; the settings are to be mended.
      const reason =
        error instanceof PbxError
          ? error.within({ account: this.#options.account })
          : this.#invalid(error instanceof Error ? error.message : String(error));
      this.#finish(reason);
      return Promise.reject(reason);
    }
    this.#state = 'connecting';
    this.#limit(this.#options.connectTimeoutMs ?? 10_000, (seconds, connected) =>
      connected
        ? `${host}:${port} accepted the connection but sent no AMI greeting within ${seconds} s. Check the port, and whether it wants TLS.`
        : `${host}:${port} did not answer within ${seconds} s. Check host, port and firewalls.`,
    );
    this.#listen(this.#socket);
    return new Promise((resolve, reject) => {
      this.#opened = { resolve, reject };
    });
  }

  /** An ActionID that nobody else has. */
  newActionId(): string {
    return this.#prefix + ++this.#serial;
  }

  /**
   * Sends one action and gives its answer, with the items if a list follows.
   * @throws PbxError invalid-argument (not sent), not-connected (surely not done), uncertain (sent, no answer), timeout
   *   (only reads), rate-limited, or what Asterisk refused it with
   */
  action(fields: AmiFields, options: AmiActionOptions = {}): Promise<AmiReply> {
    if (this.#state !== 'ready') return Promise.reject(this.#notConnected());
    return this.#send(fields, options, false);
  }

  /** Ends the connection: Logoff if that is possible at once, gone within half a second whatever the PBX does. */
  async close(): Promise<void> {
    this.#finish(null);
    await this.closed;
  }

  #listen(socket: Socket): void {
    socket.setNoDelay(true);
    this.#outbox = new Outbox((frame) => socket.write(frame), this.#options.limits?.maxUnsentBytes ?? 1024 * 1024);
    socket.on('data', (chunk: Buffer) => this.#onData(socket, chunk));
    socket.on('drain', () => this.#outbox?.drained());
    socket.on('error', (error) => this.#finish(socketError(error, this.#place)));
    socket.on('end', () => this.#finish(this.#ended()));
    socket.on('close', () => this.#finish(this.#ended()));
  }

  #onData(socket: Socket, chunk: Buffer): void {
    if (this.#state === 'closed') return;
    // Work that the events start (messages of a flow) runs after this turn. Reading on at once would pile it up, so a
    // busy connection is read one turn's worth at a time.
    if (this.#turnBytes === 0) {
      setImmediate(() => {
        this.#turnBytes = 0;
        if (!socket.destroyed && socket.isPaused()) socket.resume();
      });
    }
    this.#turnBytes += chunk.length;
    if (this.#turnBytes >= TURN_BYTES) socket.pause();
    const before = this.#blocks();
    this.#parser.always = this.#pending.watching ? this.#token : null;
    this.#parser.push(chunk);
    if (this.#blocks() !== before) this.#heartbeat.heard();
  }

  /** A peer that sends bytes but never ends a message is as dead as a silent one, so whole blocks are what counts. */
  #blocks(): number {
    const { events, responses, filtered } = this.#parser.counters;
    return events + responses + filtered;
  }

  #onBanner(line: string): void {
    if (this.#state !== 'connecting') return;
    const match = /^Asterisk Call Manager(?: Proxy)?\/?\s*(\S*)/i.exec(line);
    if (!match) {
      this.#finish(notAmi(line, this.#place));
      return;
    }
    this.version = match[1] || null;
    this.#state = 'login';
    this.#limit(
      this.#options.loginTimeoutMs ?? 15_000,
      (seconds) => `Asterisk did not answer the login within ${seconds} s.`,
    );
    const { account, username, password, events } = this.#options;
    logIn((fields) => this.#send(fields, { effect: false }, true), { account, username, password, events }).then(
      () => this.#loggedIn(),
      (error: unknown) => this.#finish(PbxError.from(error, { account })),
    );
  }

  #loggedIn(): void {
    if (this.#state !== 'login') return;
    this.#state = 'ready';
    this.#deadline?.cancel();
    this.#heartbeat.start();
    this.#opened?.resolve();
  }

  #onMessage(message: AmiMessage): void {
    if (this.#state === 'closed') return;
    if (message.kind === 'response') {
      if (!this.#pending.response(message) && this.#pending.size > 0) {
        this.#guard(() => this.#options.onMalformed?.({ reason: 'an answer belongs to no action', bytes: 0 }));
      }
      return;
    }
    if (this.#pending.watching) {
      const id = message.get('actionid');
      if (id?.startsWith(this.#prefix)) {
        if (this.#pending.item(id, message)) return;
        if (!this.#wants(message.name)) return;
      }
    }
    if (message.name === 'Shutdown') this.#shutdown = true;
    this.#guard(() => this.#options.onMessage(message));
  }

  #wants(name: string, block = NO_BLOCK): boolean {
    try {
      return this.#options.wants?.(name, block) ?? true;
    } catch (error) {
      this.#options.onFault?.(error);
      return true;
    }
  }

  #guard(call: () => void): void {
    try {
      if (this.#state !== 'closed') call();
    } catch (error) {
      this.#options.onFault?.(error);
    }
  }

  #send(fields: AmiFields, options: AmiActionOptions, asIs: boolean): Promise<AmiReply> {
    const outbox = this.#outbox;
    if (!outbox) return Promise.reject(this.#notConnected());
    const id = options.actionId ?? this.newActionId();
    let encoded: ReturnType<typeof encodeAction>;
    try {
      encoded = encodeAction(fields, id);
    } catch (error) {
      return Promise.reject(PbxError.from(error, { account: this.#options.account }));
    }
    this.#actions++;
    return this.#pending.add(
      {
        id,
        name: encoded.name,
        effect: options.effect ?? true,
        list: options.list ?? false,
        timeoutMs: options.timeoutMs ?? this.#options.actionTimeoutMs ?? 30_000,
        signal: options.signal,
        asIs,
      },
      (written) => outbox.put(encoded.frame, written),
    );
  }

  #ping(): void {
    // The answer is heard like any other message; if none comes, the heartbeat itself ends the connection.
    this.#send({ Action: 'Ping' }, { effect: false }, true).catch(() => undefined);
  }

  /** Sets the time limit of the present step, in place of the one before. */
  #limit(ms: number, text: (seconds: number, connected: boolean) => string): void {
    this.#deadline?.cancel();
    this.#deadline = this.#clock.after(ms, () =>
      this.#finish(this.#unavailable(text(ms / 1000, this.#socket?.connecting === false))),
    );
  }

  /** The only way out, taken once. */
  #finish(reason: PbxError | null): void {
    if (this.#state === 'closed') return;
    // A message cut off by the PBX is reported while somebody still listens.
    if (reason) {
      this.#parser.end();
      if (this.#isClosed()) return;
    }
    const wasReady = this.#state === 'ready';
    this.#state = 'closed';
    this.#parser.stop();
    this.#deadline?.cancel();
    this.#heartbeat.stop();
    this.#pending.releaseAll(reason ? 'the connection was lost' : 'the connection was closed');
    this.#opened?.reject(reason ?? this.#notConnected());
    // What still waits there was just reported as not sent.
    this.#outbox = null;
    const socket = this.#socket;
    if (!socket || socket.closed) {
      this.#resolveClosed({ reason });
      return;
    }
    socket.once('close', () => this.#resolveClosed({ reason }));
    if (reason || !wasReady || socket.destroyed) {
      socket.destroy();
      return;
    }
    const timer = this.#clock.after(CLOSE_MS, () => socket.destroy());
    socket.once('close', () => timer.cancel());
    socket.write('Action: Logoff\r\n\r\n');
    socket.destroySoon();
  }

  /** Asked after somebody else's code has run, which may have called close. */
  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #ended(): PbxError {
    if (this.#shutdown) return this.#unavailable('Asterisk is shutting down or restarting.');
    if (this.#state === 'login') return this.#unavailable('Asterisk closed the connection during the login.');
    if (this.#state === 'connecting') {
      return this.#unavailable(
        `${this.#options.host}:${this.#options.port} closed the connection at once. Perhaps it has too many of them (authlimit in manager.conf).`,
      );
    }
    return this.#unavailable('Asterisk closed the connection.');
  }

  #unavailable(text: string): PbxError {
    const { account } = this.#options;
    return new PbxError('unavailable', `"${account}": ${text}`, { account });
  }

  #invalid(text: string): PbxError {
    const { account } = this.#options;
    return new PbxError('invalid-argument', `"${account}": ${text}`, { account });
  }

  #notConnected(): PbxError {
    const { account } = this.#options;
    return new PbxError('not-connected', `"${account}" is not connected to Asterisk.`, { account });
  }
}
