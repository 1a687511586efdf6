/**
 * Reads and writes SIP messages for the test phone: only what a phone on loopback needs.
 * Facts: RFC 3261 (messages, dialogs), RFC 2617/7616 (digest with MD5, which Asterisk offers).
 */
import { createHash, randomBytes } from 'node:crypto';

const CRLF = '\r\n';

export interface SipMessage {
  /** Status code of a response, 0 of a request. */
  readonly status: number;
  /** Method of a request, empty of a response. */
  readonly method: string;
  readonly uri: string;
  readonly body: string;
  /** First value of a header, empty when absent. */
  header(name: string): string;
  /** All values of a header, in order. */
  headers(name: string): readonly string[];
}

export function parseSip(text: string): SipMessage {
  const split = text.indexOf(CRLF + CRLF);
  const [first = '', ...lines] = (split < 0 ? text : text.slice(0, split)).split(CRLF);
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const words = first.split(' ');
  const isResponse = first.startsWith('SIP/2.0');
  return {
    status: isResponse ? Number(words[1]) : 0,
    method: isResponse ? '' : (words[0] ?? ''),
    uri: isResponse ? '' : (words[1] ?? ''),
    body: split < 0 ? '' : text.slice(split + 4),
    header: (name) => fields.get(name.toLowerCase())?.[0] ?? '',
    headers: (name) => fields.get(name.toLowerCase()) ?? [],
  };
}

/** First line, header lines and body to the text of a message. */
export function formatSip(
  first: string,
  headers: readonly string[],
  body = '',
  contentType = 'application/sdp',
): string {
  const typed = body === '' ? [] : [`Content-Type: ${contentType}`];
  return [first, ...headers, ...typed, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(CRLF);
}

export function token(bytes = 6): string {
  return randomBytes(bytes).toString('hex');
}

export function branchOf(message: SipMessage): string {
  return /branch=([^;,\s]+)/.exec(message.header('via'))?.[1] ?? '';
}

export function tagOf(address: string): string {
  return /;tag=([^;>\s]+)/.exec(address)?.[1] ?? '';
}

/** The address between angle brackets, or the whole value when there are none. */
export function addressOf(value: string): string {
  return /<([^>]+)>/.exec(value)?.[1] ?? value;
}

/** User part of a SIP address: `"Ann" <sip:555@host>;tag=1` gives 555. */
export function userOf(value: string): string {
  return /sips?:([^@;>]+)@/.exec(value)?.[1] ?? '';
}

/** Display name of a SIP address, empty when it has none. */
export function nameOf(value: string): string {
  return (/^\s*"([^"]*)"/.exec(value)?.[1] ?? /^([^<]*)</.exec(value)?.[1] ?? '').trim();
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The Authorization header line that answers a 401 or 407. */
export function authorize(response: SipMessage, method: string, uri: string, credentials: Credentials): string {
  const proxy = response.status === 407;
  const challenge = response.header(proxy ? 'proxy-authenticate' : 'www-authenticate');
  const asked = new Map<string, string>();
  for (const match of challenge.matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]+))/g)) {
    asked.set(match[1] ?? '', match[2] ?? match[3] ?? '');
  }
  const realm = asked.get('realm') ?? '';
  const nonce = asked.get('nonce') ?? '';
  const cnonce = token();
  const secret = md5(`${credentials.user}:${realm}:${credentials.password}`);
  const target = md5(`${method}:${uri}`);
  const withQop = asked.has('qop');
  const answer = withQop
    ? md5(`${secret}:${nonce}:00000001:${cnonce}:auth:${target}`)
    : md5(`${secret}:${nonce}:${target}`);
  const parts = [
    `username="${credentials.user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${answer}"`,
    'algorithm=MD5',
    ...(withQop ? ['qop=auth', 'nc=00000001', `cnonce="${cnonce}"`] : []),
    ...(asked.has('opaque') ? [`opaque="${asked.get('opaque')}"`] : []),
  ];
  return `${proxy ? 'Proxy-Authorization' : 'Authorization'}: Digest ${parts.join(', ')}`;
}

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** A session description that offers PCMU and telephone events on a loopback port. */
export function sessionDescription(port: number, version: number, direction: MediaDirection): string {
  return [
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=ptime:20',
    `a=${direction}`,
    '',
  ].join(CRLF);
}
