/** Requests of the service (overview 1.2 to 1.4): written and read by the profile, each sent once. */

import { PbxError } from '../../model';
import { withoutSecrets } from '../../redact';
import type { HttpClient, HttpRequest, HttpResponse } from '../../transport/http';
import { hostOf, printable, statusError, uncertainError } from '../../transport/http';
import type { Method, Profile, Purpose, Verb } from './profile';
import { codeAt, textAt } from './read';
import type { Fields } from './read';

export interface ApiOptions {
  account: string;
  /** Without a slash at the end. */
  url: string;
  /** Empty while there is none yet. */
  token: string;
  profile: Profile;
  http: HttpClient;
}

export interface Reply {
  code: number;
  body: unknown;
  /** Where the answer is a redirect. */
  location: string | null;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** It changes something that a person would notice twice: never sent again, unless the service did not know the path. */
  effect?: boolean;
  /** Codes that are no failure, besides success, also with a 4xx: that may mean that there is nothing (overview 1.4). */
  also?: readonly number[];
  /** Instead of the account's own connections. */
  via?: HttpClient;
  /** Further parameters, in the vendor's words. */
  more?: Fields;
}

export class MangoClientApi {
  readonly #options: ApiOptions;
  /** Which spelling of a path the service knows. */
  readonly #spelling = new Map<Purpose, number>();
  #versioned: boolean | null = null;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /**
   * @param values by our words; the profile names them
   * @throws PbxError rejected with the service's code, or by HTTP status; uncertain when an effect may have come about
   */
  async call(
    purpose: Purpose,
    values: Readonly<Record<string, string | number>>,
    options: CallOptions = {},
  ): Promise<Reply> {
    const { methods, result } = this.#options.profile;
    const method = methods[purpose];
    const parameters = { ...method.constant, ...named(method, values), ...options.more };
    const order = this.#order(purpose, method);
    for (let turn = 0; ; turn++) {
      const index = order[turn] ?? 0;
      const path = method.paths[index] ?? '';
      const response = await this.#send(method.verb, path, parameters, options);
      const body = bodyOf(response);
      // A 404 with a code is the service's own word (overview 1.4), one without means that it does not know the path: nothing was done.
      const unknownPath = response.status === 404 && codeAt(body, result.code) === null;
      if (unknownPath && turn + 1 < order.length) continue;
      if (!unknownPath) this.#learn(purpose, index, path);
      return this.#checked(response, body, purpose, options);
    }
  }

  /** A request in the vendor's own words: GET without a body, else POST. */
  async raw(path: string, body: Fields | undefined, signal: AbortSignal): Promise<unknown> {
    const options = { signal, effect: body !== undefined };
    const response = await this.#send(body ? 'POST' : 'GET', path, body ?? {}, options);
    return this.#checked(response, bodyOf(response), path, options).body;
  }

  /** A text of others, without the token. */
  clean(text: string): string {
    return withoutSecrets(text, [this.#options.token]);
  }

  #send(
    verb: Verb,
    path: string,
    parameters: Fields,
    { signal, timeoutMs = 20_000, effect = false, via = this.#options.http }: CallOptions,
  ): Promise<HttpResponse> {
    const { url, token, profile } = this.#options;
    const { place, name, prefix } = profile.token;
    const key = token === '' ? {} : { [name]: `${prefix}${token}` };
    const isPost = verb === 'POST';
    const values = { ...parameters, ...(place === 'body' && isPost && key) };
    const inQuery = place === 'query' || (place === 'body' && !isPost);
    const request: HttpRequest = {
      url: `${url}${path}`,
      method: verb,
      query: { ...(!isPost && flat(values)), ...(inQuery && key) },
      timeoutMs,
      effect,
      signal,
      ...(place === 'header' && { headers: key }),
      ...(isPost && (profile.body === 'json' ? { json: values } : { form: flat(values) })),
    };
    return via.request(request);
  }

  #checked(response: HttpResponse, body: unknown, what: string, { also = [], effect }: CallOptions): Reply {
    const { account, token, profile } = this.#options;
    const { success } = profile.result;
    const { status } = response;
    const stated = codeAt(body, profile.result.code);
    const code = stated ?? success;
    const location = status >= 300 && status < 400 ? (response.headers['location'] ?? null) : null;
    const answered = status < 500 && status !== 401 && status !== 403;
    if (location !== null || (response.ok && code === success) || (answered && also.includes(code)))
      return { code, body, location };
    const refused = stated !== null && stated !== success && answered;
    if (!refused) {
      const error = statusError(response, { account, host: hostOf(response.url), what, secrets: [token] });
      if (status >= 500 && effect) throw uncertainError(error);
      if (status !== 404 && status !== 405) throw error;
      const hint = "Compare the profile of the account with the vendor's document.";
      throw new PbxError(error.code, `${error.message} ${hint}`, error.cause);
    }
    const said = textAt(body, profile.result.message);
    const message = said === null ? null : printable(this.clean(said));
    const kind = status === 404 ? 'not-found' : 'rejected';
    throw new PbxError(
      kind,
      `"${account}": MANGO OFFICE refused ${what} (code ${code}${message === null ? '' : `: ${message}`}).`,
      { account, vendor: { code: String(code), message } },
    );
  }

  /** Spellings in the order to try: first the one that other requests have shown to be likely. */
  #order(purpose: Purpose, { paths }: Method): number[] {
    const known = this.#spelling.get(purpose);
    if (known !== undefined) return [known];
    const likely = this.#versioned === null ? 0 : paths.findIndex((path) => isVersioned(path) === this.#versioned);
    const first = Math.max(0, likely);
    return [first, ...paths.keys()].filter((index, place) => place === 0 || index !== first);
  }

  #learn(purpose: Purpose, index: number, path: string): void {
    this.#spelling.set(purpose, index);
    if (purpose === 'register') this.#versioned = isVersioned(path);
  }
}

function isVersioned(path: string): boolean {
  return /^\/v\d+\//.test(path);
}

function named({ parameters }: Method, values: Readonly<Record<string, string | number>>): Fields {
  const result: Record<string, string | number> = {};
  for (const [word, value] of Object.entries(values)) {
    const name = Object.hasOwn(parameters, word) ? parameters[word] : undefined;
    if (name) result[name] = value;
  }
  return result;
}

function flat(values: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
    ]),
  );
}

/** An answer may be empty, or no JSON. */
function bodyOf(response: HttpResponse): unknown {
  try {
    return JSON.parse(response.text()) as unknown;
  } catch {
    return {};
  }
}
