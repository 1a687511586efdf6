/** The call history of dialect L: CSV without a header, nine columns, ten with newer tenants (specification 3.5). */

import { numberOf, textOf, timeOf, wordOf } from './fields';
import type { HistoryNotice } from './notice';
import { employeeOf } from './notice';
import { directionOf } from './statuses';

/** Rows that are none are counted by `unreadable` and left out. */
export function noticesOfCsv(text: string, unreadable: (row: string) => void): HistoryNotice[] {
  const notices: HistoryNotice[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const notice = noticeOfRow(cellsOf(line));
    if (notice) notices.push(notice);
    else unreadable(line.slice(0, 100));
  }
  return notices;
}

function noticeOfRow(cells: readonly string[]): HistoryNotice | null {
  const [uid, type, client, account, via, start, wait, duration, record] = cells;
  const call = textOf(uid, 128);
  const direction = directionOf(type);
  const startedAt = timeOf(start);
  if (cells.length < 8 || !call || !direction || startedAt === null) return null;
  const talk = numberOf(duration);
  const missed = wordOf(type) === 'missed';
  // A name in the account column proves no answer, a talk does.
  const answered = !missed && (talk ?? 0) > 0;
  return {
    kind: 'history',
    call,
    direction,
    disposition: missed ? 'no-answer' : answered ? 'answered' : 'unknown',
    status: missed ? 'missed' : null,
    client: textOf(client, 64),
    line: textOf(via, 64),
    employee: employeeOf(textOf(account, 128), null, null),
    group: null,
    startedAt,
    wait: numberOf(wait),
    duration: talk,
    durationKind: 'talk',
    link: textOf(record, 2_000),
    raw: { row: cells },
  };
}

/** Quotes were never seen; a later version may well begin to use them. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (line[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === ',') {
      cells.push(cell);
      cell = '';
    } else cell += letter;
  }
  return [...cells, cell];
}
