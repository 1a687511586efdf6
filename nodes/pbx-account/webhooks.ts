/**
 * Webhooks of all accounts come in by one route of the package, which stays for good; accounts come and go in a map behind it. Removing
 * routes from Express means to walk its internals, so none is ever removed. Where direct-webhooks.ts may, it brings them without Express.
 *
 * With Node-RED's default roots the admin application's body parser has read the body before this route runs; with other roots
 * nobody has. Both are served.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, NextFunction, Request, Response } from 'express';
import { systemClock } from '../../lib/index';
import type { Clock, WebhookRequest, WebhookResponse } from '../../lib/index';
import type { SourceFilter } from './source-filter';

export const WEBHOOK_ROOT = '/pbx';
const BODY_LIMIT = 64 * 1024;
/** A sender that takes longer for 64 kB is broken or means harm. */
const BODY_WITHIN_MS = 10_000;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT']);

export interface Receiver {
  allows: SourceFilter;
  handle(request: WebhookRequest): Promise<WebhookResponse>;
  /** The work after the answer failed. */
  failed(error: unknown): void;
}

export class WebhookDesk {
  readonly #receivers = new Map<string, Receiver>();
  readonly #lastReceived = new WeakMap<Receiver, number>();
  /** Taken without Express: a listener of the server that came later may still show such a request to the route. */
  readonly #taken = new WeakSet<IncomingMessage>();
  readonly #clock: Clock;
  #sized: (size: number) => void = () => {};

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  has(path: string): boolean {
    return this.#receivers.has(path);
  }

  /** Returns what takes the receiver away again. */
  add(path: string, receiver: Receiver): () => void {
    this.#receivers.set(path, receiver);
    this.#sized(this.size);
    return () => {
      if (this.#receivers.get(path) !== receiver) return;
      this.#receivers.delete(path);
      this.#sized(this.size);
    };
  }

  get size(): number {
    return this.#receivers.size;
  }

  /** Tells one watcher how many receivers there are, now and after every change. */
  onSize(watcher: (size: number) => void): void {
    this.#sized = watcher;
    watcher(this.size);
  }

  /** When (milliseconds since 1970) a webhook of this path was last accepted, `null` when none was since its account was deployed. */
  lastReceived(path: string): number | null {
    const receiver = this.#receivers.get(path);
    return (receiver && this.#lastReceived.get(receiver)) ?? null;
  }

  readonly route = (request: Request, response: Response, next: NextFunction): void => {
    if (this.#taken.has(request)) return;
    // Not ours: the flow may have an "http in" node below the same path.
    if (!this.#serve(request, response, request.url, request.ip)) next();
  };

  /** Serves the request if it is a webhook of an account; `url` is what stands below {@link WEBHOOK_ROOT}. */
  take(request: IncomingMessage, response: ServerResponse, url: string): boolean {
    const served = this.#serve(request, response, url, undefined);
    if (served) this.#taken.add(request);
    return served;
  }

  #serve(request: IncomingMessage, response: ServerResponse, url: string, ip: string | undefined): boolean {
    const place = placeOf(url);
    const receiver = place && this.#receivers.get(place.account);
    if (!place || !receiver) return false;
    const remoteAddress = ip ?? request.socket.remoteAddress ?? '';
    this.#receive(request, response, receiver, { ...place, remoteAddress }).catch(() =>
      answer(response, { status: 500 }),
    );
    return true;
  }

  async #receive(
    request: IncomingMessage,
    response: ServerResponse,
    receiver: Receiver,
    { path, query, remoteAddress }: Place & { remoteAddress: string },
  ): Promise<void> {
    if (!receiver.allows(remoteAddress)) return answer(response, { status: 403 });
    const { method = '' } = request;
    if (!METHODS.has(method)) return answer(response, { status: 405 });
    const body = await this.#body(request);
    if (typeof body === 'number') return answer(response, { status: body });
    const headers = texts(request.headers);
    const reply = await receiver.handle({ method, path, query, headers, remoteAddress, ...body });
    if (reply.status < 400) this.#lastReceived.set(receiver, this.#clock.now());
    answer(response, reply);
    // The work comes after the answer, and comes also when the sender did not wait for it.
    if (reply.after) setImmediate(afterwards, reply.after, receiver);
  }

  /** The body, or the HTTP status that refuses it. */
  async #body(request: IncomingMessage): Promise<Pick<WebhookRequest, 'body' | 'parsed'> | number> {
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) return 413;
    if (!request.readableEnded && !wasParsed(request)) {
      const body = await readBody(request, this.#clock);
      return typeof body === 'number' ? body : { body };
    }
    const parsed: unknown = 'body' in request ? request.body : undefined;
    // Sent in chunks the length was not announced; what the parser made of it tells the size well enough.
    if (!request.headers['content-length'] && (JSON.stringify(parsed) ?? '').length > BODY_LIMIT) return 413;
    return { body: null, parsed };
  }
}

/** One desk for each Express application: a Node-RED runtime has one, a test run has many. */
const desks = new WeakMap<object, WebhookDesk>();

export function deskOf(httpNode: Express, whenNew: (desk: WebhookDesk) => void = () => {}): WebhookDesk {
  let desk = desks.get(httpNode);
  if (!desk) {
    desk = new WebhookDesk();
    desks.set(httpNode, desk);
    httpNode.use(WEBHOOK_ROOT, desk.route);
    whenNew(desk);
  }
  return desk;
}

interface Place {
  account: string;
  path: string;
  query: Record<string, string>;
}

/** `/office/events/call?x=1` is path `/events/call` of the account `office`. Of a name that comes twice the last value counts. */
function placeOf(url: string): Place | null {
  const start = url.indexOf('?');
  const match = /^\/([^/]+)(\/.*)?$/.exec(start < 0 ? url : url.slice(0, start));
  if (!match?.[1]) return null;
  try {
    return {
      account: decodeURIComponent(match[1]),
      path: decodeURIComponent(match[2] ?? '/'),
      query: start < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(start))),
    };
  } catch {
    return null;
  }
}

/** body-parser leaves this mark on requests whose body it has consumed. */
function wasParsed(request: IncomingMessage): boolean {
  return '_body' in request && request._body === true;
}

function readBody(request: IncomingMessage, clock: Clock): Promise<Buffer | number> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (result: Buffer | number): void => {
      timer.cancel();
      request.off('data', take).off('end', whole).off('error', broken).off('close', broken);
      // What still comes of a refused body is thrown away, so that the answer can be read.
      if (typeof result === 'number') request.resume();
      resolve(result);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > BODY_LIMIT) finish(413);
      else chunks.push(chunk);
    };
    const whole = (): void => finish(Buffer.concat(chunks, length));
    const broken = (): void => finish(400);
    const timer = clock.after(BODY_WITHIN_MS, () => finish(408));
    request.on('data', take).on('end', whole).on('error', broken).on('close', broken);
  });
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const text: unknown = Array.isArray(value) ? value.at(-1) : value;
    if (typeof text === 'string') result[name] = text;
  }
  return result;
}

function answer(response: ServerResponse, { status, body = '', contentType = 'text/plain' }: WebhookResponse): void {
  if (response.headersSent || response.destroyed) return;
  const type = contentType.includes('charset') ? contentType : `${contentType}; charset=utf-8`;
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    // A refused body may still be on its way; keeping the connection would mean to read it.
    ...((status === 413 || status === 408 || status === 400) && { Connection: 'close' }),
  });
  response.end(body);
}

function afterwards(work: () => void, receiver: Receiver): void {
  try {
    work();
  } catch (error) {
    receiver.failed(error);
  }
}
