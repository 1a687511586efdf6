/**
 * One WebSocket connection from connect to close, for every provider that has one; fits `Link` (../link). It has a time limit for the
 * whole way up, bounds on what is received and on what waits to be sent, a heartbeat, and an end within half a second. It ends once and
 * for good: whoever wants another connection makes another session.
 */

import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { systemClock } from '../../clock';
import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type { PbxErrorCode } from '../../model';
import type { TlsOptions } from '../../provider';
import { Heartbeat } from '../heartbeat';
import { connectionError, hostOf } from '../http';
import type { Place } from '../http';
import type { Session } from '../link';
import { tunnel } from './tunnel';

export interface WebSocketOptions {
  /** `wss://host:port/path`; never shown in an error, since some vendors put keys into it. */
  url: string;
  /** The account by its name, for error texts. */
  account: string;
  clock?: Clock;
  tls?: TlsOptions | undefined;
  /** `http://user:password@host:port`; asked to CONNECT. */
  proxy?: string | undefined;
  headers?: Readonly<Record<string, string>>;
  protocols?: readonly string[];
  /** For proxy, TCP, TLS and upgrade together. Default 10 s. */
  handshakeMs?: number;
  /** A longer message ends the connection. Default 1 MiB. */
  maxMessageBytes?: number;
  /** More than this waiting to be sent: `send` refuses. Default 1 MiB. */
  maxUnsentBytes?: number;
  /** Pings a silent server and gives it up when it stays silent. `null`: never, for servers that take pings amiss. */
  heartbeat?: HeartbeatOptions | null;
  /** Gives up connecting. */
  signal?: AbortSignal;
  /** Each message, in order: a text for a text frame, bytes for a binary one. Called from the first message on, even before `connect` resolves. */
  onMessage(message: string | Buffer): void;
  /** What `onMessage` threw: a programming error, kept from ending the connection. */
  onFault?(error: unknown): void;
}

export interface HeartbeatOptions {
  /** Silence after which a ping is sent, 10 s. */
  pingAfterMs?: number;
  /** Silence after which the connection is given up, 25 s. */
  deadAfterMs?: number;
}

/** Time for the closing handshake. */
const CLOSE_MS = 400;
/** Bytes of one turn of the event loop after which the socket waits until the loop has drained. */
const TURN_BYTES = 64 * 1024;
const KEEP_ALIVE_MS = 30_000;

export class WebSocketSession implements Session {
  readonly closed: Promise<PbxError | null>;
  /** Whether the server has ever answered a ping here. */
  ponged = false;
  /** Whether the connection was given up for silence. */
  silent = false;
  /** When the server last showed that it is there, in milliseconds since the epoch: what it sent after that may be lost. */
  heardAt: number;

  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  readonly #place: Place;
  #socket: WebSocket | null = null;
  #heartbeat: Heartbeat | null = null;
  #open = false;
  #ended = false;
  #reason: PbxError | null = null;
  #closing: Promise<void> | null = null;
  #turnBytes = 0;
  #settle!: (reason: PbxError | null) => void;

  private constructor(options: WebSocketOptions, url: URL) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.heardAt = this.#clock.now();
    this.#place = {
      account: options.account,
      host: hostOf(url),
      secure: url.protocol === 'wss:',
      proxied: Boolean(options.proxy),
    };
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /**
   * Resolves with an open session.
   * @throws PbxError unavailable (not reachable), protocol (no WebSocket there, TLS), unauthorized and forbidden (401, 403 to the
   *   upgrade), timeout, invalid-argument (the address), not-connected (aborted)
   */
  static async connect(options: WebSocketOptions): Promise<WebSocketSession> {
    const { account } = options;
    const url = URL.canParse(options.url) ? new URL(options.url) : null;
    if (!url || !/^wss?:$/.test(url.protocol))
      throw new PbxError('invalid-argument', `"${account}": the address must begin with wss:// (or ws://).`, {
        account,
      });
    url.hash = '';
    const session = new WebSocketSession(options, url);
    await session.#connect(url);
    return session;
  }

  get open(): boolean {
    return this.#open && !this.#ended;
  }

  /** Bytes that wait to be sent. */
  get unsentBytes(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /**
   * Hands a message to the connection: a text becomes a text frame, bytes a binary one.
   * @throws PbxError not-connected, unavailable (too much waits already): surely not sent
   */
  send(message: string | Buffer): void {
    const { account } = this.#options;
    const socket = this.#socket;
    if (!socket || !this.open || socket.readyState !== WebSocket.OPEN)
      throw new PbxError('not-connected', `"${account}" is not connected to ${this.#place.host}.`, { account });
    if (socket.bufferedAmount > (this.#options.maxUnsentBytes ?? 1024 * 1024))
      throw new PbxError('unavailable', `"${account}": ${this.#place.host} takes messages too slowly; not sent.`, {
        account,
      });
    socket.send(message);
  }

  /** Ends it as lost, for the given reason: the server turned out to be useless. */
  fail(reason: PbxError): void {
    this.#reason ??= reason;
    this.#socket?.terminate();
  }

  /** Done within half a second whatever the server does. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    this.#heartbeat?.stop();
    if (socket && !this.#ended) {
      // The computer's own clock: nobody may wait for a virtual one to close.
      const timer = setTimeout(() => socket.terminate(), CLOSE_MS);
      // A peer that has stopped reading would keep the closing frame in a buffer for ever.
      if (socket.isPaused) socket.resume();
      socket.close(1000);
      await this.closed;
      clearTimeout(timer);
    }
    this.#end(null);
  }

  async #connect(url: URL): Promise<void> {
    const { account, handshakeMs = 10_000, signal } = this.#options;
    const control = new AbortController();
    let stopped: PbxError | null = null;
    const stop = (error: PbxError) => {
      stopped ??= error;
      control.abort();
      this.#socket?.terminate();
    };
    const aborted = () =>
      stop(new PbxError('not-connected', `"${account}" was closed while it connected.`, { account }));
    const timer = this.#clock.after(handshakeMs, () =>
      stop(
        new PbxError('timeout', `"${account}": ${this.#place.host} did not answer within ${handshakeMs / 1000} s.`, {
          account,
        }),
      ),
    );
    signal?.addEventListener('abort', aborted, { once: true });
    if (signal?.aborted) aborted();
    try {
      if (stopped) throw stopped as PbxError;
      const way = await this.#way(url, control.signal);
      if (stopped) way?.destroy();
      else await this.#upgrade(url, way);
      if (stopped) throw stopped as PbxError;
    } catch (thrown) {
      const error = stopped ?? connectionError(thrown, this.#place);
      this.#end(error);
      throw error;
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', aborted);
    }
    this.#begin();
  }

  /** The tunnel through the proxy, where there is one. */
  async #way(url: URL, signal: AbortSignal): Promise<Socket | null> {
    const { account, proxy } = this.#options;
    return proxy ? tunnel({ account, proxy, to: hostOf(url), signal }) : null;
  }

  #upgrade(url: URL, way: Socket | null): Promise<void> {
    const { tls = {}, headers = {}, protocols = [], maxMessageBytes = 1024 * 1024 } = this.#options;
    const servername = tls.servername ?? (isIP(url.hostname) || url.hostname.startsWith('[') ? '' : url.hostname);
    const options: ClientOptions = {
      ...tls,
      headers: { ...headers },
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      followRedirects: false,
      ...(way && {
        createConnection: () => (url.protocol === 'wss:' ? connectTls({ ...tls, servername, socket: way }) : way),
      }),
    };
    const socket = new WebSocket(url, [...protocols], options);
    socket.binaryType = 'nodebuffer';
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    socket.on('ping', () => this.#heard());
    socket.on('pong', () => {
      this.ponged = true;
      this.#heard();
    });
    return new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('unexpected-response', (request, answer) => {
        answer.resume();
        request.destroy();
        reject(this.#refused(answer.statusCode ?? 0));
      });
      socket.on('error', (error) => {
        const reason = this.#failure(error);
        this.#reason ??= reason;
        reject(reason);
      });
      socket.once('close', (code, words) => {
        // An orderly end comes after everything that was sent before it; a broken connection has no such order.
        if (!this.#reason) this.heardAt = this.#clock.now();
        this.#end(this.#closing ? null : (this.#reason ?? this.#over(code, words)));
        way?.destroy();
        reject(this.#over(code, words));
      });
    });
  }

  #begin(): void {
    const { heartbeat } = this.#options;
    this.#open = true;
    const socket = this.#socket;
    if (!socket || this.#ended) return;
    rawSocket(socket)?.setKeepAlive(true, KEEP_ALIVE_MS);
    if (heartbeat === null) return;
    const { pingAfterMs = 10_000, deadAfterMs = 25_000 } = heartbeat ?? {};
    this.#heartbeat = new Heartbeat(this.#clock, pingAfterMs, deadAfterMs, {
      ping: () => {
        if (socket.readyState === WebSocket.OPEN) socket.ping();
      },
      dead: (silentMs) => {
        this.silent = true;
        const { account, host } = this.#place;
        const text = `"${account}": ${host} has been silent for ${Math.round(silentMs / 1000)} s; the connection is given up.`;
        this.fail(new PbxError('unavailable', text, { account }));
      },
    });
    this.#heartbeat.start();
  }

  #heard(): void {
    this.heardAt = this.#clock.now();
    this.#heartbeat?.heard();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#ended) return;
    this.#heard();
    this.#slow(data.length);
    try {
      this.#options.onMessage(isBinary ? data : data.toString('utf8'));
    } catch (error) {
      this.#options.onFault?.(error);
    }
  }

  /** Work that messages start runs after this turn; reading on at once would pile it up. */
  #slow(bytes: number): void {
    const socket = this.#socket;
    if (this.#turnBytes === 0)
      setImmediate(() => {
        this.#turnBytes = 0;
        if (socket?.isPaused) socket.resume();
      });
    // A small message costs more work than its bytes tell.
    this.#turnBytes += bytes + 64;
    if (this.#turnBytes >= TURN_BYTES) socket?.pause();
  }

  #end(reason: PbxError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#heartbeat?.stop();
    this.#settle(reason);
  }

  #refused(status: number): PbxError {
    const { account, host } = this.#place;
    const vendor = { code: String(status), message: null };
    const error = (code: PbxErrorCode, text: string) =>
      new PbxError(code, `"${account}": ${host} ${text} (${status}).`, { account, vendor });
    if (status === 401) return error('unauthorized', 'does not accept the credentials');
    if (status === 403)
      return error('forbidden', 'does not admit this connection: check the rights and the registered addresses');
    if (status === 429) return error('rate-limited', 'has had too many connections from here');
    if (status >= 500) return error('unavailable', 'has a problem of its own');
    return error('protocol', 'answered, but not as a WebSocket server does: check the port and path');
  }

  #failure(error: Error & { code?: string }): PbxError {
    const { account, host } = this.#place;
    const vendor = { code: error.code ?? null, message: null };
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
      return new PbxError('protocol', `"${account}": ${host} sent a message that is too long.`, { account, vendor });
    if (error.code?.startsWith('WS_ERR_'))
      return new PbxError('protocol', `"${account}": ${host} broke the WebSocket protocol (${error.code}).`, {
        account,
        vendor,
      });
    if (!error.code && /upgrade|sec-websocket|subprotocol|extension/i.test(error.message))
      return new PbxError('protocol', `"${account}": ${host} answered, but not as a WebSocket server does.`, {
        account,
        vendor,
      });
    return connectionError(error, this.#place);
  }

  #over(code: number, words: Buffer): PbxError {
    const { account, host } = this.#place;
    const said = words
      .toString('utf8')
      .replace(/[^\x20-\x7e\u00a0-\uffff]/g, ' ')
      .slice(0, 120);
    const how = code === 1006 ? 'was cut' : `was closed by the server (${code}${said ? `: ${said}` : ''})`;
    return new PbxError('unavailable', `"${account}": the connection to ${host} ${how}.`, {
      account,
      vendor: { code: String(code), message: said || null },
    });
  }
}

/** The TCP socket below, which ws does not hand out by its types. */
function rawSocket(socket: WebSocket): Socket | undefined {
  return (socket as unknown as { _socket?: Socket })._socket;
}
