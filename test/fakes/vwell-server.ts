/**
 * A vwell-bpx-srv to test against, from the specification of the real one's behaviour, odd where that is odd: WebSocket and AJAX in front
 * of a manager interface.
 *
 *     const server = await FakeVwell.listen({ ami: { host, port, username, password }, secret: 's3cret' });
 *     await server.received('dial');
 *     server.packet('Event: One\r\nFoo: 1\r\n\r'); server.packet('\nEvent: Two\r\n\r\n');   // two messages that melt
 *     server.holdReplies(); ... server.releaseReplies('reverse');
 *     await server.close();
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { AmiPeer, PacketReader } from './vwell-ami';
import type { AmiAddress, Headers } from './vwell-ami';
import { html, requestOf, unreadable } from './vwell-http';
import type { Argument, FakeRequest } from './vwell-http';
import { firstMissing, METHODS, said, written } from './vwell-methods';

/** What the outside login server says: `Err` refuses, `html` breaks the real server (no reply), an Error is a network error. */
export type LoginAnswer = { Err?: string } | 'html' | Error;

export interface FakeVwellOptions {
  ami: AmiAddress;
  /** The server's own; empty as in its example configuration. */
  secret?: string;
  logins?: (login: string, login2: string, sha1: string) => LoginAnswer;
  spanId?: number;
  /** 15 s. */
  loginMs?: number;
  /** 60 s. */
  idleMs?: number;
  /** Requests that no POST gets through: something in between refuses. */
  refusePost?: boolean;
}

interface Subscription {
  socket: WebSocket;
  name: string | null;
  conditions: Argument;
  once: boolean;
}

type Reply = Record<string, unknown>;

/** The server looks methods up by name, and finds what every object has. */
const BUILT_IN = "TypeError: Class constructor API cannot be invoked without 'new'";

export class FakeVwell {
  readonly options: FakeVwellOptions;
  /** Every request that could be read, over either transport. */
  readonly requests: FakeRequest[] = [];
  /** Connections to the manager interface ever opened. */
  amiConnections = 0;
  /** Methods that get no reply. */
  readonly mute = new Set<string>();
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #spoilt = new WeakSet<WebSocket>();
  #subscriptions: Subscription[] = [];
  readonly #peers: AmiPeer[] = [];
  /** The one whose events are delivered. */
  #hears: AmiPeer | null = null;
  readonly #reader = new PacketReader((headers) => this.#deliver(headers));
  readonly #watchers = new Set<() => void>();
  #command: { peer: AmiPeer; at: number } | null = null;
  #held: (() => void)[] | null = null;
  #port = 0;

  private constructor(options: FakeVwellOptions) {
    this.options = options;
    this.#http = createServer((request, response) => void this.#ajax(request, response));
    this.#sockets = new WebSocketServer({ noServer: true, autoPong: false });
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#accept(client));
    });
  }

  static async listen(options: FakeVwellOptions): Promise<FakeVwell> {
    const server = new FakeVwell(options);
    await server.accept();
    // One connection for events from the start; when it fails there are never any.
    await server.#connect().catch(() => undefined);
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/api`;
  }

  get ajaxUrl(): string {
    return `http://127.0.0.1:${this.#port}/api`;
  }

  get port(): number {
    return this.#port;
  }

  get clients(): number {
    return this.#sockets.clients.size;
  }

  get subscriptions(): number {
    return this.#subscriptions.length;
  }

  async accept(): Promise<void> {
    this.#http.listen(this.#port, '127.0.0.1');
    await once(this.#http, 'listening');
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  /** No WebSocket any more: upgrades are refused, AJAX goes on. */
  refuseSockets(): void {
    this.#http.removeAllListeners('upgrade');
    this.#http.on('upgrade', (_, socket) => socket.destroy());
    this.cut();
  }

  allowSockets(): void {
    this.#http.removeAllListeners('upgrade');
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#accept(client));
    });
  }

  /** Cuts the sockets there are without a word. */
  cut(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  /** Sockets stay, but nothing is answered on them, not even a ping. */
  goSilent(): void {
    for (const client of this.#sockets.clients) this.#spoilt.add(client);
  }

  /** Text to every socket as it is. */
  say(text: string): void {
    for (const client of this.#sockets.clients) client.send(text);
  }

  /** One TCP packet of the manager interface, cut wherever the test likes. */
  packet(text: string): void {
    this.#reader.packet(text);
  }

  /** The next message of Asterisk melts with the one after it, on the connection whose events are delivered. */
  meltNext(): void {
    this.#hears?.meltNext();
  }

  holdReplies(): void {
    this.#held ??= [];
  }

  releaseReplies(order: 'as they came' | 'reverse' = 'as they came'): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const send of order === 'reverse' ? held.toReversed() : held) send();
  }

  get heldReplies(): number {
    return this.#held?.length ?? 0;
  }

  async received(method: string, test: (request: FakeRequest) => boolean = () => true): Promise<FakeRequest> {
    const find = () => this.requests.find((request) => request.method === method && test(request));
    await this.until(() => find() !== undefined);
    return find() as FakeRequest;
  }

  until(test: () => boolean): Promise<void> {
    if (test()) return Promise.resolve();
    return new Promise((resolve) => {
      const watcher = () => {
        if (!test()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }

  /** As when its process is ended and started again: every socket and every connection to Asterisk is new. */
  async restart(): Promise<void> {
    for (const peer of this.#peers.splice(0)) peer.end();
    this.refuseSockets();
    this.#command = null;
    this.amiConnections = 0;
    await this.#connect().catch(() => undefined);
    this.allowSockets();
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.end();
    this.cut();
    this.#sockets.close();
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close').catch(() => undefined);
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #accept(client: WebSocket): void {
    client.on('error', () => undefined);
    client.on('ping', (data) => {
      if (!this.#spoilt.has(client)) client.pong(data);
    });
    client.on('close', () => {
      this.#subscriptions = this.#subscriptions.filter(({ socket }) => socket !== client);
      this.#notify();
    });
    client.on('message', (data: Buffer) => void this.#frame(client, data.toString('utf8')));
    this.#notify();
  }

  async #frame(client: WebSocket, text: string): Promise<void> {
    if (this.#spoilt.has(client)) return;
    const frame = parsed(text);
    // The exception is thrown inside the socket's own reading, which never goes on.
    if (frame === null) {
      this.#spoilt.add(client);
      return;
    }
    const { method = '', argument = {}, reqId = String(Math.random()).slice(2) } = frame as Partial<FakeRequest>;
    const reply = await this.#run({ method, argument, way: 'socket' }, client);
    if (reply === null || this.#spoilt.has(client)) return;
    const send = () => {
      if (client.readyState === WebSocket.OPEN) client.send(JSON.stringify({ ...reply, reqId }));
    };
    if (this.#held) {
      this.#held.push(send);
      this.#notify();
    } else send();
  }

  async #ajax(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (!/^\/api\/?$/.test(url.pathname)) return html(response, 404, `Cannot ${request.method} ${url.pathname}`);
    if (request.method === 'POST' && this.options.refusePost) return html(response, 405, 'Method Not Allowed');
    const read = await requestOf(request, url);
    if (unreadable(read)) return html(response, read.status, read.text);
    const { method } = read;
    if (method === 'constructor') return html(response, 500, BUILT_IN);
    const known = method !== undefined && METHODS.has(method);
    const reply = known
      ? await this.#run({ ...read, method, way: request.method === 'POST' ? 'post' : 'get' }, null)
      : { err: method ? `Метод "${method}" не существует` : 'Отсутствует ключ request.method' };
    if (reply === null) return;
    response.setHeader('content-type', known ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8');
    response.end(JSON.stringify(reply));
  }

  /** `null`: no reply, ever. */
  async #run(request: FakeRequest, client: WebSocket | null): Promise<Reply | null> {
    this.requests.push(request);
    this.#notify();
    const { method, argument } = request;
    if (this.mute.has(method)) return null;
    if (method === 'constructor') return { err: BUILT_IN };
    if (!METHODS.has(method)) return { err: `vwell-pbx-srv: метод "${method}" не существует` };
    if (!client && ['onEvent', 'rmEvent', 'dispatchEvent'].includes(method)) return { err: null };
    const missing = firstMissing(method, argument);
    if (missing) return { err: missing };
    if (method !== 'rmEvent') {
      const refused = this.#refusal(argument);
      if (refused !== '') return refused === null ? null : { err: refused };
    }
    switch (method) {
      case 'onEvent':
      case 'onceEvent':
        return this.#subscribe(client, argument, method === 'onceEvent');
      case 'rmEvent':
        return this.#unsubscribe(client, argument);
      case 'dispatchEvent':
        return this.#dispatch(argument);
      default:
        return this.#ask(method, argument);
    }
  }

  /** Empty: accepted. `null`: the real server breaks here and never replies. */
  #refusal(argument: Argument): string | null {
    const { secret: own = '', logins } = this.options;
    const { secret, login, login2, sha1 } = argument;
    if (secret !== undefined && secret !== '') return secret === own ? '' : 'Ошибка авторизации';
    const answer = logins?.(String(login), String(login2), String(sha1)) ?? { Err: 'no such user' };
    if (answer === 'html') return null;
    if (answer instanceof Error) return answer.message;
    return answer.Err ? `Ошибка авторизации: ${answer.Err}` : '';
  }

  #subscribe(socket: WebSocket | null, argument: Argument, once: boolean): Reply {
    const { event } = argument;
    if (event === null) return { err: "TypeError: Cannot read properties of null (reading 'name')" };
    const { name: inner, ...conditions } = (event ?? {}) as Argument;
    const name = argument['name'] ?? inner;
    if (socket)
      this.#subscriptions.push({
        socket,
        conditions,
        once,
        name: name === undefined ? null : said(name).toLowerCase(),
      });
    this.#notify();
    return { err: null };
  }

  #unsubscribe(socket: WebSocket | null, argument: Argument): Reply {
    const name = argument['name'] ?? (argument['event'] as Argument | undefined)?.['name'];
    const gone = name === undefined ? null : said(name).toLowerCase();
    this.#subscriptions = this.#subscriptions.filter((one) => one.socket !== socket || one.name !== gone);
    this.#notify();
    return { err: null };
  }

  #dispatch({ event }: Argument): Reply {
    if (typeof event !== 'object' || event === null)
      return { err: 'vwell-pbx-srv.on(): req.argument.event должен быть объект' };
    const given = event as Argument;
    this.#broadcast({ ...given, name: String(given['name']).toLowerCase() });
    return { err: null };
  }

  #deliver(headers: Headers): void {
    const event = headers['Event'];
    // With an empty secret the server asks about each event whether nobody may have it.
    if (event === undefined || !this.options.secret) return;
    this.#broadcast({ ...headers, name: event.toLowerCase() });
  }

  #broadcast(event: Record<string, unknown>): void {
    const text = JSON.stringify(event);
    for (const one of this.#subscriptions) {
      if (one.name !== null && one.name !== event['name']) continue;
      if (one.once) this.#subscriptions = this.#subscriptions.filter((other) => other !== one);
      const fits = Object.entries(one.conditions).every(
        ([key, value]) => String(event[key]).toLowerCase() === String(value).toLowerCase(),
      );
      if (fits && one.socket.readyState === WebSocket.OPEN) one.socket.send(text);
    }
  }

  async #ask(method: string, argument: Argument): Promise<Reply> {
    const fields = { ...((argument['fields'] ?? {}) as Argument) };
    const awaits = method !== 'send' || Boolean(argument['callbackAwait']) || 'actionId' in fields;
    if (method === 'send' && !argument['fields'] && !awaits) return { err: 'EgPBX.send(): fields argument are empty' };
    let peer: AmiPeer;
    try {
      peer = await this.#link();
    } catch (error) {
      return { err: `MBPX.login(): ${(error as Error).message}` };
    }
    if (method === 'send' && !awaits) {
      peer.write(fields);
      return { err: null };
    }
    const actionId = said((method === 'send' ? fields['actionId'] : argument['actionId']) ?? Math.random());
    const { parts, limitMs, name } = written(method, argument, actionId, this.options.spanId ?? 1);
    const response = peer.response(actionId, limitMs);
    for (const part of parts) peer.write(part);
    const event = await response;
    return event ? { err: null, event } : { err: `${name}(): timeout` };
  }

  /** The connection for commands: forgotten after a minute without any, left open, and opened anew by whoever comes next. */
  async #link(): Promise<AmiPeer> {
    const { idleMs = 60_000 } = this.options;
    const now = Date.now();
    if (this.#command && now - this.#command.at < idleMs) {
      this.#command.at = now;
      return this.#command.peer;
    }
    return this.#connect();
  }

  async #connect(): Promise<AmiPeer> {
    this.amiConnections++;
    const isFirst = this.amiConnections === 1;
    const { ami, loginMs = 15_000 } = this.options;
    const peer = await AmiPeer.login(ami, loginMs, (headers) => {
      // Events come from the first connection only.
      if (isFirst) this.#deliver(headers);
    });
    this.#peers.push(peer);
    if (isFirst) this.#hears = peer;
    this.#command = { peer, at: Date.now() };
    return peer;
  }

  /** The server forgets its connection for commands now, as after a minute without any. */
  forgetCommands(): void {
    this.#command = null;
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
