/** Commands as actions of the WebSocket, with what tells their success; raw requests to the WebSocket or to REST. */

import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type {
  ActionCommand,
  CallCommand,
  HangupCommand,
  RecordingCommand,
  RedirectCommand,
  TransferCommand,
} from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import type { HttpResponse } from '../../transport/http';
import type { Action, Event } from './actions';
import type { CallBook, ViptelCall } from './calls';
import { dialable, ownExtension, sameLine } from './numbers';
import type { RestRequest, ViptelRest } from './rest';
import type { ViptelSession } from './session';
import { isFields, textOf } from './wire';
import type { Fields } from './wire';

export interface CommandsOptions {
  account: string;
  book: CallBook;
  clock: Clock;
  session: () => ViptelSession | null;
  rest: () => ViptelRest;
}

const REFERENCE = /^[A-Za-z0-9]{1,64}$/;

export class Commands {
  readonly #options: CommandsOptions;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  async call({ from, to, callerId }: CallCommand, { reference, signal }: CommandContext): Promise<Accepted> {
    const shown = callerId ? dialable(callerId, 'callerId') : null;
    const request = {
      action: 'call.create',
      from: ownExtension(from),
      to: dialable(to),
      call_random_id: reference,
      ...(shown !== null && { caller_id: shown }),
    };
    const told = await this.#create(request, signal);
    const call = textOf(told?.['unique_id']);
    return { ...(call !== null && { call }), reference, raw: told };
  }

  async hangup({ call: id }: HangupCommand, { signal, target }: CommandContext): Promise<Accepted> {
    const call = this.#find(id, target?.keys);
    const uniqueId = call?.ids.at(-1) ?? id;
    if (!call && this.#options.book.ended(id)) throw this.#error('not-found', 'the call has ended already');
    const raw = await this.#run(
      { request: { action: 'call.hangup', unique_id: uniqueId }, done: ended(call, uniqueId) },
      signal,
    );
    return { call: call?.key ?? id, raw };
  }

  /** Sends a ringing, waiting or answered call elsewhere. */
  async redirect({ call: id, to }: RedirectCommand, { signal, target }: CommandContext): Promise<Accepted> {
    const call = this.#find(id, target?.keys);
    if (!call) throw this.#error('not-found', 'there is no such call, or it has ended');
    this.#mustKeepTheCaller(call);
    return { call: call.key, raw: await this.move(call, dialable(to), signal) };
  }

  async transfer(command: TransferCommand, context: CommandContext): Promise<Accepted> {
    const { by } = command;
    const call = this.#find(command.call, context.target?.keys);
    if (!call) throw this.#error('not-found', 'there is no such call, or it has ended');
    this.#mustKeepTheCaller(call);
    if (call.answeredAt === null)
      throw this.#error(
        'invalid-argument',
        'nobody has answered the call yet: use redirect for a ringing or waiting call',
      );
    const talking = call.answeredBy?.extension;
    if (by && talking && by !== talking)
      throw this.#error(
        'invalid-argument',
        `"by" is ${by}, but ${talking} talks: VIPTel can only replace the side that was called`,
      );
    return { call: call.key, raw: await this.move(call, dialable(command.to), context.signal) };
  }

  /** `call.redirect` of a call of the book. The leg of an agent who talks stands for the call; else the caller's own id. */
  async move(call: ViptelCall, destination: string, signal: AbortSignal): Promise<Fields | null> {
    const talking = [...call.agents].find(([, { answered }]) => answered)?.[0];
    const uniqueId = talking ?? call.ids.at(-1) ?? call.key;
    call.redirecting = true;
    try {
      return await this.#run(
        { request: { action: 'call.redirect', unique_id: uniqueId, destination }, done: redirected(call, destination) },
        signal,
      );
    } finally {
      // If it was carried out after all, the call begins once more, and that tells it.
      call.redirecting = false;
    }
  }

  async fetch({ recording, folder }: RecordingCommand, { signal }: CommandContext): Promise<Accepted> {
    const id = recording ?? '';
    const { name, contentType, bytes, path, data } = await this.#options
      .rest()
      .download(id, folder || undefined, signal);
    const format = /\.([a-z0-9]{2,5})$/i.exec(name)?.[1]?.toLowerCase() ?? null;
    return { result: { id, format, contentType, bytes, ...(path === null ? { data } : { file: path }) } };
  }

  /** `{action: ...}` for the WebSocket, `{path, query}` for REST: as they are, but one after the other and within the limits. */
  action({ request }: ActionCommand, { signal }: CommandContext): Promise<Accepted> {
    if ('path' in request) return this.#restRequest(request, signal);
    if ('action' in request) return this.#wireRequest(request, signal);
    throw this.#error('invalid-argument', 'the request needs "action" (WebSocket) or "path" (REST)');
  }

  async #wireRequest(request: Fields, signal: AbortSignal): Promise<Accepted> {
    const action = request['action'];
    if (action === 'user.login' || action === 'user.logout' || action === 'login')
      throw this.#error('invalid-argument', 'the account itself logs in and out');
    const id = textOf(request['unique_id']);
    const call = this.#options.book.find(id);
    let told: Fields | null;
    if (action === 'call.create' && REFERENCE.test(textOf(request['call_random_id']) ?? ''))
      told = await this.#create(request, signal);
    else if (action === 'call.hangup' && id !== null)
      told = await this.#run({ request, done: ended(call, id) }, signal);
    else if (action === 'call.redirect' && call)
      told = await this.#run({ request, done: redirected(call, textOf(request['destination']) ?? '') }, signal);
    else told = await this.#run({ request }, signal);
    return { result: told, raw: told, ...(call && { call: call.key }) };
  }

  async #restRequest({ path, query, method, form }: Fields, signal: AbortSignal): Promise<Accepted> {
    if (typeof path !== 'string')
      throw this.#error('invalid-argument', '"path" must be a text such as /api/queue/pause');
    const verb = textOf(method)?.toUpperCase();
    if (verb !== undefined && verb !== 'GET' && verb !== 'POST')
      throw this.#error('invalid-argument', '"method" must be GET or POST');
    const request: RestRequest = {
      path,
      what: path,
      // Many a GET of VIPTel changes something, so none of them is taken for harmless.
      effect: true,
      ...(verb && { method: verb }),
      ...(query !== undefined && { query: this.#pairs(query, 'query') }),
      ...(form !== undefined && { form: this.#pairs(form, 'form') }),
    };
    const response = await this.#options.rest().send(request, signal);
    const result = contentOf(response);
    return { result, raw: result };
  }

  async #create(request: Fields, signal: AbortSignal): Promise<Fields | null> {
    const { book, clock } = this.#options;
    const [reference, from, to] = ['call_random_id', 'from', 'to'].map((key) => textOf(request[key]) ?? '') as [
      string,
      string,
      string,
    ];
    const asked = { from, to, callerId: textOf(request['caller_id']) };
    book.creating({ reference, asked, at: clock.now(), ids: [], call: null, ownAnswered: false, far: false });
    try {
      return await this.#run({ request, done: created(reference) }, signal);
    } catch (error) {
      if (PbxError.from(error).code !== 'uncertain') book.notCreated(reference);
      throw error;
    }
  }

  #run(action: Action, signal: AbortSignal): Promise<Fields | null> {
    const session = this.#options.session();
    if (!session) throw this.#error('not-connected', 'there is no connection to VIPTel');
    return session.run(action, signal);
  }

  #find(id: string, keys: readonly string[] = []): ViptelCall | undefined {
    const { book } = this.#options;
    return [id, ...keys].map((key) => book.find(key)).find(Boolean);
  }

  /** VIPTel's redirect replaces the side that was called: in an outgoing call that is the customer. */
  #mustKeepTheCaller({ direction, creation }: ViptelCall): void {
    if (direction === 'outbound' || creation?.asked)
      throw this.#error(
        'invalid-argument',
        'VIPTel redirects the side that was called, so an outgoing call would lose the person outside: only incoming calls can be redirected or transferred',
      );
    if (direction === 'unknown')
      throw this.#error(
        'invalid-argument',
        'it is not known whether the call came in, and only incoming calls can be redirected or transferred',
      );
  }

  #pairs(value: unknown, field: string): Record<string, string> {
    if (!isFields(value)) throw this.#error('invalid-argument', `"${field}" must be an object`);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean')
          throw this.#error('invalid-argument', `"${field}.${key}" must be a text, a number or a boolean`);
        return [key, String(item)];
      }),
    );
  }

  #error(code: 'invalid-argument' | 'not-found' | 'not-connected', text: string): PbxError {
    const { account } = this.#options;
    return new PbxError(code, `"${account}": ${text}.`, { account });
  }
}

function created(reference: string): (event: Event) => boolean {
  return ({ name, fields }) => name === 'call.create_response' && textOf(fields['call_random_id']) === reference;
}

/** The end of the call itself, not of the leg of an agent. */
function ended(call: ViptelCall | undefined, uniqueId: string): (event: Event) => boolean {
  return ({ name, fields }) => {
    if (name !== 'call.end') return false;
    const id = textOf(fields['unique_id']);
    return id === uniqueId || (id !== null && (call?.ids.includes(id) ?? false));
  };
}

/** The call begins again at the destination: under an id it has had, or for the caller it has. Leaving the queue is no success yet. */
function redirected(call: ViptelCall, destination: string): (event: Event) => boolean {
  return ({ name, fields }) => {
    if (name !== 'call.begin') return false;
    const [id, parent, caller, callee, called] = [
      'unique_id',
      'from_queue_unique_id',
      'caller',
      'callee',
      'called_number',
    ].map((key) => textOf(fields[key]));
    if (!sameLine(callee, destination) && !sameLine(called, destination)) return false;
    const own = [id, parent].some((each) => typeof each === 'string' && call.everyId.has(each));
    return own || (parent === null && sameLine(caller, call.caller));
  };
}

/** JSON, else text, else bytes. */
function contentOf(response: HttpResponse): unknown {
  const text = /^(?:text\/|application\/(?:json|xml|x-www-form-urlencoded))|^$/.test(response.contentType);
  if (!text) return { contentType: response.contentType, data: response.body };
  try {
    return response.json();
  } catch {
    return response.text();
  }
}
