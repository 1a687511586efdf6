/**
 * What the server says when it cannot or will not: its own texts (some Russian, all of them fixed), those of the network behind it, and
 * Asterisk's refusals, which come as a reply without error. Whether the request may have been carried out is decided here as well.
 */

import { PbxError } from '../../model';
import type { PbxErrorCode } from '../../model';
import { AmiMessage } from '../../transport/ami';
import { refusal } from '../../transport/ami/refusal';
import { printable, uncertainError } from '../../transport/http';
import { FlatEvent } from '../../asterisk-events';
import { readHeaders } from './wire';
import type { Reply } from './wire';

/** Asterisk did not answer the server; the request was written to it. */
const SILENT = /\(\): timeout$/;
/** The server could not log in to Asterisk, so nothing was written. */
const NO_LOGIN = /^MBPX\.login\(\): /;

const TEXTS: readonly (readonly [RegExp, PbxErrorCode, string])[] = [
  [
    /^Ошибка авторизации/,
    'unauthorized',
    'vwell-bpx-srv does not accept the credentials: check "secret" here and in its app-config.js, or login and SHA1',
  ],
  [
    /^MBPX\.login\(\): login-fail/,
    'unavailable',
    'vwell-bpx-srv is refused by Asterisk: the manager user in its app-config.js is wrong',
  ],
  [
    NO_LOGIN,
    'unavailable',
    'vwell-bpx-srv cannot reach Asterisk: check that Asterisk runs, and the address in app-config.js',
  ],
  [/!STATE_IS_AUTH/, 'unavailable', 'vwell-bpx-srv is not logged in to Asterisk'],
  [
    /^connect |^getaddrinfo |ECONN|EHOST|ENOTFOUND|ETIMEDOUT|socket hang up/,
    'unavailable',
    'the server that vwell-bpx-srv asks about logins cannot be reached',
  ],
  [/метод .* не существует$/i, 'not-supported', 'this vwell-bpx-srv does not know the method'],
  [
    /suppose[d]? to be not empty|fields argument are empty|должен быть объект/,
    'invalid-argument',
    'vwell-bpx-srv misses something in the request',
  ],
  [/^Отсутствует ключ|Error: /, 'protocol', 'vwell-bpx-srv could not read the request'],
];

/** Whether the server waited for Asterisk in vain: its link may be dead without its knowing. */
export function isSilence(err: string | null): boolean {
  return err !== null && SILENT.test(err) && !NO_LOGIN.test(err);
}

export interface Asked {
  account: string;
  /** What was asked for, for the text: `Hangup`, `dial`. */
  what: string;
  /** Whether it changes something: then silence leaves open whether it was carried out. */
  effect: boolean;
}

/** Asterisk's response in a reply, read. Throws what the server or Asterisk refused. */
export function responseIn(reply: Reply, asked: Asked): FlatEvent {
  if (reply.err !== null) throw serverError(reply.err, asked);
  const response = new FlatEvent(readHeaders(reply.event ?? {}).values);
  if (response.get('response')?.toLowerCase() === 'error') throw asteriskError(response, asked);
  return response;
}

export function serverError(err: string, { account, what, effect }: Asked): PbxError {
  const said = printable(err);
  const vendor = { code: null, message: said };
  if (isSilence(err)) {
    const error = new PbxError('timeout', `"${account}": Asterisk did not answer ${what} in time (${said}).`, {
      account,
      vendor,
    });
    return effect ? uncertainError(error) : error;
  }
  const [, code, why] = TEXTS.find(([pattern]) => pattern.test(err)) ?? [
    null,
    'rejected' as const,
    `${what} was refused`,
  ];
  return new PbxError(code, `"${account}": ${why}. It says: ${said}`, { account, vendor });
}

function asteriskError(response: FlatEvent, { account, what }: Asked): PbxError {
  const message = response.get('message') ?? '';
  // Why a console command failed stands in its output, of which the server keeps the last line.
  const why = /^command output follows/i.test(message) ? response.get('output') : undefined;
  const said = (why || message).replace(/\s+/g, ' ');
  return refusal(AmiMessage.parse(`Response: Error\r\nMessage: ${said}`), account, what);
}

/** No reply came at all: the server hangs, or whom it asks about logins. */
export function noReply({ account, what, effect }: Asked, ms: number): PbxError {
  const error = new PbxError('timeout', `"${account}": no reply to ${what} within ${Math.round(ms / 1000)} s.`, {
    account,
  });
  return effect ? uncertainError(error) : error;
}

/** The connection ended while a request was under way. */
export function linkEnded({ account, what, effect }: Asked): PbxError {
  return new PbxError(
    effect ? 'uncertain' : 'not-connected',
    effect
      ? `"${account}": the connection ended before ${what} was answered; it may have been carried out.`
      : `"${account}": the connection ended before ${what} was answered.`,
    { account },
  );
}
