/**
 * Asterisk refuses with nothing but an English sentence. Here the sentences seen on Asterisk 16 and 22 become codes, for
 * answers and for connections that do not come about.
 */
import { PbxError, type PbxErrorCode } from '../../model/errors';
import type { AmiMessage } from './message';

const ANSWERS: readonly (readonly [RegExp, PbxErrorCode, string])[] = [
  [
    /^permission denied|access forbidden/i,
    'forbidden',
    'Give the manager user the right for it (write= in manager.conf).',
  ],
  [
    /^invalid\/unknown command/i,
    'not-supported',
    'This Asterisk does not know the action: the module is not loaded or the version is older.',
  ],
  [/line too long|too many lines/i, 'invalid-argument', 'Make the values shorter.'],
  [
    /not specified|^no .{1,40} (?:specified|provided)|must specify|missing|^invalid/i,
    'invalid-argument',
    'Check the fields of the action.',
  ],
  [
    /no such|not found|does not exist|not there$|^no contacts/i,
    'not-found',
    'What it names is not (or no longer) there.',
  ],
];

/** The error for a `Response: Error`. */
export function refusal(response: AmiMessage, account: string, command: string): PbxError {
  const said = words(response);
  const match = ANSWERS.find(([pattern]) => pattern.test(said));
  const hint = match ? ` ${match[2]}` : '';
  return new PbxError(
    match?.[1] ?? 'rejected',
    `Asterisk of "${account}" refused ${command}: ${said || 'no reason given'}.${hint}`,
    {
      account,
      command,
      vendor: { code: null, message: said || null },
    },
  );
}

/** The error for a login that was answered with something else than Success. */
export function loginRefusal(response: AmiMessage, account: string): PbxError {
  const said = words(response);
  const details = { account, command: 'Login', vendor: { code: null, message: said || null } };
  if (/already in use/i.test(said)) {
    return new PbxError(
      'rejected',
      `"${account}" could not log in: this manager user may have one connection only (allowmultiplelogin=no) and has one. Use a user of its own.`,
      details,
    );
  }
  if (/permission denied|forbidden/i.test(said)) {
    return new PbxError('forbidden', `"${account}" could not log in: Asterisk says "${said}".`, details);
  }
  return new PbxError(
    'unauthorized',
    `"${account}" could not log in to the manager interface: user name or password is wrong, or the address of this computer is not allowed (permit, deny or acl in manager.conf). Asterisk says the same for all of them: "${said}".`,
    details,
  );
}

/**
 * Asterisk's sentence on one line without the line feed and full stop that some end with. A refused `Command` says it in
 * its output.
 */
function words(response: AmiMessage): string {
  const message = response.get('message') ?? '';
  const said = /^command output follows/i.test(message) ? (response.get('output') ?? message) : message;
  return said.replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 300);
}

export interface Place {
  account: string;
  host: string;
  port: number;
  tls: boolean;
}

/** The error for a socket that failed; Node gives a code and a text for developers. */
export function socketError(error: Error & { code?: string }, place: Place): PbxError {
  const at = `${place.host}:${place.port}`;
  const code = error.code ?? '';
  const details = { account: place.account, vendor: { code: code || null, message: null } };
  const unavailable = (text: string) => new PbxError('unavailable', `"${place.account}": ${text}`, details);
  switch (code) {
    case 'ECONNREFUSED':
      return unavailable(
        `nothing listens on ${at}. Check host and port, that Asterisk runs, and enabled=yes and bindaddr in manager.conf.`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return unavailable(`the name ${place.host} was not found. Check the host and the name service.`);
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unavailable(`${at} cannot be reached. Check the network and firewalls.`);
    case 'ECONNRESET':
    case 'EPIPE':
      return unavailable(`the connection to ${at} was cut.`);
    default:
  }
  if (place.tls && isTlsProblem(code)) {
    const plain = /WRONG_VERSION|PACKET_LENGTH|UNKNOWN_PROTOCOL|HTTP_REQUEST/.test(code);
    const text = plain
      ? `${at} does not speak TLS. Use the TLS port of Asterisk (tlsbindaddr, often 5039) or switch TLS off.`
      : `the certificate of ${at} is not accepted (${code}). Add its authority to the TLS settings, or give the host name the certificate is made for.`;
    return new PbxError('protocol', `"${place.account}": ${text}`, details);
  }
  return unavailable(`the connection to ${at} failed (${code || 'unknown reason'}).`);
}

function isTlsProblem(code: string): boolean {
  return /^ERR_(?:TLS|SSL)|CERT|SIGNATURE|ISSUER|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|CRL/.test(
    code,
  );
}

/** The error for a peer whose first line is not that of a manager interface. */
export function notAmi(firstLine: string, place: Place): PbxError {
  const shown = firstLine.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
  const guess = firstLine.startsWith('HTTP/')
    ? ' It is a web server: AMI has a port of its own (5038), not that of ARI or the web interface.'
    : firstLine.startsWith('SSH-')
      ? ' It is an SSH server.'
      : ' Check the port (AMI usually has 5038) and whether it wants TLS.';
  return new PbxError(
    'protocol',
    `"${place.account}": ${place.host}:${place.port} is not an Asterisk manager interface, it says "${shown}".${guess}`,
    {
      account: place.account,
    },
  );
}
