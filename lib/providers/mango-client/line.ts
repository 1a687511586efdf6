/**
 * The line of one employee (overview 2.1 to 2.3): channel, socket, register, the store emptied, live events; again from the channel after
 * every break. Live events that come while the store is read wait until it is empty, so that a flow hears things in their order; when the
 * link breaks before, they wait for the next reading, since the service keeps nothing of what it has pushed (2.1(4)).
 */

import type { Clock } from '../../clock';
import { systemClock } from '../../clock';
import { PbxError } from '../../model';
import type { LinkState, ProviderHost } from '../../provider';
import type { HttpClient } from '../../transport/http';
import { Link } from '../../transport/link';
import { WebSocketSession } from '../../transport/websocket';
import type { Silence } from '../../transport/silence';
import type { CallOptions, MangoClientApi } from './api';
import type { Delivered } from './delivered';
import { readEvents, readFrame } from './envelope';
import type { Notice, Surroundings } from './envelope';
import type { Profile } from './profile';
import { textAt, valueAt } from './read';

export interface LineOptions {
  user: string;
  host: ProviderHost;
  api: MangoClientApi;
  /** Has a connection for every line at once: a closing account has no time for them to take turns. */
  signOff: HttpClient;
  profile: Profile;
  silence: Silence;
  delivered: Delivered;
  /** `stored`: out of the store, so it may be two weeks old. */
  heard(notice: Notice, stored: boolean): void;
  /** The socket broke: what was pushed to it then is lost. */
  lost(): void;
  state(state: LinkState, reason?: PbxError): void;
}

/** Live events that wait for the store to be empty; when more come, they wait no longer. */
const MOST_WAITING = 20_000;
/** Batches with nothing that this reading had not had, one after another: the service hands out the same for ever, or does not know 109. */
const IDLE_BATCHES = 3;
/** Ten times what two weeks can hold. */
const MOST_STORED = 200_000;
/** By the computer's own clock: closing must be quick whatever the account's clock does. */
const UNREGISTER_MS = 400;
const LINK_CLOSE_MS = 450;
const CLOSE_MS = 850;

export class EmployeeLine {
  readonly #options: LineOptions;
  readonly #clock: Clock;
  readonly #link: Link<WebSocketSession>;
  /** Live events, while they wait; beyond the end of a session too. */
  #waiting: Notice[] | null = null;
  /** Marks of what came out of the store in this session, and in those from which live events still wait. */
  readonly #stored = new Set<string>();
  /** Ends the reading of the store. */
  #reading: AbortController | null = null;
  /** Whether the service may hold this employee for present. */
  #registered = false;
  /** The last one that registered. */
  #session: WebSocketSession | null = null;
  #lostAt: number | null = null;
  #closed = false;
  #warned = false;

  constructor(options: LineOptions) {
    this.#options = options;
    const { clock, random, log } = options.host;
    this.#clock = clock;
    this.#link = new Link<WebSocketSession>({
      clock,
      random,
      log,
      connect: (signal) => this.#connect(signal),
      ready: (session) => this.#ready(session),
      lost: () => {
        // From the first break on: a try that failed in between heard nothing either.
        if (!this.#registered) return;
        this.#lostAt ??= this.#session?.heardAt ?? clock.now();
        options.lost();
      },
      state: (state, reason) => {
        if (!this.#closed) options.state(state, reason);
      },
    });
  }

  open(): void {
    this.#link.open();
  }

  /** Closes the socket, then tells the service that the employee is gone, so that it stores his events (overview 2.2). */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { delivered, signOff } = this.#options;
    const end = performance.now() + CLOSE_MS;
    await within(LINK_CLOSE_MS, this.#link.close());
    const left = end - performance.now();
    await Promise.all([this.#unregister({ via: signOff }, left), within(left, delivered.kept())]);
  }

  async #connect(signal: AbortSignal): Promise<WebSocketSession> {
    const { user, host, api, profile, delivered } = this.#options;
    const { account, clock, tls, proxy, log } = host;
    await delivered.load();
    // After a break the service may still take the employee for present, and what it pushes then is lost.
    if (this.#registered) await this.#unregister({ signal });
    const { body } = await api.call('channel', { user }, { signal });
    const url = textAt(body, profile.answer.channel);
    if (url === null || !/^wss?:\/\//i.test(url)) {
      const text = `"${account}": the answer to the request for a channel has no WebSocket address where the profile looks for it (answer.channel).`;
      throw new PbxError('protocol', text, { account });
    }
    if (!this.#waiting) {
      this.#waiting = [];
      this.#stored.clear();
    }
    const hear = (data: string | Buffer) => this.#hear(data);
    return WebSocketSession.connect({
      account,
      url,
      clock,
      tls,
      proxy,
      signal,
      heartbeat: this.#options.silence,
      onMessage: hear,
      onFault: (error) => log.error(`an event of MANGO OFFICE could not be handled: ${PbxError.from(error).message}`),
    });
  }

  async #ready(session: WebSocketSession): Promise<void> {
    const { host, delivered } = this.#options;
    this.#session = session;
    this.#registered = true;
    delivered.hold(true);
    await this.#drain(session);
    this.#release();
    delivered.hold(false);
    if (this.#lostAt === null) return;
    // Whatever was stored has come now. What was pushed to the broken socket, nobody knows.
    host.gap(this.#lostAt, this.#clock.now(), false);
    this.#lostAt = null;
  }

  /**
   * Registers, and reads what was stored, until the service says that there is no more. A request under way when the socket breaks may
   * bring what is out of the store already, so it has until the next reading begins.
   */
  async #drain(session: WebSocketSession): Promise<void> {
    const { user, api, profile } = this.#options;
    const { drain, result, answer } = profile;
    this.#reading?.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    const seen = new Set<string>();
    let idle = 0;
    for (;;) {
      const reply = await api.call(
        'register',
        { user, limit: drain.limit },
        { signal, timeoutMs: drain.timeoutMs, also: [result.drained] },
      );
      const found = valueAt(reply.body, answer.events, Array.isArray);
      const notices = readEvents(Array.isArray(found) ? found : [], profile, this.#around());
      const before = seen.size;
      for (const notice of inOrder(notices)) {
        seen.add(notice.mark);
        this.#tellStored(notice);
      }
      if (!session.open) throw new PbxError('not-connected', 'the socket broke while the stored events were read');
      if (reply.code === result.drained) return;
      idle = seen.size > before ? 0 : idle + 1;
      if (idle >= IDLE_BATCHES || seen.size >= MOST_STORED) break;
    }
    this.#warnOnce(
      `the service hands out stored events of extension ${user} without ever saying that there are no more (code ${result.drained}); live events go on. Compare result and answer.events of the profile with the vendor's document.`,
    );
  }

  #hear(data: string | Buffer): void {
    for (const notice of readFrame(data, this.#options.profile, this.#around())) {
      if (!this.#waiting) this.#tellLive(notice, false);
      else if (this.#waiting.push(notice) >= MOST_WAITING) this.#release();
    }
  }

  /** Tells the live events that waited; from now on they are told as they come. */
  #release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const notice of inOrder(waiting)) this.#tellLive(notice, true);
  }

  #tellStored(notice: Notice): void {
    if (this.#closed) return;
    if (this.#stored.size < MOST_STORED) this.#stored.add(notice.mark);
    if (this.#options.delivered.first(notice.mark)) this.#options.heard(notice, true);
  }

  /**
   * The service pushes an event once. What looks like a repetition happened again, unless it came out of the store too; that is sure
   * where the event has a time, else likely while the store was being read.
   */
  #tellLive(notice: Notice, waited: boolean): void {
    if (this.#closed || ((notice.timed || waited) && this.#stored.has(notice.mark))) return;
    this.#options.delivered.first(notice.mark);
    this.#options.heard(notice, false);
  }

  #around(): Surroundings {
    const { user, host } = this.#options;
    return { user, now: this.#clock.now(), malformed: (reason) => host.malformed(reason) };
  }

  /** Best effort, once, within its time. */
  async #unregister({ signal, via }: Pick<CallOptions, 'signal' | 'via'>, ms = UNREGISTER_MS): Promise<void> {
    if (!this.#registered) return;
    const { user, api, host } = this.#options;
    const limit = new AbortController();
    const timer = systemClock.after(ms, () => limit.abort());
    try {
      const either = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
      await api.call('unregister', { user }, { signal: either, ...(via && { via }) });
      this.#registered = false;
    } catch (error) {
      host.log.debug(`extension ${user} could not be signed off: ${api.clean(PbxError.from(error).message)}`);
    } finally {
      timer.cancel();
    }
  }

  #warnOnce(text: string): void {
    if (this.#warned || this.#closed) return;
    this.#warned = true;
    const { account } = this.#options.host;
    this.#options.host.warning(new PbxError('protocol', `"${account}": ${text}`, { account }));
  }
}

/** By the service's own time; those without one stay where they are. */
function inOrder(notices: readonly Notice[]): Notice[] {
  return notices.every(({ timed }) => timed) ? [...notices].sort((one, other) => one.at - other.at) : [...notices];
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: { cancel(): void } | undefined;
  const late = new Promise<void>((resolve) => {
    timer = systemClock.after(ms, resolve);
  });
  await Promise.race([work.catch(() => undefined), late]);
  timer?.cancel();
}
