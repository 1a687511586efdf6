/** The Gravitel and MegaFon family as a provider: commands by REST in three dialects, events by webhooks, lost ones by the list of calls. */

import type { Fact } from '../../facts';
import { wishOf } from '../../history';
import type { Span } from '../../history';
import { PbxError } from '../../model';
import type { CallCommand, Command, QueryCommand, RecordingCommand } from '../../model';
import type {
  Accepted,
  CommandContext,
  Provider,
  ProviderConfig,
  ProviderHost,
  RouteAnswer,
  TestReport,
  WebhookRequest,
  WebhookResponse,
} from '../../provider';
import { HttpClient } from '../../transport/http';
import { RecentMap } from '../../transport/webhook';
import { addressOf, DIALECTS } from './address';
import { CallBook } from './calls';
import type { CallWish, Codec, GroupInfo } from './codec';
import { Dialects } from './dialect';
import { Directory } from './directory';
import { digitsOf, textOf } from './fields';
import { historyOf, recordsOf } from './history-query';
import { membersOf, queuesOf } from './lists';
import type { ContactNotice, OtherNotice } from './notice';
import { assumedTimesOf } from './outcome';
import { contactResponse, parseWebhook } from './parse-webhook';
import type { ParsedWebhook } from './parse-webhook';
import { PlacedCalls } from './placed';
import { profileOf } from './profile';
import { Pulse } from './pulse';
import { Recordings } from './recordings';

/** How long the PBX waits is written nowhere; others give themselves 1.2 s (specification 4.5). */
const CONTACT_MS = 1_000;
/** A push of a call that ended this long ago is on its way still. */
const PUSH_MS = 15_000;
/** The PBX was silent when nothing came from this long before a call's end. */
const SILENCE_MS = 30_000;
const WARN_EVERY_MS = 600_000;
/** Not every key may read the groups, and not every tenant has them. */
const NO_GROUPS: ReadonlySet<string> = new Set(['forbidden', 'not-found', 'not-supported']);

export class GravitelProvider implements Provider {
  readonly #host: ProviderHost;
  readonly #config: { url: string; key: string; crmToken: string; defaultUser: string | null };
  readonly #wrong: PbxError | null;
  readonly #http: HttpClient;
  readonly #dialects: Dialects;
  readonly #directory = new Directory();
  readonly #placed: PlacedCalls;
  readonly #book: CallBook;
  readonly #recordings: Recordings;
  readonly #pulse: Pulse;
  readonly #contacts: RecentMap<Promise<RouteAnswer | null>>;
  #heardAt: number | null = null;
  #warnedAt = -Infinity;
  #closed = false;

  constructor(config: ProviderConfig, host: ProviderHost) {
    const { account, clock, random } = host;
    this.#host = host;
    this.#config = {
      url: textOf(config['url'], 2_000) ?? '',
      key: textOf(config['apiKey']) ?? '',
      crmToken: textOf(config['crmToken']) ?? '',
      defaultUser: textOf(config['defaultUser'], 128),
    };
    const { url, key } = this.#config;
    this.#wrong = wrongIn(this.#config);
    // An address that is none is told at `open`; until then nothing is asked of it.
    const base = this.#wrong ? new URL('https://invalid.invalid') : addressOf(url);
    const tell = (fact: Fact) => {
      if (!this.#closed) host.fact(fact);
    };
    const unreadable = (what: string) => host.malformed(what);
    const dialect = DIALECTS.find((known) => known === config['dialect']) ?? 'auto';
    this.#http = new HttpClient({ account, clock, tls: host.tls, proxy: host.proxy });
    this.#dialects = new Dialects({ account, url: base.href, dialect, key, http: this.#http, unreadable });
    this.#placed = new PlacedCalls(clock, (one, other) => this.#directory.same(one, other));
    this.#book = new CallBook({
      clock,
      directory: this.#directory,
      placed: this.#placed,
      tell,
      missing: () => this.#pulse.soon(),
    });
    this.#recordings = new Recordings({
      clock,
      http: this.#http,
      base,
      profile: profileOf(base.hostname),
      codec: () => this.#dialects.known,
      tell,
      wanted: () => host.wants('recording.available') || host.wants('recording.failed'),
    });
    this.#pulse = new Pulse({
      clock,
      random,
      state: (state, reason) => host.state(state, reason),
      oldest: () => this.#book.oldest(),
      connect: (signal) => this.#connect(signal),
      look: (span, signal) => this.#look(span, signal),
    });
    this.#contacts = new RecentMap(clock, { ttlMs: 60_000, max: 2_000 });
  }

  open(): void {
    if (this.#wrong) this.#host.state('unauthorized', this.#wrong);
    else this.#pulse.open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#pulse.close();
    this.#recordings.close();
    this.#book.clear();
    this.#placed.clear();
    this.#contacts.clear();
    await this.#http.close();
  }

  async execute(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    switch (command.command) {
      case 'call':
        return this.#call(command, context);
      case 'recording':
        return this.#recording(command, context);
      case 'action': {
        const raw = await (await this.#codec(context.signal)).action(command.request, context.signal);
        return { result: raw, raw };
      }
      default:
        throw new PbxError('not-supported', `a PBX of this family cannot do "${command.command}"`);
    }
  }

  async query({ query, params = {} }: QueryCommand, { signal }: CommandContext): Promise<Accepted> {
    const { clock } = this.#host;
    if (query === 'calls') return { result: [...this.#host.calls()].map(({ call }) => call) };
    if (query === 'balance') throw new PbxError('not-supported', 'a PBX of this family does not tell its balance');
    const wish = query === 'history' ? wishOf(params, clock.now()) : null;
    const codec = await this.#codec(signal);
    if (wish) {
      const seen = (notice: Parameters<Recordings['remember']>[0]) => this.#recordings.remember(notice);
      const about = { directory: this.#directory, now: clock.now(), signal, seen };
      return { result: await historyOf(codec, wish, about) };
    }
    if (query === 'queues') {
      const groups = await codec.groups(signal);
      this.#directory.listGroups(groups);
      return { result: queuesOf(groups, this.#directory, [...this.#host.calls()], clock.now()), raw: groups };
    }
    const accounts = await codec.accounts(signal);
    this.#directory.list(accounts);
    const groups = await groupsIn(codec, signal);
    this.#directory.listGroups(groups);
    return { result: membersOf(accounts, groups, this.#host.calls()), raw: accounts };
  }

  webhook(request: WebhookRequest): WebhookResponse | Promise<WebhookResponse> {
    const parsed = parseWebhook(request, this.#config);
    if (parsed.refused) return this.#refuse(parsed, request);
    this.#heardAt = this.#host.clock.now();
    if (parsed.contact) return this.#contact(parsed.contact, request);
    return { ...parsed.response, after: () => this.#receive(parsed) };
  }

  async test(signal: AbortSignal): Promise<TestReport> {
    if (this.#wrong) throw this.#wrong;
    const codec = await this.#dialects.find(signal);
    const accounts = await codec.accounts(signal);
    const { hostname } = addressOf(this.#config.url);
    const vendor = profileOf(hostname).name;
    return {
      summary: `connected to ${hostname} (${vendor}, dialect ${codec.dialect}), ${accounts.length} employees`,
      details: { dialect: codec.dialect, vendor, employees: accounts.length },
    };
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const codec = await this.#dialects.find(signal);
    this.#directory.list(await codec.accounts(signal));
    try {
      this.#directory.listGroups(await codec.groups(signal));
    } catch (error) {
      // Without them a group may be taken for a person, and nothing else is lost.
      this.#host.log.info(`the groups cannot be read: ${PbxError.from(error).message}`);
    }
    this.#host.log.info(`connected, dialect ${codec.dialect}, ${this.#directory.size} employees`);
  }

  async #codec(signal: AbortSignal): Promise<Codec> {
    return this.#dialects.known ?? (await this.#dialects.find(signal));
  }

  async #call(command: CallCommand, { reference, signal }: CommandContext): Promise<Accepted> {
    const from = command.from || this.#config.defaultUser;
    if (!from) throw new PbxError('invalid-argument', '"from" is missing: the extension or login that calls');
    const to = dialable(command.to);
    const wish: CallWish = {
      from: from.startsWith('group:') ? { group: from.slice('group:'.length) } : { user: from },
      to,
      shown: command.callerId ? digitsOf(command.callerId) : null,
    };
    const codec = await this.#codec(signal);
    this.#placed.expect(reference, 'user' in wish.from ? this.#directory.employee(from) : null, to);
    try {
      const { call, shown, raw } = await codec.call(wish, signal);
      if (call) this.#placed.named(reference, call);
      if (wish.shown && shown !== wish.shown && codec.dialect === 'V1')
        this.#host.warning(
          new PbxError(
            'rejected',
            `the PBX shows ${shown ?? 'another number'} to the called party instead of ${wish.shown}, which may not be used for outgoing calls`,
          ),
        );
      return { ...(call && { call }), reference, raw };
    } catch (error) {
      // Where it may have been placed after all, a push can still tell.
      if (!(error instanceof PbxError) || error.code !== 'uncertain') this.#placed.forget(reference);
      throw error;
    }
  }

  async #recording(command: RecordingCommand, { signal }: CommandContext): Promise<Accepted> {
    const recording = command.recording ?? '';
    if (command.action === 'link') return { result: await this.#recordings.link(recording, signal) };
    if (command.action !== 'fetch')
      throw new PbxError('not-supported', 'recording is switched in the web settings of the PBX');
    const { data, path, bytes, name } = await this.#recordings.fetch(recording, command.folder, signal);
    const format = name.split('.').at(-1) ?? 'mp3';
    return { result: { id: recording, format, bytes, ...(path === null ? { data } : { file: path }) } };
  }

  #refuse({ response, refused }: ParsedWebhook, { remoteAddress }: WebhookRequest): WebhookResponse {
    if (refused?.why !== 'forged') {
      this.#host.malformed(`${refused?.text ?? 'a push'} (from ${remoteAddress})`);
      return response;
    }
    this.#host.malformed(`a push with a wrong key (from ${remoteAddress})`);
    const now = this.#host.clock.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return response;
    this.#warnedAt = now;
    const text = `a webhook from ${remoteAddress} was refused, its key is wrong: if it comes from your PBX, enter the same key of the CRM there and here`;
    return { ...response, after: () => this.#host.warning(new PbxError('unauthorized', text)) };
  }

  #receive({ events, records, others }: ParsedWebhook): void {
    if (this.#closed) return;
    this.#pulse.heard();
    for (const event of events) this.#book.event(event);
    for (const record of records) {
      this.#book.history(record);
      this.#recordings.note(record);
    }
    for (const other of others) this.#other(other);
  }

  #other({ name, raw }: OtherNotice): void {
    const { clock } = this.#host;
    this.#host.fact({ fact: 'raw', at: clock.now(), name, message: raw, raw });
    if (name.toLowerCase() !== 'webhook') return;
    const type = textOf((raw as Readonly<Record<string, unknown>>)['type'], 60) ?? 'something';
    this.#host.warning(new PbxError('unavailable', `the PBX reports ${type}: look into its web settings`));
  }

  /** The caller is put through after the answer: it is given in time, or it is that nobody is known. */
  async #contact(notice: ContactNotice, request: WebhookRequest): Promise<WebhookResponse> {
    this.#pulse.heard();
    this.#book.contact(notice);
    let asked = this.#contacts.get(notice.call);
    if (!asked) {
      asked = this.#host.route({ call: notice.call, number: notice.client, budgetMs: CONTACT_MS });
      this.#contacts.set(notice.call, asked);
    }
    const answer = await asked;
    return contactResponse(request, answer ?? { contactName: null, to: null });
  }

  /** The list of calls against what was pushed. Returns of how many calls nothing was heard. */
  async #look(span: Span, signal: AbortSignal): Promise<number> {
    const { clock } = this.#host;
    const records = await recordsOf(await this.#codec(signal), span, signal);
    if (signal.aborted) return 0;
    const now = clock.now();
    let unheard = 0;
    for (const record of records.sort((one, other) => (one.startedAt ?? 0) - (other.startedAt ?? 0))) {
      const { startedAt, endedAt } = assumedTimesOf(record);
      const known = this.#book.has(record.call);
      const isOurs = known || (startedAt !== null && startedAt >= this.#pulse.openedAt);
      if (!isOurs || this.#book.isOver(record.call)) {
        if (known) this.#recordings.note(record);
        else this.#recordings.remember(record);
        continue;
      }
      if (endedAt === null || now - endedAt < PUSH_MS) continue;
      if (this.#heardAt === null || this.#heardAt < endedAt - SILENCE_MS) unheard++;
      this.#book.history(record, true);
      this.#recordings.note(record);
    }
    if (unheard > 0) this.#host.gap(this.#heardAt ?? this.#pulse.openedAt, now, true);
    return unheard;
  }
}

function wrongIn({ url, key, crmToken }: { url: string; key: string; crmToken: string }): PbxError | null {
  try {
    addressOf(url);
  } catch (error) {
    return PbxError.from(error);
  }
  if (!key) return new PbxError('unauthorized', 'the key of the PBX is missing in the account');
  return crmToken ? null : new PbxError('unauthorized', 'the key of the CRM is missing in the account');
}

/** The groups, or none where the PBX does not let them be read. */
async function groupsIn(codec: Codec, signal: AbortSignal): Promise<GroupInfo[]> {
  try {
    return await codec.groups(signal);
  } catch (error) {
    if (error instanceof PbxError && NO_GROUPS.has(error.code)) return [];
    throw error;
  }
}

/** Digits, as all of the family take them; some refuse a leading plus (specification 2). */
function dialable(number: string): string {
  const bare = number.replace(/[\s()\-/.]/g, '').replace(/^\+/, '');
  if (/^[\d*#]{1,32}$/.test(bare)) return bare;
  throw new PbxError('invalid-argument', `"to" must be a telephone number, not "${number.slice(0, 40)}"`);
}
