/**
 * One block of the Asterisk Manager Interface: an event or the answer to an action.
 *
 * The bytes are kept as one Latin-1 string plus the places of colon and end of every line; values are cut out and
 * decoded when they are asked for. A call model reads about eight of thirty lines, so this is several times cheaper than
 * building an object, and a value is decoded on its own: UTF-8 where it is valid UTF-8, Latin-1 where it is not (Asterisk
 * passes through whatever a phone sent).
 */
import { isUtf8 } from 'node:buffer';

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

export type AmiMessageKind = 'event' | 'response';

export class AmiMessage {
  /** Decided by the first line, so that a forged `Event:` line inside a value cannot turn an answer into an event. */
  readonly kind: AmiMessageKind;
  /** The event's name as sent, or the word of the response (`Success`, `Error`, `Goodbye`, `Follows` ...). */
  readonly name: string;
  readonly #text: string;
  readonly #marks: readonly number[];

  /**
   * @param text the lines without the closing empty line, one character per byte
   * @param marks what {@link locateLines} found in these bytes
   */
  constructor(kind: AmiMessageKind, name: string, text: string, marks: readonly number[]) {
    this.kind = kind;
    this.name = name;
    this.#text = text;
    this.#marks = marks;
  }

  /** A message from its text (`Event: Hangup\r\nChannel: ...`), for tests and recordings; a bare line feed ends a line too. */
  static parse(text: string): AmiMessage {
    const bytes = Buffer.from(`${text.replace(/\r?\n/g, '\r\n').replace(/(?:\r\n)+$/, '')}\r\n`, 'utf8');
    const { marks } = locateLines(bytes, 0, bytes.length - 2);
    const raw = new AmiMessage('event', '', bytes.toString('latin1', 0, bytes.length - 2), marks);
    const event = raw.get('event');
    return new AmiMessage(
      event === undefined ? 'response' : 'event',
      event ?? raw.get('response') ?? '',
      raw.#text,
      marks,
    );
  }

  /**
   * The value of the first line with this key, as sent but for the one blank after the colon; `''` stays `''`.
   * The spelling of keys varies between events (`Uniqueid`, `UniqueID`), so case does not matter.
   * @param key in lower case
   */
  get(key: string): string | undefined {
    const marks = this.#marks;
    for (let i = 0, start = 0; i < marks.length; i += 2) {
      const colon = marks[i] as number;
      const end = marks[i + 1] as number;
      if (colon - start === key.length && this.#keyIs(start, key)) return this.#value(colon, end);
      start = Math.abs(end) + 2;
    }
    return undefined;
  }

  /** The values of all lines with this key (given in lower case), in the order sent. */
  all(key: string): readonly string[] {
    const found: string[] = [];
    const marks = this.#marks;
    for (let i = 0, start = 0; i < marks.length; i += 2) {
      const colon = marks[i] as number;
      const end = marks[i + 1] as number;
      if (colon - start === key.length && this.#keyIs(start, key)) found.push(this.#value(colon, end));
      start = Math.abs(end) + 2;
    }
    return found;
  }

  /** Every line as sent, keys in their own spelling: what `raw` shows. Lines without a colon are left out. */
  entries(): [key: string, value: string][] {
    const lines: [string, string][] = [];
    const marks = this.#marks;
    for (let i = 0, start = 0; i < marks.length; i += 2) {
      const colon = marks[i] as number;
      const end = marks[i + 1] as number;
      if (colon >= 0) {
        lines.push([this.#key(start, colon, end), this.#value(colon, end)]);
      }
      start = Math.abs(end) + 2;
    }
    return lines;
  }

  /** As a plain object, a repeated key as an array. A key named `__proto__` becomes a property like any other. */
  toObject(): Record<string, string | string[]> {
    const object: Record<string, string | string[]> = {};
    const marks = this.#marks;
    for (let i = 0, start = 0; i < marks.length; i += 2) {
      const colon = marks[i] as number;
      const end = marks[i + 1] as number;
      if (colon >= 0) {
        const key = this.#key(start, colon, end);
        const value = this.#value(colon, end);
        if (object[key] === undefined) object[key] = value;
        else addAgain(object, key, value);
      }
      start = Math.abs(end) + 2;
    }
    return object;
  }

  #keyIs(start: number, key: string): boolean {
    const text = this.#text;
    for (let i = 0; i < key.length; i++) {
      const wanted = key.charCodeAt(i);
      const found = text.charCodeAt(start + i);
      if (found === wanted) continue;
      if (wanted < 97 || wanted > 122 || (found | 0x20) !== wanted) return false;
    }
    return true;
  }

  #key(start: number, colon: number, end: number): string {
    const key = this.#text.slice(start, colon);
    return end < 0 ? decode(key) : key;
  }

  #value(colon: number, end: number): string {
    const text = this.#text;
    const from = text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1;
    return end < 0 ? decode(text.slice(from, -end)) : text.slice(from, end);
  }
}

/** A key that is there already, or that every object has (`constructor`, `__proto__`). */
function addAgain(object: Record<string, string | string[]>, key: string, value: string): void {
  const before = Object.hasOwn(object, key) ? object[key] : undefined;
  if (Array.isArray(before)) {
    before.push(value);
    return;
  }
  Object.defineProperty(object, key, {
    value: before === undefined ? value : [before, value],
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Lines of the block being read; kept between blocks, so that the list of a message is made in its final size. */
const places: number[] = [];

/**
 * Finds the lines of a block: two numbers for each, the place of the first colon (-1 = none) and that of the line's end,
 * negative when the line holds bytes above 127. Only CR LF ends a line: Asterisk sends bare line feeds inside values.
 * This loop is where a parser spends its time, hence no bounds are checked in it: the bytes at `to` must be CR LF.
 * @param most stops after one line more than that
 */
export function locateLines(bytes: Buffer, from: number, to: number, most = Infinity): LineMarks {
  let count = 0;
  let stray = 0;
  for (let at = from; at < to && count <= 2 * most; at += 2) {
    let colon = -1;
    let seen = 0;
    let byte = bytes[at] as number;
    for (;;) {
      // A CR without LF is rare, so the loops look for either byte alone.
      if (colon < 0) {
        while (byte !== COLON && byte !== CR) {
          seen |= byte;
          byte = bytes[++at] as number;
        }
        if (byte === COLON) colon = at - from;
      }
      while (byte !== CR) {
        seen |= byte;
        byte = bytes[++at] as number;
      }
      if (bytes[at + 1] === LF) break;
      byte = bytes[++at] as number;
    }
    places[count++] = colon;
    if (colon < 0) stray++;
    places[count++] = seen > 127 ? from - at : at - from;
  }
  return { marks: places.slice(0, count), stray };
}

export interface LineMarks {
  marks: number[];
  /** Lines without a colon. */
  stray: number;
}

function decode(latin1: string): string {
  let at = 0;
  while (at < latin1.length && latin1.charCodeAt(at) < 128) at++;
  if (at === latin1.length) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1;
}
