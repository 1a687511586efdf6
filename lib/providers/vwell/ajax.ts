/**
 * AJAX: the way for commands while the socket cannot be had. By POST, or where something in between lets no POST through, by GET with
 * `fb64json`. Nothing is heard this way. Whether the server is there is asked with a method that does nothing over HTTP and needs no
 * credentials, so that no secret goes to an address that is not the server's.
 */

import { PbxError } from '../../model';
import { hostOf, statusError, uncertainError } from '../../transport/http';
import type { HttpClient, HttpRequest } from '../../transport/http';
import { fb64json } from './fb64json';
import type { Settings } from './settings';
import type { RequestOptions, Way } from './way';
import { objectIn, replyOf } from './wire';
import type { Json, Reply } from './wire';

const PROBE = { method: 'onEvent', argument: {} };
const PROBE_MS = 5_000;

export interface AjaxTools {
  account: string;
  http: HttpClient;
  settings: Settings;
}

export class AjaxWay implements Way {
  readonly events = false;
  readonly url: string;
  readonly verb: 'POST' | 'GET';
  readonly #tools: AjaxTools;

  private constructor(tools: AjaxTools, url: string, verb: 'POST' | 'GET') {
    this.#tools = tools;
    this.url = url;
    this.verb = verb;
  }

  /** The first address and form in which the server answers; `null` when it answers nowhere. */
  static async find(tools: AjaxTools, signal: AbortSignal): Promise<AjaxWay | null> {
    for (const url of tools.settings.ajax)
      for (const verb of ['POST', 'GET'] as const) {
        if (signal.aborted) return null;
        if (await answers(tools.http, url, verb, signal)) return new AjaxWay(tools, url, verb);
      }
    return null;
  }

  async request(method: string, argument: Json, options: RequestOptions): Promise<Reply> {
    const { account, http, settings } = this.#tools;
    const { effect, timeoutMs, what, signal } = options;
    const request = { method, argument: { ...settings.credentials, ...argument } };
    const response = await http.request({ ...shaped(this.url, this.verb, request), effect, timeoutMs, signal });
    if (!response.ok) {
      const place = { account, host: hostOf(new URL(this.url)), what, secrets: Object.values(settings.credentials) };
      const error = statusError(response, place);
      // Whoever answered in the server's place does not say whether it had passed the request on.
      throw effect && response.status >= 500 ? uncertainError(error) : error;
    }
    // The content type tells nothing: the server sends its errors as HTML although they are JSON.
    const message = objectIn(response.text());
    if (message && Object.hasOwn(message, 'err')) return replyOf(message);
    throw new PbxError('protocol', `"${account}": the answer to ${what} is none of vwell-bpx-srv.`, { account });
  }
}

async function answers(http: HttpClient, url: string, verb: 'POST' | 'GET', signal: AbortSignal): Promise<boolean> {
  try {
    const response = await http.request({ ...shaped(url, verb, PROBE), effect: false, timeoutMs: PROBE_MS, signal });
    const message = response.ok ? objectIn(response.text()) : null;
    return message !== null && message['err'] === null;
  } catch {
    return false;
  }
}

function shaped(url: string, verb: 'POST' | 'GET', request: unknown): HttpRequest {
  return verb === 'POST' ? { url, json: request } : { url, query: { fb64json: fb64json(request) } };
}
