/**
 * Reads fields of the vendor's JSON, which writes numbers as texts and texts as numbers (specification 4.10). Identifiers have at most
 * 128 bytes by the vendor's word; telephone numbers and extensions stay texts.
 */

export { fieldsOf, listOf, textOf } from '../../values';
export type { Fields } from '../../values';

/** A number or a text that is one. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !/^\s*-?\d+(?:\.\d+)?\s*$/.test(value)) return null;
  return Number(value);
}

/** Seconds since the Unix epoch as milliseconds; 0 means "never" with this vendor and is `null`. */
export function timeOf(value: unknown): number | null {
  const seconds = numberOf(value);
  // Beyond the year 9999 a Date cannot be written any more.
  return seconds !== null && seconds > 0 && seconds < 253_402_300_800 ? Math.round(seconds * 1000) : null;
}

export function flagOf(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}
