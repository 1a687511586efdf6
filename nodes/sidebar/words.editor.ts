/** How calls, parties and times read in the sidebar. */

import type { Party } from '../../lib/model';

/** A label of the package's catalog. */
export function label(key: string, values: Record<string, string | number> = {}): string {
  return RED._(`@pbxflow/node-red-pbx/pbx-sidebar:sidebar.${key}`, values);
}

/** `Jana (+421900123456)`, `22`, or a dash. */
export function partyText({ name, extension, number }: Party): string {
  const place = extension ?? number;
  if (name && place && name !== place) return `${name} (${place})`;
  return place ?? name ?? '–';
}

/** `0:42`, `12:05`, `1:02:03`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const rest = String(seconds % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}
