/**
 * A VIPTel WebSocket server to test against, written from the document of API 1.0.8 and not from the client: strict about greeting,
 * login, permissions and fields, loose about types where the real one is, and on request as nasty as a network.
 *
 *     const pbx = await FakeViptel.listen();
 *     pbx.emit({ event: 'call.begin', caller: '21', callee: '22', called_number: '22', unique_id: '1700000000.12' });
 *     pbx.onAction('call.create', null);                    // takes it and says nothing
 *     const action = await pbx.received('call.create');     // waits until the client has sent one
 *     pbx.reply(503, 'Server is restarting, please reconnect');
 *     await pbx.close();
 */

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { systemClock } from '../../lib/clock';
import type { Clock, Timer } from '../../lib/clock';

export type Message = Readonly<Record<string, unknown>>;

export interface FakeUser {
  password: string;
  /** Default true. */
  active?: boolean;
  /** Actions permitted; all when not given. */
  permissions?: readonly string[];
}

export interface FakeViptelOptions {
  /** `pbxapi` with the password `Žltý kôň` when not given. */
  users?: Readonly<Record<string, FakeUser>>;
  clock?: Clock;
  /** Default 30 s. */
  loginMs?: number;
  /** Numbers as texts, also codes and nonces as the other type. */
  loose?: boolean;
  /** The greeting's nonce; random when not given. */
  nonce?: string;
  autoPong?: boolean;
}

export type Handler = (request: Message, client: FakeClient) => void;

const GREETING =
  'Send your username and password hash in action user.login and use this nonce to generate password hash';
const OWN_NUMBER = '0220282028';
const NUMERIC = new Set(['queue', 'position', 'holdtime']);

export class FakeViptel {
  /** Every action received in full, logins too. */
  readonly actions: Message[] = [];
  readonly clients = new Set<FakeClient>();
  /** Connections since the start. */
  connections = 0;
  logins = 0;
  logouts = 0;
  readonly options: FakeViptelOptions;
  readonly clock: Clock;
  /** Live calls: when they began, as a count, and what is known of them. */
  readonly calls = new Map<string, { began: number; message: Message; answered: boolean; waiting: boolean }>();
  readonly #handlers = new Map<string, Handler>();
  readonly #watchers = new Set<() => void>();
  readonly #http = createServer((_request, response) => response.writeHead(426).end());
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #count = 0;
  #serial = 100;

  private constructor(options: FakeViptelOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#serve();
    this.onAction('call.create', (request) => this.create(request));
    this.onAction('call.hangup', (request) => this.hangup(String(request['unique_id'])));
    this.onAction('call.redirect', (request) =>
      this.redirect(String(request['unique_id']), String(request['destination'])),
    );
  }

  static async listen(options: FakeViptelOptions = {}): Promise<FakeViptel> {
    const pbx = new FakeViptel(options);
    await pbx.accept();
    return pbx;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/`;
  }

  get users(): Readonly<Record<string, FakeUser>> {
    return this.options.users ?? { pbxapi: { password: 'Žltý kôň' } };
  }

  /** A call id of the form `digits.digits`. */
  id(): string {
    return `1700000000.${++this.#serial}`;
  }

  /** What a permitted, well-formed action does; `null`: nothing at all. */
  onAction(name: string, handler: Handler | null): void {
    this.#handlers.set(name, handler ?? (() => undefined));
  }

  handler(name: string): Handler | undefined {
    return this.#handlers.get(name);
  }

  /** Sends events to every client that is logged in, as VIPTel does. */
  emit(...events: Message[]): void {
    for (const event of events) {
      this.#remember(event);
      const told = this.options.loose ? loosely(event) : event;
      for (const client of this.clients) if (client.user !== null) client.say(told);
    }
  }

  /** Sends frames as they are to every client that is logged in. */
  emitRaw(frame: string | Buffer): void {
    for (const client of this.clients) if (client.user !== null) client.socket.send(frame);
  }

  reply(code: number, message: string, more: Message = {}): void {
    for (const client of this.clients) if (client.user !== null) client.reply(code, message, more);
  }

  /** Closes every connection the way VIPTel does: the reason, goodbye, the end. */
  dismiss(code: number, message: string): void {
    for (const client of this.clients) client.dismiss(code, message);
  }

  /** `call.create`: ids told once or twice, then the far end is called. */
  create(request: Message, { ids = 1, begin = true }: { ids?: number; begin?: boolean } = {}): string {
    const { from, to, call_random_id } = request;
    let unique_id = '';
    for (let i = 0; i < ids; i++) {
      unique_id = this.id();
      this.emit({ event: 'call.create_response', unique_id, call_random_id });
    }
    if (begin)
      this.emit({
        event: 'call.begin',
        caller: from,
        caller_name: `Phone ${String(from)}`,
        callee: to,
        callee_name: '',
        called_number: to,
        unique_id,
      });
    return unique_id;
  }

  hangup(unique_id: string): void {
    const call = this.calls.get(unique_id);
    if (call?.waiting) this.emit({ event: 'queue.left', queue: 500, unique_id, holdtime: 3 });
    this.emit({ event: 'call.end', unique_id, status: call?.answered ? 'answer' : 'cancel' });
  }

  /** The call begins again under its own id, shown with a number of the PBX; a waiting one leaves its queue first. */
  redirect(unique_id: string, destination: string): void {
    const call = this.calls.get(unique_id);
    if (call?.waiting) this.emit({ event: 'queue.left', queue: 500, unique_id, holdtime: 7 });
    this.emit({
      event: 'call.begin',
      caller: OWN_NUMBER,
      caller_name: '',
      callee: destination,
      callee_name: '',
      called_number: destination,
      unique_id,
    });
  }

  /** Waits until an action of this name has come, the `nth` (1: the first). */
  async received(name: string, nth = 1): Promise<Message> {
    const found = () => this.actions.filter(({ action }) => action === name)[nth - 1];
    await this.until(() => found() !== undefined);
    return found() as Message;
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  notify(): void {
    for (const look of this.#watchers) look();
  }

  /** Ends the connections without a word, after what was sent. */
  cut(): void {
    for (const socket of this.#sockets) socket.end();
  }

  /** Breaks the connections at once. */
  break(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Takes no more connections. */
  refuse(): void {
    this.#http.close();
  }

  async accept(): Promise<void> {
    this.#http.listen(this.#port, '127.0.0.1');
    await once(this.#http, 'listening');
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.forget();
    this.break();
    if (!this.#http.listening) return;
    this.#http.close();
    await once(this.#http, 'close');
  }

  /** Counts logins and calls in one row, so that it is known which call began during which connection. */
  next(): number {
    return ++this.#count;
  }

  #serve(): void {
    const { autoPong = true } = this.options;
    const server = new WebSocketServer({ server: this.#http, autoPong });
    server.on('connection', (socket) => {
      this.connections++;
      const client = new FakeClient(this, socket);
      this.clients.add(client);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        client.forget();
        this.clients.delete(client);
        this.notify();
      });
      this.notify();
    });
  }

  #remember(event: Message): void {
    const id = String(event['unique_id']);
    const known = this.calls.get(id);
    switch (event['event']) {
      case 'call.end':
        this.calls.delete(id);
        return;
      case 'call.pickup':
        if (known) known.answered = true;
        return;
      case 'queue.left':
        if (known) known.waiting = false;
        return;
      case 'call.begin':
      case 'call.create_response':
      case 'queue.join':
        if (known) known.waiting ||= event['event'] === 'queue.join';
        else
          this.calls.set(id, {
            began: this.next(),
            message: event,
            answered: false,
            waiting: event['event'] === 'queue.join',
          });
        return;
      default:
    }
  }
}

/** One connection, seen from the server. */
export class FakeClient {
  readonly socket: WebSocket;
  /** Name of the user once logged in. */
  user: string | null = null;
  readonly #pbx: FakeViptel;
  readonly #nonce: string;
  readonly #limit: Timer;
  #since = 0;

  constructor(pbx: FakeViptel, socket: WebSocket) {
    this.#pbx = pbx;
    this.socket = socket;
    this.#nonce = pbx.options.nonce ?? randomBytes(8).toString('hex');
    socket.on('message', (data: Buffer) => this.#receive(data.toString('utf8')));
    this.#limit = pbx.clock.after(pbx.options.loginMs ?? 30_000, () => this.dismiss(408, 'Login timeout'));
    this.reply(100, GREETING, { nonce: this.#nonce });
  }

  say(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  reply(code: number, message: string, more: Message = {}): void {
    this.say({ code: this.#pbx.options.loose ? String(code) : code, message, ...more });
  }

  dismiss(code: number, message: string): void {
    this.reply(code, message);
    this.reply(110, 'Closing connection, bye');
    this.socket.close();
  }

  forget(): void {
    this.#limit.cancel();
  }

  #receive(text: string): void {
    const request = JSON.parse(text) as Message;
    this.#pbx.actions.push(request);
    this.#answer(request);
    this.#pbx.notify();
  }

  #answer(request: Message): void {
    const { action } = request;
    if (action === undefined || action === null || action === '') return this.reply(404, 'Missing action');
    if (typeof action !== 'string') return this.reply(400, 'Action has to be string');
    if (action === 'user.login') return this.#login(request);
    if (this.user === null) return this.reply(401, 'You have to login with action: user.login, username and password');
    if (action === 'user.logout') {
      this.#pbx.logouts++;
      this.reply(110, 'Bye');
      this.socket.close();
      return;
    }
    const handler = this.#pbx.handler(action);
    if (!handler) return this.reply(404, 'Unknown action');
    const { permissions } = this.#pbx.users[this.user] ?? {};
    if (permissions && !permissions.includes(action)) return this.reply(403, 'You are not allowed to use this action');
    const errors = errorsOf(request);
    if (Object.keys(errors).length > 0) return this.reply(400, 'Inserted values are not valid', { errors });
    const call = this.#pbx.calls.get(String(request['unique_id']));
    if (request['unique_id'] !== undefined && (!call || call.began < this.#since))
      return this.reply(404, 'Call not found');
    handler(request, this);
  }

  #login({ username, password }: Message): void {
    this.#limit.cancel();
    const user = typeof username === 'string' ? this.#pbx.users[username] : undefined;
    const inner = sha1(`${String(username)}:${user?.password ?? ''}`);
    if (!user || password !== sha1(`${inner}:${this.#nonce}`))
      return this.dismiss(401, 'Wrong username and/or password');
    if (user.active === false) return this.dismiss(401, 'User is not activated');
    this.user = String(username);
    this.#since = this.#pbx.next();
    this.#pbx.logins++;
    this.reply(202, 'Login successfull');
  }
}

/** What the document demands of the fields. */
function errorsOf(request: Message): Record<string, string> {
  const errors: Record<string, string> = {};
  const text = (key: string) => (typeof request[key] === 'number' ? String(request[key]) : request[key]);
  const must = (key: string, form: RegExp) => {
    const value = text(key);
    if (typeof value !== 'string' || !form.test(value)) errors[key] = `The ${key} field is not valid.`;
  };
  switch (request['action']) {
    case 'call.create':
      must('from', /^\d{1,8}$/);
      must('to', /^[\d*#]{1,32}$/);
      must('call_random_id', /^[A-Za-z0-9]{1,64}$/);
      if (request['caller_id'] !== undefined) must('caller_id', /^\d+$/);
      break;
    case 'call.hangup':
      must('unique_id', /^\d+\.\d+$/);
      break;
    case 'call.redirect':
      must('unique_id', /^\d+\.\d+$/);
      must('destination', /^[\d*#]{1,32}$/);
      break;
    default:
  }
  return errors;
}

function loosely(event: Message): Message {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [key, NUMERIC.has(key) ? String(value) : value]),
  );
}

function sha1(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex');
}
