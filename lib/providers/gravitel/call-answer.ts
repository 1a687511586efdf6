/** The answers to make call that were seen, of which some tell the id of the call and some do not (specification 3.4). */

import type { Answer } from './api';
import { anyOf, fieldsOf, textOf } from './fields';

/** A bare id, or one word such as `OK`. */
export const PLAIN_ID = /^[\w.:-]{1,128}$/;

/** Id of the call; `null`: accepted, and the id is not told. An object is never taken for an id. */
export function callIdOf({ text, value }: Pick<Answer, 'text' | 'value'>): string | null {
  const fields = fieldsOf(value);
  if (fields) return textOf(anyOf(fields, 'callid', 'uuid', 'id'), 128);
  // The text itself, where it is an id: as a number 12e5 would be another.
  const bare = text.trim();
  const scalar = PLAIN_ID.test(bare) ? bare : textOf(value, 128);
  if (!scalar || !PLAIN_ID.test(scalar)) return null;
  return /^(?:ok|null|true|false|success)$/i.test(scalar) ? null : scalar;
}

/** The own number shown to the client, when the PBX tells which it took. */
export function shownNumberOf({ value }: Pick<Answer, 'value'>): string | null {
  const fields = fieldsOf(value);
  return fields && textOf(anyOf(fields, 'clid'), 64);
}
