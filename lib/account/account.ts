/**
 * PbxAccount: owns one provider's connection, the call state, who listens, and the way of every command. Flows, command line tools and
 * tests use the same door.
 */

import { CallTracker, iso } from '../calls';
import type { Emission } from '../calls';
import { systemClock } from '../clock';
import type { Clock } from '../clock';
import { DialGuard } from '../dial-rules';
import type { Fact, RawFact } from '../facts';
import { PbxError } from '../model';
import type {
  AccountEvent,
  AccountState,
  AccountTopic,
  Call,
  Command,
  PbxErrorCode,
  PbxEvent,
  Topic,
  VendorReason,
} from '../model';
import { normaliser } from '../numbers';
import type { Normalise } from '../numbers';
import { callOf, eventOf } from '../payload';
import type {
  KnownCall,
  LinkState,
  Logger,
  Provider,
  ProviderConfig,
  ProviderDescriptor,
  ProviderModule,
  Store,
  TlsOptions,
  WebhookRequest,
  WebhookResponse,
} from '../provider';
import { redactor } from '../redact';
import type { Redact } from '../redact';
import { providerOf } from '../registry';
import { speller } from '../spellings';
import { Subscriptions, traitsOf } from '../subscriptions';
import type { Filter, Listener } from '../subscriptions';
import { Commands } from './commands';
import type { CommandOutcome, Watch } from './commands';
import { Routes } from './routes';
import type { RouteFilter, RouteRequest } from './routes';

export interface AccountOptions {
  /** The account by its name: stands in every event and error. */
  name: string;
  provider: string;
  /** The provider's fields, credentials among them. */
  config: ProviderConfig;
  /** ISO 3166 code; with it numbers become E.164. */
  country?: string;
  dialAllow?: readonly string[];
  dialDeny?: readonly string[];
  /** Calls a minute, default 30. */
  dialLimit?: number;
  tls?: TlsOptions;
  proxy?: string;
  logger?: Logger;
  clock?: Clock;
  random?: () => number;
  store?: Store;
  /** Default: the package's own. */
  providers?: readonly ProviderModule[];
}

export interface Counters {
  events: number;
  gaps: number;
  reconnects: number;
  commands: number;
  failures: number;
  malformed: number;
}

export interface AccountStatus {
  state: AccountState;
  /** ISO 8601: since when. */
  since: string;
  reason: { code: PbxErrorCode; text: string; vendor: VendorReason | null } | null;
  counters: Counters;
  lastEvent: { topic: Topic; time: string } | null;
}

export type StatusListener = (status: AccountStatus) => void;

const SILENT: Logger = { error() {}, warn() {}, info() {}, debug() {} };
const CLOSE_WITHIN_MS = 900;
const TOPIC_OF: Partial<Record<AccountState, AccountTopic>> = {
  connected: 'account.connected',
  degraded: 'account.degraded',
  reconnecting: 'account.disconnected',
  unauthorized: 'account.disconnected',
};

export class PbxAccount {
  readonly name: string;
  readonly descriptor: ProviderDescriptor;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #provider: Provider;
  readonly #tracker: CallTracker;
  readonly #subscriptions: Subscriptions;
  readonly #commands: Commands;
  readonly #routes: Routes;
  readonly #normalise: Normalise;
  readonly #redact: Redact;
  readonly #statusListeners = new Set<StatusListener>();
  readonly #counters: Counters = { events: 0, gaps: 0, reconnects: 0, commands: 0, failures: 0, malformed: 0 };
  #state: AccountState = 'closed';
  #since: number;
  #reason: AccountStatus['reason'] = null;
  #lastEvent: { topic: Topic; at: number } | null = null;
  #opened = false;
  #closing: Promise<void> | null = null;
  #sequence = 0;

  constructor(options: AccountOptions) {
    const module = providerOf(options.provider, options.providers);
    this.name = options.name;
    this.descriptor = module.descriptor;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.logger ?? SILENT;
    this.#since = this.#clock.now();
    this.#normalise = normaliser(options.country);
    this.#redact = redactor(module.descriptor.secretKeys);
    this.#subscriptions = new Subscriptions(this.#normalise);
    const guard = new DialGuard(
      { allow: options.dialAllow ?? [], deny: options.dialDeny ?? [], perMinute: options.dialLimit ?? 30 },
      this.#clock,
      this.#normalise,
      speller(options.country),
      () => this.#provider.dialling,
    );
    this.#routes = new Routes(this.#clock, (run) => this.#guarded('route requests', run), {
      mustAllow: (destination) => guard.mustAllow(destination),
      isDecided: (id) => {
        const call = this.#tracker.find(id);
        return call !== undefined && (call.ended || call.answeredAt > 0);
      },
    });
    this.#tracker = new CallTracker({
      emit: (emission) => this.#receive(emission),
      clock: this.#clock,
      ...(module.descriptor.endGraceMs !== undefined && { endGraceMs: module.descriptor.endGraceMs }),
    });
    const random = options.random ?? Math.random;
    this.#provider = module.create(options.config, {
      account: options.name,
      log: this.#log,
      clock: this.#clock,
      random,
      ...(options.tls && { tls: options.tls }),
      ...(options.proxy && { proxy: options.proxy }),
      ...(options.store && { store: options.store }),
      fact: (fact) => this.#take(fact),
      state: (state, reason) => this.#linkState(state, reason),
      warning: (error) => this.#warn(error),
      gap: (fromMs, toMs, recovered) => this.#gap(fromMs, toMs, recovered),
      malformed: (reason) => {
        this.#counters.malformed++;
        this.#log.debug(`a message of the PBX could not be read: ${reason}`);
      },
      wants: (topic) => this.#subscriptions.wants(topic),
      call: (id) => this.#known(id),
      calls: () => this.#knownCalls(),
      route: (question) => this.#routes.ask(question, this.#normalise(question.number)),
    });
    this.#commands = new Commands({
      account: options.name,
      descriptor: module.descriptor,
      provider: this.#provider,
      tracker: this.#tracker,
      clock: this.#clock,
      guard,
      state: () => ({ state: this.#state, reason: this.#reason }),
      known: (id) => this.#known(id),
      normalise: this.#normalise,
      guarded: (run) => this.#guarded('a placed call', run),
      redact: this.#redact,
    });
  }

  /** Starts to connect; what comes of it shows in the status. */
  open(): void {
    if (this.#opened || this.#closing) return;
    this.#opened = true;
    this.#linkState('connecting');
    try {
      this.#provider.open();
    } catch (error) {
      this.#linkState('unauthorized', PbxError.from(error));
    }
  }

  /** Done within a second whatever the PBX does. Commands under way end as `uncertain` or `not-connected`. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Hands each event that passes the filter to `listener`, as an object of its own. Returns what ends it. */
  subscribe(filter: Filter, listener: Listener): () => void {
    return this.#subscriptions.add(filter, listener);
  }

  /** Called with every change of state and at once with the present one. Returns what ends it. */
  onStatus(listener: StatusListener): () => void {
    this.#statusListeners.add(listener);
    listener(this.status);
    return () => this.#statusListeners.delete(listener);
  }

  /** Calls that ask where to go; see {@link RouteRequest.answer}. Returns what ends it. */
  onRoute(filter: RouteFilter, handler: (request: RouteRequest) => void): () => void {
    return this.#routes.listen(filter, handler);
  }

  /** Carries a command out. Rejects with a {@link PbxError} only; never sends a call, transfer or text twice. */
  async execute(command: Command, watch?: Watch): Promise<CommandOutcome> {
    this.#counters.commands++;
    try {
      if (this.#closing) throw new PbxError('not-connected', 'the account is closed');
      return await this.#commands.run(command, watch);
    } catch (error) {
      this.#counters.failures++;
      throw PbxError.from(error, { account: this.name, command: command.command });
    }
  }

  async webhook(request: WebhookRequest): Promise<WebhookResponse> {
    if (!this.#provider.webhook || this.#closing) return { status: 404 };
    try {
      return await this.#provider.webhook(request);
    } catch (error) {
      this.#log.warn(`a webhook failed: ${PbxError.from(error).message}`);
      return { status: 500 };
    }
  }

  /** The live calls, oldest first. */
  calls(): Call[] {
    return [...this.#tracker.live()].map((call) => callOf(call, this.#normalise));
  }

  /** A live or lately ended call. */
  call(id: string): Call | null {
    const call = this.#tracker.find(id);
    return call ? callOf(call, this.#normalise) : null;
  }

  get status(): AccountStatus {
    return {
      state: this.#state,
      since: iso(this.#since),
      reason: this.#reason && { ...this.#reason },
      counters: { ...this.#counters },
      lastEvent: this.#lastEvent && { topic: this.#lastEvent.topic, time: iso(this.#lastEvent.at) },
    };
  }

  async #close(): Promise<void> {
    this.#routes.close();
    let timer: { cancel(): void } | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = systemClock.after(CLOSE_WITHIN_MS, resolve);
    });
    try {
      this.#commands.close();
      await Promise.race([this.#provider.close(), deadline]);
    } catch (error) {
      this.#log.debug(`while closing: ${PbxError.from(error).message}`);
    } finally {
      timer?.cancel();
      this.#tracker.clear();
      this.#setState('closed', null);
      this.#statusListeners.clear();
    }
  }

  /** Whatever is wrong with a fact: it is dropped and counted, and the connection goes on. */
  #take(fact: Fact): void {
    if (this.#closing) return;
    try {
      this.#tracker.apply(fact);
    } catch (error) {
      this.#counters.malformed++;
      this.#log.error(`${fact.fact} could not be understood: ${PbxError.from(error).message}`);
    }
  }

  #linkState(state: LinkState, error?: PbxError): void {
    if (this.#closing) return;
    const reason = error ? { code: error.code, text: error.message, vendor: error.cause.vendor } : null;
    const before = this.#state;
    if (state === before && reason?.text === this.#reason?.text) return;
    if (state === 'connected' && (before === 'reconnecting' || before === 'unauthorized')) this.#counters.reconnects++;
    this.#setState(state, reason);
    const topic = TOPIC_OF[state];
    const wasDown = before === 'reconnecting' || before === 'unauthorized';
    // Each failed try changes the reason, but the flow is told once that the connection is gone.
    if (topic && !(topic === 'account.disconnected' && wasDown))
      this.#tellAccount(topic, { reason: reason && { code: reason.code, text: reason.text } });
  }

  #setState(state: AccountState, reason: AccountStatus['reason']): void {
    if (state !== this.#state) this.#since = this.#clock.now();
    this.#state = state;
    this.#reason = reason;
    for (const listener of this.#statusListeners) this.#guarded('the status', () => listener(this.status));
  }

  #warn(error: PbxError): void {
    this.#log.warn(error.message);
    this.#tellAccount('account.warning', { reason: { code: error.code, text: error.message } });
  }

  #gap(fromMs: number, toMs: number, recovered: boolean): void {
    this.#counters.gaps++;
    this.#tellAccount('account.gap', { gap: { from: iso(fromMs), to: iso(toMs), recovered } });
  }

  #receive(emission: Emission): void {
    if (emission.kind === 'call') this.#commands.observe(emission.topic, emission.call);
    const topic = emission.kind === 'call' || emission.kind === 'queue' ? emission.topic : emission.fact.fact;
    this.#counters.events++;
    this.#lastEvent = { topic, at: 'at' in emission ? emission.at : emission.fact.at };
    if (!this.#subscriptions.wants(topic)) return;
    for (const { filter, listener } of this.#subscriptions.matching(topic, () => traitsOf(emission, this.#normalise))) {
      const event = emission.kind === 'raw' ? this.#rawEvent(emission.id, emission.fact) : this.#event(emission);
      this.#hand(
        listener,
        event,
        filter.raw && emission.fact.raw !== undefined ? this.#redact(emission.fact.raw) : undefined,
      );
    }
  }

  #event(emission: Emission): PbxEvent {
    return eventOf(emission, {
      account: this.name,
      provider: this.descriptor.id,
      normalise: this.#normalise,
    }) as PbxEvent;
  }

  #rawEvent(id: string, fact: RawFact): AccountEvent {
    return this.#accountEvent('raw', id, fact.at, { name: fact.name, message: this.#redact(fact.message) });
  }

  #tellAccount(topic: AccountTopic, more: Partial<AccountEvent>): void {
    const at = this.#clock.now();
    this.#lastEvent = { topic, at };
    const nothing = { extensions: [], queues: [], numbers: [], direction: null };
    const id = `${topic}/${at}/${++this.#sequence}`;
    for (const { listener } of this.#subscriptions.matching(topic, () => nothing))
      this.#hand(listener, this.#accountEvent(topic, id, at, structuredClone(more)), undefined);
  }

  #accountEvent(topic: AccountTopic, id: string, at: number, more: Partial<AccountEvent>): AccountEvent {
    const { name: account, descriptor } = this;
    return { type: topic, id, account, provider: descriptor.id, time: iso(at), state: this.#state, ...more };
  }

  /** A listener that throws is the listener's fault and nobody else's. */
  #hand(listener: Listener, event: PbxEvent, raw: unknown): void {
    this.#guarded(event.type, () => listener(event, raw));
  }

  #guarded(what: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#log.error(`a listener of ${what} failed: ${PbxError.from(error).message}`);
    }
  }

  #known(id: string): KnownCall | undefined {
    const call = this.#tracker.find(id);
    if (!call || call.ended) return undefined;
    return {
      call: call.snapshot(),
      keys: [...call.keys],
      legs: call.legs.map((leg) => ({ ...leg, party: { ...leg.party } })),
    };
  }

  *#knownCalls(): Iterable<KnownCall> {
    for (const call of this.#tracker.live()) {
      const known = this.#known(call.id);
      if (known) yield known;
    }
  }
}
