/**
 * The Asterisk side of the fake vwell-bpx-srv: connections to a manager interface (a fake one, or a real Asterisk), and the server's own
 * way of reading it, faults included. Written from the specification of the server's behaviour and not from the client.
 */

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export type Headers = Record<string, string>;

const MESSAGE_END = '\r\n\r\n';

export interface AmiAddress {
  host: string;
  port: number;
  username: string;
  password: string;
}

/**
 * A message as the server reads it: a value ends before a second ": ", of a repeated header the last counts, the last header keeps its
 * colon when it is empty, a line without ": " is a key. Lines of a command's output end with a line feed alone.
 */
export function readMessage(text: string): Headers {
  const headers: Headers = {};
  for (const line of text.trimEnd().split(/\r?\n/)) {
    const [key = '', value = ''] = line.split(': ');
    headers[key] = value;
  }
  return headers;
}

/** Cuts a stream into messages; an end of a message that is split between two packets is not seen. */
export class PacketReader {
  #rest = '';
  readonly #message: (headers: Headers) => void;

  constructor(message: (headers: Headers) => void) {
    this.#message = message;
  }

  packet(text: string): void {
    const parts = text.split('\r\n\r\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      const whole = this.#rest + part;
      this.#rest = '';
      if (whole.trim() !== '') this.#message(readMessage(whole.replace(/^\r\n/, '')));
    }
    this.#rest += last;
  }
}

/** One login at the manager interface. It never notices that the other side is gone. */
export class AmiPeer {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, (headers: Headers) => void>();
  #meltsNext = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @throws 'login-fail' or 'timeout' */
  static async login(address: AmiAddress, limitMs: number, event: (headers: Headers) => void): Promise<AmiPeer> {
    const socket = connect(address.port, address.host);
    socket.on('error', () => undefined);
    const peer = new AmiPeer(socket);
    const logged = new Promise<string>((resolve) => {
      const timer = setTimeout(() => resolve('timeout'), limitMs);
      const settle = (outcome: string) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      peer.#listen((headers) => {
        if (headers['Message'] === 'Authentication accepted') settle('');
        else if (headers['Message'] === 'Authentication failed') settle('login-fail');
        else if (headers['Event'] !== undefined) event(headers);
      });
    });
    await Promise.race([once(socket, 'connect').catch(() => undefined), logged]);
    const { username, password } = address;
    peer.write({ action: 'login', username, secret: password });
    const failure = await logged;
    if (failure !== '') {
      socket.destroy();
      throw new Error(failure);
    }
    return peer;
  }

  /** Header lines as given; nothing is escaped. */
  write(fields: Readonly<Record<string, unknown>>): void {
    const lines = Object.entries(fields).map(([key, value]) => `${key}: ${written(value)}\r\n`);
    if (this.#socket.writable) this.#socket.write(`${lines.join('')}\r\n`);
  }

  /** Resolves with the response to this id, `null` when it does not come in time. */
  response(actionId: string, limitMs: number): Promise<Headers | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(actionId);
        resolve(null);
      }, limitMs);
      this.#waiting.set(actionId, (headers) => {
        clearTimeout(timer);
        this.#waiting.delete(actionId);
        resolve(headers);
      });
    });
  }

  /** The end of the next message will be split between two packets, so that it melts with the one after it. */
  meltNext(): void {
    this.#meltsNext = true;
  }

  end(): void {
    for (const [id, settle] of this.#waiting) {
      this.#waiting.delete(id);
      settle({});
    }
    this.#socket.destroy();
  }

  /** Packets here end where messages end, so that no message melts by chance; see `meltNext` for those that should. */
  #listen(other: (headers: Headers) => void): void {
    let rest = '';
    const reader = new PacketReader((headers) => {
      const settle = headers['Response'] === undefined ? undefined : this.#waiting.get(headers['ActionID'] ?? '');
      if (settle) settle(headers);
      else other(headers);
    });
    const hand = (length: number) => {
      reader.packet(rest.slice(0, length));
      rest = rest.slice(length);
    };
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (chunk: string) => {
      rest = (rest + chunk).replace(/^Asterisk Call Manager[^\r]*\r\n/, '');
      if (this.#meltsNext && rest.includes(MESSAGE_END)) {
        this.#meltsNext = false;
        hand(rest.indexOf(MESSAGE_END) + MESSAGE_END.length - 1);
      }
      const end = rest.lastIndexOf(MESSAGE_END);
      if (end >= 0) hand(end + MESSAGE_END.length);
    });
  }
}

function written(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return String(value);
}
