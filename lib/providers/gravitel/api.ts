/**
 * One request and its judged answer, the same for all dialects (specification 7): redirects are never followed, since an unknown tenant
 * answers with one; what may have changed something is sent once.
 */

import { PbxError } from '../../model';
import type { HttpClient, HttpRequest, HttpResponse } from '../../transport/http';
import { hostOf, printable, statusError, uncertainError } from '../../transport/http';
import { withoutSecrets } from '../../redact';
import type { Dialect } from './address';
import { fieldsOf, textOf } from './fields';
import { jsonOf } from './json';

export interface ApiOptions {
  account: string;
  dialect: Dialect;
  /** As `endpointOf` makes it. */
  url: URL;
  key: string;
  http: HttpClient;
}

export interface Ask {
  /** V1 and G1: below the address. */
  path?: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: HttpRequest['query'];
  json?: unknown;
  /** L. */
  form?: Readonly<Record<string, string>>;
  /** How an answer may look that is no JSON; L answers with texts and tables too, of the others none is known (specification 5.2). */
  plain?: RegExp;
  /** Whether it may change something: then a lost answer is `uncertain`. */
  effect: boolean;
  /** What is asked for, as the object of a sentence. */
  what: string;
  signal: AbortSignal;
}

export interface Answer {
  text: string;
  /** Parsed, when it is JSON; else `undefined`. */
  value: unknown;
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 16 * 1024 * 1024;
const DISABLED = /domain\s+disabled/i;
/** Letters of what may say so; a table of calls is longer, and no sentence. */
const MAX_CLAIM = 2_000;

export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get account(): string {
    return this.#options.account;
  }

  get url(): URL {
    return this.#options.url;
  }

  /** The header that carries the key in V1 and G1. */
  get keyHeader(): Readonly<Record<string, string>> {
    return { 'x-api-key': this.#options.key };
  }

  /** @throws PbxError by the table of specification 7; `uncertain` when something with an effect may have been done */
  async ask(ask: Ask): Promise<Answer> {
    const { url, key, dialect, http } = this.#options;
    const response = await http.request({
      url: dialect === 'L' ? url : this.#below(ask.path ?? ''),
      method: ask.method ?? (ask.form || ask.json !== undefined ? 'POST' : 'GET'),
      ...(ask.query && { query: ask.query }),
      ...(ask.json !== undefined && { json: ask.json }),
      ...(dialect === 'L' ? { form: { ...ask.form, token: key } } : { headers: this.keyHeader }),
      effect: ask.effect,
      retries: 1,
      redirects: 0,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      signal: ask.signal,
    });
    return this.#judge(response, ask);
  }

  #below(path: string): URL {
    const { url } = this.#options;
    const found = URL.canParse(path.replace(/^\/+/, ''), url) ? new URL(path.replace(/^\/+/, ''), url) : null;
    if (!found || found.origin !== url.origin || !found.pathname.startsWith(url.pathname))
      throw new PbxError('invalid-argument', `"${path}" is no path of this PBX`);
    return found;
  }

  #judge(response: HttpResponse, ask: Ask): Answer {
    const text = response.text();
    const value = jsonOf(text);
    const fields = fieldsOf(value);
    const { status } = response;
    // Whatever the status: a PBX that is switched off says so with 200 as well (specification 5.2).
    const claim = response.ok && value !== undefined ? (fields?.['error'] ?? fields?.['message']) : text;
    if (DISABLED.test(textOf(claim, MAX_CLAIM) ?? ''))
      throw this.#error('forbidden', 'says that the whole PBX is switched off (Domain disabled)', {
        status,
        message: this.#clean(text),
      });
    if (!response.ok) throw this.#refused(response, text, ask);
    const said = fields && (textOf(fields['error'], 500) ?? (fields['success'] === false ? text : null));
    if (said)
      throw this.#error('rejected', `refused ${ask.what}: ${this.#clean(said)}`, {
        status,
        message: this.#clean(said),
      });
    if (value !== undefined || text.trim() === '') return { text, value };
    const isPage = /^\s*<(?:!doctype|html)/i.test(text);
    if (!isPage && (this.#options.dialect === 'L' || ask.plain?.test(text.trim()))) return { text, value };
    const message = this.#clean(text);
    const instead = isPage ? 'a web page. Check the address' : `a text that is no JSON: ${message}`;
    const error = this.#error('protocol', `answered ${ask.what} with ${instead}`, { status, message });
    throw ask.effect ? uncertainError(error) : error;
  }

  #refused(response: HttpResponse, text: string, ask: Ask): PbxError {
    const { status } = response;
    const message = this.#clean(text);
    const vendor = { status, message };
    const quoted = message ? ` It says: ${message}` : '';
    if (status >= 300 && status < 400)
      return this.#error(
        'not-found',
        `knows no PBX of this name (it answered ${status}). Check the address of the PBX`,
        vendor,
      );
    if (status === 401)
      return this.#error(
        'unauthorized',
        `does not accept the key, or the integration with a CRM is switched off there. Copy the key from the web settings of the PBX.${quoted}`,
        vendor,
      );
    if (status === 405) return this.#error('not-supported', `does not know ${ask.what} (405).${quoted}`, vendor);
    const { account, key } = this.#options;
    const error = statusError(response, { account, host: hostOf(response.url), what: ask.what, secrets: [key] });
    // A broken answer tells nothing about what was done before it broke.
    return status >= 500 && ask.effect ? uncertainError(error) : error;
  }

  #error(code: PbxError['code'], text: string, vendor: { status: number; message?: string | null }): PbxError {
    const { account, url } = this.#options;
    return new PbxError(code, `"${account}": ${hostOf(url)} ${text}`, {
      account,
      vendor: { code: String(vendor.status), message: vendor.message || null },
    });
  }

  #clean(text: string): string {
    const value = fieldsOf(jsonOf(text));
    const said = value && (textOf(value['error'], 500) ?? textOf(value['message'], 500));
    return printable(withoutSecrets(said ?? text, [this.#options.key]));
  }
}
