/**
 * The HTTP client of an account: one pool of connections with the account's TLS settings and proxy, time limits, bounded bodies, and
 * errors that a person can act on. It never repeats a request that may have changed something.
 */

import { setMaxListeners } from 'node:events';
import { Agent, FormData, ProxyAgent, request as send } from 'undici';
import type { Dispatcher } from 'undici';
import { systemClock } from '../../clock';
import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type { TlsOptions } from '../../provider';
import { noteSent } from './dispatch';
import { download } from './download';
import type { Download, DownloadTarget } from './download';
import { connectionError, hostOf, uncertainError } from './failure';
import type { Place } from './failure';
import { HttpResponse, mediaType, plainHeaders } from './response';

export interface HttpClientOptions {
  /** The account by its name, for error texts. */
  account: string;
  clock?: Clock;
  tls?: TlsOptions | undefined;
  /** `http://user:password@host:port` */
  proxy?: string | undefined;
  /** Connections to one host at a time. Default 4. */
  connections?: number;
  /** For connecting, by the computer's own clock. Default 10 s. */
  connectTimeoutMs?: number;
}

export interface HttpRequest {
  url: string | URL;
  /** Default GET, or POST with a body. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Added to the query of `url`; `undefined` and `null` are left out. */
  query?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  headers?: Readonly<Record<string, string>>;
  /** At most one of these four. */
  json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`, blanks as `%20`. */
  form?: Readonly<Record<string, string | number>>;
  /** Sent as `multipart/form-data`. */
  multipart?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  /** From the first byte out to the last byte in. Default 15 s. */
  timeoutMs?: number;
  /** Longest body taken. Default 4 MiB. */
  maxBytes?: number;
  /** Whether it may change something: then a lost answer is `uncertain` and nothing is repeated. Default: all but GET and HEAD. */
  effect?: boolean;
  /** How often to try again when no answer came or the server was busy (502, 503, 504); never with `effect`. Default 0. */
  retries?: number;
  /** How many redirects of a GET to follow; credentials stay behind when the host changes. Default 0. */
  redirects?: number;
  signal?: AbortSignal | undefined;
}

/** Status and headers, while the body still comes. */
export interface HttpHead {
  status: number;
  headers: Readonly<Record<string, string>>;
  contentType: string;
  url: URL;
}

const FIRST_RETRY_MS = 300;
const BUSY: ReadonlySet<number> = new Set([502, 503, 504]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What goes along to another host. */
const HARMLESS: ReadonlySet<string> = new Set(['accept', 'accept-language', 'accept-encoding', 'user-agent']);

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #clock: Clock;
  readonly #pool: Dispatcher;
  readonly #closing = new AbortController();

  constructor(options: HttpClientOptions) {
    this.#options = options;
    // Each request under way listens for the end of the account, and there may be many.
    setMaxListeners(0, this.#closing.signal);
    this.#clock = options.clock ?? systemClock;
    const { tls = {}, proxy, connections = 4, connectTimeoutMs = 10_000 } = options;
    const connect = { ...tls, timeout: connectTimeoutMs };
    this.#pool = proxy
      ? new ProxyAgent({ uri: proxy, connections, requestTls: connect, proxyTls: { timeout: connectTimeoutMs } })
      : new Agent({ connections, connect });
  }

  /**
   * Resolves with whatever the server answers, also with an error status: see `statusError`.
   * @throws PbxError unavailable, timeout, protocol (surely not carried out), uncertain (perhaps carried out), not-connected (closed)
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    const retries = hasEffect(request) ? 0 : (request.retries ?? 0);
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await this.#once(request);
        if (attempt >= retries || !BUSY.has(response.status)) return response;
      } catch (error) {
        if (attempt >= retries || !(error instanceof PbxError) || !['unavailable', 'timeout'].includes(error.code))
          throw error;
      }
      await this.#pause(FIRST_RETRY_MS * 2 ** attempt, request.signal);
    }
  }

  /** Streams a body into memory or into a folder; see {@link DownloadTarget}. Never repeated, since links may work only once. */
  download(request: HttpRequest, target: DownloadTarget = {}): Promise<Download> {
    const { maxBytes = target.folder === undefined ? 64 * 1024 * 1024 : 1024 * 1024 * 1024 } = request;
    const wish = { timeoutMs: 600_000, ...request };
    return this.#exchange(wish, (head, body) =>
      download({ ...head, body: this.#bounded(head, body, maxBytes) }, target, {
        account: this.#options.account,
        clock: this.#clock,
      }),
    );
  }

  /** Ends all connections; requests under way fail. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pool.destroy();
  }

  #once(request: HttpRequest): Promise<HttpResponse> {
    const { account } = this.#options;
    return this.#exchange(request, async (head, body) => {
      const chunks: Buffer[] = [];
      for await (const chunk of this.#bounded(head, body, request.maxBytes ?? 4 * 1024 * 1024)) chunks.push(chunk);
      return new HttpResponse({ account, url: head.url }, head.status, head.headers, Buffer.concat(chunks));
    });
  }

  /** One request and its answer, read by `read` while the time limit still runs. */
  async #exchange<T>(
    request: HttpRequest,
    read: (head: HttpHead, body: AsyncIterable<Buffer>) => Promise<T>,
  ): Promise<T> {
    const url = this.#address(request);
    const place = this.#place(url);
    const control = new AbortController();
    let stopped: PbxError | null = null;
    const stop = (error: PbxError) => {
      stopped ??= error;
      control.abort(error);
    };
    const closed = () =>
      stop(new PbxError('not-connected', `"${place.account}" was closed before ${place.host} answered.`, place));
    const timeoutMs = request.timeoutMs ?? 15_000;
    const timer = this.#clock.after(timeoutMs, () =>
      stop(
        new PbxError(
          'timeout',
          `"${place.account}": ${place.host} did not answer within ${timeoutMs / 1000} s.`,
          place,
        ),
      ),
    );
    const signals = request.signal ? [this.#closing.signal, request.signal] : [this.#closing.signal];
    for (const signal of signals) signal.addEventListener('abort', closed, { once: true });
    if (signals.some((signal) => signal.aborted)) closed();
    const progress = { sent: false };
    try {
      if (stopped) throw stopped as PbxError;
      const { head, body } = await this.#send(request, url, control.signal, progress);
      return await read(head, body);
    } catch (thrown) {
      // A body that nobody reads on would hold its connection for ever.
      control.abort();
      if (thrown instanceof PbxError && !stopped) throw thrown;
      const error = stopped ?? connectionError(thrown, place);
      throw progress.sent && hasEffect(request) ? uncertainError(error) : error;
    } finally {
      timer.cancel();
      for (const signal of signals) signal.removeEventListener('abort', closed);
    }
  }

  async #send(
    request: HttpRequest,
    first: URL,
    signal: AbortSignal,
    progress: { sent: boolean },
  ): Promise<{ head: HttpHead; body: AsyncIterable<Buffer> }> {
    const pool = this.#pool.compose(noteSent(() => (progress.sent = true)));
    const method = request.method ?? (hasBody(request) ? 'POST' : 'GET');
    let headers = this.#headers(request);
    let url = first;
    for (let left = request.redirects ?? 0; ; left--) {
      const options = { method, headers, body: bodyOf(request), signal, headersTimeout: 0, bodyTimeout: 0 };
      const answer = await send(url, { dispatcher: pool, ...options });
      const plain = plainHeaders(answer.headers);
      const { location } = plain;
      if (left <= 0 || method !== 'GET' || !location || !REDIRECTS.has(answer.statusCode)) {
        const head = { status: answer.statusCode, headers: plain, contentType: mediaType(plain['content-type']), url };
        return { head, body: answer.body as AsyncIterable<Buffer> };
      }
      await answer.body.dump();
      const next = this.#next(url, location);
      if (next.origin !== url.origin)
        headers = Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));
      url = next;
    }
  }

  #next(url: URL, location: string): URL {
    const place = this.#place(url);
    const next = URL.canParse(location, url) ? new URL(location, url) : null;
    if (next && (next.protocol === 'https:' || (next.protocol === 'http:' && url.protocol === 'http:'))) return next;
    throw new PbxError(
      'protocol',
      `"${place.account}": ${place.host} redirects to an address that is not safe.`,
      place,
    );
  }

  #address(request: HttpRequest): URL {
    const { account } = this.#options;
    if (!URL.canParse(String(request.url)))
      throw new PbxError('invalid-argument', `"${account}": the address is not complete: it begins with https://`, {
        account,
      });
    const url = new URL(request.url);
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new PbxError('invalid-argument', `"${account}": the address must begin with https://`, { account });
    const pairs = Object.entries(request.query ?? {}).filter(([, value]) => value !== undefined && value !== null);
    if (pairs.length > 0) url.search = [url.search.slice(1), encoded(pairs)].filter(Boolean).join('&');
    return url;
  }

  #headers(request: HttpRequest): Record<string, string> {
    const headers: Record<string, string> = {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'node-red-pbx',
    };
    if (request.json !== undefined) headers['content-type'] = 'application/json';
    if (request.form) headers['content-type'] = 'application/x-www-form-urlencoded';
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
    return headers;
  }

  async *#bounded(head: HttpHead, body: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
    const place = this.#place(head.url);
    const tooLong = () =>
      new PbxError(
        'protocol',
        `"${place.account}": the answer of ${place.host} is longer than ${maxBytes} bytes.`,
        place,
      );
    let bytes = 0;
    // Leaving the loop by an error destroys the body, and with it the connection.
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > maxBytes || Number(head.headers['content-length']) > maxBytes) throw tooLong();
      yield chunk;
    }
  }

  #place(url: URL): Place {
    const { account, proxy } = this.#options;
    return { account, host: hostOf(url), secure: url.protocol === 'https:', proxied: Boolean(proxy) };
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { account } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const signals = signal ? [this.#closing.signal, signal] : [this.#closing.signal];
      const stop = () => {
        timer.cancel();
        reject(
          new PbxError('not-connected', `"${account}" was closed before the request was sent again.`, { account }),
        );
      };
      const timer = this.#clock.after(ms, () => {
        for (const each of signals) each.removeEventListener('abort', stop);
        resolve();
      });
      for (const each of signals) each.addEventListener('abort', stop, { once: true });
      if (signals.some((each) => each.aborted)) stop();
    });
  }
}

/** The value of an `authorization` header. */
export function basicAuth(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function hasBody({ json, form, multipart, body }: HttpRequest): boolean {
  return [json, form, multipart, body].some((part) => part !== undefined);
}

function hasEffect(request: HttpRequest): boolean {
  const method = request.method ?? (hasBody(request) ? 'POST' : 'GET');
  return request.effect ?? (method !== 'GET' && method !== 'HEAD');
}

function bodyOf({ json, form, multipart, body }: HttpRequest): string | Buffer | FormData | null {
  if (json !== undefined) return JSON.stringify(json);
  if (form) return encoded(Object.entries(form));
  if (!multipart) return body ?? null;
  const data = new FormData();
  for (const [name, value] of Object.entries(multipart)) data.set(name, value);
  return data;
}

function encoded(pairs: readonly (readonly [string, unknown])[]): string {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&');
}
