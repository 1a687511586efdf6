/**
 * What may be written into an AMI field, how Asterisk's own escapes are read, and what must not be shown.
 * AMI escapes nothing: a line break in a value begins a new header, an empty line a new action, so a text from a flow
 * could place calls or run commands (the class of CVE-2024-42365).
 */
import { createHash } from 'node:crypto';
import { PbxError } from '../../model/errors';

/** Refuses what would end the line: CR, LF and NUL. The value itself never appears in the error: it may be a secret. */
export function checkField(field: string, value: string): void {
  // A loop and not a pattern: control characters in a pattern are easily lost in editing.
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 13 || code === 10 || code === 0) {
      throw invalid(field, `${printable(field)} must not hold a line break or a NUL character (at position ${i + 1}).`);
    }
  }
}

/** A header's name: no line break, no colon, nothing but blanks is refused. */
export function checkKey(key: string): void {
  checkField('a field name', key);
  if (key.trim() === '' || key.includes(':') || key !== key.trim()) {
    throw invalid(
      key,
      `"${printable(key)}" cannot be the name of an AMI field: it is empty, or holds a colon or outer blanks.`,
    );
  }
}

/**
 * A number or extension as it may stand in `Exten` or behind `Local/`: digits, letters, `* # + . _ -`, at most 79
 * characters (AST_MAX_EXTENSION). Separators of the dialplan (`, & / @ | $ { ( ;`) would dial something else.
 */
export function checkExtension(field: string, value: string): void {
  if (!/^[0-9A-Za-z*#+][0-9A-Za-z*#+._-]{0,78}$/.test(value)) {
    throw invalid(field, `${field} must be a number or extension of at most 79 digits, letters, * # + . _ or -.`);
  }
}

/** A dialplan context: letters, digits, `_ - . +`, at most 79 characters (AST_MAX_CONTEXT). */
export function checkContext(field: string, value: string): void {
  if (!/^[0-9A-Za-z_][0-9A-Za-z_.+-]{0,78}$/.test(value)) {
    throw invalid(field, `${field} must be the name of a dialplan context: at most 79 letters, digits, _ - . or +.`);
  }
}

/**
 * The full name of one live channel (`PJSIP/1001-00000001`, `Local/60@callers-00000003;1`). A value that begins with `/`
 * is a pattern for Hangup and would end every call it matches; `&` and `,` name several.
 */
export function checkChannel(field: string, value: string): void {
  if (value.length > 255 || !/^[0-9A-Za-z_]+\/[^\s,&|`"'$(){}<>\\]+$/.test(value)) {
    throw invalid(field, `${field} must be the name of one channel, such as PJSIP/1001-00000001.`);
  }
}

/**
 * The Channel of a Hangup that somebody else wrote: a name as it may be, but no pattern, which would end every call it matches. Asterisk
 * skips blanks before it.
 */
export function checkNoPattern(field: string, value: string): void {
  if (value.trimStart().startsWith('/')) {
    throw invalid(
      field,
      `${field} must be the name of one channel: what begins with / would hang up all that match it.`,
    );
  }
}

/** `Key` of a challenge login: MD5 of challenge and secret in hex (manager.c, action_login). */
export function challengeKey(challenge: string, secret: string): string {
  return createHash('md5').update(challenge, 'utf8').update(secret, 'utf8').digest('hex');
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Reads the C escapes that Asterisk puts into CallerIDName, ConnectedLineName and VarSet's Value (ast_escape_c_alloc).
 * Other fields are sent as they are and must not be read this way.
 */
export function unescapeC(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replace(/\\([abfnrtv\\"'?])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

/** What stands in the place of a secret. */
export const MASK = '***';

const SECRET_KEY =
  /secret|passw(?:or)?d|passphrase|md5_?cred|private_?key|expectedresponse|receivedresponse|^challenge$|^receivedchallenge$|(?:access|refresh|auth|oauth|api)_?(?:token|key)/i;
const HARMLESS_KEY = /^(?:UsingPassword|SecretExist|MD5SecretExist)$/i;
/** `secret=abc`, ` password : abc`, `PASSWORD=abc` inside a value: GetConfig, Command, Status and ChanVariable. */
const SECRET_ASSIGNMENT =
  /^(\s*[\w.\-()/;@]*(?:secret|passw(?:or)?d|passphrase|md5_?cred|private_?key)[\w.\-()]*\s*(?:=>?|:)\s*)\S.*$/is;
const SECRET_IN_JSON =
  /("[^"]*(?:secret|passw(?:or)?d|passphrase|md5_?cred|private_?key)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

export type AmiRecord = Record<string, string | string[]>;

/**
 * A copy of an action or message in which secrets are masked, for logs and for `raw`: by the field's name (Secret,
 * Password, Md5Cred ...), by `name=value` inside values (GetConfig, Command output, channel variables), Login's Key, and
 * the value of a VarSet or Setvar whose variable is named like a secret.
 */
export function redact(fields: Readonly<AmiRecord>): AmiRecord {
  const action = one(fields, 'action')?.toLowerCase();
  const event = one(fields, 'event')?.toLowerCase();
  const variable = one(fields, 'variable');
  const secretVariable = variable !== undefined && SECRET_KEY.test(variable);
  const copy: AmiRecord = {};
  for (const [key, value] of Object.entries(fields)) {
    const lower = key.toLowerCase();
    const whole =
      isSecretKey(key) ||
      (lower === 'key' && (action === 'login' || action === 'challenge')) ||
      (lower === 'value' && secretVariable) ||
      (lower === 'response' && event === 'challengeresponsefailed');
    const masked = Array.isArray(value) ? value.map((v) => mask(v, whole)) : mask(value, whole);
    Object.defineProperty(copy, key, { value: masked, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key) && !HARMLESS_KEY.test(key);
}

function mask(value: string, whole: boolean): string {
  if (value === '') return value;
  if (whole) return MASK;
  return value.replace(SECRET_ASSIGNMENT, `$1${MASK}`).replace(SECRET_IN_JSON, `$1"${MASK}"`);
}

function one(fields: Readonly<AmiRecord>, key: string): string | undefined {
  for (const [name, value] of Object.entries(fields)) {
    if (name.toLowerCase() === key) return Array.isArray(value) ? value[0] : value;
  }
  return undefined;
}

/** A field's name as it may stand in an error text: one line, not too long. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\u0400-\u04ff]/g, '?').slice(0, 60);
}

function invalid(field: string, message: string): PbxError {
  return new PbxError('invalid-argument', message, { vendor: { code: null, message: `field ${printable(field)}` } });
}
