/**
 * Values out of what comes from outside: JSON, forms, parameters of a flow. Vendors write numbers as texts and texts as numbers; what has
 * the wrong shape is absent, and nothing here throws.
 */

export type Fields = Readonly<Record<string, unknown>>;

/** Identifiers, numbers and names are far below. */
const LONGEST = 256;

export function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields | null {
  return isFields(value) ? value : null;
}

/** A text or a number as a text, trimmed; `null` for nothing, for another type and for what is absurdly long. */
export function textOf(value: unknown, longest = LONGEST): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text !== '' && text.length <= longest ? text : null;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
