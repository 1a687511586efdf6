/**
 * A raw request from a flow: `{method: 'send', argument: {fields: {Action: 'QueuePause', Interface: 'SIP/21', Paused: 'true'}}}`.
 * What the server does not check is checked here, since it writes everything into Asterisk's protocol as it comes.
 */

import { PbxError } from '../../model';
import type { ActionCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { checkActionName, checkNoPattern, redact } from '../../transport/ami';
import type { AmiLink, AskOptions } from './ami-link';
import { numberIn, oneLine, textIn } from './numbers';
import { serverError } from './refusals';
import type { Times } from './times';
import type { Way } from './way';
import type { AmiMethod, Json } from './wire';

export interface ActionTools {
  account: string;
  ami: AmiLink;
  times: Times;
  way: () => Way;
}

/** The account hears every event already; another subscription would bring them twice, and removing one could remove all. */
const SUBSCRIBING: ReadonlySet<string> = new Set(['onevent', 'onceevent', 'rmevent']);

/** Actions that would harm the one connection to Asterisk that all clients of the server share. */
const NOT_HERE: Readonly<Record<string, string>> = {
  login: 'vwell-bpx-srv logs in by itself',
  logoff: 'it would end the connection of vwell-bpx-srv to Asterisk, for all its clients',
  challenge: 'vwell-bpx-srv logs in by itself',
  events: 'it would turn off the events of all clients of vwell-bpx-srv',
  waitevent: 'it is for AMI over HTTP only',
};

/** Fields of the credentials: the account's own are used. */
const CREDENTIALS: ReadonlySet<string> = new Set(['secret', 'login', 'login2', 'sha1', 'reqid']);

export async function runAction(
  tools: ActionTools,
  command: ActionCommand,
  { signal }: CommandContext,
): Promise<Accepted> {
  const { method, argument } = requestIn(command.request);
  switch (method) {
    case 'send':
      return sendFields(tools, argument, signal);
    case 'dial':
      return ask(tools, method, dialArgument(argument), { effect: true, what: method, signal, amiMs: 33_000 });
    case 'redirect':
      return ask(tools, method, redirectArgument(argument), { effect: true, what: method, signal, amiMs: 33_000 });
    case 'gsmSendSMS': {
      const sms = { tel: numberIn('tel', argument['tel']), msg: textIn('msg', argument['msg']) };
      return ask(tools, method, sms, { effect: true, what: method, signal });
    }
    default:
      return other(tools, method, argument, signal);
  }
}

async function ask(tools: ActionTools, method: AmiMethod, argument: Json, options: AskOptions): Promise<Accepted> {
  const timeout = argument['timeout'];
  const amiMs = typeof timeout === 'number' ? timeout + 3_000 : undefined;
  const { raw } = await tools.ami.ask(method, argument, { ...options, ...(amiMs !== undefined && { amiMs }) });
  return { result: redact(raw), raw };
}

/** A method of the server that does not go to Asterisk: `dispatchEvent`, or one this package does not know. */
async function other(tools: ActionTools, method: string, argument: Json, signal: AbortSignal): Promise<Accepted> {
  const { account, times, way } = tools;
  const options = { effect: true, what: method, timeoutMs: times.replyMs + times.amiMs, signal };
  const { err, message } = await way().request(method, argument, options);
  if (err !== null) throw serverError(err, { account, ...options });
  return { result: redact(message), raw: message };
}

async function sendFields(tools: ActionTools, argument: Json, signal: AbortSignal): Promise<Accepted> {
  const { ami, times } = tools;
  const fields = fieldsIn(argument['fields']);
  const timeout = timeoutIn(argument['timeout']) ?? times.amiMs;
  const actionId = String(fields['actionId'] ?? ami.newActionId());
  // The server waits for Asterisk's answer only when the key is written just so.
  const sent = { fields: { ...fields, actionId }, callbackAwait: 1, timeout };
  const what = String(valueOf(fields, 'action') ?? 'send');
  const { raw, items, complete } = await ami.anything(sent, actionId, { effect: true, what, signal, amiMs: timeout });
  const result: Record<string, unknown> = { response: raw['event'] ?? null };
  if (items) result['items'] = items.map((item) => item.toObject());
  if (complete) result['complete'] = complete.toObject();
  return { result: redact(result), raw };
}

function requestIn(request: Json): { method: string; argument: Json } {
  const { method, argument = {} } = request;
  if (typeof method !== 'string' || method === '')
    throw invalid('"request" has no method: give a request such as {"method": "send", "argument": {"fields": {...}}}');
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument))
    throw invalid('"argument" must be an object');
  if (SUBSCRIBING.has(method.toLowerCase()))
    throw invalid(`${method} cannot be sent: the account hears all events already; take them from the event nodes`);
  const entries = Object.entries(argument).filter(([key]) => !CREDENTIALS.has(key.toLowerCase()));
  return { method, argument: Object.fromEntries(entries) };
}

/** Keys as given, but for the one of the action's id; values of one line each. */
function fieldsIn(given: unknown): Record<string, string | number> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid('"fields" must be an object: a manager action such as {"Action": "Ping"}');
  const fields: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    oneLine('a field name', key);
    if (key.trim() === '' || key.includes(':')) throw invalid('a field name must hold no colon and not be empty');
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw invalid(`"${key.slice(0, 40)}" must be a text, a number or a boolean: this server cannot repeat a header`);
    fields[key.toLowerCase() === 'actionid' ? 'actionId' : key] =
      typeof value === 'number' ? value : oneLine(key.slice(0, 40), String(value));
  }
  const action = valueOf(fields, 'action');
  if (action === undefined) throw invalid('"fields" has no Action: give a manager action such as {"Action": "Ping"}');
  checkActionName(String(action));
  const name = String(action).trim().toLowerCase();
  const refused = NOT_HERE[name];
  if (refused) throw invalid(`${action} cannot be sent: ${refused}`);
  if (name === 'hangup')
    for (const [key, value] of Object.entries(fields))
      if (key.toLowerCase() === 'channel') checkNoPattern('Channel', String(value));
  // Asterisk would hold up the connection of all clients until the phone is answered.
  if (name === 'originate' && valueOf(fields, 'async') === undefined) fields['Async'] = 'true';
  return fields;
}

function dialArgument(argument: Json): Json {
  const from = numberIn('from', argument['from']);
  const to = numberIn('to', argument['to']);
  return { from, to, ...common(argument) };
}

function redirectArgument(argument: Json): Json {
  const { channel } = argument;
  if (typeof channel !== 'string' || channel === '') throw invalid('"channel" is missing');
  return { channel: oneLine('channel', channel), toTel: numberIn('toTel', argument['toTel']), ...common(argument) };
}

function common({ timeout, actionId }: Json): Json {
  const ms = timeoutIn(timeout);
  const id = typeof actionId === 'string' || typeof actionId === 'number' ? oneLine('actionId', String(actionId)) : '';
  return { ...(ms !== undefined && { timeout: ms }), ...(id !== '' && { actionId: id }) };
}

/** The server adds to it: a text would be glued together. */
function timeoutIn(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = Number(value);
  if (Number.isFinite(ms) && ms > 0 && ms <= 600_000) return ms;
  throw invalid('"timeout" must be a number of milliseconds up to 600000');
}

function valueOf(fields: Readonly<Record<string, string | number>>, wanted: string): string | number | undefined {
  for (const [key, value] of Object.entries(fields)) if (key.toLowerCase() === wanted) return value;
  return undefined;
}

function invalid(text: string): PbxError {
  return new PbxError('invalid-argument', text);
}
