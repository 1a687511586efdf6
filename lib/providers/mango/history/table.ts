/** The table of legs that `stats/result` gives (specification 6.1): no header, `;` between columns, no quoting, either line end. */

import { textOf, timeOf } from '../fields';
import type { Side } from '../notices';

/** Asked for by name, so that the order is ours. */
export const COLUMNS = [
  'records',
  'start',
  'finish',
  'answer',
  'from_extension',
  'from_number',
  'to_extension',
  'to_number',
  'disconnect_reason',
  'line_number',
  'location',
  'entry_id',
] as const;

export interface LegRow {
  recordings: string[];
  /** Milliseconds since the epoch. */
  start: number;
  finish: number | null;
  answer: number | null;
  from: Side;
  to: Side;
  reason: string | null;
  line: string | null;
  location: string | null;
  entry: string;
}

/** Rows that cannot be read are left out and counted. */
export function rowsOf(text: string): { rows: LegRow[]; unreadable: number } {
  const rows: LegRow[] = [];
  let unreadable = 0;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trim();
    start = end + 1;
    // A byte order mark would hide in the first column.
    const row = line === '' ? undefined : rowOf(line.replace(/^\uFEFF/, ''));
    if (row) rows.push(row);
    else if (line !== '') unreadable++;
  }
  return { rows, unreadable };
}

function rowOf(line: string): LegRow | null {
  const cells = line.split(';');
  if (cells.length < COLUMNS.length) return null;
  const [
    records = '',
    start,
    finish,
    answer,
    fromExtension,
    fromNumber,
    toExtension,
    toNumber,
    reason,
    number,
    location,
    entry,
  ] = cells;
  const startedAt = timeOf(start);
  if (startedAt === null) return null;
  return {
    recordings: recordsOf(records),
    start: startedAt,
    finish: timeOf(finish),
    answer: timeOf(answer),
    from: side(fromExtension, fromNumber),
    to: side(toExtension, toNumber),
    reason: textOf(reason),
    line: textOf(number),
    location: textOf(location),
    // One without an id is a call of its own.
    entry: textOf(entry) ?? `${startedAt / 1000}/${fromNumber ?? ''}/${toNumber ?? ''}`,
  };
}

/** `[]`, `[id1,id2]` */
function recordsOf(text: string): string[] {
  return text
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
}

function side(extension: string | undefined, number: string | undefined): Side {
  return {
    extension: textOf(extension),
    number: textOf(number),
    line: null,
    takenFrom: null,
    group: null,
    holds: false,
  };
}
