/** Reads values of this protocol family, which come as form texts, JSON numbers or not at all (specification 2). */

import { textOf } from '../../values';
import type { Fields } from '../../values';

export { fieldsOf, listOf, textOf } from '../../values';
export type { Fields } from '../../values';

/** Seconds, marks and the like: not negative. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() ? Number(value) : NaN;
  return Number.isFinite(number) && number >= 0 && number < 1e12 ? number : null;
}

/** The first that is there, by any of several names, compared without letter case. */
export function anyOf(fields: Fields, ...names: string[]): unknown {
  for (const name of names) {
    const wanted = name.toLowerCase();
    const key = Object.keys(fields).find((candidate) => candidate.toLowerCase() === wanted);
    const value = key === undefined ? undefined : fields[key];
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

/** `Not Available`, `not_available` and `NotAvailable` are one word (specification 4.4). */
export function wordOf(value: unknown): string {
  return (textOf(value) ?? '').toLowerCase().replace(/[^a-z]/g, '');
}

const COMPACT = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z?$/;

/** Milliseconds since the epoch from compact time (UTC), ISO 8601 (no offset means UTC) or epoch seconds. */
export function timeOf(value: unknown): number | null {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{9,11}$/.test(value.trim()))) {
    const seconds = Number(value);
    return seconds > 0 && seconds < 253_402_300_800 ? seconds * 1000 : null;
  }
  const text = textOf(value);
  if (!text) return null;
  const compact = COMPACT.exec(text);
  const iso = compact
    ? `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`
    : /[zZ]$|[+-]\d{2}:?\d{2}$/.test(text)
      ? text.replace(' ', 'T')
      : `${text.replace(' ', 'T')}Z`;
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(iso) ? Date.parse(iso) : NaN;
  return Number.isFinite(ms) ? ms : null;
}

/** `YYYYMMDDThhmmssZ`, UTC, 24 hours (specification 2). */
export function compactTime(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** Digits only, as the PBX wants numbers: some tenants refuse a leading plus (specification 2). */
export function digitsOf(number: string): string {
  return number.replace(/\D/g, '');
}
