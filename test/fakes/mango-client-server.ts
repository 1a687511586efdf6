/**
 * A "server-client" service to test against, written from the vendor's overview and not from the client: the life cycle of 2.1 to 2.3 with
 * channels that serve once, a store for every employee who is not in a session, LIMIT and 109, a random employee for `/ivr`, and a service
 * that goes on taking an employee for present when his socket broke without a word.
 *
 *     const service = await FakeMangoClient.listen({ users: ['101', '102'] });
 *     service.call('101', { id: 'E1', state: 'appeared', from: { number: '79001112233' }, to: { extension: '101' } });
 *     service.on('callback', () => ({ status: 500, body: {} }));     // or 'cut' or 'silent'
 *     await service.close();
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { ASSUMED } from './mango-client-dialect';
import type { Dialect, FakeCallNews, FakePurpose, Fields } from './mango-client-dialect';

export interface FakeMangoClientOptions {
  dialect?: Dialect;
  /** Employees created in the integration. */
  users?: readonly string[];
  token?: string;
  /** Whether stored events stay in the store when they were read: nobody knows. */
  keepsStored?: boolean;
  /** 0 <= n < 1: which employee is told of the IVR. */
  random?: () => number;
}

export interface FakeRequest {
  purpose: FakePurpose;
  /** The employee, where the request names one. */
  user: string;
  /** Parameters as sent. */
  sent: Fields;
}

/** `cut`: the connection ends without an answer; `silent`: nothing comes. `undefined`: as always. */
export type Override = { status: number; body: unknown; location?: string } | 'cut' | 'silent' | undefined;
export type Handler = (request: FakeRequest) => Override | void | Promise<Override | void>;

interface User {
  store: Fields[];
  /** In a session, by the service's belief. */
  present: boolean;
  socket: WebSocket | null;
  /** Where reading goes on, when nothing is removed. */
  read: number;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const PUSHES_LOST_LIMIT = 10_000;

export class FakeMangoClient {
  readonly token: string;
  readonly dialect: Dialect;
  readonly requests: FakeRequest[] = [];
  readonly users = new Map<string, User>();
  /** Events pushed to sockets that were not there any more. */
  lost: Fields[] = [];
  sockets = 0;
  /** Requests to paths that this service does not have. */
  unknown = 0;
  keepsStored: boolean;
  random: () => number;
  readonly #handlers = new Map<FakePurpose, Handler>();
  readonly #channels = new Map<string, string>();
  readonly #connections = new Set<Socket>();
  readonly #web = new WebSocketServer({ noServer: true });
  #server: Server;
  #port = 0;

  private constructor({ dialect = ASSUMED, users = ['101'], token, keepsStored, random }: FakeMangoClientOptions) {
    this.dialect = dialect;
    this.token = token ?? `key-${randomBytes(12).toString('hex')}`;
    this.keepsStored = keepsStored ?? false;
    this.random = random ?? Math.random;
    for (const user of users) this.users.set(user, { store: [], present: false, socket: null, read: 0 });
    this.#server = this.#serve();
  }

  static async listen(options: FakeMangoClientOptions = {}): Promise<FakeMangoClient> {
    const service = new FakeMangoClient(options);
    await service.up();
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/api`;
  }

  /** What a request does instead of what it does always; `null`: again as always. */
  on(purpose: FakePurpose, handler: Handler | null): void {
    if (handler) this.#handlers.set(purpose, handler);
    else this.#handlers.delete(purpose);
  }

  asked(purpose: FakePurpose): FakeRequest[] {
    return this.requests.filter((request) => request.purpose === purpose);
  }

  user(name: string): User {
    const user = this.users.get(name);
    if (!user) throw new Error(`${name} was not created in the integration`);
    return user;
  }

  /** Something happened to an employee's telephone. */
  call(user: string, news: FakeCallNews): void {
    this.emit(user, '/call', this.dialect.call(news));
  }

  /** Told to one employee in a session, whichever; to nobody when there is none (overview 2.6). Returns to whom. */
  ivr(news: Parameters<Dialect['ivr']>[0]): string | null {
    const present = [...this.users].filter(([, user]) => user.present && user.socket);
    const [chosen] = present[Math.floor(this.random() * present.length)] ?? [];
    if (chosen === undefined) return null;
    this.emit(chosen, '/ivr', this.dialect.ivr(news));
    return chosen;
  }

  /** Over the socket while the employee is in a session, else into his store. */
  emit(name: string, routeKey: string, body: Fields): void {
    const user = this.users.get(name);
    // Of whom the integration does not know nothing is collected (overview 2.1(2)).
    if (!user) return;
    const event = this.dialect.event(routeKey, body);
    if (!user.present) user.store.push(event);
    else if (user.socket) user.socket.send(JSON.stringify(event));
    else if (this.lost.length < PUSHES_LOST_LIMIT) this.lost.push(event);
  }

  /** Any frame, to every socket that is open. */
  say(frame: string | Buffer): void {
    for (const { socket } of this.users.values()) socket?.send(frame);
  }

  /** Resolves when the client has read everything that was pushed to the employee until now. */
  async read(name: string): Promise<void> {
    const { socket } = this.user(name);
    if (!socket) throw new Error(`${name} has no socket`);
    const answered = once(socket, 'pong');
    socket.ping();
    await answered;
  }

  /** Breaks every socket without a goodbye; the service does not notice. */
  cut(name?: string): void {
    for (const [user, { socket }] of this.users) if (name === undefined || name === user) socket?.terminate();
  }

  /** The whole service is gone. */
  async down(): Promise<void> {
    this.cut();
    for (const connection of this.#connections) connection.destroy();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  /** On the same port as before. */
  async up(): Promise<void> {
    if (this.#port !== 0) this.#server = this.#serve();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await this.down();
    this.#web.close();
  }

  /** What is still open. */
  get open(): number {
    return this.#connections.size;
  }

  #serve(): Server {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#connections.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => {
      const id = /^\/ws\/(\w+)$/.exec(request.url ?? '')?.[1] ?? '';
      const name = this.#channels.get(id);
      // The address of a channel serves once.
      this.#channels.delete(id);
      const user = name === undefined ? undefined : this.users.get(name);
      if (!user) {
        socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
        return;
      }
      this.#web.handleUpgrade(request, socket, head, (web) => {
        this.sockets++;
        user.socket?.terminate();
        user.socket = web;
        web.on('error', () => undefined);
        web.on('close', () => {
          if (user.socket === web) user.socket = null;
        });
      });
    });
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://service');
    const query = Object.fromEntries(url.searchParams);
    const body = this.#parsed(Buffer.concat(chunks).toString('utf8'), request.headers['content-type'] ?? '');
    const { paths, names, token } = this.dialect;
    const purpose = (Object.keys(paths) as FakePurpose[]).find((one) => `/api${paths[one]}` === url.pathname);
    const verb = purpose === 'ping' || purpose === 'record' ? 'GET' : 'POST';
    const reply = (status: number, answer: unknown, location?: string) =>
      response
        .writeHead(status, { 'content-type': 'application/json', ...(location && { location }) })
        .end(JSON.stringify(answer));
    if (!purpose) this.unknown++;
    if (!purpose || body === null) return void reply(404, { error: 'no such page' });
    if (request.method !== verb) return void reply(405, {});
    if (purpose !== 'createIntegration' && token(request.headers, query, body) !== this.token)
      return void reply(401, this.dialect.answer(401, { message: 'wrong token' }));
    const sent = { ...query, ...body };
    const seen: FakeRequest = { purpose, user: textOf(sent[names.user]), sent };
    this.requests.push(seen);
    const instead = await this.#handlers.get(purpose)?.(seen);
    if (instead === 'silent') return;
    if (instead === 'cut') return void response.destroy();
    if (instead) return void reply(instead.status, instead.body, instead.location);
    const [status, answer] = this.#carryOut(seen);
    reply(status, answer);
  }

  #parsed(text: string, type: string): Fields | null {
    if (text === '') return {};
    const wanted = this.dialect.encoding === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
    if (!type.startsWith(wanted)) return null;
    if (this.dialect.encoding === 'form') return Object.fromEntries(new URLSearchParams(text));
    return JSON.parse(text) as Fields;
  }

  #carryOut({ purpose, user: name, sent }: FakeRequest): [number, unknown] {
    const { answer, names } = this.dialect;
    const user = this.users.get(name);
    const unknown: [number, unknown] = [404, answer(3, { message: 'no such employee' })];
    switch (purpose) {
      case 'createIntegration':
        return [200, answer(0, { token: this.token })];
      case 'createUser':
        if (name === '') return [400, answer(2, { message: 'who?' })];
        if (!user) this.users.set(name, { store: [], present: false, socket: null, read: 0 });
        return [200, answer(0)];
      case 'channel': {
        if (!user) return unknown;
        const id = randomBytes(8).toString('hex');
        this.#channels.set(id, name);
        return [200, answer(0, { url: `ws://127.0.0.1:${this.#port}/ws/${id}` })];
      }
      case 'register':
        if (!user) return unknown;
        if (!user.socket) return [400, answer(7, { message: 'open the socket first' })];
        return [200, this.#register(user, Number(sent[names.limit]))];
      case 'unregister':
        if (!user) return unknown;
        user.present = false;
        return [200, answer(0)];
      case 'callback':
        return user && sent[names.to] ? [200, answer(0)] : unknown;
      case 'route':
      case 'transfer':
        return sent[names.call] ? [200, answer(0)] : [400, answer(2)];
      case 'record':
        return [200, answer(0, { url: `https://records.example/${String(sent[names.recording])}` })];
      default:
        return [200, answer(0)];
    }
  }

  /** The next batch with 0, and 109 when there is none (overview 2.3). */
  #register(user: User, limit: number): Fields {
    if (!user.present) user.read = 0;
    user.present = true;
    const most = limit > 0 ? limit : 10;
    const batch = this.keepsStored ? user.store.slice(user.read, user.read + most) : user.store.splice(0, most);
    if (this.keepsStored) user.read += batch.length;
    return batch.length === 0 ? this.dialect.answer(109) : this.dialect.answer(0, { events: batch });
  }
}
