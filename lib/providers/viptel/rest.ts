/**
 * The REST interface of a VIPTel PBX: HTTP Basic, almost everything a GET, also what changes or deletes. The official document was not at
 * hand; paths and shapes are those of a public client that ran against a real PBX. So shapes are read tolerantly, in rest-lists.ts.
 */

import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import { basicAuth, hostOf, printable, statusError, uncertainError } from '../../transport/http';
import type { Download, HttpClient, HttpRequest, HttpResponse } from '../../transport/http';
import { RestGate } from './rest-gate';

export interface RestOptions {
  account: string;
  /** Such as `https://pbxmanager.viptel.sk/`. */
  url: string;
  username: string;
  password: string;
  http: HttpClient;
  clock: Clock;
  /** Told once when REST is stopped. */
  warning: (error: PbxError) => void;
}

export interface RestRequest {
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  method?: 'GET' | 'POST';
  form?: Readonly<Record<string, string | number>>;
  /** What is asked for, as the object of a sentence. */
  what: string;
  /** Whether it may change something. Default false. */
  effect?: boolean;
}

const TIMEOUT_MS = 8_000;
/** 3000 records of history. */
const MAX_BYTES = 8 * 1024 * 1024;
const LONGEST_RECORDING_BYTES = 512 * 1024 * 1024;
/** A 403 that is about rights only and no block. */
const ABOUT_RIGHTS = /permission|not allowed|forbidden action|privileg|opr[aá]vnen|pr[aá]va\b|nepovolen/i;
const ABOUT_LIMITS = /limit|too many|block|prekro[cč]|po[cč]et/i;

export class ViptelRest {
  readonly #options: RestOptions;
  readonly #base: URL;
  readonly #gate: RestGate;
  /** Paths that were refused: what runs by itself does not ask for them again. */
  readonly #refused = new Set<string>();

  constructor(options: RestOptions) {
    this.#options = options;
    this.#base = baseOf(options.url, options.account);
    this.#gate = RestGate.of(options.clock, this.#base.origin);
  }

  /** Whether work that nobody asked for may send this now. */
  mayAskByItself(path: string): boolean {
    return this.#gate.closedUntil === 0 && !this.#refused.has(path);
  }

  /** The answer as JSON. */
  async json(request: RestRequest, signal: AbortSignal): Promise<unknown> {
    return (await this.send(request, signal)).json();
  }

  /**
   * An answer with a good status.
   * @throws PbxError rate-limited (not sent), unauthorized, forbidden, not-found, unavailable, timeout, uncertain (with `effect`)
   */
  async send(request: RestRequest, signal: AbortSignal): Promise<HttpResponse> {
    const wish = this.#request(request, signal);
    await this.#gate.turn(this.#options.account, signal);
    const response = await this.#options.http.request(wish);
    if (response.ok) {
      this.#refused.delete(request.path);
      return response;
    }
    throw this.#refusal(response, request);
  }

  /** A recording, by the id of its history record or by the id of its call. */
  async download(id: string, folder: string | undefined, signal: AbortSignal): Promise<Download> {
    const what = `the recording ${printable(id, 60)}`;
    const request = { path: `/api/cdr/download/${encodeURIComponent(id)}`, what };
    const { timeoutMs: _, maxBytes: __, ...wish } = this.#request(request, signal);
    await this.#gate.turn(this.#options.account, signal);
    try {
      return await this.#options.http.download(
        { ...wish, ...(folder !== undefined && { maxBytes: LONGEST_RECORDING_BYTES }) },
        { folder, what, fallback: `viptel-${id.replace(/[^\w.-]/g, '_')}.mp3` },
      );
    } catch (error) {
      const failure = PbxError.from(error);
      if (failure.cause.vendor?.code === '403') this.#stop(failure.cause.vendor.message ?? '', request.path);
      throw failure;
    }
  }

  #request({ path, query, method, form, effect }: RestRequest, signal: AbortSignal): HttpRequest {
    const { account, username, password } = this.#options;
    const url = new URL(this.#base);
    url.pathname = this.#base.pathname + path.slice(1);
    if (!path.startsWith('/') || /[\\?#]|\/\/|(?:^|\/)\.\.?(?:\/|$)|%2e%2e/i.test(path))
      throw new PbxError('invalid-argument', '"path" must be a plain path such as /api/queue/add', { account });
    return {
      url,
      headers: { accept: 'application/json', authorization: basicAuth(username, password) },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      signal,
      effect: effect ?? false,
      ...(method && { method }),
      ...(query && { query }),
      ...(form && { form }),
    };
  }

  #refusal(response: HttpResponse, { path, what, effect }: RestRequest): PbxError {
    const { account, password } = this.#options;
    const error = statusError(response, { account, host: hostOf(this.#base), what, secrets: [password] });
    const { status } = response;
    if (status === 403) {
      const stopped = this.#stop(response.text(), path);
      return new PbxError('forbidden', stopped ? `${error.message} ${stopped}` : error.message, error.cause);
    }
    // A gateway gives up while the PBX behind it goes on: it may have been done.
    if (status >= 500 && effect) return uncertainError(error);
    if (status !== 401) return error;
    const hint = 'Check the API user and password, and that VIPTel has switched REST on for them.';
    return new PbxError('unauthorized', `${error.message} ${hint}`, error.cause);
  }

  /** After a 403: either we have no right to the path, or the address is blocked. Returns what to say when everything is stopped. */
  #stop(said: string, path: string): string {
    this.#refused.add(path);
    if (ABOUT_RIGHTS.test(said) && !ABOUT_LIMITS.test(said)) return '';
    const { account, warning } = this.#options;
    const text =
      'That means no right to it, or that this address is blocked for too many requests. No REST request is sent for 30 minutes.';
    if (this.#gate.block())
      warning(new PbxError('rate-limited', `"${account}": VIPTel answered 403 to ${path}. ${text}`, { account }));
    return text;
  }
}

/** With a slash at the end, without query. */
export function baseOf(address: string, account: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new PbxError('invalid-argument', `"${account}": an address must begin with https://`, { account });
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
