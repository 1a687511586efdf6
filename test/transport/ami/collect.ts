/** What the tests of the AMI wire share: a parser and a session whose output is kept. */
import { VirtualClock } from '../../../lib/clock';
import {
  AmiParser,
  AmiSession,
  type AmiMalformed,
  type AmiMessage,
  type AmiParserLimits,
  type AmiSessionOptions,
  type AmiSink,
} from '../../../lib/transport/ami';
import type { FakeAmi } from '../../fakes/ami-server';

export class Collected {
  readonly messages: AmiMessage[] = [];
  readonly malformed: AmiMalformed[] = [];
  banner: string | null = null;

  /** Every message as `kind name` and its lines, comparable. */
  get plain(): unknown[] {
    return this.messages.map((message) => [message.kind, message.name, message.entries()]);
  }
}

/** Feeds the pieces to a fresh parser and gives what came out. */
export function parse(
  pieces: readonly (string | Buffer)[],
  options: { limits?: AmiParserLimits; wants?: AmiSink['wants']; always?: string; end?: boolean } = {},
): Collected & { parser: AmiParser } {
  const collected = new Collected();
  const parser = new AmiParser(
    {
      message: (message) => collected.messages.push(message),
      malformed: (info) => collected.malformed.push(info),
      banner: (line) => {
        collected.banner = line;
      },
      ...(options.wants ? { wants: options.wants } : {}),
    },
    options.limits,
  );
  if (options.always !== undefined) parser.always = Buffer.from(options.always);
  for (const piece of pieces) parser.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  if (options.end) parser.end();
  return Object.assign(collected, { parser });
}

/** A session against the fake; its time stands still unless `clock` is moved. */
export class Probe {
  readonly clock = new VirtualClock();
  readonly events: AmiMessage[] = [];
  readonly malformed: AmiMalformed[] = [];
  readonly faults: unknown[] = [];
  readonly session: AmiSession;
  readonly #watchers = new Set<() => void>();

  constructor(pbx: Pick<FakeAmi, 'host' | 'port'>, options: Partial<AmiSessionOptions> = {}) {
    this.session = new AmiSession({
      host: pbx.host,
      port: pbx.port,
      username: 'tester',
      password: 's3cret',
      account: 'Office',
      clock: this.clock,
      onMessage: (event) => {
        this.events.push(event);
        for (const watcher of this.#watchers) watcher();
      },
      onMalformed: (info) => {
        this.malformed.push(info);
        for (const watcher of this.#watchers) watcher();
      },
      onFault: (error) => this.faults.push(error),
      ...options,
    });
  }

  get names(): string[] {
    return this.events.map((event) => event.name);
  }

  /** Fulfilled when `test` holds; asked again after every event and every malformed message. */
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

  /** Fulfilled once an event of this name has come. */
  event(name: string): Promise<void> {
    return this.until(() => this.names.includes(name));
  }
}

/** Lets the loop go round: the server may know of a connection before the client does. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

/** A small reproducible source of randomness (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Cuts bytes into pieces of 1 to `most` bytes. */
export function pieces(bytes: Buffer, most: number, next: () => number): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + Math.floor(next() * most);
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}
