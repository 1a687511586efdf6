/**
 * A manager event as this folder reads it. The same events come as blocks of text (AMI) and as flat JSON objects (other transports);
 * whatever carries them, they are asked by name and by lower-case key.
 */

import { own } from '../calls/own';
import { unescapeC } from '../transport/ami';

export interface ManagerEvent {
  readonly name: string;
  /** The first value of this key (given in lower case), as sent. */
  get(key: string): string | undefined;
}

/** What a known event is worth; Asterisk writes `<unknown>` where it knows nothing, and older versions `(null)` or `unknown`. */
export function known(event: ManagerEvent, key: string): string | null {
  const value = event.get(key);
  return value === undefined || isNothing(value) ? null : value;
}

/** A name of a person: CallerIDName, ConnectedLineName and MemberName are C-escaped by Asterisk, other fields are not. */
export function nameIn(event: ManagerEvent, key: string): string | null {
  const value = known(event, key);
  return value === null ? null : unescapeC(value);
}

export function countIn(event: ManagerEvent, key: string): number | null {
  const value = event.get(key);
  if (value === undefined || value === '') return null;
  const count = Number(value);
  return Number.isFinite(count) && count >= 0 ? count : null;
}

/** `Timestamp: 1795212338.206931` of `timestampevents = yes` in manager.conf, as milliseconds; `null` where it is off. */
export function stampOf(event: ManagerEvent): number | null {
  const value = event.get('timestamp');
  if (value === undefined) return null;
  const ms = Math.round(Number(value) * 1000);
  return ms > 0 ? ms : null;
}

function isNothing(value: string): boolean {
  switch (value.length) {
    case 0:
      return true;
    case 6:
      return value === '(null)';
    case 7:
      return value === 'unknown';
    case 9:
      return value === '<unknown>';
    default:
      return false;
  }
}

const LONGEST_KEPT = 256;

/** A copy that does not keep the received block alive, cut where a PBX sends more than any name or id has. */
export function kept(text: string): string {
  return own(text.length > LONGEST_KEPT ? text.slice(0, LONGEST_KEPT) : text);
}

/** An event that came as a flat object: `{Event: 'Hangup', Uniqueid: '...', Cause: 16}`. */
export class FlatEvent implements ManagerEvent {
  readonly name: string;
  readonly #values = new Map<string, string>();
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(object: Readonly<Record<string, unknown>>, name?: string) {
    this.#object = object;
    for (const [key, value] of Object.entries(object)) {
      const lower = key.toLowerCase();
      const first: unknown = Array.isArray(value) ? value[0] : value;
      if (this.#values.has(lower) || (typeof first !== 'string' && typeof first !== 'number')) continue;
      this.#values.set(lower, String(first));
    }
    this.name = name ?? this.#values.get('event') ?? '';
  }

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  toObject(): Readonly<Record<string, unknown>> {
    return this.#object;
  }
}
