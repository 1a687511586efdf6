/**
 * What goes over the wire: requests, replies and events, as JSON objects. The server reads Asterisk's messages with faults of its own:
 * the last header of a message, when empty, comes with its colon; a key `name` is added to every event; and when the end of a message
 * falls between two TCP packets, two messages come as one, recognisable by an empty key.
 */

import { FlatEvent } from '../../asterisk-events';

export type Json = Readonly<Record<string, unknown>>;

/** Methods that make the server ask Asterisk. */
export type AmiMethod = 'send' | 'gsmSendSMS' | 'dial' | 'redirect';

/** The answer to a request. */
export interface Reply {
  err: string | null;
  /** The header lines of Asterisk's own response, where it was waited for. */
  event: Json | null;
  message: Json;
}

export type Frame =
  | { kind: 'reply'; reqId: unknown; reply: Reply }
  | { kind: 'event'; event: ServerEvent; melted: boolean }
  | { kind: 'nothing'; reason: string };

/** An event with the server's faults mended; `toObject` is what the server sent. */
export class ServerEvent extends FlatEvent {
  readonly #message: Json;

  constructor(message: Json, values: Json, name: string) {
    super(values, name);
    this.#message = message;
  }

  override toObject(): Json {
    return this.#message;
  }
}

export function requestText(method: string, reqId: string, argument: Json): string {
  // It is read at the top level; the server's own description puts it inside, which harms nothing.
  return JSON.stringify({ method, reqId, argument: { ...argument, reqId } });
}

/** A frame of the server: a reply always has `err`, an event never. */
export function readFrame(text: string): Frame {
  const message = objectIn(text);
  if (!message) return { kind: 'nothing', reason: 'not a JSON object' };
  if (Object.hasOwn(message, 'err')) return { kind: 'reply', reqId: message['reqId'], reply: replyOf(message) };
  const read = readHeaders(message);
  const name = read.values['Event'] ?? message['name'];
  if (typeof name !== 'string' || name === '') return { kind: 'nothing', reason: 'neither a reply nor an event' };
  return { kind: 'event', event: new ServerEvent(message, read.values, name), melted: read.melted };
}

/** Just the name of an event when the frame plainly begins with it, without reading the rest. */
export function nameAhead(text: string): string | null {
  const start = '{"Event":"';
  if (!text.startsWith(start)) return null;
  const end = text.indexOf('"', start.length);
  return end < 0 ? null : text.slice(start.length, end);
}

export function replyOf(message: Json): Reply {
  const { err, event } = message;
  return {
    err: err === null || err === undefined || err === '' ? null : typeof err === 'string' ? err : JSON.stringify(err),
    event: typeof event === 'object' && event !== null && !Array.isArray(event) ? (event as Json) : null,
    message,
  };
}

/** Header lines as Asterisk wrote them. `melted`: they are of two messages, of which the first is lost. */
export function readHeaders(message: Json): { values: Json; melted: boolean } {
  const values: Record<string, unknown> = {};
  let melted = false;
  for (const [key, value] of Object.entries(message)) {
    if (key === 'name' && Object.hasOwn(message, 'Event')) continue;
    const name = key.endsWith(':') ? key.slice(0, -1).trimEnd() : key;
    if (name === '') melted ||= key === '';
    else if (!Object.hasOwn(values, name))
      Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return { values, melted };
}

export function objectIn(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}
