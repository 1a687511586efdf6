/** Dialect V1: REST below `/crmapi/v1` with the key in a header (specification 5). MegaFon, Kcell, MTT Exolve, Telroi. */

import type { Span } from '../../history';
import { PbxError } from '../../model';
import type { Api, Answer } from './api';
import { callIdOf, PLAIN_ID, shownNumberOf } from './call-answer';
import type { Account, CallWish, Codec, GroupInfo, HistoryPage, PlacedCall } from './codec';
import { HISTORY_LIMIT } from './codec';
import { compactTime, fieldsOf, listOf, numberOf, textOf } from './fields';
import { noticeOfInner, noticeOfV1, rowsOf } from './history-json';
import type { HistoryNotice } from './notice';
import { restAction } from './rest-action';

const PAGE = 100;
const MAX_ROWS = 10_000;
/** Of internal calls the PBX gives no more rows at once (specification 5.3). */
const INNER_LIMIT = 500;

export class RestCodec implements Codec {
  readonly dialect = 'V1';
  readonly #api: Api;
  readonly #unreadable: (what: string) => void;
  /** Not every tenant has the list of internal calls; one refusal is enough. */
  #inner = true;

  constructor(api: Api, unreadable: (what: string) => void) {
    this.#api = api;
    this.#unreadable = unreadable;
  }

  get keyHeader(): Readonly<Record<string, string>> {
    return this.#api.keyHeader;
  }

  async accounts(signal: AbortSignal): Promise<Account[]> {
    return (await this.#pages('users', { with: 'status' }, signal)).flatMap((row) => {
      const fields = fieldsOf(row);
      const login = fields && textOf(fields['login']);
      const extension = fields && textOf(fields['ext'], 32);
      if (!fields || (!login && !extension)) return [];
      const status = textOf(fields['status'])?.toLowerCase();
      return {
        login: login?.split('@', 1)[0] ?? null,
        extension,
        name: textOf(fields['name']) ?? login,
        number: textOf(fields['telnum'], 32),
        email: textOf(fields['email']),
        online: status === 'online' ? true : status === 'offline' ? false : null,
      };
    });
  }

  async groups(signal: AbortSignal): Promise<GroupInfo[]> {
    return (await this.#pages('groups', {}, signal)).flatMap((row) => {
      const fields = fieldsOf(row);
      const id = fields && textOf(fields['id'], 128);
      if (!fields || !id) return [];
      const members = listOf(fields['users']).flatMap((user) => {
        const login = textOf(fieldsOf(user)?.['login'] ?? user);
        return login ? (login.split('@', 1)[0] ?? login) : [];
      });
      return { id, extension: textOf(fields['ext'], 32), name: textOf(fields['name']), members };
    });
  }

  async call({ from, to, shown }: CallWish, signal: AbortSignal): Promise<PlacedCall> {
    const json = { phone: to, ...from, ...(shown && { clid: shown }) };
    const answer = await this.#api.ask({
      path: 'makecall',
      method: 'POST',
      json,
      plain: PLAIN_ID,
      effect: true,
      what: 'the call',
      signal,
    });
    return { call: callIdOf(answer), shown: shownNumberOf(answer), raw: rawOf(answer) };
  }

  async history(span: Span, signal: AbortSignal): Promise<HistoryPage> {
    const query = { start: compactTime(span.from), end: compactTime(span.to), type: 'all', limit: HISTORY_LIMIT };
    const rows = await this.#rows('history/json', query, signal);
    const inner = await this.#innerRows({ start: query.start, end: query.end, limit: INNER_LIMIT }, signal);
    const notices = [...this.#read(rows, noticeOfV1), ...this.#read(inner, noticeOfInner)];
    return { notices, full: rows.length >= HISTORY_LIMIT || inner.length >= INNER_LIMIT };
  }

  async find(call: string, signal: AbortSignal): Promise<HistoryNotice | null> {
    const rows = await this.#rows('history/json', { period: 'this_month', uid: call, limit: 10 }, signal);
    return this.#read(rows, noticeOfV1).find((notice) => notice.call === call) ?? null;
  }

  action(request: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown> {
    return restAction(this.#api, request, { path: 'users', signal });
  }

  async #rows(path: string, query: Record<string, string | number>, signal: AbortSignal): Promise<readonly unknown[]> {
    const { value, text } = await this.#api.ask({ path, query, effect: false, what: 'the call history', signal });
    const rows = value === undefined && text.trim() !== '' ? null : rowsOf(value);
    if (!rows) throw new PbxError('protocol', 'the PBX answered the call history with something else than a list');
    return rows;
  }

  async #innerRows(query: Record<string, string | number>, signal: AbortSignal): Promise<readonly unknown[]> {
    if (!this.#inner) return [];
    try {
      return await this.#rows('history/inner/json', query, signal);
    } catch (error) {
      if (
        !(error instanceof PbxError) ||
        !['not-found', 'not-supported', 'forbidden', 'invalid-argument'].includes(error.code)
      )
        throw error;
      this.#inner = false;
      return [];
    }
  }

  #read(rows: readonly unknown[], reader: (row: unknown) => HistoryNotice | null): HistoryNotice[] {
    return rows.flatMap((row) => {
      const notice = reader(row);
      if (!notice) this.#unreadable('a row of the call history');
      return notice ?? [];
    });
  }

  /** All pages of a list; the last has no `next`, or one that leads nowhere (specification 5.1). */
  async #pages(path: string, query: Record<string, string>, signal: AbortSignal): Promise<unknown[]> {
    const rows: unknown[] = [];
    for (let start = 0; rows.length < MAX_ROWS;) {
      const what = `the list ${path}`;
      const { value } = await this.#api.ask({
        path,
        query: { ...query, start, limit: PAGE },
        effect: false,
        what,
        signal,
      });
      const page = rowsOf(value);
      if (!page || value === undefined)
        throw new PbxError('protocol', `the PBX answered ${what} with something else than a list`);
      rows.push(...page);
      const info = fieldsOf(fieldsOf(value)?.['info']);
      const next = numberOf(info?.['next']);
      const total = numberOf(info?.['total']);
      if (next === null || next <= start || page.length === 0 || (total !== null && next >= total)) break;
      start = next;
    }
    return rows.slice(0, MAX_ROWS);
  }
}

function rawOf({ value, text }: Answer): unknown {
  return value === undefined ? text : value;
}
