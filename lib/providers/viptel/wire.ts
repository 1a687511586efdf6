/**
 * Messages of the VIPTel WebSocket API 1.0.8: one JSON object each. Told apart by their keys in a fixed order; what fits nothing is
 * `unknown` and goes on, what is no object is malformed and counted.
 */

import { isFields, textOf } from '../../values';
import type { Fields } from '../../values';

export { isFields, textOf } from '../../values';
export type { Fields } from '../../values';

export type WireMessage =
  | { kind: 'event'; name: string; fields: Fields; raw: Fields }
  | { kind: 'greeting'; nonce: string; raw: Fields }
  | { kind: 'reply'; code: number; text: string; raw: Fields }
  | { kind: 'unknown'; raw: Fields }
  | { kind: 'malformed'; reason: string };

/** A text or binary frame; VIPTel documents text only, binary ones hold the same. */
export function readMessage(data: string | Buffer): WireMessage {
  const frame = typeof data === 'string' ? data : data.toString('utf8');
  let raw: unknown;
  try {
    raw = JSON.parse(frame);
  } catch {
    return { kind: 'malformed', reason: `not JSON (${frame.length} characters)` };
  }
  if (!isFields(raw)) return { kind: 'malformed', reason: 'not a JSON object' };
  const name = raw['event'];
  if (typeof name === 'string' && name !== '') return { kind: 'event', name, fields: inner(raw), raw };
  const nonce = textOf(raw['nonce']);
  if (nonce !== null) return { kind: 'greeting', nonce, raw };
  const code = wholeOf(raw['code']);
  if (code !== null) return { kind: 'reply', code, text: textOf(raw['message']) ?? '', raw };
  return { kind: 'unknown', raw };
}

/** A known client also meets events whose fields are one level down; harmless where they are not. */
function inner(raw: Fields): Fields {
  for (const key of ['data', 'payload', 'event_data']) {
    const value = raw[key];
    if (isFields(value)) return { ...raw, ...value };
  }
  return raw;
}

/** A whole number that is not negative, sent as a number or as a text: VIPTel does both. */
export function wholeOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : null;
}

/** The first of these keys that holds a text. */
export function firstText(fields: Fields, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const text = textOf(fields[key]);
    if (text !== null) return text;
  }
  return null;
}
