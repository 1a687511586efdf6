/**
 * Bytes of an AMI connection in, messages out. Built for hostile and for busy peers: memory is bounded, whatever breaks
 * the format is counted and reported, the next blank line is a fresh start, and events nobody wants are passed over
 * before they are parsed.
 * Framing as Asterisk 16 and 22 send it; `Response: Follows` is that of Asterisk 13 and older.
 */
import { AmiBlock } from './block';
import { AmiMessage, locateLines } from './message';

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BLANK_LINE = Buffer.from('\r\n\r\n');
const END_OF_COMMAND = Buffer.from('--END COMMAND--');
/** Above this size the buffer of an unfinished block is given back once the block is done. */
const KEPT_CARRY_BYTES = 64 * 1024;

export interface AmiMalformed {
  /** What was wrong, in words; holds nothing of the bytes themselves. */
  reason: string;
  /** Size of what was left out. */
  bytes: number;
}

export interface AmiSink {
  message(message: AmiMessage): void;
  malformed(info: AmiMalformed): void;
  /** Whether this event is of use; asked before the block is parsed. Not given: all are. */
  wants?(eventName: string, block: AmiBlock): boolean;
  /** The first line of a connection, when it is neither an event nor an answer (`Asterisk Call Manager/11.0.0`). */
  banner?(line: string): void;
}

export interface AmiParserLimits {
  /** Longest block that is taken, 4 MiB: a `Command` may answer with that much. Longer ones are passed over. */
  maxBlockBytes?: number;
  /** Most lines of a block that is taken, 100 000. */
  maxLines?: number;
  /** Longest first line, 512. */
  maxBannerBytes?: number;
}

export interface AmiParserCounters {
  bytes: number;
  events: number;
  responses: number;
  /** Events passed over because nobody wants them. */
  filtered: number;
  /** Blocks left out because they are broken or too long. */
  malformed: number;
  /** Lines without a colon inside blocks that were otherwise taken. */
  strayLines: number;
}

export class AmiParser {
  readonly counters: AmiParserCounters = {
    bytes: 0,
    events: 0,
    responses: 0,
    filtered: 0,
    malformed: 0,
    strayLines: 0,
  };
  /** A block that holds these bytes is parsed even when `wants` says no: the ActionIDs of answers that are waited for. */
  always: Buffer | null = null;

  readonly #sink: AmiSink;
  readonly #asked = new AmiBlock();
  readonly #maxBlock: number;
  readonly #maxLines: number;
  readonly #maxBanner: number;
  #greeted = false;
  #ended = false;
  /** The block under way is too long or broken: everything up to the next blank line is dropped. */
  #skipping = false;
  #carry = Buffer.alloc(0);
  #carried = 0;

  constructor(sink: AmiSink, limits: AmiParserLimits = {}) {
    this.#sink = sink;
    this.#maxBlock = limits.maxBlockBytes ?? 4 * 1024 * 1024;
    this.#maxLines = limits.maxLines ?? 100_000;
    this.#maxBanner = limits.maxBannerBytes ?? 512;
  }

  push(chunk: Buffer): void {
    if (this.#ended) return;
    this.counters.bytes += chunk.length;
    let from = 0;
    if (!this.#greeted) {
      const whole = this.#carried > 0 ? Buffer.concat([this.#carry.subarray(0, this.#carried), chunk]) : chunk;
      this.#carried = 0;
      from = this.#greet(whole);
      if (!this.#greeted) {
        this.#keep(whole, 0, whole.length);
        return;
      }
      if (this.#ended) return;
      chunk = whole;
    } else if (this.#carried > 0 || this.#skipping) {
      from = this.#finishCarried(chunk);
      if (from < 0) return;
    }
    let start = from;
    for (let end = chunk.indexOf(BLANK_LINE, from); end >= 0; end = chunk.indexOf(BLANK_LINE, from)) {
      const done = this.#block(chunk, start, end);
      if (this.#ended) return;
      from = done ? end + 4 : end + 2;
      if (done) start = from;
    }
    if (start < chunk.length) this.#keep(chunk, start, chunk.length);
  }

  /** The connection is over: a block that was cut off is reported, never delivered. Nothing is reported after this. */
  end(): void {
    if (this.#ended) return;
    let bytes = this.#carried;
    while (bytes > 0 && isLineBreak(this.#carry[bytes - 1])) bytes--;
    if (bytes > 0 && !this.#skipping) this.#malformed('the connection ended inside a message', this.#carried);
    this.stop();
  }

  /** Drops what is left without a word, also in the middle of a chunk. */
  stop(): void {
    this.#ended = true;
    this.#release();
  }

  /** @returns where the blocks begin; not greeted yet when the line is not complete */
  #greet(bytes: Buffer): number {
    let from = 0;
    while (from < bytes.length && isLineBreak(bytes[from])) from++;
    const end = bytes.indexOf(LF, from);
    if (end < 0 && bytes.length - from < this.#maxBanner) return 0;
    this.#greeted = true;
    if (hasKey(bytes, from, bytes.length, 'event') || hasKey(bytes, from, bytes.length, 'response')) return from;
    const tooLong = end < 0 || end - from > this.#maxBanner;
    this.#sink.banner?.(bytes.toString('latin1', from, tooLong ? from + this.#maxBanner : end).trimEnd());
    return end < 0 ? bytes.length : end + 1;
  }

  /** Looks for the end of the block that began in earlier chunks. @returns the offset behind it, -1 when it goes on */
  #finishCarried(chunk: Buffer): number {
    let from = 0;
    for (;;) {
      const behind = this.#endOfCarried(chunk, from);
      const upTo = behind < 0 ? chunk.length : behind;
      if (this.#skipping) this.#keepTail(chunk, from, upTo);
      else this.#keep(chunk, from, upTo);
      if (behind < 0) return -1;
      if (this.#skipping) {
        this.#skipping = false;
        this.#release();
        return behind;
      }
      const carry = this.#carry;
      const size = this.#carried;
      if (this.#block(carry, 0, size - 4)) {
        this.#release();
        return this.#ended ? -1 : behind;
      }
      from = behind;
    }
  }

  /** Where in `chunk` the blank line ends that closes the carried block; it may have begun in the carried bytes. */
  #endOfCarried(chunk: Buffer, from: number): number {
    const before = Math.min(3, this.#carried);
    if (before > 0) {
      const seam = Buffer.concat([
        this.#carry.subarray(this.#carried - before, this.#carried),
        chunk.subarray(from, from + 3),
      ]);
      const at = seam.indexOf(BLANK_LINE);
      if (at >= 0) return from + at + 4 - before;
    }
    const end = chunk.indexOf(BLANK_LINE, from);
    return end < 0 ? -1 : end + 4;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    // Blank lines before a block are not part of it, nor of its size.
    if (this.#carried === 0) while (from < to && isLineBreak(chunk[from])) from++;
    const size = this.#carried + to - from;
    if (size > this.#maxBlock + 4) {
      this.#malformed(`a message is longer than ${this.#maxBlock} bytes`, size);
      this.#skipping = true;
      this.#keepTail(chunk, from, to);
      return;
    }
    if (this.#carry.length < size) {
      const bigger = Buffer.allocUnsafeSlow(Math.max(2048, size, this.#carry.length * 2));
      this.#carry.copy(bigger, 0, 0, this.#carried);
      this.#carry = bigger;
    }
    chunk.copy(this.#carry, this.#carried, from, to);
    this.#carried = size;
  }

  /** Of what is dropped only the last three bytes matter: they may be the beginning of the blank line. */
  #keepTail(chunk: Buffer, from: number, to: number): void {
    const tail = Buffer.concat([
      this.#carry.subarray(Math.max(0, this.#carried - 3), this.#carried),
      chunk.subarray(Math.max(from, to - 3), to),
    ]).subarray(-3);
    this.#carry = tail;
    this.#carried = tail.length;
  }

  #release(): void {
    this.#carried = 0;
    if (this.#carry.length > KEPT_CARRY_BYTES) this.#carry = Buffer.alloc(0);
  }

  /** @returns false when the blank line at `end` belongs to the text of an old `Response: Follows` block */
  #block(bytes: Buffer, from: number, end: number): boolean {
    // Blank lines between blocks are legal: Asterisk ends some events with one too many.
    while (from < end && isLineBreak(bytes[from])) from++;
    if (from >= end) return true;
    if (end - from > this.#maxBlock) {
      this.#malformed(`a message is longer than ${this.#maxBlock} bytes`, end - from);
      return true;
    }
    if (hasKey(bytes, from, end, 'event')) {
      const name = bytes.toString('latin1', valueAt(bytes, from + 6), endOfLine(bytes, from + 6, end));
      if (!this.#wants(name, bytes, from, end)) {
        this.counters.filtered++;
        return true;
      }
      this.#deliver('event', name, bytes, from, end);
      return true;
    }
    if (hasKey(bytes, from, end, 'response')) {
      const name = bytes.toString('latin1', valueAt(bytes, from + 9), endOfLine(bytes, from + 9, end));
      if (name.toLowerCase() === 'follows') return this.#follows(name, bytes, from, end);
      this.#deliver('response', name, bytes, from, end);
      return true;
    }
    this.#deliver(null, '', bytes, from, end);
    return true;
  }

  #wants(name: string, bytes: Buffer, from: number, end: number): boolean {
    if (!this.#sink.wants || this.#sink.wants(name, this.#asked.moveTo(bytes, from, end))) return true;
    return this.always !== null && bytes.subarray(from, end).indexOf(this.always) >= 0;
  }

  #deliver(kind: 'event' | 'response' | null, name: string, bytes: Buffer, from: number, end: number): void {
    const { marks, stray } = locateLines(bytes, from, end, this.#maxLines);
    if (marks.length > 2 * this.#maxLines) {
      this.#malformed(`a message has more than ${this.#maxLines} lines`, end - from);
      return;
    }
    let message = new AmiMessage(kind ?? 'event', name, bytes.toString('latin1', from, end), marks);
    if (kind === null) {
      // Not as Asterisk does it, but a proxy may put another line first.
      const event = message.get('event');
      const word = event ?? message.get('response');
      if (word === undefined) {
        this.#malformed('a block is neither an event nor an answer', end - from);
        return;
      }
      kind = event === undefined ? 'response' : 'event';
      if (kind === 'event' && !this.#wants(word, bytes, from, end)) {
        this.counters.filtered++;
        return;
      }
      message = new AmiMessage(kind, word, bytes.toString('latin1', from, end), marks);
    }
    if (stray > 0) {
      this.counters.strayLines += stray;
      this.#sink.malformed({ reason: 'a line has no colon', bytes: end - from });
      if (this.#ended) return;
    }
    if (kind === 'event') this.counters.events++;
    else this.counters.responses++;
    this.#sink.message(message);
  }

  /** Output of a command as Asterisk 13 and older send it, brought into the form of the newer ones: `Output:` lines. */
  #follows(name: string, bytes: Buffer, from: number, end: number): boolean {
    // Only the tail is looked at: a hostile text full of blank lines must not cost a search of the whole each time.
    if (bytes.subarray(Math.max(from, end - 24), end).indexOf(END_OF_COMMAND) < 0) {
      // Without its end mark the text must not swallow what follows for good.
      const before = bytes.lastIndexOf(BLANK_LINE, end - 1);
      if (before <= from || !(hasKey(bytes, before + 4, end, 'event') || hasKey(bytes, before + 4, end, 'response'))) {
        return false;
      }
      this.#deliverFollows(name, bytes, from, before);
      if (!this.#ended && !this.#block(bytes, before + 4, end)) {
        this.#malformed('the output of a command has no end mark', end - before - 4);
      }
      return true;
    }
    this.#deliverFollows(name, bytes, from, end);
    return true;
  }

  #deliverFollows(name: string, bytes: Buffer, from: number, end: number): void {
    const whole = bytes.toString('latin1', from, end);
    const head = /^(?:(?:Response|Privilege|ActionID):[^\r\n]*(?:\r\n|$))+/i.exec(whole)?.[0] ?? '';
    const text = whole.slice(head.length).replace(/\r?\n?--END COMMAND--\s*$/, '');
    const lines = text === '' ? [] : text.split(/\r?\n/, this.#maxLines + 1).map((line) => `Output: ${line}`);
    const rewritten = Buffer.from([head.trimEnd(), ...lines, ''].join('\r\n'), 'latin1');
    this.#deliver('response', name, rewritten, 0, rewritten.length - 2);
  }

  #malformed(reason: string, bytes: number): void {
    this.counters.malformed++;
    this.#sink.malformed({ reason, bytes });
  }
}

/** Whether the line at `from` has this key (lower case), whatever its case. */
function hasKey(bytes: Buffer, from: number, to: number, key: string): boolean {
  if (to - from <= key.length || bytes[from + key.length] !== COLON) return false;
  for (let i = 0; i < key.length; i++) if (((bytes[from + i] as number) | 0x20) !== key.charCodeAt(i)) return false;
  return true;
}

function valueAt(bytes: Buffer, afterColon: number): number {
  return bytes[afterColon] === SPACE ? afterColon + 1 : afterColon;
}

function endOfLine(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === CR && bytes[at + 1] === LF) return at;
  return to;
}

function isLineBreak(byte: number | undefined): boolean {
  return byte === CR || byte === LF;
}
