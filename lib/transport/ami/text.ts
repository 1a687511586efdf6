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
 * The name of an action that somebody else wrote: without control characters. Asterisk skips them before a value, so that a name with one
 * would be another action than it looks like.
 */
export function checkActionName(name: string): void {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 32 || code === 127)
      throw invalid('Action', `Action must not hold a control character (at position ${i + 1}).`);
  }
}

/**
 * The Channel of a Hangup that somebody else wrote: a name as it may be, but no pattern, which would end every call it matches. Asterisk
 * skips blanks and control characters before it.
 */
export function checkNoPattern(field: string, value: string): void {
  let first = 0;
  while (value.charCodeAt(first) <= 32) first++;
  if (value.startsWith('/', first)) {
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
const SECRET_NAME = /secret|passw(?:or)?d|passphrase|md5_?cred|private_?key/i;
/** `secret=abc`, ` password : abc`, `PASSWORD=abc` inside a value: GetConfig, Command, Status and ChanVariable. */
const ASSIGNMENT = /^\s*([\w.\-()/;@]+)\s*(?:=>?|:)\s*(?=\S)/;
/** A text of a JSON object by its name. Like the one above it reads each character once: values may be long, and made to hurt. */
const IN_JSON = /"([^"]*)"(\s*:\s*)"[^"\\]*(?:\\.[^"\\]*)*"/gs;

/**
 * A copy of an action, a message, or whatever holds them, in which secrets are masked, for logs and for `raw`: by the field's name
 * (Secret, Password, Md5Cred ...), by `name=value` inside values (GetConfig, Command output, channel variables), Login's Key, and
 * the value of a VarSet or Setvar whose variable is named like a secret. What is neither text nor object nor list stays.
 */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map(redact);
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value);
  const isSecret = secretFieldsOf(fields);
  const copy: Record<string, unknown> = {};
  for (const [key, field] of fields) {
    const masked = isSecret(key) ? concealed(field) : redact(field);
    // A line without a colon may come as a key. One named __proto__ is a field like any other.
    Object.defineProperty(copy, mask(key), { value: masked, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** An answer as flows may see it: with the secrets masked in what the PBX itself said. */
export function withMaskedRaw<T extends { raw?: unknown }>(answer: T): T {
  return answer.raw === undefined ? answer : { ...answer, raw: redact(answer.raw) };
}

/** Which fields of one action or message are secrets from beginning to end. */
function secretFieldsOf(fields: readonly [string, unknown][]): (key: string) => boolean {
  const action = one(fields, 'action')?.toLowerCase();
  const event = one(fields, 'event')?.toLowerCase();
  const variable = one(fields, 'variable');
  const isSecretVariable = variable !== undefined && SECRET_KEY.test(variable);
  return (key) => {
    if (SECRET_KEY.test(key) && !HARMLESS_KEY.test(key)) return true;
    const lower = key.toLowerCase();
    return (
      (lower === 'key' && (action === 'login' || action === 'challenge')) ||
      (lower === 'value' && isSecretVariable) ||
      (lower === 'response' && event === 'challengeresponsefailed')
    );
  };
}

function concealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(concealed);
  if (value !== null && typeof value === 'object') return redact(value);
  return value === '' || value === null || value === undefined ? value : MASK;
}

function mask(text: string): string {
  if (!SECRET_NAME.test(text)) return text;
  const [head = '', name = ''] = ASSIGNMENT.exec(text) ?? [];
  if (SECRET_NAME.test(name)) return head + MASK;
  return text.replace(IN_JSON, (whole, key: string, colon: string) =>
    SECRET_NAME.test(key) ? `"${key}"${colon}"${MASK}"` : whole,
  );
}

function one(fields: readonly [string, unknown][], key: string): string | undefined {
  for (const [name, value] of fields) {
    if (name.toLowerCase() !== key) continue;
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : undefined;
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
