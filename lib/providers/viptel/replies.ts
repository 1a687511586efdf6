/**
 * Every reply of the VIPTel WebSocket API 1.0.8 ("Zoznam odpovedí"). Several codes have more than one meaning, so the text decides; for a
 * text that is new the code alone does. There is no positive reply to an action: see actions.ts.
 */

import { PbxError } from '../../model';
import type { PbxErrorCode } from '../../model';
import { printable } from '../../transport/http';

/**
 * - `action`: the answer to the action under way, the connection goes on
 * - `login`: about who we are; nothing works until somebody mends it
 * - `session`: about the connection, which usually ends after it
 * - `busy`: the answer to an action, and the PBX behind is out of reach for a time
 * - `unclear`: a fault in new words: about the connection if that ends now, else the answer to an action
 */
export type Scope = 'action' | 'login' | 'session' | 'busy' | 'unclear';

interface Meaning {
  code: number;
  /** Begins the text, in lower case; absent: what the code means by itself. */
  text?: string;
  scope: Scope;
  error: PbxErrorCode;
  say: string;
}

const MEANINGS: readonly Meaning[] = [
  {
    code: 400,
    text: 'action has to be string',
    scope: 'action',
    error: 'invalid-argument',
    say: '"action" must be a text',
  },
  { code: 400, scope: 'action', error: 'invalid-argument', say: 'VIPTel does not accept the values' },
  {
    code: 401,
    text: 'user is not activated',
    scope: 'login',
    error: 'unauthorized',
    say: 'the API user is not activated: ask VIPTel to activate it',
  },
  {
    code: 401,
    text: 'you have to login',
    scope: 'session',
    error: 'unavailable',
    say: 'VIPTel does not regard this connection as logged in',
  },
  {
    code: 401,
    scope: 'login',
    error: 'unauthorized',
    say: 'user name or password of the API is wrong (they are not those of the web pages of the PBX)',
  },
  {
    code: 403,
    scope: 'action',
    error: 'forbidden',
    say: 'the API user has no right to this action: ask VIPTel to permit it',
  },
  {
    code: 404,
    text: 'call not found',
    scope: 'action',
    error: 'not-found',
    say: 'VIPTel does not know the call: it has ended, or it began before the present connection, and VIPTel lets only later calls be ended or redirected',
  },
  { code: 404, text: 'missing action', scope: 'action', error: 'invalid-argument', say: '"action" is missing' },
  {
    code: 404,
    text: 'unknown action',
    scope: 'action',
    error: 'not-supported',
    say: 'VIPTel does not know this action',
  },
  { code: 404, scope: 'action', error: 'not-found', say: 'VIPTel does not find it' },
  { code: 408, scope: 'session', error: 'unavailable', say: 'VIPTel waited in vain for the login' },
  { code: 500, text: 'action failed', scope: 'action', error: 'rejected', say: 'the action failed in the PBX' },
  {
    code: 500,
    text: 'an unexpected error has occurred',
    scope: 'session',
    error: 'unavailable',
    say: 'VIPTel has a problem of its own',
  },
  { code: 500, scope: 'unclear', error: 'unavailable', say: 'VIPTel has a problem of its own' },
  { code: 503, text: 'server is restarting', scope: 'session', error: 'unavailable', say: 'VIPTel is restarting' },
  { code: 503, scope: 'session', error: 'unavailable', say: 'VIPTel cannot reach the PBX' },
  {
    code: 504,
    scope: 'busy',
    error: 'unavailable',
    say: 'VIPTel cannot reach the PBX at the moment and keeps trying',
  },
];

export interface Refusal {
  scope: Scope;
  error: PbxError;
}

/** What a reply with a code of 400 or more means; `errors` of the document's 400 goes into the text. */
export function refusal(
  reply: { code: number; text: string; raw: Readonly<Record<string, unknown>> },
  account: string,
): Refusal {
  const words = reply.text.toLowerCase();
  const ofCode = MEANINGS.filter(({ code }) => code === reply.code);
  const meaning =
    ofCode.find(({ text }) => text !== undefined && words.startsWith(text)) ??
    ofCode.find(({ text }) => text === undefined);
  const { scope, error, say } = meaning ?? {
    scope: reply.code >= 500 ? ('unclear' as const) : ('action' as const),
    error: reply.code >= 500 ? ('unavailable' as const) : ('rejected' as const),
    say: 'VIPTel refused',
  };
  const errors = reply.raw['errors'] === undefined ? '' : ` ${printable(JSON.stringify(reply.raw['errors']) ?? '')}`;
  const said = printable(reply.text);
  const message = `"${account}": ${say}.${said ? ` It says: ${said}.` : ''}${errors}`;
  const vendor = { code: String(reply.code), message: `${said}${errors}` || null };
  return { scope, error: new PbxError(error, message, { account, vendor }) };
}

/** How `call.end` tells the end ("Možné hodnoty status"). */
export const END_STATUSES = {
  answer: 'answered',
  busy: 'busy',
  noanswer: 'no-answer',
  cancel: 'cancelled',
  congestion: 'invalid-number',
  chanunavail: 'unreachable',
  dontcall: 'rejected',
  invalidargs: 'invalid-number',
} as const;
