/**
 * A cloud PBX of the Gravitel and MegaFon family to test against, in the dialect L, V1 or G1, written from the vendors' words and strict:
 * wrong key, command, path, content type or field are answered with the documented errors. It posts to `deliver`.
 *
 *     const pbx = await GravitelServer.listen('L', clock);
 *     pbx.deliver = (request) => account.webhook(request);
 *     const call = pbx.call('C1', { client: '74950001122' });      // see gravitel-call.ts
 *     await call.incoming('ivanova');
 *     pbx.next({ status: 502, text: '<html>' });                   // the next answer, whatever is asked
 *     await pbx.close();
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../lib/index';
import type { Clock, WebhookRequest, WebhookResponse } from '../../lib/index';
import { FakeCall } from './gravitel-call';
import type { CallLook } from './gravitel-call';
import { answerG1 } from './gravitel-g1';
import { answerL } from './gravitel-l';
import { answerV1 } from './gravitel-v1';

export interface Person {
  login: string;
  ext: string;
  name: string;
  telnum?: string;
}

export interface Row {
  id: string;
  type: 'in' | 'out' | 'internal';
  status: string;
  client: string;
  login: string | null;
  via: string;
  /** Milliseconds since the epoch. */
  start: number;
  wait: number;
  /** Seconds of talk. */
  talk: number;
  record: string;
}

export interface FakeAnswer {
  status: number;
  text?: string;
  type?: string;
  headers?: Record<string, string>;
  /** `hang`: no answer at all; `cut`: the connection is closed instead. */
  instead?: 'hang' | 'cut';
}

export interface FakeRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A call that was asked for. */
export interface WantedCall {
  phone: string;
  user: string | null;
  group: string | null;
  clid: string | null;
}

export type FakeDialect = 'L' | 'V1' | 'G1';

export class GravitelServer {
  readonly dialect: FakeDialect;
  readonly clock: Clock;
  key = 'pbxkey-3f1c0d6a-1111';
  readonly crmToken = 'crmtoken-9d2b7c4e-2222';
  readonly requests: FakeRequest[] = [];
  readonly rows: Row[] = [];
  /** Recordings by path. */
  readonly files = new Map<string, Buffer>();
  people: Person[] = [
    { login: 'ivanova', ext: '712', name: 'Анна Иванова', telnum: '74950001112' },
    { login: 'petrov', ext: '713', name: 'Пётр Петров' },
  ];
  groups = [{ id: 'sales', name: 'Отдел продаж', ext: '750', members: ['ivanova', 'petrov'] }];
  /** Which of its own numbers may be shown. */
  ownNumbers = ['74957770000'];
  deliver: ((request: WebhookRequest) => WebhookResponse | Promise<WebhookResponse>) | null = null;
  /** What follows when a call was asked for. */
  onCall: ((wanted: WantedCall, id: string) => void | Promise<void>) | null = null;
  /** How make call is answered; by default with the id as the dialect does. */
  callAnswer: ((id: string) => FakeAnswer) | null = null;
  readonly wanted: WantedCall[] = [];
  /** Paths the key has no right to (V1). */
  denied: RegExp | null = null;
  /** Rows in one page of a list (V1). */
  page = 1;
  readonly #server: Server;
  readonly #answers: FakeAnswer[] = [];
  #ids = 0;
  #stopping = false;

  private constructor(dialect: FakeDialect, clock: Clock) {
    this.dialect = dialect;
    this.clock = clock;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
  }

  static async listen(dialect: FakeDialect, clock: Clock = systemClock): Promise<GravitelServer> {
    const pbx = new GravitelServer(dialect, clock);
    pbx.#server.listen(0, '127.0.0.1');
    await once(pbx.#server, 'listening');
    return pbx;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** As the cabinet shows it. */
  get url(): string {
    const path = { L: '/sys/crm_api.wcgp', V1: '/crmapi/v1', G1: '/v1/company.aicall.ru' };
    return this.origin + path[this.dialect];
  }

  async close(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  next(...answers: FakeAnswer[]): void {
    this.#answers.push(...answers);
  }

  call(id: string, look: CallLook = {}): FakeCall {
    return new FakeCall(this, id, look);
  }

  nextId(): string {
    return `6b1f-${++this.#ids}`;
  }

  /** Posts as the PBX does; the work after the answer is done when it resolves. */
  async post(request: Partial<WebhookRequest> & { body: Buffer | null }): Promise<WebhookResponse> {
    if (!this.deliver) return { status: 599 };
    const response = await this.deliver({
      method: 'POST',
      path: '/',
      query: {},
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      remoteAddress: '193.201.230.155',
      ...request,
    });
    response.after?.();
    return response;
  }

  /** A push of L and V1. */
  push(fields: Record<string, string | number | undefined>): Promise<WebhookResponse> {
    const body = Object.entries({ ...fields, crm_token: this.crmToken })
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
      .join('&');
    return this.post({ body: Buffer.from(body) });
  }

  /** A push of G1. */
  pushG1(path: string, fields: Record<string, unknown>): Promise<WebhookResponse> {
    const headers = { 'content-type': 'application/json', 'x-api-key': this.crmToken };
    return this.post({ path, headers, body: Buffer.from(JSON.stringify(fields)) });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen: FakeRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    this.requests.push(seen);
    const file = this.files.get(url.pathname);
    if (file || url.pathname.startsWith('/rec/')) return this.#file(seen, file, response);
    const answer = this.#answers.shift() ?? (await this.#answer(seen));
    if (answer.instead === 'hang') return;
    if (answer.instead === 'cut') return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json', ...answer.headers });
    response.end(answer.text ?? '');
  }

  #answer(request: FakeRequest): FakeAnswer | Promise<FakeAnswer> {
    switch (this.dialect) {
      case 'L':
        return answerL(this, request);
      case 'V1':
        return answerV1(this, request);
      case 'G1':
        return answerG1(this, request);
    }
  }

  #file(request: FakeRequest, file: Buffer | undefined, response: ServerResponse): void {
    const needsKey = this.dialect === 'L' ? false : request.headers['x-api-key'] !== this.key;
    const status = needsKey ? 401 : file ? 200 : 404;
    response.writeHead(status, { 'content-type': 'audio/mpeg', 'content-length': String(file?.length ?? 0) });
    response.end(status === 200 && request.method !== 'HEAD' ? file : undefined);
  }
}

/** Whom a command means: login, extension or direct number. */
export function personOf(pbx: GravitelServer, user: string | null | undefined): Person | undefined {
  return pbx.people.find(({ login, ext, telnum }) => user && [login, ext, telnum].includes(user));
}

export function json(status: number, value: unknown): FakeAnswer {
  return { status, text: JSON.stringify(value) };
}

/** Rows of a span given as the dialects write it; `null` when the span is none. */
export function rowsBetween(pbx: GravitelServer, start: string | null, end: string | null): Row[] | null {
  const [from, to] = [start, end].map((text) => momentOf(text));
  if (from === undefined || to === undefined || from > to) return null;
  return pbx.rows.filter((row) => row.start >= from && row.start <= to);
}

function momentOf(text: string | null | undefined): number | undefined {
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  const ms = compact
    ? Date.UTC(+compact[1]!, +compact[2]! - 1, +compact[3]!, +compact[4]!, +compact[5]!, +compact[6]!)
    : NaN;
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text ?? '') ? Date.parse(text ?? '') : ms;
  return Number.isNaN(iso) ? undefined : iso;
}
