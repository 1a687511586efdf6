/** The fields of the account form, read and checked. */

import { PbxError } from '../../model';
import type { ProviderConfig } from '../../provider';
import { checkContext } from '../../transport/ami';

/** Goes along with every request: the server knows no session. One way or the other, since a secret that is there decides alone. */
export type Credentials = { secret: string } | { login: string; login2?: string; sha1: string };

export interface Settings {
  /** `ws://host:8931/api` */
  url: string;
  /** Where AJAX requests may be answered, likeliest first. */
  ajax: readonly string[];
  /** Dialplan context for destinations; empty: the server's own contexts, `DLPN_DialPlan<number>`. */
  context: string;
  credentials: Credentials;
}

/** The ports of the server's example configuration: WebSocket and HTTP. */
const SOCKET_PORT = '8931';
const AJAX_PORT = '8930';

export function settingsOf(config: ProviderConfig): Settings {
  const url = urlOf(textOf(config, 'url'));
  const context = textOf(config, 'context');
  if (context !== '') checkContext('"context"', context);
  return { url: url.href, ajax: ajaxOf(url), context, credentials: credentialsOf(config) };
}

function urlOf(text: string): URL {
  if (text === '')
    throw invalid('"url" is missing: enter the address of the server, such as ws://192.168.1.10:8931/api');
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^wss?:$/.test(url.protocol) || url.hostname === '')
    throw invalid('"url" must be a WebSocket address, such as ws://192.168.1.10:8931/api');
  if (url.username || url.password) throw invalid('"url" must hold no user or password: there are fields for them');
  if (url.pathname === '/' || url.pathname === '') url.pathname = '/api';
  url.hash = '';
  return url;
}

/** The other port of the example configuration; else the same address, where a web server is in front of both; else the port below. */
function ajaxOf(socket: URL): string[] {
  const at = (port: string) => {
    const url = new URL(socket.href.replace(/^ws/, 'http'));
    url.port = port;
    url.pathname = '/api';
    url.search = '';
    return url.href;
  };
  if (socket.port === SOCKET_PORT) return [at(AJAX_PORT)];
  return socket.port === '' ? [at('')] : [at(socket.port), at(String(Number(socket.port) - 1))];
}

function credentialsOf(config: ProviderConfig): Credentials {
  const secret = secretOf(config, 'secret');
  const login = secretOf(config, 'login');
  const login2 = secretOf(config, 'login2');
  const sha1 = secretOf(config, 'sha1');
  const personal = login !== '' || login2 !== '' || sha1 !== '';
  if (secret !== '' && personal)
    throw invalid('enter the secret, or login and SHA1, and not both: the server looks at the secret alone then');
  if (secret !== '') return { secret };
  if (!personal) throw invalid('enter the secret of the server, or login and SHA1');
  if (login === '') throw invalid('"login" is missing');
  if (sha1 === '') throw invalid('"sha1" is missing');
  return { login, ...(login2 !== '' && { login2 }), sha1 };
}

/** The server puts these into a quoted text without escaping. */
function secretOf(config: ProviderConfig, field: string): string {
  const text = textOf(config, field);
  // oxlint-disable-next-line no-control-regex -- control characters are what must be found
  if (/[\u0000-\u001f'"]/.test(text)) throw invalid(`"${field}" must hold no quotes and no line breaks`);
  return text;
}

function textOf(config: ProviderConfig, field: string): string {
  const value = config[field];
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
}

function invalid(text: string): PbxError {
  return new PbxError('invalid-argument', text);
}
