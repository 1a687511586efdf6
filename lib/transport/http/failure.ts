/**
 * What goes wrong on the way to a server, as PbxErrors: sentences for the person who set the account up, with the code of Node.js or
 * undici in `vendor`. Used for WebSocket connections as well. Addresses are named by host only, since paths can hold keys.
 */

import { PbxError } from '../../model';
import type { PbxErrorCode } from '../../model';
import { withoutSecrets } from '../../redact';
import type { HttpResponse } from './response';

export interface Place {
  account: string;
  /** `pbx.example.sk:8088` */
  host: string;
  secure: boolean;
  /** Whether the way leads through the HTTP proxy of the account. */
  proxied: boolean;
}

/** The host and port of an address, with the port also where it is the usual one. */
export function hostOf(url: URL): string {
  const usual = url.protocol === 'https:' || url.protocol === 'wss:' ? '443' : '80';
  return `${url.hostname}:${url.port || usual}`;
}

/** The error for a connection that did not come about or broke. Nothing of a request was sent, or nothing that matters. */
export function connectionError(thrown: unknown, place: Place): PbxError {
  if (thrown instanceof PbxError) return thrown;
  const code = codeOf(thrown);
  const error = (kind: PbxErrorCode, text: string) =>
    new PbxError(kind, `"${place.account}": ${text}`, {
      account: place.account,
      vendor: { code: code || null, message: null },
    });
  const proxyStatus = /Proxy response \((\d+)\)/i.exec(textOf(thrown))?.[1];
  if (proxyStatus === '407')
    return error('unavailable', 'the HTTP proxy wants a user name and password, or does not accept the ones it got.');
  if (proxyStatus)
    return error('unavailable', `the HTTP proxy does not let a connection to ${place.host} through (${proxyStatus}).`);
  const { host } = place;
  const behind = place.proxied ? ' The way leads through the HTTP proxy of the account.' : '';
  switch (code) {
    case 'ECONNREFUSED':
      return error('unavailable', `nothing listens on ${host}. Check the address and port.${behind}`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return error(
        'unavailable',
        `the name of ${host} was not found. Check the address and the name service.${behind}`,
      );
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return error(
        'unavailable',
        `${host} cannot be reached. Check the network, firewalls and address lists.${behind}`,
      );
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return error('unavailable', `the connection to ${host} was cut.${behind}`);
    default:
  }
  if (place.secure && /WRONG_VERSION|PACKET_LENGTH|UNKNOWN_PROTOCOL|HTTP_REQUEST/.test(code))
    return error('protocol', `${host} does not speak TLS. Check the port, or the beginning of the address.`);
  if (place.secure && isCertificateProblem(code))
    return error(
      'protocol',
      `the certificate of ${host} is not accepted (${code}). Add its authority to the TLS settings, or use the host name the certificate is made for.`,
    );
  if (/^(?:HPE_|UND_ERR_(?:HEADERS_OVERFLOW|INFO|RES_))/.test(code))
    return error('protocol', `${host} does not answer as a web server should (${code}).`);
  return error('unavailable', `the connection to ${host} failed (${code || 'unknown reason'}).${behind}`);
}

/** The request went out and no whole answer came: whether it was carried out, nobody knows. */
export function uncertainError(cause: PbxError): PbxError {
  return new PbxError('uncertain', `${cause.message} The request was sent already and may have been carried out.`, {
    ...cause.cause,
    retryable: false,
  });
}

/** Codes by HTTP status; a provider whose vendor means something else by a status looks at it first. */
const STATUSES: readonly (readonly [(status: number) => boolean, PbxErrorCode, string])[] = [
  [(s) => s >= 300 && s < 400, 'protocol', 'it points to another address, which is not followed. Check the address'],
  [(s) => s === 400 || s === 422, 'invalid-argument', 'it does not accept the values of the request'],
  [(s) => s === 401, 'unauthorized', 'it does not accept the credentials'],
  [(s) => s === 403, 'forbidden', 'this is not allowed'],
  [(s) => s === 404 || s === 410, 'not-found', 'there is no such thing'],
  [(s) => s === 407, 'unavailable', 'the HTTP proxy wants credentials'],
  [(s) => s === 429, 'rate-limited', 'too many requests'],
  [(s) => s === 408 || s >= 500, 'unavailable', 'it has a problem of its own'],
];

/**
 * The error for an answer with a status outside 200-299.
 * @param what what was asked for, as the object of a sentence: `the call history`
 */
export function statusError(
  response: HttpResponse,
  place: { account: string; host: string; what: string; secrets?: readonly string[] },
): PbxError {
  const [, code, why] = STATUSES.find(([applies]) => applies(response.status)) ?? [
    null,
    'rejected' as const,
    'refused',
  ];
  // Before it is cut: half of a secret would not be known as one.
  const words = printable(withoutSecrets(response.text(), place.secrets ?? []));
  const quoted = words ? ` It says: ${words}` : '';
  return new PbxError(
    code,
    `"${place.account}": ${place.host} answered ${response.status} to ${place.what}: ${why}.${quoted}`,
    { account: place.account, vendor: { code: String(response.status), message: words || null } },
  );
}

/** A vendor's text on one line, HTML tags and control characters gone, cut to what a person reads. */
export function printable(text: string, length = 200): string {
  const line = text
    .slice(0, 4_000)
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    // oxlint-disable-next-line no-control-regex -- control characters are what must go
    .replace(/[\u0000-\u0020\u007f-\u009f]+/g, ' ')
    .trim();
  return line.length > length ? `${line.slice(0, length)}...` : line;
}

function isCertificateProblem(code: string): boolean {
  return /^ERR_(?:TLS|SSL)|CERT|SIGNATURE|ISSUER|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|CRL|UND_ERR_PRX_TLS/.test(
    code,
  );
}

/** The machine-readable code, also of an error within an error and of an AggregateError (several addresses tried). */
function codeOf(thrown: unknown): string {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; depth++) {
    const { code, cause, errors } = error as Error & { code?: unknown; errors?: unknown };
    // undici's own socket code hides the better one of the system inside.
    const inner = cause instanceof Error ? codeOf(cause) : '';
    if (inner) return inner;
    if (typeof code === 'string') return code;
    // undici forgets the parser's code at times.
    if (error.name === 'HTTPParserError') return 'HPE_INVALID';
    error = Array.isArray(errors) ? (errors[0] as unknown) : cause;
  }
  return '';
}

function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? `${thrown.message} ${thrown.cause.message}` : thrown.message;
}
