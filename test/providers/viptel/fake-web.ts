/**
 * The REST interface and the SMS service of VIPTel, as far as they are known: HTTP Basic, lists mostly of texts, 20 requests in 5 s for an
 * address and then half an hour of 403.
 */

import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock';
import type { Received, WebServer } from '../../transport/http/servers';
import { webServer } from '../../transport/http/servers';

export interface FakeQueue {
  name: string;
  members: { extension: string; paused: boolean; [more: string]: unknown }[];
  waiting: { unique_id: string; caller: string; caller_name: string; wait_time: number }[];
}

const LIMIT = 20;
const WINDOW_MS = 5_000;
const BLOCK_MS = 30 * 60_000;
const BASIC = `Basic ${Buffer.from('pbxapi:Žltý kôň').toString('base64')}`;
const SMS_BASIC = `Basic ${Buffer.from('sms:sms-secret').toString('base64')}`;

export class FakeWeb {
  extensions: Record<string, unknown>[] = [
    { extension: '21', name: 'Eva', outboundcid: '0220282028', is_registered: true, dnd: false },
    { extension: '22', name: 'Ivan', outboundcid: '0220282028', is_registered: true, dnd: false },
    { extension: '23', name: 'Jana', is_registered: false, dnd: false },
  ];
  readonly queues = new Map<string, FakeQueue>([
    [
      '500',
      {
        name: 'Podpora',
        members: [
          { extension: '21', paused: false },
          { extension: 'SIP/22', paused: true },
        ],
        waiting: [],
      },
    ],
  ]);
  calls: Record<string, unknown>[] = [];
  history: Record<string, unknown>[] = [];
  readonly recordings = new Map<string, Buffer>();
  /** Delivery states of texts by id. */
  readonly texts = new Map<string, number>();
  credit: number | false | string = '12.30';
  /** Answers instead of the usual, by path, or by path and query. */
  readonly odd = new Map<string, (response: ServerResponse) => void>();
  /** What runs before a request is answered. */
  before: (path: string) => void = () => undefined;
  blocked = 0;
  /** Requests without an answer yet. */
  busy = 0;
  #times: number[] = [];
  #blockedUntil = 0;

  private constructor(
    readonly clock: Clock,
    private readonly opened: { web: WebServer | null },
  ) {}

  static async listen(clock: Clock): Promise<FakeWeb> {
    const opened: { web: WebServer | null } = { web: null };
    const fake = new FakeWeb(clock, opened);
    opened.web = await webServer((request, response) => fake.#answer(request, response));
    return fake;
  }

  get web(): WebServer {
    return this.opened.web as WebServer;
  }

  get restUrl(): string {
    return `${this.web.url}/`;
  }

  get config(): Record<string, string> {
    return {
      restUrl: this.restUrl,
      smsUrl: `${this.web.url}/sms/api/`,
      smsUsername: 'sms',
      smsPassword: 'sms-secret',
      smsIdentity: '0220282028',
    };
  }

  /** Paths asked for, without the query. */
  get asked(): string[] {
    return this.web.received.map(({ path }) => path.split('?')[0] ?? '');
  }

  count(path: string): number {
    return this.asked.filter((each) => each === path).length;
  }

  #answer(request: Received, response: ServerResponse): void {
    const url = new URL(request.path, 'http://fake');
    this.busy++;
    response.once('close', () => this.busy--);
    this.before(url.pathname);
    const say = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const odd = this.odd.get(request.path) ?? this.odd.get(url.pathname);
    if (odd) return odd(response);
    if (url.pathname.startsWith('/sms/api/')) return this.#sms(request, url.pathname.slice(8), response, say);
    const now = this.clock.now();
    this.#times = [...this.#times.filter((time) => now - time < WINDOW_MS), now];
    if (this.#times.length > LIMIT) this.#blockedUntil = now + BLOCK_MS;
    if (now < this.#blockedUntil) {
      this.blocked++;
      response.writeHead(403).end('Forbidden');
      return;
    }
    if (request.headers.authorization !== BASIC) {
      response.writeHead(401).end('Unauthorized');
      return;
    }
    this.#rest(url, response, say);
  }

  #rest(url: URL, response: ServerResponse, say: (status: number, value: unknown) => void): void {
    const query = Object.fromEntries(url.searchParams);
    const queue = this.queues.get(query['queue'] ?? '');
    switch (url.pathname) {
      case '/api/extension':
        return say(200, this.extensions);
      case '/api/queue/':
        return say(
          200,
          [...this.queues].map(([id, { name }]) => ({ queue: id, nazov: name })),
        );
      case '/api/queue/status':
        return queue
          ? say(200, { queue: query['queue'], members: queue.members, waiting_calls: queue.waiting })
          : say(404, { message: 'No such queue' });
      case '/api/queue/add':
      case '/api/queue/pause':
        return queue ? say(200, { status: 'ok' }) : say(404, { message: 'No such queue' });
      case '/api/call/statistics':
        return say(200, { calls_active: String(this.calls.length), calls: this.calls });
      case '/api/cdr/':
        return say(200, this.#page(this.history, query));
      case '/api/cdr/recordings':
        return say(200, {
          data: this.#page(
            this.history.filter((row) => row['recording_file']),
            query,
          ),
        });
      default: {
        const recording = /^\/api\/cdr\/download\/(.+)$/.exec(url.pathname)?.[1];
        const bytes = recording === undefined ? undefined : this.recordings.get(decodeURIComponent(recording));
        if (!bytes) return say(404, { message: 'Not found' });
        response.writeHead(200, {
          'content-type': 'audio/mpeg',
          'content-disposition': `attachment; filename="q-500-${recording ?? ''}.mp3"`,
        });
        response.end(bytes);
      }
    }
  }

  #page(
    rows: Record<string, unknown>[],
    { limit = '3000', offset = '0' }: Record<string, string>,
  ): Record<string, unknown>[] {
    return rows.slice(Number(offset), Number(offset) + Math.min(3_000, Number(limit)));
  }

  #sms(request: Received, path: string, response: ServerResponse, say: (status: number, value: unknown) => void): void {
    if (request.headers.authorization !== SMS_BASIC) {
      response.writeHead(401).end();
      return;
    }
    if (path === '/credits/') return say(200, { credit: this.credit });
    if (path === '/messages/' && request.method === 'POST') {
      const field = (name: string) => new RegExp(`name="${name}"\r\n\r\n([^\r]*)`).exec(request.body)?.[1] ?? '';
      const missing = ['from_identity', 'body', 'dest_msisdn'].filter((name) => field(name) === '');
      if (
        missing.length > 0 ||
        !/^00[1-9]\d{6,14}$/.test(field('dest_msisdn')) ||
        field('from_identity').startsWith('421')
      )
        return say(400, { message: 'Bad request', details: missing });
      const hash_id = `hash${this.texts.size + 1}`;
      this.texts.set(hash_id, 201);
      return say(201, { hash_id, transaction_key: 't1', price: '0.045' });
    }
    const id = /^\/messages\/([^/]+)\/$/.exec(path)?.[1];
    const status_code = this.texts.get(id ?? '');
    return status_code === undefined ? say(404, { message: 'Not found' }) : say(200, { hash_id: id, status_code });
  }
}
