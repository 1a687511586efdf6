/**
 * The vendor's REST API: one signed form per request, and an answer whose HTTP status and `result` both have a say (specification 3).
 * What may change something is sent once; what only reads is asked again once when it surely did not arrive.
 */

import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type { Logger } from '../../provider';
import { withoutSecrets } from '../../redact';
import type { HttpClient, HttpResponse } from '../../transport/http';
import { printable, statusError, uncertainError } from '../../transport/http';
import { isSuccess, isWrongRequest, refusal } from './codes';
import { fieldsOf, numberOf, textOf } from './fields';
import type { Fields } from './fields';
import type { Quota } from './limits';
import type { Keys } from './sign';
import { signedForm } from './sign';

export const DEFAULT_URL = 'https://app.mango-office.ru/vpbx/';
const PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

export interface ApiOptions {
  account: string;
  url: string;
  keys: Keys;
  http: HttpClient;
  quota: Quota;
  clock: Clock;
  log: Logger;
  /** The PBX took key and signature. */
  proven?: () => void;
  /** It did not (`unauthorized`), or it cannot be reached (`unavailable`). */
  troubled?: (error: PbxError) => void;
}

export interface Asking {
  signal: AbortSignal;
  /** Whether it may change something; decides about repeating and about `uncertain`. */
  effect: boolean;
  /** Answers the vendor documents without a `result`. */
  resultless?: boolean;
  /** Answers that are no JSON: a table, or a redirect to a file. */
  other?: 'text' | 'redirect';
  timeoutMs?: number;
  maxBytes?: number;
}

export interface ApiReply {
  /** HTTP status. */
  status: number;
  /** The parsed answer; empty when it is no object. */
  fields: Fields;
  /** The parsed answer, whatever it is; `null` without a body or when it is no JSON. */
  value: unknown;
  text: string;
  /** Address of a redirect. */
  location: URL | null;
}

export class MangoApi {
  readonly #options: ApiOptions;
  readonly base: URL;

  constructor(options: ApiOptions) {
    this.#options = options;
    const address = options.url.endsWith('/') ? options.url : `${options.url}/`;
    this.base = new URL(address);
  }

  get quota(): Quota {
    return this.#options.quota;
  }

  /**
   * @param path below the address of the account; with a leading slash below its host
   * @param parameters an object, or the exact JSON text to sign and send
   * @throws PbxError with the vendor's code; `uncertain` when a request with an effect may have arrived
   */
  async post(path: string, parameters: Fields | string, asking: Asking): Promise<ApiReply> {
    const json = typeof parameters === 'string' ? parameters : JSON.stringify(parameters);
    for (let attempt = 0; ; attempt++) {
      await this.#options.quota.turn(path, asking.signal);
      try {
        return await this.#once(path, json, asking);
      } catch (error) {
        if (attempt > 0 || asking.effect || asking.signal.aborted || !isPassing(error)) throw error;
      }
    }
  }

  async #once(path: string, json: string, asking: Asking): Promise<ApiReply> {
    const { account, http, keys, clock, log } = this.#options;
    const startedAt = clock.now();
    let response: HttpResponse;
    try {
      response = await http.request({
        url: this.address(path),
        method: 'POST',
        form: signedForm(json, keys),
        effect: asking.effect,
        signal: asking.signal,
        timeoutMs: asking.timeoutMs ?? 15_000,
        ...(asking.maxBytes !== undefined && { maxBytes: asking.maxBytes }),
      });
    } catch (error) {
      const failure = PbxError.from(error, { account });
      if (failure.code === 'unavailable' || failure.code === 'protocol') this.#options.troubled?.(failure);
      throw failure;
    }
    const uuid = textOf(response.headers['x-uuid']);
    log.debug(`POST ${path}: ${response.status} in ${clock.now() - startedAt} ms${uuid ? `, X-Uuid ${uuid}` : ''}`);
    return this.#judge(path, response, asking, uuid);
  }

  /** Resolved against the account's address, and never on another host. */
  address(path: string): URL {
    const url = new URL(path, this.base);
    if (url.origin !== this.base.origin) throw new PbxError('invalid-argument', `"${path}" is no path of the PBX`);
    return url;
  }

  #judge(path: string, response: HttpResponse, asking: Asking, uuid: string | null): ApiReply {
    const { account, quota } = this.#options;
    const place = { account, host: response.url.host, what: path, secrets: secretsOf(this.#options.keys) };
    const what = `MANGO refused ${path}`;
    const trace = uuid ? `X-Uuid ${uuid}` : null;
    const { status } = response;
    const text = response.text();
    const value = asJson(text);
    const fields = fieldsOf(value) ?? {};
    const code = codeOf(fields);
    if (status === 429 || status === 503 || code === 5008 || code === 4290) {
      quota.pause(Math.min(LONGEST_PAUSE_MS, (numberOf(response.headers['retry-after']) ?? 0) * 1000 || PAUSE_MS));
      throw new PbxError('rate-limited', `${what}: too many requests (${code ?? status}); it asks for a pause`, {
        vendor: { code: String(code ?? status), message: this.#shown(text) || null },
      });
    }
    if (code !== null && !isSuccess(code)) throw this.#refused(code, what, fields, trace);
    if (status === 401) throw this.#unauthorized();
    if (status >= 300 && status < 400 && asking.other === 'redirect') {
      this.#options.proven?.();
      return { status, fields, value, text, location: this.#locationOf(response, path) };
    }
    if (status < 200 || status >= 300) {
      const error = statusError(response, place);
      // A broken answer of the server tells nothing about what it did before.
      throw status >= 500 && asking.effect ? uncertainError(error) : error;
    }
    const understood =
      code !== null || status === 204 || asking.other === 'text' || (asking.resultless && value !== null);
    if (!understood) {
      const error = new PbxError('protocol', `MANGO answered ${path} without a result: ${this.#shown(text)}`);
      throw asking.effect ? uncertainError(error) : error;
    }
    this.#options.proven?.();
    return { status, fields, value, text, location: null };
  }

  #refused(code: number, what: string, fields: Fields, trace: string | null): PbxError {
    if (isWrongRequest(code)) this.quota.wrong();
    const parts = [fields['fields'] && JSON.stringify(fields['fields']), textOf(fields['message'], 500), trace];
    const details = parts.filter((part): part is string => typeof part === 'string' && part !== '').join('; ');
    const error = refusal(code, what, this.#shown(details, 400) || null);
    if (error.code === 'unauthorized') this.#options.troubled?.(error);
    return error;
  }

  /** Words of the vendor for an error; what it says of a request may hold the key, which goes before anything is cut. */
  #shown(text: string, length?: number): string {
    return printable(withoutSecrets(text, secretsOf(this.#options.keys)), length);
  }

  #unauthorized(): PbxError {
    if (this.quota.isPenalty()) return this.quota.blocked();
    const error = new PbxError(
      'unauthorized',
      'MANGO refused the request (401): the API key or salt is wrong, the address of this computer is not in the list of the API connector, ' +
        'or another program sent wrong requests in the last two minutes',
      { vendor: { code: '401', message: null } },
    );
    this.#options.troubled?.(error);
    return error;
  }

  #locationOf(response: HttpResponse, path: string): URL {
    const { location = '' } = response.headers;
    if (!URL.canParse(location, this.base))
      throw new PbxError('protocol', `MANGO answered ${path} with a redirect to nowhere`);
    return new URL(location, this.base);
  }
}

/** Not arrived, or put off by the PBX; the pause it asked for is kept before the next try. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof PbxError)) return false;
  return error.code === 'unavailable' || (error.code === 'rate-limited' && error.cause.vendor?.code !== '401');
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** `result`, or in older answers `code`; whatever is no code of the vendor's space is none. */
function codeOf(fields: Fields): number | null {
  const code = numberOf(fields['result']) ?? numberOf(fields['code']);
  return code !== null && code >= 1000 && code < 10_000 ? code : null;
}

function secretsOf({ apiKey, apiSalt }: Keys): string[] {
  return [apiKey, apiSalt];
}
