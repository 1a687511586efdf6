/**
 * A plain-socket AMI connection of the test's own, independent of the package's client, so that what the client says can
 * be held against what the PBX really sent. Keeps the bytes: the transcripts in test/data/ami are made with it.
 */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { PATIENCE_MS } from './patience';

/** First value of each header by its exact spelling, and every line. */
export interface AmiMessage {
  readonly fields: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
  /** Offset in the received bytes where the message begins. */
  readonly start: number;
}

type Wanted = Readonly<Record<string, string | RegExp>>;

interface Watcher {
  next: number;
  readonly test: (message: AmiMessage) => boolean;
  readonly found: (message: AmiMessage) => void;
  readonly failed: (error: Error) => void;
}

export class AmiTap {
  readonly messages: AmiMessage[] = [];
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly #watchers = new Set<Watcher>();
  #rest = Buffer.alloc(0);
  #consumed = 0;
  #banner: string | undefined;
  #actions = 0;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#feed(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      for (const watcher of this.#watchers) watcher.failed(new Error('the PBX closed the AMI connection'));
      this.#watchers.clear();
    });
  }

  static async open(port: number): Promise<AmiTap> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new AmiTap(socket);
  }

  /** Opens and logs in; `events` is the mask, `on` for everything the user may read. */
  static async login(port: number, username: string, secret: string, events = 'on'): Promise<AmiTap> {
    const tap = await AmiTap.open(port);
    await tap.action({ Action: 'Login', Username: username, Secret: secret, Events: events });
    return tap;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends an action and resolves with its response; a response `Error` fails unless `mayFail`. */
  async action(
    fields: Readonly<Record<string, string | readonly string[]>>,
    options: { mayFail?: boolean } = {},
  ): Promise<AmiMessage> {
    const id = `tap-${++this.#actions}`;
    const lines: string[] = [];
    for (const [key, value] of Object.entries({ ...fields, ActionID: id })) {
      for (const each of typeof value === 'string' ? [value] : value) lines.push(`${key}: ${each}`);
    }
    const answer = this.wait((message) => message.fields['ActionID'] === id && 'Response' in message.fields);
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    const response = await answer;
    if (response.fields['Response'] === 'Error' && options.mayFail !== true) {
      throw new Error(`AMI ${String(fields['Action'])}: ${response.fields['Message'] ?? 'error'}`);
    }
    return response;
  }

  /** Sends a list action and resolves with its items. */
  async list(fields: Readonly<Record<string, string>>): Promise<readonly AmiMessage[]> {
    const from = this.messages.length;
    const response = await this.action(fields, { mayFail: true });
    if (response.fields['Response'] === 'Error') return [];
    const id = response.fields['ActionID'];
    await this.wait((m) => m.fields['ActionID'] === id && m.fields['EventList'] === 'Complete', { from });
    return this.messages
      .slice(from)
      .filter((m) => m.fields['ActionID'] === id && 'Event' in m.fields && !('EventList' in m.fields));
  }

  /** Resolves with the first event of that name and those values after message number `from` (default: from now on). */
  async event(
    name: string,
    wanted: Wanted = {},
    options: { from?: number; timeoutMs?: number } = {},
  ): Promise<AmiMessage> {
    const test = (message: AmiMessage): boolean =>
      message.fields['Event'] === name &&
      Object.entries(wanted).every(([key, value]) => {
        const actual = message.fields[key];
        return actual !== undefined && (typeof value === 'string' ? actual === value : value.test(actual));
      });
    return await this.wait(test, { what: `event ${name} ${describe(wanted)}`, ...options });
  }

  async wait(
    test: (message: AmiMessage) => boolean,
    options: { from?: number; timeoutMs?: number; what?: string } = {},
  ): Promise<AmiMessage> {
    const timeoutMs = options.timeoutMs ?? PATIENCE_MS;
    return await new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.#watchers.delete(watcher);
        reject(new Error(`waited ${timeoutMs} ms in vain for ${options.what ?? 'an AMI message'}`));
      }, timeoutMs);
      const watcher: Watcher = {
        next: options.from ?? this.messages.length,
        test,
        found: (message) => {
          clearTimeout(deadline);
          resolve(message);
        },
        failed: (error) => {
          clearTimeout(deadline);
          reject(error);
        },
      };
      if (this.#closed) {
        watcher.failed(new Error('the AMI connection is closed'));
        return;
      }
      this.#watchers.add(watcher);
      this.#look(watcher);
    });
  }

  /** Hangs up every channel and resolves when none is left: a leaked leg would make a phone busy in the next test. */
  async sweep(): Promise<void> {
    for (;;) {
      const from = this.messages.length;
      if ((await this.channels()).length === 0) return;
      await this.action({ Action: 'Hangup', Channel: '/^.*$/' }, { mayFail: true });
      await this.wait((m) => m.fields['Event'] === 'Hangup', { from, timeoutMs: 2000 }).catch(() => undefined);
    }
  }

  /** Channels that are calls: Asterisk's message channel stays for ever and is none. */
  async channels(): Promise<readonly AmiMessage[]> {
    const all = await this.list({ Action: 'CoreShowChannels' });
    return all.filter((item) => !(item.fields['Channel'] ?? '').startsWith('Message/'));
  }

  /** Resolves when no call is up any more. */
  async idle(timeoutMs = 40_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const from = this.messages.length;
      if ((await this.channels()).length === 0) return;
      if (Date.now() > end) throw new Error('there are still channels');
      await this.wait((m) => m.fields['Event'] === 'Hangup', { from, timeoutMs: 1000 }).catch(() => undefined);
    }
  }

  /** Number of the newest message, for `from` of a later wait. */
  get position(): number {
    return this.messages.length;
  }

  /** The bytes received so far, up to (not including) `before`. */
  bytes(before?: AmiMessage): Buffer {
    const all = Buffer.concat(this.#chunks);
    return before === undefined ? all : all.subarray(0, before.start);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const done = once(this.#socket, 'close');
    this.#socket.destroy();
    await done;
  }

  #feed(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.#banner === undefined) {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return;
      this.#banner = this.#take(end, 2);
    }
    for (let end = this.#rest.indexOf('\r\n\r\n'); end >= 0; end = this.#rest.indexOf('\r\n\r\n')) {
      const start = this.#consumed;
      const lines = this.#take(end, 4).split('\r\n');
      const fields: Record<string, string> = {};
      for (const line of lines) {
        const colon = line.indexOf(':');
        if (colon > 0) fields[line.slice(0, colon)] ??= line.slice(colon + 1).replace(/^ /, '');
      }
      this.messages.push({ fields, lines, start });
    }
    for (const watcher of this.#watchers) this.#look(watcher);
  }

  #take(length: number, separator: number): string {
    const text = this.#rest.subarray(0, length).toString('utf8');
    this.#rest = this.#rest.subarray(length + separator);
    this.#consumed += length + separator;
    return text;
  }

  #look(watcher: Watcher): void {
    while (watcher.next < this.messages.length) {
      const message = this.messages[watcher.next++];
      if (message === undefined || !watcher.test(message)) continue;
      this.#watchers.delete(watcher);
      watcher.found(message);
      return;
    }
  }
}

function describe(wanted: Wanted): string {
  return Object.entries(wanted)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
}
