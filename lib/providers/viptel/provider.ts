/** VIPTel: one WebSocket connection for events and actions, REST and the SMS service beside it where they are set up. */

import type { Timer } from '../../clock';
import type { Fact } from '../../facts';
import { PbxError } from '../../model';
import type { Command, QueryCommand } from '../../model';
import type {
  Accepted,
  CommandContext,
  Provider,
  ProviderConfig,
  ProviderHost,
  TestReport,
  WebhookRequest,
  WebhookResponse,
} from '../../provider';
import { HttpClient } from '../../transport/http';
import { Link } from '../../transport/link';
import { CallFacts } from './call-facts';
import { CallBook } from './calls';
import type { ViptelCall } from './calls';
import { Commands } from './commands';
import { Events } from './events';
import { dialable, Directory } from './numbers';
import { Queries } from './queries';
import { expire, Rebuild } from './rebuild';
import type { Reading } from './rebuild';
import { Recordings } from './recordings';
import { ViptelRest } from './rest';
import { Roster } from './roster';
import { ViptelSession } from './session';
import type { SessionOptions, SessionTimes } from './session';
import { settingsOf } from './settings';
import type { Settings } from './settings';
import { Sms } from './sms';
import { testConnection } from './test-connection';

/** As long as a caller can be expected to wait for a decision; VIPTel itself does not wait. */
const ROUTE_MS = 10_000;
const EXPIRE_EVERY_MS = 60_000;
/** As far as the clock of VIPTel may be behind the one here. */
const CLOCKS_APART_MS = 60_000;
/** After so many connections given up for silence on which no ping was ever answered, pings are left out. */
const PINGLESS = 2;

export class ViptelProvider implements Provider {
  readonly #host: ProviderHost;
  readonly #config: ProviderConfig;
  readonly #times: SessionTimes | undefined;
  readonly #http: HttpClient;
  readonly #book = new CallBook();
  readonly #directory = new Directory();
  readonly #roster = new Roster();
  readonly #facts: CallFacts;
  readonly #events: Events;
  readonly #commands: Commands;
  readonly #queries: Queries;
  readonly #closing = new AbortController();
  #settings: Settings | null = null;
  #rest: ViptelRest | null = null;
  #sms: Sms | null = null;
  #recordings: Recordings | null = null;
  #link: Link<ViptelSession> | null = null;
  #session: ViptelSession | null = null;
  /** Of the present connection. */
  #present = new AbortController();
  #lostAt: number | null = null;
  /** From when on calls may have begun and ended of which nothing was told; `null`: none have. Outlives a gap that was told in vain. */
  #unreadFrom: number | null = null;
  /** Of the first login: what was over by then is nobody's business. */
  #since = Infinity;
  #pingless = 0;
  #expiry: Timer | null = null;

  constructor(config: ProviderConfig, host: ProviderHost, times?: SessionTimes) {
    this.#host = host;
    this.#config = config;
    this.#times = times;
    const { account, clock } = host;
    const [book, directory] = [this.#book, this.#directory];
    this.#http = new HttpClient({ account, clock, tls: host.tls, proxy: host.proxy });
    this.#facts = new CallFacts({
      book,
      directory,
      clock,
      fact: this.#fact,
      ended: (call) => this.#recordings?.ended(call),
    });
    this.#events = new Events({
      book,
      directory,
      clock,
      roster: this.#roster,
      facts: this.#facts,
      fact: this.#fact,
      inbound: (call) => this.#route(call),
      other: (name, message) => this.#raw(name, message),
    });
    const rest = () => this.#mustHave(this.#rest, 'REST', 'REST address');
    const sms = () => this.#mustHave(this.#sms, 'the SMS service', 'SMS user and password');
    this.#commands = new Commands({ account, book, clock, rest, session: () => this.#session });
    this.#queries = new Queries({ account, book, directory, clock, rest, sms, calls: () => host.calls() });
  }

  open(): void {
    const { account, clock, random, log } = this.#host;
    try {
      this.#settings = settingsOf(this.#config, account);
      this.#openServices(this.#settings);
    } catch (error) {
      this.#host.state('unauthorized', PbxError.from(error, { account }));
      return;
    }
    const settings = this.#settings;
    this.#link = new Link<ViptelSession>({
      clock,
      random,
      log,
      connect: (signal) => ViptelSession.open(this.#sessionOptions(settings, signal)),
      ready: (session) => this.#ready(session),
      lost: () => this.#lost(),
      state: (state, reason) => this.#host.state(state, reason),
    });
    this.#link.open();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#present.abort();
    this.#expiry?.cancel();
    this.#recordings?.close();
    this.#sms?.close();
    this.#book.clear();
    await Promise.all([this.#link?.close(), this.#http.close()]);
  }

  async execute(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    const commands = this.#commands;
    switch (command.command) {
      case 'call':
        return commands.call(command, context);
      case 'hangup':
        return commands.hangup(command, context);
      case 'redirect':
        return commands.redirect(command, context);
      case 'transfer':
        return commands.transfer(command, context);
      case 'recording':
        return commands.fetch(command, context);
      case 'sms':
        return this.#mustHave(this.#sms, 'the SMS service', 'SMS user and password').send(command, context.signal);
      case 'action':
        return commands.action(command, context);
    }
  }

  query(query: QueryCommand, { signal }: CommandContext): Promise<Accepted> {
    return this.#queries.run(query, signal);
  }

  webhook(request: WebhookRequest): WebhookResponse {
    if (!this.#sms || !/^\/sms\/?$/.test(request.path)) return { status: 404 };
    return this.#sms.webhook(request);
  }

  test(signal: AbortSignal): Promise<TestReport> {
    return testConnection(this.#config, this.#host, signal);
  }

  #openServices({ username, password, restUrl, sms }: Settings): void {
    const { account, clock, log } = this.#host;
    const common = { account, clock, log, http: this.#http, fact: this.#fact, warning: this.#warning };
    const { signal } = this.#closing;
    if (restUrl !== null) {
      this.#rest = new ViptelRest({ ...common, url: restUrl, username, password });
      const wanted = () => this.#host.wants('recording.available');
      this.#recordings = new Recordings({ ...common, rest: this.#rest, wanted, signal });
    }
    if (sms) this.#sms = new Sms({ ...common, ...sms, signal });
  }

  #sessionOptions({ url, username, password, silence }: Settings, signal: AbortSignal): SessionOptions {
    const { account, clock, tls, proxy, log } = this.#host;
    return {
      account,
      url,
      username,
      password,
      clock,
      tls,
      proxy,
      signal,
      silence: this.#pingless < PINGLESS ? silence : null,
      times: this.#times,
      onEvent: (event) => this.#events.apply(event),
      onOther: (name, message) => this.#raw(name, message),
      onMalformed: (reason) => this.#host.malformed(reason),
      onStray: this.#warning,
      onDegraded: (error) => {
        if (this.#closing.signal.aborted) return;
        if (error) this.#host.state('degraded', error);
        else this.#host.state('connected');
      },
      onFault: (error) => log.error(`An event of VIPTel could not be handled: ${PbxError.from(error).message}`),
    };
  }

  /** Logged in: what happened meanwhile is read in the background, events come already. */
  #ready(session: ViptelSession): void {
    this.#session = session;
    this.#since = Math.min(this.#since, this.#host.clock.now());
    this.#present = new AbortController();
    const { signal } = this.#present;
    this.#expiry ??= this.#planExpiry();
    if (!this.#rest) return this.#tellGap(false);
    const { clock, log } = this.#host;
    const rebuild = new Rebuild({
      rest: this.#rest,
      book: this.#book,
      directory: this.#directory,
      facts: this.#facts,
      roster: this.#roster,
      clock,
      log,
      fact: this.#fact,
    });
    const told = (reading: Reading) => {
      if (reading !== 'failed') this.#unreadFrom = null;
      this.#tellGap(reading === 'whole');
    };
    void rebuild.run(this.#unreadFrom, signal, told).then(() => {
      if (!signal.aborted) this.#unreadFrom = null;
    });
  }

  #lost(): void {
    this.#present.abort();
    const session = this.#session;
    // A dead connection is noticed half a minute late.
    this.#lostAt ??= session?.heardAt ?? this.#host.clock.now();
    this.#unreadFrom ??= Math.max(this.#since, this.#lostAt - CLOCKS_APART_MS);
    for (const call of this.#book.live()) call.interrupted = true;
    this.#session = null;
    if (session?.ponged) this.#pingless = 0;
    else if (session?.silent && ++this.#pingless === PINGLESS)
      this.#warning(
        new PbxError(
          'unavailable',
          `"${this.#host.account}": VIPTel does not answer pings; they are left out, so a dead connection is noticed later than usual.`,
        ),
      );
  }

  #tellGap(recovered: boolean): void {
    if (this.#lostAt === null) return;
    const from = this.#lostAt;
    this.#lostAt = null;
    this.#host.gap(from, this.#host.clock.now(), recovered);
  }

  #planExpiry(): Timer {
    return this.#host.clock.after(EXPIRE_EVERY_MS, () => {
      expire(this.#book, this.#facts, this.#host.clock.now());
      this.#expiry = this.#planExpiry();
    });
  }

  /** Asks the flows where a call from outside should go, and sends it there while nobody has answered it. */
  #route(call: ViptelCall): void {
    this.#host
      .route({ call: call.key, number: call.caller, budgetMs: ROUTE_MS })
      .then(async (answer) => {
        // The account has refused an answer for a call that is answered or over.
        if (!answer?.to || this.#closing.signal.aborted) return;
        await this.#commands.move(call, dialable(answer.to), this.#closing.signal);
      })
      .catch((error: unknown) =>
        this.#warning(PbxError.from(error, { account: this.#host.account, command: 'route' })),
      );
  }

  #raw(name: string | null, message: Readonly<Record<string, unknown>>): void {
    this.#fact({ fact: 'raw', at: this.#host.clock.now(), name, message, raw: message });
  }

  readonly #fact = (fact: Fact): void => {
    if (!this.#closing.signal.aborted) this.#host.fact(fact);
  };

  readonly #warning = (error: PbxError): void => {
    if (!this.#closing.signal.aborted) this.#host.warning(error);
  };

  #mustHave<T>(service: T | null, what: string, field: string): T {
    if (service) return service;
    const { account } = this.#host;
    throw new PbxError(
      'not-supported',
      `"${account}" is not set up for ${what}: fill in the ${field} in the account.`,
      { account },
    );
  }
}
