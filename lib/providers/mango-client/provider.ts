/** MANGO OFFICE server-client: a line for each employee of the account, and requests over HTTP beside them. */

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
  SetupReport,
  TestReport,
} from '../../provider';
import { HttpClient } from '../../transport/http';
import { WebSocketSession } from '../../transport/websocket';
import { MangoClientApi } from './api';
import { callNotice, stateOf } from './call-notice';
import { Calls } from './calls';
import { Commands } from './commands';
import { Delivered } from './delivered';
import type { Notice } from './envelope';
import { EmployeeLine } from './line';
import { LineStates } from './line-states';
import { PlacedCalls } from './placed';
import { textAt } from './read';
import { Recordings } from './recordings';
import { RouteResults } from './route-results';
import { complete, MOST_EXTENSIONS, settingsOf } from './settings';
import type { Settings } from './settings';
import { setUp } from './set-up';

/** How long the IVR waits is not documented; a caller should not wait longer. */
const ROUTE_MS = 5_000;
/** An older one is over. */
const ROUTE_FRESH_MS = 30_000;

export class MangoClientProvider implements Provider {
  readonly #host: ProviderHost;
  readonly #config: ProviderConfig;
  readonly #http: HttpClient;
  readonly #signOff: HttpClient;
  readonly #states: LineStates;
  readonly #closing = new AbortController();
  #lines: EmployeeLine[] = [];
  #work: Work | null = null;
  #ping: Timer | null = null;

  constructor(config: ProviderConfig, host: ProviderHost) {
    this.#config = config;
    this.#host = host;
    const { account, clock, tls, proxy } = host;
    this.#http = new HttpClient({ account, clock, tls, proxy, connections: 8 });
    this.#signOff = new HttpClient({ account, clock, tls, proxy, connections: MOST_EXTENSIONS });
    this.#states = new LineStates(account, (state, reason) => {
      if (!this.#closing.signal.aborted) host.state(state, reason);
    });
  }

  open(): void {
    const { account, clock, store, log } = this.#host;
    let work: Work;
    try {
      work = this.#prepare(complete(settingsOf(this.#config, account), account));
    } catch (error) {
      this.#host.state('unauthorized', PbxError.from(error, { account }));
      return;
    }
    this.#work = work;
    const { extensions, profile, silence } = work.settings;
    const failed = (error: unknown) =>
      log.warn(`what was delivered already could not be kept: ${PbxError.from(error).message}`);
    this.#states.expect(extensions);
    this.#lines = extensions.map(
      (user) =>
        new EmployeeLine({
          user,
          host: this.#host,
          api: work.api,
          signOff: this.#signOff,
          profile,
          silence,
          delivered: new Delivered({ user, clock, store, failed }),
          heard: (notice, stored) => this.#heard(work, notice, stored),
          lost: () => work.calls.interrupted(user),
          state: (state, reason) => this.#states.tell(user, state, reason),
        }),
    );
    for (const line of this.#lines) line.open();
    this.#planPing(work);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#ping?.cancel();
    this.#work?.calls.clear();
    await Promise.all(this.#lines.map((line) => line.close()));
    await Promise.all([this.#http.close(), this.#signOff.close()]);
  }

  async execute(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    const { commands } = this.#must();
    switch (command.command) {
      case 'call':
        return commands.call(command, context);
      case 'redirect':
        return commands.redirect(command, context);
      case 'transfer':
        return commands.transfer(command, context);
      case 'recording':
        return commands.link(command, context);
      case 'action':
        return commands.action(command, context);
      default:
        throw new PbxError('not-supported', `MANGO OFFICE server-client cannot do "${command.command}"`);
    }
  }

  query(query: QueryCommand): Promise<Accepted> {
    return Promise.resolve().then(() => this.#must().commands.query(query));
  }

  /** As far as the first channel's socket: registering would take the stored events from the deployed account. */
  async test(signal: AbortSignal): Promise<TestReport> {
    const { account, clock, tls, proxy } = this.#host;
    const settings = complete(settingsOf(this.#config, account), account);
    const api = this.#api(settings);
    await api.call('ping', {}, { signal });
    const [user = ''] = settings.extensions;
    const { body } = await api.call('channel', { user }, { signal });
    const url = textAt(body, settings.profile.answer.channel);
    if (!url)
      throw new PbxError(
        'protocol',
        `"${account}": MANGO OFFICE accepts the key, but its answer has no address of a WebSocket where the profile looks for it (answer.channel).`,
        { account },
      );
    const socket = await WebSocketSession.connect({ account, url, clock, tls, proxy, signal, onMessage: () => {} });
    await socket.close();
    return { summary: `MANGO OFFICE accepts the key and gives extension ${user} a channel` };
  }

  async setup(action: string, inputs: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<SetupReport> {
    const { account } = this.#host;
    const settings = settingsOf(this.#config, account);
    return setUp({ account, settings, api: this.#api(settings) }, action, inputs, signal);
  }

  #api({ url, token, profile }: Settings): MangoClientApi {
    return new MangoClientApi({ account: this.#host.account, url, token, profile, http: this.#http });
  }

  #prepare(settings: Settings): Work {
    const { clock } = this.#host;
    const { profile, extensions } = settings;
    const api = this.#api(settings);
    const placed = new PlacedCalls(clock);
    const calls = new Calls(clock, placed, this.#fact);
    const results = new RouteResults(clock, profile);
    const recordings = new Recordings(clock, profile, this.#fact);
    const commands = new Commands({
      host: this.#host,
      api,
      profile,
      extensions,
      calls,
      placed,
      results,
      recordings,
      present: () => this.#states.present(),
    });
    return { settings, own: new Set(extensions), api, calls, results, recordings, commands };
  }

  #heard(work: Work, notice: Notice, stored: boolean): void {
    const { profile } = work.settings;
    switch (notice.kind) {
      case 'call': {
        const call = callNotice(notice, profile, work.own);
        if (call) work.calls.apply(call, stored);
        else this.#raw(notice);
        return;
      }
      case 'ivr':
        this.#ivr(work, notice, stored);
        return;
      case 'record':
        if (!work.recordings.apply(notice)) this.#raw(notice);
        return;
      case 'routeResult':
        if (!work.results.told(notice)) this.#raw(notice);
        return;
      default:
        this.#raw(notice);
    }
  }

  /** Told to one employee, whichever (overview 2.6): it is nobody's in particular. */
  #ivr({ settings, calls, commands }: Work, notice: Notice, stored: boolean): void {
    const { call: paths } = settings.profile;
    const { body, at, raw } = notice;
    const id = textAt(body, paths.id);
    const state = stateOf(textAt(body, paths.state), settings.profile);
    if (id === null) return this.#raw(notice);
    const told = { at, raw, stored };
    if (state === 'disconnected') return calls.ivrOver(id, told);
    const number = textAt(body, paths.fromNumber);
    if (state !== 'appeared' || !calls.ivr(id, textAt(body, paths.leg) ?? id, number, told)) return this.#raw(notice);
    const host = this.#host;
    if (stored || host.clock.now() - at > ROUTE_FRESH_MS) return;
    const ask = async () => {
      const answer = await host.route({ call: id, number, budgetMs: ROUTE_MS });
      if (answer?.to) await commands.route(id, answer.to, this.#closing.signal);
    };
    ask().catch((error: unknown) => {
      if (!this.#closing.signal.aborted) host.warning(PbxError.from(error, { account: host.account }));
    });
  }

  /** Whether the service is there, besides the sockets (overview 2.1(5)). */
  #planPing(work: Work): void {
    const { clock } = this.#host;
    const { signal } = this.#closing;
    this.#ping = clock.after(work.settings.profile.pingMs, () => {
      work.api
        .call('ping', {}, { signal })
        .then(
          () => this.#states.service(null),
          (error: unknown) => this.#states.service(PbxError.from(error)),
        )
        .finally(() => {
          if (!signal.aborted) this.#planPing(work);
        })
        .catch(() => undefined);
    });
  }

  #raw({ routeKey, raw, at }: Notice): void {
    this.#fact({ fact: 'raw', at, name: routeKey, message: raw, raw });
  }

  readonly #fact = (fact: Fact): void => {
    if (!this.#closing.signal.aborted) this.#host.fact(fact);
  };

  #must(): Work {
    if (this.#work) return this.#work;
    throw new PbxError('not-connected', `"${this.#host.account}" is not set up yet.`);
  }
}

interface Work {
  settings: Settings;
  /** The account's extensions. */
  own: ReadonlySet<string>;
  api: MangoClientApi;
  calls: Calls;
  results: RouteResults;
  recordings: Recordings;
  commands: Commands;
}
