/** MANGO OFFICE Virtual PBX: commands by REST, events by signed webhooks (specification: the vendor's API documents D17 and D26). */

import { randomBytes } from 'node:crypto';
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
import { reply } from '../../transport/webhook';
import { runAction } from './action';
import { DEFAULT_URL, MangoApi } from './api';
import { CallBook } from './calls';
import { Commands } from './commands';
import { Directory } from './directory';
import type { Entry } from './entry';
import { numberOf, textOf } from './fields';
import { RecordingFiles } from './files';
import { basicHistory, extendedHistory, mangoWishOf, ReadyStatistics } from './history';
import { quotaOf } from './limits';
import { Notifications } from './notifications';
import type { CallNotice } from './notices';
import { Recordings } from './recordings';
import type { Keys } from './sign';
import { Standing } from './standing';
import { legFor } from './targets';
import { Texts } from './texts';
import { Door } from './webhook';

/** How long a caller in the IVR can wait for a flow; MANGO itself does not wait. */
const ROUTE_MS = 5_000;

export class MangoProvider implements Provider {
  readonly #host: ProviderHost;
  readonly #keys: Keys;
  readonly #validUrl: boolean;
  readonly #http: HttpClient;
  readonly #api: MangoApi;
  readonly #standing: Standing;
  readonly #book: CallBook;
  readonly #recordings: Recordings;
  readonly #commands: Commands;
  readonly #directory: Directory;
  readonly #notifications: Notifications;
  readonly #ready: ReadyStatistics;
  readonly #door: Door;
  readonly #closing = new AbortController();

  constructor(config: ProviderConfig, host: ProviderHost) {
    const { account, clock, log } = host;
    this.#host = host;
    this.#keys = { apiKey: textOf(config['apiKey']) ?? '', apiSalt: textOf(config['apiSalt']) ?? '' };
    const wish = textOf(config['url'], 2_000) ?? DEFAULT_URL;
    this.#validUrl = /^https?:/i.test(wish) && URL.canParse(wish);
    const url = this.#validUrl ? wish : DEFAULT_URL;
    this.#http = new HttpClient({ account, clock, tls: host.tls, proxy: host.proxy });
    this.#standing = new Standing(clock, (state, reason) => host.state(state, reason));
    this.#api = new MangoApi({
      account,
      url,
      keys: this.#keys,
      http: this.#http,
      quota: quotaOf(`${url} ${this.#keys.apiKey}`, clock),
      clock,
      log,
      proven: () => this.#standing.proven(),
      troubled: (error) => this.#standing.troubled(error),
    });
    const tell = (fact: Fact) => this.#tell(fact);
    const malformed = (reason: string) => host.malformed(reason);
    const warning = (error: PbxError) => host.warning(error);
    this.#book = new CallBook({ clock, tell, arrived: (entry, notice) => this.#arrived(entry, notice) });
    const files = new RecordingFiles(this.#api, this.#http);
    this.#recordings = new Recordings({
      clock,
      tell,
      wanted: () => host.wants('recording.available') || host.wants('recording.failed'),
      probe: (recording) => files.probe(recording, this.#closing.signal),
    });
    const texts = new Texts(clock, tell);
    this.#commands = new Commands({
      api: this.#api,
      book: this.#book,
      texts,
      files,
      standing: this.#standing,
      keys: this.#keys,
      smsExtension: textOf(config['smsExtension']),
      clock,
      tell,
      warning,
    });
    this.#directory = new Directory(this.#api, clock);
    this.#ready = new ReadyStatistics(clock);
    this.#notifications = new Notifications({
      clock,
      calls: this.#book,
      recordings: this.#recordings,
      texts,
      results: this.#commands.results,
      raw: (fact) => {
        if (host.wants('raw')) tell(fact);
      },
      malformed,
      statistics: (key, requestId) => this.#ready.notify(key, requestId),
    });
    this.#door = new Door({
      clock,
      keys: this.#keys,
      notice: (name, fields) => {
        if (!this.#closing.signal.aborted) this.#notifications.receive(name, fields);
      },
      heard: () => this.#standing.heard(),
      malformed,
      warning,
      pinged: () => tell({ fact: 'raw', at: clock.now(), name: 'ping', message: {} }),
    });
  }

  open(): void {
    this.#standing.open(this.#incomplete());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#standing.close();
    this.#recordings.close();
    this.#notifications.close();
    this.#book.clear();
    this.#commands.results.clear();
    await this.#http.close();
  }

  async execute(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    switch (command.command) {
      case 'call':
        return this.#commands.call(command, context);
      case 'hangup':
        return this.#commands.hangup(command, context);
      case 'redirect':
        return this.#commands.redirect(command, context);
      case 'transfer':
        return this.#commands.transfer(command, context);
      case 'sms':
        return this.#commands.sms(command, context);
      case 'recording':
        return this.#commands.recording(command, context);
      case 'action':
        return runAction(command.request, context, {
          api: this.#api,
          keys: this.#keys,
          now: this.#host.clock.now(),
          expect: (id, kind) => this.#commands.expect(id, kind),
        });
    }
  }

  async query({ query, params = {} }: QueryCommand, { signal }: CommandContext): Promise<Accepted> {
    const calls = this.#host.calls();
    switch (query) {
      case 'members':
        return this.#directory.members(params, { calls, signal });
      case 'queues':
        return this.#directory.queues(params, { calls, signal, hears: this.#standing.hears });
      case 'calls':
        return { result: [...calls].map(({ call }) => call) };
      case 'balance':
        return this.#balance(signal);
      case 'history': {
        const wish = mangoWishOf(params, this.#host.clock.now());
        const unreadable = (count: number) => {
          for (let i = 0; i < Math.min(count, 100); i++) this.#host.malformed('a row of the statistics');
        };
        const tools = { api: this.#api, clock: this.#host.clock, ready: this.#ready, signal, unreadable };
        return (wish.api === 'extended' ? extendedHistory : basicHistory)(wish, tools);
      }
    }
  }

  webhook(request: WebhookRequest): WebhookResponse {
    // Without a salt anybody could sign.
    const { apiKey, apiSalt } = this.#keys;
    return apiKey && apiSalt ? this.#door.receive(request) : reply(503, 'the account is not complete');
  }

  /** Two cheap questions, since a wrong key costs the PBX its API for two minutes when asked twice. */
  async test(signal: AbortSignal): Promise<TestReport> {
    const incomplete = this.#incomplete();
    if (incomplete) throw incomplete;
    const { amount, currency } = (await this.#balance(signal)).result;
    const { result: members } = await this.#directory.members({}, { calls: [], signal });
    const money = amount === null ? '' : `, balance ${amount} ${currency ?? ''}`.trimEnd();
    return {
      summary: `connected to ${this.#api.base.host}, ${members.length} employees${money}`,
      details: { employees: members.length, balance: { amount, currency } },
    };
  }

  async #balance(signal: AbortSignal) {
    const { fields, value } = await this.#api.post('account/balance', {}, { signal, effect: false });
    return { result: { amount: numberOf(fields['balance']), currency: textOf(fields['currency']) }, raw: value };
  }

  /** What a person must mend in the form before anything can work. */
  #incomplete(): PbxError | null {
    const { apiKey, apiSalt } = this.#keys;
    if (!this.#validUrl)
      return new PbxError('invalid-argument', 'the address of the PBX is not complete: it begins with https://');
    return apiKey && apiSalt
      ? null
      : new PbxError('unauthorized', 'the API key or the API salt is missing in the account');
  }

  #tell(fact: Fact): void {
    if (this.#closing.signal.aborted) return;
    if (this.#book.isEvent(fact)) this.#notifications.told(fact.raw);
    this.#host.fact(fact);
  }

  /** A new call from outside: the flows may lead it elsewhere. */
  #arrived(entry: Entry, notice: CallNotice): void {
    if (entry.asked) return;
    entry.asked = true;
    this.#route(entry, notice).catch((error: unknown) => this.#host.warning(PbxError.from(error)));
  }

  async #route(entry: Entry, notice: CallNotice): Promise<void> {
    const answer = await this.#host.route({ call: entry.id, number: notice.from.number, budgetMs: ROUTE_MS });
    if (!answer?.to || this.#closing.signal.aborted) return;
    const target = this.#host.call(entry.id);
    if (!target) throw new PbxError('not-found', 'a flow told where a call should go, but the call has ended');
    const leg = legFor('route', entry.id, { book: this.#book, target });
    const context: CommandContext = {
      reference: randomBytes(16).toString('hex'),
      signal: this.#closing.signal,
      target,
    };
    if (leg) await this.#commands.route(leg.id, answer.to, answer.contactName, context);
  }
}
