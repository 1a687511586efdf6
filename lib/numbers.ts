/** Telephone numbers as flows see them: E.164 when the account has a default country, else as the PBX gave them. */

import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { CountryCode } from 'libphonenumber-js';

export type Normalise = (number: string | null) => string | null;

const CACHE_LIMIT = 5_000;
/** A number as an address: RFC 3966, RFC 3261. */
const ADDRESS = /^(?:tel|sips?):([^@;?]+)/i;

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
  const text = ADDRESS.exec(number)?.[1] ?? bareNumber(number);
  // As a whole: a login such as `office0220282028` only holds digits that look like a number.
  const parsed = parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
  if (parsed?.isValid()) return parsed.number;
  // Cloud PBXs often give the international form without its plus.
  const international = /^\d{10,15}$/.test(text) ? parsePhoneNumberFromString(`+${text}`) : undefined;
  return international?.isValid() ? international.number : number;
}

/**
 * Without the blanks, brackets and hyphens people write, and the invisible marks of direction that come with a copy from an address
 * book. In a name (`jana.novak`) they belong to it and stay.
 */
export function bareNumber(text: string): string {
  return /\p{L}/u.test(text) ? text.trim() : text.replace(/[\t\p{Zs}\p{Pd}\p{Cf}()/.]/gu, '');
}

/** `*` stands for any characters. */
export function numberPattern(pattern: string): RegExp {
  const source = bareNumber(pattern)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 'i');
}
