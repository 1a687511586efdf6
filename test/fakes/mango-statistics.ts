/** The fake's statistics, both kinds, with the quirks of the real ones: keys that work once, half-done results, Moscow time. */

import type { Json, MangoAnswer, MangoServer } from './mango-server';

const DAY_S = 86_400;
const LIMITS = new Set([1, 5, 10, 20, 50, 100, 500, 1000, 2000, 5000]);

export class MangoStatistics {
  readonly #pbx: MangoServer;
  /** Lines of the table, as the PBX writes them. */
  table: string[] = [];
  /** Calls of the extended statistics. */
  contexts: Json[] = [];
  /** How often a result is not ready yet. */
  notReady = 0;
  /** Whether `result/stat` is posted when the table is ready. */
  tells = false;
  /** Statuses of the extended result, in order; after them `complete`. */
  statuses: string[] = [];
  #keys = 0;
  readonly #open = new Map<string, { looks: number; statuses: string[]; page: { limit: number; offset: number } }>();

  constructor(pbx: MangoServer) {
    this.#pbx = pbx;
  }

  reply(path: string, fields: Json): MangoAnswer | null {
    switch (path) {
      case 'stats/request':
        return this.#request(fields);
      case 'stats/result':
        return this.#result(fields);
      case 'stats/calls/request':
        return this.#callsRequest(fields);
      case 'stats/calls/result':
        return this.#callsResult(fields);
      default:
        return null;
    }
  }

  #request(fields: Json): MangoAnswer {
    const { date_from: from, date_to: to, fields: columns, request_id: requestId } = fields;
    if (typeof from !== 'string' || typeof to !== 'string') return this.#pbx.wrong(3104);
    if (Number(to) - Number(from) > 31 * DAY_S || Number(to) <= Number(from))
      return this.#pbx.wrong(3100, { fields: { date_to: 3111 } });
    if (columns !== undefined && typeof columns !== 'string') return this.#pbx.wrong(3104);
    if (fields['call_party'] && (fields['from'] || fields['to'])) return this.#pbx.wrong(3100);
    const key = this.#key({ limit: 0, offset: 0 });
    if (this.tells) setImmediate(() => void this.#pbx.post('/result/stat', { key, request_id: requestId }));
    return { status: 200, json: { key } };
  }

  #result(fields: Json): MangoAnswer {
    const key = String(fields['key']);
    const open = this.#open.get(key);
    if (!open) return { status: 404, text: '' };
    if (open.looks++ < this.notReady) return { status: 204 };
    this.#open.delete(key);
    const text = this.table.map((line) => `${line}\r\n`).join('');
    return { status: 200, text, headers: { 'Content-Type': 'text/csv;charset=UTF-8' } };
  }

  #callsRequest(fields: Json): MangoAnswer {
    const { limit, offset } = fields;
    if (limit === undefined || offset === undefined) return this.#pbx.wrong(3103);
    if (!LIMITS.has(Number(limit))) return this.#pbx.wrong(3104);
    const [from, to] = [momentOf(fields['start_date']), momentOf(fields['end_date'])];
    if (from === null || to === null) return this.#pbx.wrong(3104);
    if (to - from >= 30 * DAY_S || to <= from) return this.#pbx.wrong(3100, { fields: { end_date: 3111 } });
    const ids = [fields['user_ids'], fields['group_ids']].flat().filter((id) => id !== undefined);
    const key = this.#key({ limit: Number(limit), offset: Number(offset) });
    // Identifiers in texts break the job behind, and only there.
    if (ids.some((id) => typeof id !== 'number'))
      this.#open.set(key, { looks: 0, statuses: ['error'], page: { limit: 1, offset: 0 } });
    return { status: 200, json: { key } };
  }

  #callsResult(fields: Json): MangoAnswer {
    const open = this.#open.get(String(fields['key']));
    if (!open) return { status: 200, json: { result: 1000, status: 'not-found' } };
    const { offset, limit } = open.page;
    const page = this.contexts.slice(offset, offset + limit);
    const status = open.statuses.shift() ?? 'complete';
    if (status === '204') return { status: 204 };
    // While it works it shows what it has, which is not all.
    if (status === 'work') return { status: 200, json: { result: 1000, status, data: blockOf(page.slice(0, 1)) } };
    if (status !== 'complete') return { status: 200, json: { result: 1000, status } };
    return { status: 200, json: { result: 1000, status, data: blockOf(page) } };
  }

  #key(page: { limit: number; offset: number }): string {
    const key = Buffer.from(`key ${++this.#keys}`).toString('base64');
    this.#open.set(key, { looks: 0, statuses: [...this.statuses], page });
    return key;
  }
}

/** Unix seconds of `31.01.2026 08:00:00` in Moscow; `null` for any other spelling. */
function momentOf(value: unknown): number | null {
  const match = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)$/.exec(String(value));
  return match ? Date.parse(`${match[3]}-${match[2]}-${match[1]}T${match[4]}+03:00`) / 1000 : null;
}

/** One day. */
function blockOf(list: Json[]): Json[] {
  return [{ period: '2026-01-15', total_calls_count: list.length, list }];
}
