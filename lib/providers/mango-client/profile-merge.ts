/** The person's corrections over the default profile. A slip names its key: nothing is worse than a correction silently not taken. */

import { PbxError } from '../../model';
import { DEFAULT_PROFILE } from './profile';
import type { Profile } from './profile';

const CHOICES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^token\.place$/, ['header', 'query', 'body']],
  [/^body$/, ['json', 'form']],
  [/\.verb$/, ['GET', 'POST']],
];
/** Objects whose keys are the vendor's. */
const FREE = /^methods\.[^.]+\.(?:parameters|constant)$/;
const MAY_BE_EMPTY = /^(?:token\.prefix|methods\.[^.]+\.(?:parameters|constant)\..+)$/;
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  'drain.limit': [1, 10_000],
  'drain.timeoutMs': [1_000, 300_000],
  pingMs: [5_000, 3_600_000],
};
const MAX_TEXT = 65_536;

/**
 * @param corrections JSON as a text, or what it says; empty for none
 * @throws PbxError invalid-argument, naming the key
 */
export function profileOf(corrections: unknown, account: string): Profile {
  if (corrections === undefined || corrections === null || corrections === '') return DEFAULT_PROFILE;
  const wrong = (text: string) => new PbxError('invalid-argument', `"${account}": profile: ${text}`, { account });
  let given: unknown = corrections;
  if (typeof corrections === 'string') {
    if (corrections.length > MAX_TEXT) throw wrong('longer than 64 kB.');
    try {
      given = JSON.parse(corrections) as unknown;
    } catch {
      throw wrong('this is no JSON.');
    }
  }
  return merged(DEFAULT_PROFILE, given, '', wrong) as Profile;
}

function merged(base: unknown, given: unknown, key: string, wrong: (text: string) => PbxError): unknown {
  const name = key || 'it';
  if (Array.isArray(base)) {
    const list: unknown[] = typeof given === 'string' ? [given] : Array.isArray(given) ? given : [];
    if (list.length === 0 || list.length > 50 || !list.every((item) => typeof item === 'string' && item !== ''))
      throw wrong(`${name} must be a text or a list of texts.`);
    if (key.endsWith('.paths') && !list.every((path) => String(path).startsWith('/')))
      throw wrong(`${name} must begin with a slash.`);
    return list;
  }
  if (typeof base === 'number') {
    const [min, max] = RANGES[key] ?? [-1e9, 1e9];
    if (typeof given !== 'number' || !(given >= min && given <= max))
      throw wrong(`${name} must be a number from ${min} to ${max}.`);
    return given;
  }
  if (typeof base === 'string') {
    const choices = CHOICES.find(([pattern]) => pattern.test(key))?.[1];
    if (choices && !choices.includes(String(given))) throw wrong(`${name} must be one of ${choices.join(', ')}.`);
    return textual(given, key, wrong);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong(`${name} must be an object.`);
  const entries = new Map<string, unknown>(Object.entries(base as object));
  for (const [entry, value] of Object.entries(given)) {
    const at = key ? `${key}.${entry}` : entry;
    if (FREE.test(key)) entries.set(entry, textual(value, at, wrong));
    else if (entries.has(entry)) entries.set(entry, merged(entries.get(entry), value, at, wrong));
    else throw wrong(`${at} is not known; here are ${[...entries.keys()].join(', ')}.`);
  }
  return Object.fromEntries(entries);
}

function textual(given: unknown, key: string, wrong: (text: string) => PbxError): string {
  // A line break could begin a new header.
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  if (typeof given !== 'string' || given.length > 500 || /[\u0000-\u001f]/.test(given))
    throw wrong(`${key} must be a text.`);
  if (given === '' && !MAY_BE_EMPTY.test(key)) throw wrong(`${key} must not be empty.`);
  return given;
}
