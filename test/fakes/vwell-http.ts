/** How the fake vwell-bpx-srv reads AJAX requests: JSON, forms with brackets, and `fb64json`; and the web pages it answers faults with. */

import type { IncomingMessage, ServerResponse } from 'node:http';

export type Argument = Readonly<Record<string, unknown>>;

export interface FakeRequest {
  method: string;
  argument: Argument;
  way: 'socket' | 'post' | 'get';
  reqId?: unknown;
}

export interface Unreadable {
  status: number;
  text: string;
}

const LARGEST_BODY = 100 * 1024;

export function unreadable(read: Partial<FakeRequest> | Unreadable): read is Unreadable {
  return 'status' in read;
}

export async function requestOf(
  request: IncomingMessage,
  url: URL,
): Promise<{ method?: string; argument: Argument } | Unreadable> {
  if (request.method !== 'POST') return withFb64(fromPairs([...url.searchParams]));
  let body = '';
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= LARGEST_BODY) body += (chunk as Buffer).toString('utf8');
  }
  if (bytes > LARGEST_BODY) return { status: 413, text: 'PayloadTooLargeError: request entity too large' };
  if (!(request.headers['content-type'] ?? '').includes('json'))
    return withFb64(fromPairs([...new URLSearchParams(body)]));
  try {
    return asRequest(JSON.parse(body) as Record<string, unknown>);
  } catch {
    return { status: 400, text: 'SyntaxError: Unexpected token in JSON' };
  }
}

export function html(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(
    `<!DOCTYPE html>\n<html><head><title>Error</title></head><body><pre>${text}<br> &nbsp; at parse</pre></body></html>`,
  );
}

/** `argument[fields][action]=ping` */
function fromPairs(pairs: readonly (readonly [string, string])[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of pairs) {
    const keys = path.replaceAll(']', '').split('[');
    let at = result;
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[keys.at(-1) ?? ''] = value;
  }
  return result;
}

/** One character in front is thrown away; what cannot be decoded leaves the other parameters. */
function withFb64(parameters: Record<string, unknown>): { method?: string; argument: Argument } {
  const { fb64json } = parameters;
  if (typeof fb64json !== 'string') return asRequest(parameters);
  // A blank is an unescaped plus: dropped, as everything outside the alphabet. Without padding zero characters are appended.
  const text = fb64json.slice(1).replace(/[^A-Za-z0-9+/=]/g, '');
  const bytes = Buffer.from(text, 'base64');
  const padded = text.length % 4 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([0])]);
  try {
    return asRequest(JSON.parse(threeBytes(padded)) as Record<string, unknown>);
  } catch {
    return asRequest({ ...parameters, fb64json: undefined });
  }
}

/** A decoder that knows characters of one to three bytes. */
function threeBytes(bytes: Buffer): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i] ?? 0;
    const at = (offset: number) => (bytes[i + offset] ?? 0) & 0x3f;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      i += 1;
    } else if (first < 0xe0) {
      text += String.fromCharCode(((first & 0x1f) << 6) | at(1));
      i += 2;
    } else {
      text += String.fromCharCode(((first & 0x0f) << 12) | (at(1) << 6) | at(2));
      i += 3;
    }
  }
  return text;
}

function asRequest(read: Record<string, unknown>): { method?: string; argument: Argument } {
  const { method, argument } = read;
  return {
    ...(typeof method === 'string' && { method }),
    argument: typeof argument === 'object' && argument !== null ? (argument as Argument) : {},
  };
}
