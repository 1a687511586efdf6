/**
 * Webhooks of all accounts come in by one route of the package, which stays for good; accounts come and go in a map behind it. Removing
 * routes from Express means to walk its internals, so none is ever removed.
 *
 * With Node-RED's default roots the admin application's body parser has read the body before this route runs; with other roots
 * nobody has. Both are served.
 */

import type { IncomingMessage } from 'node:http';
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
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  has(path: string): boolean {
    return this.#receivers.has(path);
  }

  /** Returns what takes the receiver away again. */
  add(path: string, receiver: Receiver): () => void {
    this.#receivers.set(path, receiver);
    return () => {
      if (this.#receivers.get(path) === receiver) this.#receivers.delete(path);
    };
  }

  get size(): number {
    return this.#receivers.size;
  }

  readonly route = (request: Request, response: Response, next: NextFunction): void => {
    const place = placeOf(request.url);
    const receiver = place && this.#receivers.get(place.account);
    // Not ours: the flow may have an "http in" node below the same path.
    if (!place || !receiver) return next();
    this.#receive(request, response, receiver, place.path).catch(() => answer(response, { status: 500 }));
  };

  async #receive(request: Request, response: Response, receiver: Receiver, path: string): Promise<void> {
    const remoteAddress = request.ip ?? request.socket.remoteAddress ?? '';
    if (!receiver.allows(remoteAddress)) return answer(response, { status: 403 });
    if (!METHODS.has(request.method)) return answer(response, { status: 405 });
    const body = await this.#body(request);
    if (typeof body === 'number') return answer(response, { status: body });
    const reply = await receiver.handle({
      method: request.method,
      path,
      query: texts(request.query),
      headers: texts(request.headers),
      remoteAddress,
      ...body,
    });
    answer(response, reply);
    // The work comes after the answer, and comes also when the sender did not wait for it.
    if (reply.after) setImmediate(afterwards, reply.after, receiver);
  }

  /** The body, or the HTTP status that refuses it. */
  async #body(request: Request): Promise<Pick<WebhookRequest, 'body' | 'parsed'> | number> {
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) return 413;
    if (!request.readableEnded && !wasParsed(request)) {
      const body = await readBody(request, this.#clock);
      return typeof body === 'number' ? body : { body };
    }
    const parsed: unknown = request.body;
    // Sent in chunks the length was not announced; what the parser made of it tells the size well enough.
    if (!request.headers['content-length'] && (JSON.stringify(parsed) ?? '').length > BODY_LIMIT) return 413;
    return { body: null, parsed };
  }
}

/** One desk for each Express application: a Node-RED runtime has one, a test run has many. */
const desks = new WeakMap<object, WebhookDesk>();

export function deskOf(httpNode: Express): WebhookDesk {
  let desk = desks.get(httpNode);
  if (!desk) {
    desk = new WebhookDesk();
    desks.set(httpNode, desk);
    httpNode.use(WEBHOOK_ROOT, desk.route);
  }
  return desk;
}

/** `/office/events/call?x=1` is path `/events/call` of the account `office`. */
function placeOf(url: string): { account: string; path: string } | null {
  const [pathname = ''] = url.split('?', 1);
  const match = /^\/([^/]+)(\/.*)?$/.exec(pathname);
  if (!match?.[1]) return null;
  try {
    return { account: decodeURIComponent(match[1]), path: decodeURIComponent(match[2] ?? '/') };
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

function answer(response: Response, { status, body, contentType }: WebhookResponse): void {
  if (response.headersSent || response.destroyed) return;
  // A refused body may still be on its way; keeping the connection would mean to read it.
  if (status === 413 || status === 408 || status === 400) response.set('Connection', 'close');
  response
    .status(status)
    .type(contentType ?? 'text/plain')
    .end(body ?? '');
}

function afterwards(work: () => void, receiver: Receiver): void {
  try {
    work();
  } catch (error) {
    receiver.failed(error);
  }
}
