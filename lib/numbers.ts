/** Telephone numbers as flows see them: E.164 when the account has a default country, else as the PBX gave them. */

import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { CountryCode } from 'libphonenumber-js';

export type Normalise = (number: string | null) => string | null;

const CACHE_LIMIT = 5_000;

/** Short numbers (extensions, emergency and service numbers) and what is no number stay as they are. */
export function normaliser(country: string | undefined): Normalise {
  if (!country) return (number) => number;
  const cache = new Map<string, string>();
  return (number) => {
    if (!number) return number;
    const cached = cache.get(number);
    if (cached !== undefined) return cached;
    const result = toE164(number, country as CountryCode);
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(number, result);
    return result;
  };
}

function toE164(number: string, country: CountryCode): string {
  if (number.replace(/\D/g, '').length < 7) return number;
  const parsed = parsePhoneNumberFromString(number, country);
  if (parsed?.isValid()) return parsed.number;
  // Cloud PBXs often give the international form without its plus.
  const international = /^\d{10,15}$/.test(number) ? parsePhoneNumberFromString(`+${number}`) : undefined;
  return international?.isValid() ? international.number : number;
}

/** Without the blanks, brackets and hyphens people write. In a name (`jana.novak`) they belong to it and stay. */
export function bareNumber(text: string): string {
  return /\p{L}/u.test(text) ? text.trim() : text.replace(/[ \t\u00a0()\-/.]/g, '');
}

/** `*` stands for any characters. */
export function numberPattern(pattern: string): RegExp {
  const source = bareNumber(pattern)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 'i');
}
