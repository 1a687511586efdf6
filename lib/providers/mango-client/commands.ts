/** Commands and lists (overview 2.4 to 2.6). Each request is sent once; when its answer is lost, nobody knows: `uncertain`. */

import { PbxError } from '../../model';
import type {
  ActionCommand,
  CallCommand,
  Member,
  QueryCommand,
  RecordingCommand,
  RedirectCommand,
  TransferCommand,
} from '../../model';
import type { Accepted, CommandContext, ProviderHost } from '../../provider';
import type { MangoClientApi } from './api';
import type { Calls } from './calls';
import type { PlacedCalls } from './placed';
import type { Profile } from './profile';
import { isFields, textAt } from './read';
import type { Recordings } from './recordings';
import type { RouteResults } from './route-results';

export interface CommandsOptions {
  host: ProviderHost;
  api: MangoClientApi;
  profile: Profile;
  extensions: readonly string[];
  calls: Calls;
  placed: PlacedCalls;
  results: RouteResults;
  recordings: Recordings;
  /** Employees whose line is up. */
  present: () => ReadonlySet<string>;
}

export class Commands {
  readonly #options: CommandsOptions;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** The employee's telephone rings first. Resolves when the service has taken the request. */
  async call({ from, to }: CallCommand, { reference, signal }: CommandContext): Promise<Accepted> {
    const { api, placed, extensions } = this.#options;
    if (!extensions.includes(from))
      throw new PbxError(
        'invalid-argument',
        `"from" must be one of the account's extensions (${extensions.join(', ')}): only for them this API places calls`,
      );
    const number = dialable(to);
    placed.expect({ user: from, to: number, reference });
    try {
      const { body } = await api.call('callback', { user: from, to: number }, { signal, effect: true });
      return { reference, raw: body };
    } catch (error) {
      // One that may have been placed after all is still known by its number.
      if (PbxError.from(error).code !== 'uncertain') placed.forget(reference);
      throw error;
    }
  }

  redirect({ call, to }: RedirectCommand, { signal }: CommandContext): Promise<Accepted> {
    return this.route(call, to, signal);
  }

  /** Leads a call in the IVR to an employee. Resolves when `/route_result` says that it was done. */
  async route(call: string, to: string, signal: AbortSignal): Promise<Accepted> {
    const { api, calls, results, host } = this.#options;
    const ids = calls.vendorIds(call);
    const { outcome, stop } = results.expect(ids, signal);
    let answer: unknown;
    try {
      ({ body: answer } = await api.call(
        'route',
        { call: ids[0] ?? call, to: dialable(to) },
        { signal, effect: true },
      ));
    } catch (error) {
      stop();
      throw error;
    }
    const result = await outcome;
    const { account } = host;
    if (!result)
      throw new PbxError(
        'uncertain',
        `"${account}": MANGO OFFICE took the request to route the call, but did not tell what came of it.`,
        { account },
      );
    if (!result.routed)
      throw new PbxError(
        'rejected',
        `"${account}": MANGO OFFICE did not route the call (${[result.code, result.message].filter(Boolean).join(': ')}).`,
        { account, vendor: { code: result.code, message: result.message } },
      );
    return { call, raw: { answer, result: result.raw } };
  }

  async transfer({ call, to, by }: TransferCommand, { target, signal }: CommandContext): Promise<Accepted> {
    const { api, calls, extensions } = this.#options;
    const user = by ?? employeeOf(target?.call, extensions);
    if (!user) throw new PbxError('invalid-argument', '"by" is missing: the extension that transfers the call');
    const values = { user, call: calls.vendorIds(call)[0] ?? call, to: dialable(to) };
    const { body } = await api.call('transfer', values, { signal, effect: true });
    return { call, raw: body };
  }

  async link({ recording = '' }: RecordingCommand, { signal }: CommandContext): Promise<Accepted> {
    const { api, recordings, profile, host } = this.#options;
    const kept = recordings.url(recording);
    if (kept) return { result: { id: recording, url: kept } };
    const { body, location } = await api.call('record', { recording }, { signal });
    const url = location ?? textAt(body, profile.answer.recording);
    if (!url || !/^https?:\/\//i.test(url))
      throw new PbxError('not-found', `"${host.account}": MANGO OFFICE has no link to this recording (yet).`, {
        account: host.account,
      });
    return { result: { id: recording, url }, raw: body };
  }

  /** `{path, body}`: with a body POST, else GET. */
  async action({ request }: ActionCommand, { signal }: CommandContext): Promise<Accepted> {
    const { path, body } = request;
    if (typeof path !== 'string' || !/^\/?[\w\-./]+(?:\?[^\s#]*)?$/.test(path) || path.includes('..'))
      throw new PbxError(
        'invalid-argument',
        '"path" of the request must be a path of the API, for example /v1/callback',
      );
    if (body !== undefined && !isFields(body))
      throw new PbxError('invalid-argument', '"body" of the request must be an object');
    const raw = await this.#options.api.raw(path.startsWith('/') ? path : `/${path}`, body, signal);
    return { result: raw, raw };
  }

  query({ query, params }: QueryCommand): Accepted {
    const { host } = this.#options;
    if (query === 'calls') return { result: [...host.calls()].map(({ call }) => call) };
    if (query !== 'members') throw new PbxError('not-supported', `MANGO OFFICE server-client cannot list ${query}`);
    const wanted = params?.['extension'];
    const members = this.#members();
    return { result: typeof wanted === 'string' && wanted ? members.filter((m) => m.extension === wanted) : members };
  }

  /** The account's own employees; more the service does not tell. Idle is never claimed: who is not here is not told of. */
  #members(): Member[] {
    const { host, extensions, present } = this.#options;
    const states = new Map<string, Member['state']>();
    for (const { call, legs } of host.calls())
      for (const party of [call.from, call.to, ...legs.map((leg) => leg.party)])
        if (party.extension !== null) states.set(party.extension, call.answeredAt === null ? 'ringing' : 'busy');
    const here = present();
    return extensions.map((extension) => ({
      extension,
      name: null,
      login: null,
      state: here.has(extension) ? (states.get(extension) ?? 'unknown') : 'unavailable',
      queues: [],
    }));
  }
}

/** The employee of the account who talks in the call. */
function employeeOf(
  call: { from: { extension: string | null }; answeredBy: { extension: string | null } | null } | undefined,
  extensions: readonly string[],
): string | null {
  const who = [call?.answeredBy?.extension, call?.from.extension];
  return who.find((extension) => typeof extension === 'string' && extensions.includes(extension)) ?? null;
}

/** As the vendor writes numbers: digits only. */
function dialable(number: string): string {
  const bare = number.replace(/[\s()\-/]/g, '').replace(/^\+/, '');
  if (/^[\d*#]{1,32}$/.test(bare)) return bare;
  throw new PbxError('invalid-argument', '"to" must be a number or an extension');
}
