/** The ways in which one destination can be dialled: a rule that refuses it must hold for all of them. */

import { getCountryCallingCode, isSupportedCountry, Metadata, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { CountryCode, PhoneNumber } from 'libphonenumber-js';

export type Spell = (dialled: string) => readonly string[];

/** What is nothing but a number; in a login or an address digits are no number. */
const NUMBER = /^\+?\d+$/;
/** Fewer digits without a prefix are an extension or a service. */
const SHORTEST = 7;

/** With a country also the international form of a national number, and the other way round; valid or not, since the PBX dials it. */
export function speller(wanted: string | undefined): Spell {
  const country = wanted && isSupportedCountry(wanted) ? wanted : undefined;
  return (dialled) => [dialled, ...behindCode(dialled)].flatMap((text) => [text, ...otherwise(text, country)]);
}

export function isPlainNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** `*31#NUMBER`, `*21*NUMBER#`: a code of the network, and what it is done with. */
function behindCode(dialled: string): string[] {
  return /^[*#]/.test(dialled) ? dialled.split(/[*#]+/).filter(Boolean).slice(1) : [];
}

function otherwise(text: string, country: CountryCode | undefined): string[] {
  if (!NUMBER.test(text)) return [];
  const found = prefixed(text);
  if (!country) return found;
  const parsed = parsePhoneNumberFromString(text, country);
  // Digits without any prefix are an extension or a local number, unless they make a whole number.
  const isWhole = parsed?.isValid() && text.length >= SHORTEST;
  if (parsed && (parsed.nationalNumber !== text || isWhole)) found.push(...formsOf(parsed, country));
  // Cloud PBXs also take the international form without its plus.
  const bare = !isWhole && /^\d{10,15}$/.test(text) ? parsePhoneNumberFromString(`+${text}`) : undefined;
  if (bare) found.push(...formsOf(bare, country));
  return found;
}

function formsOf(number: PhoneNumber, country: CountryCode): string[] {
  if (number.countryCallingCode === getCountryCallingCode(country))
    // Made here: one with digits too many has no national form by the book, and is put through all the same. No form for calls from
    // abroad, or a rule against calls abroad would mean every call.
    return [number.number, `${trunkPrefix(country)}${number.nationalNumber}`, digits(number.formatNational())];
  return [number.number, ...prefixed(number.number), digits(number.format('IDD', { fromCountry: country }))];
}

function digits(text: string | undefined): string {
  return (text ?? '').replace(/\D/g, '');
}

/** What stands before national numbers: `0`, `8` in Russia, nothing in many countries. */
function trunkPrefix(country: CountryCode): string {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  // Its types do not know it.
  const plan = metadata.numberingPlan as unknown as { nationalPrefix?(): string | undefined } | undefined;
  return plan?.nationalPrefix?.() ?? '';
}

/** `00` is how most of the world dials the plus. */
function prefixed(text: string): string[] {
  if (text.startsWith('+')) return [`00${text.slice(1)}`];
  return /^00[1-9]/.test(text) ? [`+${text.slice(2)}`] : [];
}
