/** The ways of taking the stream that the AMI benchmark compares. Run by it as a process of its own, one mode each. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { isDeepStrictEqual } from 'node:util';
import { AmiParser, AmiSession, type AmiMessage } from '../../lib/transport/ami';
import { amiEvents, type StreamEvent } from './ami-stream';

export interface Measured {
  /** Events of the stream, taken or passed over. */
  total: number;
  /** Events that reached the listener. */
  events: number;
  seconds: number;
  cpuSeconds: number;
  rssMb: number;
  damaged: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** A quarter of the events of the stream. */
const WANTED: ReadonlySet<string> = new Set(['Newchannel', 'Hangup', 'DialBegin', 'AgentConnect']);
/** What a call model reads of every event. */
const READ = [
  'uniqueid',
  'linkedid',
  'channel',
  'channelstate',
  'calleridnum',
  'calleridname',
  'exten',
  'context',
] as const;
const READ_AS_SENT = [
  'Uniqueid',
  'Linkedid',
  'Channel',
  'ChannelState',
  'CallerIDNum',
  'CallerIDName',
  'Exten',
  'Context',
];

type Fields = Record<string, string | string[]>;

/** Tells apart when the last event of the stream has come, and keeps the reading from being optimised away. */
class Meter {
  events = 0;
  passed = 0;
  damaged = 0;
  read = 0;
  #from: [number, NodeJS.CpuUsage] | null = null;
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  start(): void {
    this.#from ??= [performance.now(), process.cpuUsage()];
  }

  take(message: AmiMessage): void {
    for (const key of READ) this.read += message.get(key)?.length ?? 0;
    this.event();
  }

  takeFields(fields: Fields): void {
    for (const key of READ_AS_SENT) this.read += fields[key]?.length ?? 0;
    this.event();
  }

  event(): void {
    this.start();
    this.events++;
    this.check();
  }

  pass(): void {
    this.passed++;
    this.check();
  }

  check(): void {
    if (this.events + this.passed === this.#total) this.report();
  }

  report(): void {
    if (!this.#from) return;
    const [at, cpu] = this.#from;
    const used = process.cpuUsage(cpu);
    const measured: Measured = {
      total: this.#total,
      events: this.events,
      seconds: (performance.now() - at) / 1000,
      cpuSeconds: (used.user + used.system) / 1e6,
      rssMb: peakRssMb(),
      damaged: this.damaged,
    };
    process.send?.(measured, () => process.exit(0));
  }
}

/** Linux hands the peak of `getrusage` on from the parent, so it is read from the process's own memory map. */
export function peakRssMb(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  } catch {
    return process.memoryUsage().rss / 1e6;
  }
}

/** Logs in and hands over the bytes behind the answer. */
function raw(port: number, meter: Meter, take: (chunk: Buffer) => void): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.write('Action: Login\r\nUsername: a\r\nSecret: b\r\nActionID: 1\r\n\r\n');
  let head: Buffer | null = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    if (!head) return take(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const rest = head.subarray(end + 4);
    head = null;
    meter.start();
    if (rest.length > 0) take(rest);
  });
  return socket;
}

/** Ends with the size of the stream, since it knows of no events. */
function bytes(port: number, meter: Meter, total: number): void {
  let left = 0;
  for (const event of amiEvents(total)) {
    left += 2;
    for (const [key, value] of event) left += Buffer.byteLength(key) + Buffer.byteLength(value) + 4;
  }
  raw(port, meter, (chunk) => {
    left -= chunk.length;
    if (left > 0) return;
    meter.events = total;
    meter.report();
  });
}

function split(port: number, meter: Meter): void {
  const blank = Buffer.from('\r\n\r\n');
  let rest = Buffer.alloc(0);
  raw(port, meter, (chunk) => {
    const whole = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (let end = whole.indexOf(blank); end >= 0; end = whole.indexOf(blank, from)) {
      from = end + 4;
      meter.event();
    }
    rest = Buffer.from(whole.subarray(from));
  });
}

/** A simple and correct parser: whole characters, lines, objects, repeated keys as arrays. */
function objects(port: number, meter: Meter, wanted: ReadonlySet<string> | null): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  raw(port, meter, (chunk) => {
    rest += decoder.write(chunk);
    let from = 0;
    for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n', from)) {
      const start = from;
      from = end + 4;
      if (wanted && !wanted.has(rest.slice(start + 7, rest.indexOf('\r\n', start)))) {
        meter.pass();
        continue;
      }
      meter.takeFields(simpleObject(rest.slice(start, end)));
    }
    rest = rest.slice(from);
  });
}

function simpleObject(block: string): Fields {
  const fields: Fields = Object.create(null) as Fields;
  for (const line of block.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const key = line.slice(0, colon);
    const value = line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    const before = fields[key];
    if (before === undefined) fields[key] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[key] = [before, value];
  }
  return fields;
}

function parser(
  port: number,
  meter: Meter,
  take: (message: AmiMessage) => void,
  wanted: ReadonlySet<string> | null,
): void {
  const built = new AmiParser({
    message: take,
    malformed: () => meter.damaged++,
    ...(wanted
      ? {
          wants: (name: string) => {
            if (wanted.has(name)) return true;
            meter.pass();
            return false;
          },
        }
      : {}),
  });
  raw(port, meter, (chunk) => built.push(chunk));
}

function session(port: number, meter: Meter, wanted: ReadonlySet<string> | null): void {
  const built = new AmiSession({
    host: '127.0.0.1',
    port,
    username: 'a',
    password: 'b',
    account: 'bench',
    onMessage: (event) => meter.take(event),
    ...(wanted
      ? {
          wants: (name: string) => {
            meter.start();
            if (wanted.has(name)) return true;
            meter.pass();
            return false;
          },
        }
      : {}),
  });
  built.open().catch((error: unknown) => console.error(error));
}

/** Every field of every event against what was generated. */
function verify(port: number, meter: Meter, total: number): void {
  const expected = amiEvents(total);
  parser(
    port,
    meter,
    (message) => {
      const event = expected.next().value as StreamEvent;
      const same =
        message.kind === 'event' &&
        isDeepStrictEqual(message.entries(), event) &&
        event.every(([key]) => isDeepStrictEqual(message.all(key.toLowerCase()), valuesOf(event, key)));
      if (!same) meter.damaged++;
      meter.event();
    },
    null,
  );
}

function valuesOf(event: StreamEvent, key: string): string[] {
  return event.filter(([other]) => other === key).map(([, value]) => value);
}

type Emitter = { on(event: string, listener: (fields: Fields) => void): void };

function peer(name: string, port: number, meter: Meter, folder: string): void {
  const load = createRequire(join(folder, 'package.json'));
  const take = (fields: Fields) => {
    meter.read += Object.keys(fields).length;
    meter.event();
  };
  if (name === 'yana') {
    const Yana = load('yana') as new (options: object) => Emitter & { connect(): void };
    const client = new Yana({ port, host: '127.0.0.1', login: 'a', password: 'b' });
    client.on('event', take);
    client.connect();
  } else if (name === 'ami-io') {
    const AmiIo = load('ami-io') as {
      SilentLogger: new () => object;
      createClient(options: object): Emitter & { connect(): void };
    };
    const logger = new AmiIo.SilentLogger();
    const client = AmiIo.createClient({ port, host: '127.0.0.1', login: 'a', password: 'b', encoding: 'utf8', logger });
    client.on('event', take);
    client.connect();
  } else {
    const manager = load('asterisk-manager') as (...options: (string | number | boolean)[]) => Emitter;
    manager(port, '127.0.0.1', 'a', 'b', true).on('managerevent', take);
  }
}

function main(mode: string, port: number, total: number, folder: string): void {
  const meter = new Meter(total);
  const lazily = (message: AmiMessage) => meter.take(message);
  switch (mode) {
    case 'bytes':
      return bytes(port, meter, total);
    case 'split':
      return split(port, meter);
    case 'objects':
      return objects(port, meter, null);
    case 'objects-filtered':
      return objects(port, meter, WANTED);
    case 'parser':
      return parser(port, meter, lazily, null);
    case 'parser-objects':
      return parser(port, meter, (message) => meter.takeFields(message.toObject()), null);
    case 'parser-filtered':
      return parser(port, meter, lazily, WANTED);
    case 'session':
      return session(port, meter, null);
    case 'session-filtered':
      return session(port, meter, WANTED);
    case 'verify':
      return verify(port, meter, total);
    default:
      return peer(mode, port, meter, folder);
  }
}

if (require.main === module) {
  const [mode = '', port = '0', total = '0', folder = ''] = process.argv.slice(2);
  main(mode, Number(port), Number(total), folder);
}
