/** What tests of both statistics have in common. */

import type { HistoryEntry } from '../../../lib/index';
import { passing } from './office';
import type { Office } from './office';

/** 2025-12-31, 12:00:00 UTC. */
export const NOON = 1767182400;
/** A row of the basic statistics. */
export const LEG = `[UkVDMDAwMDE=];${NOON};${NOON + 62};${NOON + 8};;70000000001;101;sip:u1@example.mangosip.ru;1120;70000000099;abonent;E1`;

export const ids = (entries: HistoryEntry[]) => entries.map(({ id }) => id);

export async function historyOf(office: Office, params: Record<string, unknown>): Promise<HistoryEntry[]> {
  const asked = office.account.execute({ command: 'query', query: 'history', params });
  return (await passing(office.clock, asked)).payload.result as HistoryEntry[];
}
