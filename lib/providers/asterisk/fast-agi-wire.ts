/**
 * The words of FastAGI: Asterisk connects, sends `agi_name: value` lines and an empty one, then answers each command with one line
 * (Asterisk documentation, "Asterisk Gateway Interface"; `res/res_agi.c`). Both sides are read here as bytes from a stranger.
 */

import type { Socket } from 'node:net';
import type { Clock } from '../../clock';
import { PbxError } from '../../model';

/** About thirty short lines and up to 128 arguments. */
const LONGEST_BYTES = 32 * 1024;
const ANSWER_MS = 5_000;

/** Lines of a socket, one at a time; `null` when it is over. */
export class AgiLines {
  readonly #clock: Clock;
  readonly #lines: string[] = [];
  #rest = '';
  #over = false;
  #wake: (() => void) | null = null;

  constructor(socket: Socket, clock: Clock) {
    this.#clock = clock;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text, socket));
    const end = () => {
      this.#over = true;
      this.#wake?.();
    };
    socket.on('end', end).on('close', end).on('error', end);
  }

  get over(): boolean {
    return this.#over;
  }

  async next(): Promise<string | null> {
    const limit = this.#clock.after(ANSWER_MS, () => this.#wake?.());
    try {
      if (this.#lines.length === 0 && !this.#over)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    } finally {
      limit.cancel();
      this.#wake = null;
    }
    return this.#lines.shift() ?? null;
  }

  #take(text: string, socket: Socket): void {
    this.#rest += text;
    const parts = this.#rest.split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = part.replace(/\r$/, '');
      // Comes at any time when the caller hangs up, and answers nothing.
      if (line === 'HANGUP') this.#over = true;
      else this.#lines.push(line);
    }
    if (this.#rest.length > LONGEST_BYTES || this.#lines.length > 500) {
      this.#over = true;
      socket.destroy();
    }
    this.#wake?.();
  }
}

/** The variables Asterisk begins with; `null` when they never came whole. */
export async function readEnvironment(lines: AgiLines): Promise<ReadonlyMap<string, string> | null> {
  const environment = new Map<string, string>();
  for (let count = 0; count < 300; count++) {
    const line = await lines.next();
    if (line === null) return null;
    if (line === '') return environment.has('agi_uniqueid') ? environment : null;
    const colon = line.indexOf(':');
    if (colon === -1) return null;
    environment.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return null;
}

/** Sends one command; the value in brackets of its answer. Throws when the caller hung up or the command was refused. */
export async function command(socket: Socket, lines: AgiLines, words: readonly string[]): Promise<string | null> {
  if (lines.over) throw new PbxError('not-found', 'the caller has hung up');
  socket.write(`${words.map((word, index) => (index < 2 ? word : quoted(word))).join(' ')}\n`);
  const answer = await lines.next();
  if (answer === null) throw new PbxError('not-found', 'the caller has hung up');
  const match = /^200 result=(-?\d+)(?:\s+\((.*)\))?/.exec(answer);
  if (match) return match[2] ?? null;
  throw new PbxError('rejected', `Asterisk refused ${words.slice(0, 2).join(' ')}: ${answer.slice(0, 100)}`);
}

/** A value in quotes, as the parser of the PBX takes it: no line can begin in it. */
export function quoted(value: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what must go
  return `"${value.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/[\\"]/g, '\\$&')}"`;
}
