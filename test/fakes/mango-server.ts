/**
 * A MANGO OFFICE Virtual PBX to test against, written from the vendor's documents and not from the client: strict about method, form,
 * signature, required parameters, the state of a leg, request limits and the penalty for wrong requests. It posts its notifications to
 * `deliver`, signed with its own arithmetic.
 *
 *     const pbx = await MangoServer.listen();
 *     pbx.deliver = (request) => account.webhook(request);
 *     const call = pbx.call('E1');                       // see mango-call.ts
 *     await call.leg('L1', { from: { number: '70000000001' }, to: { extension: '101' } }).appeared();
 *     pbx.onCommand('callback', (command) => ...);       // what follows a taken command
 *     pbx.next('commands/callback', { status: 503 });    // the next answer of a path
 *     await pbx.close();
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock, type WebhookRequest, type WebhookResponse } from '../../lib/index';
import { FakeMangoCall } from './mango-call';
import { COMMANDS, type CommandSheet } from './mango-commands';
import { MangoStatistics } from './mango-statistics';

export type Json = Record<string, unknown>;

/** What the API answers; a redirect has `location`. */
export interface MangoAnswer {
  status: number;
  json?: unknown;
  text?: string;
  headers?: Record<string, string>;
  /** `hang`: no answer at all; `cut`: the connection is closed instead. */
  instead?: 'hang' | 'cut';
  /** It goes out only after this. */
  after?: Promise<unknown>;
}

export interface MangoRequest {
  /** Below `/vpbx/`, without slashes around. */
  path: string;
  /** The exact text of the form field. */
  json: string;
  fields: Json;
  at: number;
}

export interface FakeLeg {
  entry: string;
  state: 'Appeared' | 'Connected' | 'OnHold' | 'Disconnected';
  location: string;
  from: Json;
  to: Json;
  recording?: boolean;
}

const PENALTY_MS = 120_000;
const LIMITS: Readonly<Record<string, { count: number; perMs: number }>> = {
  'commands/callback': { count: 4, perMs: 1000 },
  'commands/call/hangup': { count: 4, perMs: 1000 },
  'commands/recording/start': { count: 4, perMs: 1000 },
  'commands/transfer': { count: 1, perMs: 2000 },
  'commands/route': { count: 1, perMs: 2000 },
  'config/users/request': { count: 1, perMs: 2000 },
  'account/balance': { count: 2, perMs: 1000 },
  'stats/request': { count: 1, perMs: 2000 },
};

/** Of the site whose visitors see another number each. */
const VISITOR: Json = {
  uid: 7,
  ga_cid: 'GA1.2',
  channel: { source: 'ad' },
  current_page: { url: 'https://example.ru/p?id=1&utm=a', title: 'Окна & двери' },
};

export class MangoServer {
  readonly apiKey = 'testkey-000000000000000000000000';
  readonly apiSalt = 'testsalt-00000000000000000000000';
  readonly clock: Clock;
  /** What was let in; those too many are not among them. */
  readonly requests: MangoRequest[] = [];
  readonly legs = new Map<string, FakeLeg>();
  /** Recordings in the storage. */
  readonly files = new Map<string, Buffer>();
  readonly statistics: MangoStatistics;
  users: unknown[] = [];
  groups: unknown[] = [];
  /** Where notifications are posted; nowhere when not set. */
  deliver: ((request: WebhookRequest) => WebhookResponse | Promise<WebhookResponse>) | null = null;
  /** Whether a taken command is followed by its `result/...`. */
  tellsResults = true;
  /** Where a fetched recording is said to be; default: the storage of this server. */
  redirect: string | null = null;
  /** Headers of requests to the storage. */
  readonly storageRequests: IncomingMessage['headers'][] = [];
  readonly #server: Server;
  readonly #nextAnswers = new Map<string, MangoAnswer[]>();
  readonly #handlers = new Map<string, (command: Json) => void | Promise<void>>();
  readonly #open = new Map<string, string>();
  #firstWrongAt = -Infinity;
  #blockedUntil = 0;
  #tokens = 0;
  #stopping = false;

  constructor(clock: Clock) {
    this.clock = clock;
    this.statistics = new MangoStatistics(this);
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
  }

  static async listen(clock: Clock = systemClock): Promise<MangoServer> {
    const pbx = new MangoServer(clock);
    pbx.#server.listen(0, '127.0.0.1');
    await once(pbx.#server, 'listening');
    return pbx;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}/vpbx/`;
  }

  async close(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** The paths asked for, in order. */
  get paths(): string[] {
    return this.requests.map((request) => request.path);
  }

  last(path: string): Json {
    const found = this.requests.findLast((request) => request.path === path);
    if (!found) throw new Error(`${path} was never asked for`);
    return found.fields;
  }

  /** The next answer of a path, instead of the usual one. */
  next(path: string, answer: MangoAnswer): void {
    this.#nextAnswers.set(path, [...(this.#nextAnswers.get(path) ?? []), answer]);
  }

  /** What follows when a command is taken: `callback`, `call/hangup`, `route` ... */
  onCommand(name: string, handler: (command: Json) => void | Promise<void>): void {
    this.#handlers.set(name, handler);
  }

  call(entry: string, common: Json = {}): FakeMangoCall {
    return new FakeMangoCall(this, entry, common);
  }

  sign(json: string): string {
    return createHash('sha256')
      .update(this.apiKey + json + this.apiSalt)
      .digest('hex');
  }

  /** A signed notification as the PBX would post it. */
  request(path: string, content: unknown, form: Record<string, string> = {}): WebhookRequest {
    const json = typeof content === 'string' ? content : JSON.stringify(content);
    const fields = { vpbx_api_key: this.apiKey, sign: this.sign(json), json, ...form };
    return webhookRequest(path, new URLSearchParams(fields).toString());
  }

  /** Posts it, waits for the answer and lets the work after the answer be done. */
  async post(path: string, content: unknown): Promise<number> {
    if (!this.deliver) return 0;
    const response = await this.deliver(this.request(path, content));
    response.after?.();
    return response.status;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (url.pathname.startsWith('/storage/')) return this.#storage(url.pathname.slice(9), request, response);
    if (url.pathname.startsWith('/vpbx/queries/recording/link/')) return this.#link(url.pathname, response);
    const path = url.pathname.replace(/^\/vpbx\//, '').replace(/\/$/, '');
    const body = await bodyOf(request);
    const answer = await this.#answer(path, request, body);
    await answer.after;
    if (answer.instead === 'hang') return;
    if (answer.instead === 'cut') {
      request.socket.destroy();
      return;
    }
    response.statusCode = answer.status;
    response.setHeader('X-Uuid', `uuid-${this.requests.length}`);
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (answer.json !== undefined) response.setHeader('Content-Type', 'application/json');
    response.end(answer.json === undefined ? (answer.text ?? '') : JSON.stringify(answer.json));
  }

  async #answer(path: string, request: IncomingMessage, body: string): Promise<MangoAnswer> {
    const now = this.clock.now();
    if (now < this.#blockedUntil) return { status: 401, text: '' };
    if (request.method !== 'POST') return this.wrong(3101);
    if (!(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded'))
      return this.wrong(3100);
    const form = new URLSearchParams(body);
    const json = form.get('json');
    if (form.get('vpbx_api_key') !== this.apiKey) return this.wrong(3105);
    if (json === null || form.get('sign') !== this.sign(json)) return this.wrong(3102);
    const fields = objectOf(json);
    if (!fields) return this.wrong(3400);
    if (this.#tooOften(path, now))
      return {
        status: 429,
        json: { name: 'Too Many Requests', message: 'Rate limit exceeded.', code: 0, status: 429 },
      };
    this.requests.push({ path, json, fields, at: now });
    const forced = this.#nextAnswers.get(path)?.shift();
    if (forced) return forced;
    return this.#reply(path, fields);
  }

  async #reply(path: string, fields: Json): Promise<MangoAnswer> {
    const sheet = path.startsWith('commands/') ? COMMANDS[path.slice(9)] : undefined;
    if (sheet) return this.#command(path.slice(9), sheet, fields);
    switch (path) {
      case 'account/balance':
        return {
          status: 200,
          json: { result: 1000, balance: 1234.5, currency: 'RUB', response_at: '2026-01-15 10:00:00' },
        };
      case 'config/users/request':
        return { status: 200, json: { users: this.users } };
      case 'groups':
        return { status: 200, json: { result: 1000, groups: this.groups } };
      case 'incominglines':
        return { status: 200, json: { result: 1000, lines: [{ line_id: 1, number: '70000000099' }] } };
      case 'queries/recording/post':
        return this.#locate(String(fields['recording_id']), fields['action']);
      case 'queries/user_info_by_dct_number':
        return {
          status: 200,
          json: fields['number'] === '70000000055' ? VISITOR : {},
        };
      default:
        return this.statistics.reply(path, fields) ?? { status: 404, text: '<html>not found</html>' };
    }
  }

  /** A command: its parameters, then the state of the leg it is about, then its result on another way. */
  #command(name: string, sheet: CommandSheet, command: Json): MangoAnswer {
    const code = sheet.check(command, this.legs);
    if (code >= 3000 && code < 4000) return this.wrong(code);
    if (code !== 1000) return { status: 200, json: { result: code } };
    const id = command['command_id'];
    setImmediate(() => {
      if (this.#stopping) return;
      const work = async (): Promise<void> => {
        if (this.tellsResults) await this.post(`/result/${name}`, { command_id: id, result: 1000 });
        await this.#handlers.get(name)?.(command);
      };
      void work();
    });
    return { status: 200, json: { result: 1000 } };
  }

  #locate(recording: string, action: unknown): MangoAnswer {
    if (action !== 'download' && action !== 'play') return this.wrong(3103);
    if (this.redirect) return { status: 302, headers: { Location: this.redirect } };
    if (!this.files.has(recording)) return this.wrong(3320);
    return { status: 302, headers: { Location: this.#token(recording) } };
  }

  #token(recording: string): string {
    const token = `t${++this.#tokens}`;
    this.#open.set(token, recording);
    return `${this.origin}/storage/${token}`;
  }

  /** Each address opens once, and only for a stranger: a form or a key has no business here. */
  #storage(token: string, request: IncomingMessage, response: ServerResponse): void {
    this.storageRequests.push(request.headers);
    const recording = this.#open.get(token);
    this.#open.delete(token);
    const file = recording === undefined ? undefined : this.files.get(recording);
    if (!file || request.method !== 'GET') {
      response.statusCode = 404;
      response.end('gone');
      return;
    }
    response.setHeader('Content-Type', 'audio/mpeg');
    response.setHeader('Content-Disposition', 'attachment; filename="../../evil.mp3"');
    response.end(file);
  }

  #link(pathname: string, response: ServerResponse): void {
    const [recording = '', action, key, timestamp = '', sign] = pathname
      .replace('/vpbx/queries/recording/link/', '')
      .split('/');
    const text = this.apiKey + timestamp + recording + this.apiSalt;
    const genuine = key === this.apiKey && sign === createHash('sha256').update(text).digest('hex');
    const open =
      genuine && Number(timestamp) * 1000 > this.clock.now() && this.files.has(recording) && action === 'play';
    response.statusCode = open ? 302 : 403;
    if (open) response.setHeader('Location', this.#token(recording));
    response.end();
  }

  /** A 3xxx answer; the second within two minutes blocks the API until two minutes after the first. */
  wrong(code: number, more: Json = {}): MangoAnswer {
    const now = this.clock.now();
    if (now - this.#firstWrongAt < PENALTY_MS) this.#blockedUntil = this.#firstWrongAt + PENALTY_MS;
    else this.#firstWrongAt = now;
    return { status: 200, json: { result: code, ...more } };
  }

  #tooOften(path: string, now: number): boolean {
    const limit = LIMITS[path] ?? { count: 10, perMs: 1000 };
    const recent = this.requests.filter((request) => request.path === path && now - request.at < limit.perMs);
    return recent.length >= limit.count;
  }
}

/** A posted form as the host hands it over. */
export function webhookRequest(path: string, body: string, more: Partial<WebhookRequest> = {}): WebhookRequest {
  return {
    method: 'POST',
    path,
    query: {},
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)) },
    body: Buffer.from(body),
    remoteAddress: '81.88.80.132',
    ...more,
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function objectOf(json: string): Json | null {
  try {
    const value: unknown = JSON.parse(json);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}
