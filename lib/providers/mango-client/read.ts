/** Reads values out of what the service says, by the paths of the profile. Whatever comes is hostile: own keys only, bounded texts. */

import { isFields, textOf as readText } from '../../values';
import type { Fields } from '../../values';
import type { Paths } from './profile';

export { isFields } from '../../values';
export type { Fields } from '../../values';

const LONGEST = 4_096;
const KEPT_MS = 60 * 86_400_000;

/** What the first path that leads to something wanted leads to. */
export function valueAt(value: unknown, paths: Paths, wanted: (found: unknown) => boolean = isThere): unknown {
  for (const path of paths) {
    const found = follow(value, path);
    if (wanted(found)) return found;
  }
  return undefined;
}

/** A text, or a number as a text; `null` when there is none, or one too long to be meant. */
export function textAt(value: unknown, paths: Paths): string | null {
  return textOf(valueAt(value, paths, (found) => textOf(found) !== null));
}

export function codeAt(value: unknown, paths: Paths): number | null {
  const found = valueAt(value, paths, (one) => /^-?\d{1,9}$/.test(textOf(one) ?? ''));
  return found === undefined ? null : Number(textOf(found));
}

export function flagAt(value: unknown, paths: Paths): boolean {
  const found = valueAt(value, paths);
  return found === true || found === 1 || (typeof found === 'string' && /^(?:true|1|yes)$/i.test(found.trim()));
}

/** Milliseconds since the epoch, from seconds, milliseconds or ISO 8601; `null` for what cannot be the time of an event. */
export function timeAt(value: unknown, paths: Paths, now: number): number | null {
  const text = textAt(value, paths);
  if (text === null) return null;
  const number = Number(text);
  const ms = Number.isFinite(number) ? (number < 1e11 ? number * 1000 : number) : Date.parse(text);
  // Two weeks are kept at the service (overview 2.3); a clock may be wrong by a day.
  return ms > now - KEPT_MS && ms < now + 86_400_000 ? Math.round(ms) : null;
}

function textOf(value: unknown): string | null {
  return readText(value, LONGEST);
}

function follow(value: unknown, path: string): unknown {
  let here = value;
  for (const name of path.split('.')) {
    if (!isFields(here)) return undefined;
    const within: Fields = here;
    const lower = name.toLowerCase();
    const key = Object.hasOwn(within, name) ? name : Object.keys(within).find((one) => one.toLowerCase() === lower);
    here = key === undefined ? undefined : within[key];
  }
  return here;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
