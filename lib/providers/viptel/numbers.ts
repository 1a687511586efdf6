/**
 * Numbers as VIPTel writes them: extensions bare, Slovak numbers `0...`, others `00...`; histories and outgoing numbers also `00421...`
 * and bare `421...`. VIPTel marks nowhere which of them is an extension or a queue, so that is learned.
 */

import { PbxError } from '../../model';
import type { Direction, Party } from '../../model';
import { bareNumber } from '../../numbers';

/** What an extension or a queue can look like: never a leading zero, which begins every outside number. */
const SHORT = /^[1-9]\d{0,7}$/;
/** Short numbers of the public network (fire, police, ambulance, emergency). */
const PUBLIC: ReadonlySet<string> = new Set(['112', '150', '155', '158', '159']);
const HIDDEN = /^(?:anonymous|unknown|private|restricted|unavailable|asterisk|s)$/i;
const MOST = 20_000;

export type Kind = 'extension' | 'perhaps' | 'queue' | 'outside' | 'hidden';

/** What is known of the numbers inside. */
export class Directory {
  readonly #extensions = new Set<string>();
  readonly #queues = new Map<string, string | null>();

  /** `perhaps`: an extension by its looks that has not been seen as one yet; it may be a queue. */
  kind(text: string | null): Kind {
    if (!text || HIDDEN.test(text)) return 'hidden';
    if (this.#queues.has(text)) return 'queue';
    if (this.#extensions.has(text)) return 'extension';
    return SHORT.test(text) && !PUBLIC.has(text) ? 'perhaps' : 'outside';
  }

  inside(text: string | null): boolean {
    const kind = this.kind(text);
    return kind === 'extension' || kind === 'perhaps' || kind === 'queue';
  }

  extension(text: string): void {
    if (this.#extensions.size < MOST && !this.#queues.has(text) && this.kind(text) !== 'hidden')
      this.#extensions.add(text);
  }

  queue(id: string, name?: string | null): void {
    if (this.#queues.size >= MOST) return;
    this.#extensions.delete(id);
    this.#queues.set(id, name ?? this.#queues.get(id) ?? null);
  }

  queueName(id: string): string | null {
    return this.#queues.get(id) ?? null;
  }

  /** A number with its name as one side of a call; VIPTel repeats the number where it knows no name. */
  party(text: string | null, name?: string | null): Partial<Party> {
    const named = name && name !== text ? { name } : {};
    if (!text || this.kind(text) === 'hidden') return named;
    return this.inside(text) ? { extension: text, ...named } : { number: text, ...named };
  }

  /** From who calls whom. `null` callee: not told yet. */
  direction(caller: string | null, callee: string | null): Direction {
    if (this.inside(caller)) return callee === null ? 'unknown' : this.inside(callee) ? 'internal' : 'outbound';
    return caller === null && !this.inside(callee) ? 'unknown' : 'inbound';
  }
}

/** Whether two spellings are the same line: `0900...`, `00421900...`, `421900...`, `+421900...`. */
export function sameLine(one: string | null | undefined, other: string | null | undefined): boolean {
  return Boolean(one && other) && line(one as string) === line(other as string);
}

/** The same text for every spelling of a line. */
export function line(text: string): string {
  const digits = text.replace(/[^\d*#]/g, '');
  if (digits.startsWith('00')) return digits.slice(2);
  return digits.startsWith('0') ? `421${digits.slice(1)}` : digits;
}

/** A destination as VIPTel dials it. */
export function dialable(text: string, field = 'to'): string {
  const bare = bareNumber(text);
  const number = bare.startsWith('+421') ? `0${bare.slice(4)}` : bare.replace(/^\+/, '00');
  if (/^[\d*#]{1,32}$/.test(number) && number !== '00') return number;
  throw new PbxError('invalid-argument', `"${field}" must be an extension or a number: 22, 0900123456, +420601123456`);
}

/** An own extension. */
export function ownExtension(text: string): string {
  const bare = bareNumber(text);
  if (/^\d{1,8}$/.test(bare)) return bare;
  throw new PbxError('invalid-argument', '"from" must be an extension of the PBX: that phone rings first');
}

/** A number as the SMS service wants it: `00` and the country code. */
export function smsNumber(text: string, field = 'to'): string {
  const bare = bareNumber(text);
  const digits = bare.replace(/^\+/, '00');
  const number = digits.startsWith('00')
    ? digits
    : digits.startsWith('0')
      ? `00421${digits.slice(1)}`
      : /^421\d{9}$/.test(digits)
        ? `00${digits}`
        : '';
  if (/^00[1-9]\d{6,14}$/.test(number)) return number;
  throw new PbxError('invalid-argument', `"${field}" must be a number that can get texts: 0900123456, +420601123456`);
}

/** The sender of a text: a number, or a name agreed with VIPTel. */
export function smsIdentity(text: string): string {
  return /^\+?[\d ()/.-]{9,}$/.test(text.trim()) ? smsNumber(text, 'from') : text.trim();
}
