/** One WebSocket connection to the server: requests tied to their replies by `reqId`, everything else is an event. */

import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type { ProviderHost } from '../../provider';
import type { Session } from '../../transport/link';
import { WebSocketSession } from '../../transport/websocket';
import { linkEnded, noReply, serverError } from './refusals';
import type { Settings } from './settings';
import type { Times } from './times';
import type { RequestOptions, Way } from './way';
import { nameAhead, readFrame, requestText } from './wire';
import type { Json, Reply, ServerEvent } from './wire';

/** Requests without a reply; more are refused. */
const MOST_PENDING = 1_000;

export interface SessionEars {
  /** Any event at all: events are delivered. */
  heard: () => void;
  event: (event: ServerEvent) => void;
  /** Of two messages that came as one the first is lost. */
  melted: () => void;
  /** Asked with the name of an event before it is read. */
  wants: (name: string) => boolean;
}

interface Pending {
  settle: (reply: Reply) => void;
  fail: (error: PbxError) => void;
  options: RequestOptions;
}

export class VwellSession implements Session, Way {
  readonly events = true;
  readonly closed: Promise<PbxError | null>;
  /** When the server was last heard. */
  heardAt: number;
  readonly #host: ProviderHost;
  readonly #settings: Settings;
  readonly #times: Times;
  readonly #ears: SessionEars;
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();
  #socket!: WebSocketSession;
  #settleClosed!: (reason: PbxError | null) => void;

  private constructor(settings: Settings, host: ProviderHost, times: Times, ears: SessionEars) {
    this.#settings = settings;
    this.#host = host;
    this.#times = times;
    this.#ears = ears;
    this.#clock = host.clock;
    this.heardAt = host.clock.now();
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
  }

  static async open(
    settings: Settings,
    host: ProviderHost,
    times: Times,
    ears: SessionEars,
    signal: AbortSignal,
  ): Promise<VwellSession> {
    const session = new VwellSession(settings, host, times, ears);
    session.#socket = await WebSocketSession.connect({
      url: settings.url,
      account: host.account,
      clock: host.clock,
      tls: host.tls,
      proxy: host.proxy,
      signal,
      // The server pings nobody, but answers; a socket it has spoilt does not.
      heartbeat: { pingAfterMs: times.pingAfterMs, deadAfterMs: times.deadAfterMs },
      onMessage: (message) => session.#hear(message),
      onFault: (error) => host.log.error(`a message could not be read: ${PbxError.from(error).message}`),
    });
    void session.#socket.closed.then((reason) => session.#over(reason));
    return session;
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  /** Ends it as lost: it turned out to be useless. */
  fail(reason: PbxError): void {
    this.#socket.fail(reason);
  }

  /** Hears all events from now on. One subscription: each further one would bring every event once more. */
  async subscribe(anew = false): Promise<void> {
    const options = { timeoutMs: this.#times.replyMs, effect: false, what: 'onEvent' };
    if (anew) await this.#ask('rmEvent', { ...options, what: 'rmEvent' });
    await this.#ask('onEvent', options);
  }

  request(method: string, argument: Json, options: RequestOptions): Promise<Reply> {
    const reqId = randomBytes(12).toString('hex');
    const { account } = this.#host;
    const asked = { account, ...options };
    return new Promise((resolve, reject) => {
      const { signal, timeoutMs } = options;
      if (signal?.aborted) {
        reject(new PbxError('not-connected', `"${account}" was closed before ${options.what} was sent.`, { account }));
        return;
      }
      if (this.#pending.size >= MOST_PENDING) {
        reject(new PbxError('unavailable', `"${account}": too many requests wait for a reply; not sent.`, { account }));
        return;
      }
      const text = requestText(method, reqId, { ...this.#settings.credentials, ...argument });
      const timer = this.#clock.after(timeoutMs, () => finish(() => reject(noReply(asked, timeoutMs))));
      const given = () => finish(() => reject(linkEnded(asked)));
      const finish = (act: () => void) => {
        if (!this.#pending.delete(reqId)) return;
        timer.cancel();
        signal?.removeEventListener('abort', given);
        act();
      };
      signal?.addEventListener('abort', given, { once: true });
      this.#pending.set(reqId, {
        settle: (reply) => finish(() => resolve(reply)),
        fail: (error) => finish(() => reject(error)),
        options,
      });
      try {
        this.#socket.send(text);
      } catch (error) {
        finish(() => reject(PbxError.from(error)));
      }
    });
  }

  async #ask(method: string, options: RequestOptions): Promise<void> {
    const { err } = await this.request(method, {}, options);
    if (err !== null) throw serverError(err, { account: this.#host.account, ...options });
  }

  #hear(message: string | Buffer): void {
    this.heardAt = this.#clock.now();
    const text = typeof message === 'string' ? message : message.toString('utf8');
    if (this.#isNoise(text)) {
      this.#ears.heard();
      return;
    }
    const frame = readFrame(text);
    switch (frame.kind) {
      case 'reply': {
        const pending = typeof frame.reqId === 'string' ? this.#pending.get(frame.reqId) : undefined;
        if (pending) pending.settle(frame.reply);
        else this.#host.log.debug('a reply to no request of ours was ignored');
        return;
      }
      case 'event':
        this.#ears.heard();
        this.#ears.event(frame.event);
        if (frame.melted) this.#ears.melted();
        return;
      case 'nothing':
        this.#host.malformed(frame.reason);
    }
  }

  /** An event nobody wants, told by its first bytes; one that answers an action or came melted is none. */
  #isNoise(text: string): boolean {
    const name = nameAhead(text);
    return name !== null && !this.#ears.wants(name) && !text.includes('"ActionID"') && !text.includes('"":');
  }

  #over(reason: PbxError | null): void {
    for (const pending of this.#pending.values())
      pending.fail(linkEnded({ account: this.#host.account, ...pending.options }));
    this.#settleClosed(reason);
  }
}
