/** Dialect G1: Gravitel's new API (specification 6). Its employees have an extension and no login. */

import type { Span } from '../../history';
import { PbxError } from '../../model';
import type { Api } from './api';
import type { Account, CallWish, Codec, GroupInfo, HistoryPage, PlacedCall } from './codec';
import { HISTORY_LIMIT } from './codec';
import { fieldsOf, textOf } from './fields';
import { noticeOfG1Row, rowsOf } from './history-json';
import { restAction } from './rest-action';

export class GravitelCodec implements Codec {
  readonly dialect = 'G1';
  readonly #api: Api;
  readonly #unreadable: (what: string) => void;

  constructor(api: Api, unreadable: (what: string) => void) {
    this.#api = api;
    this.#unreadable = unreadable;
  }

  get keyHeader(): Readonly<Record<string, string>> {
    return this.#api.keyHeader;
  }

  async accounts(signal: AbortSignal): Promise<Account[]> {
    return (await this.#list('accounts', signal)).flatMap((row) => {
      const fields = fieldsOf(row);
      const extension = fields && textOf(fields['extension'], 32);
      if (!fields || !extension) return [];
      return { login: null, extension, name: textOf(fields['name']), number: null, email: null, online: null };
    });
  }

  async groups(signal: AbortSignal): Promise<GroupInfo[]> {
    return (await this.#list('groups', signal)).flatMap((row) => {
      const fields = fieldsOf(row);
      const id = fields && textOf(fields['id'], 128);
      if (!fields || !id) return [];
      return { id, extension: textOf(fields['extension'], 32), name: textOf(fields['name']), members: [] };
    });
  }

  /** The vendor surely has it, but its path is published nowhere: a guess could ring the wrong telephone. */
  call(_wish: CallWish, _signal: AbortSignal): Promise<PlacedCall> {
    return Promise.reject(
      new PbxError(
        'not-supported',
        'the request by which Gravitel\'s new API places a call is not published: take it from your contract documents and send it with "pbx action", {"method":"POST","path":...,"body":{...}}',
      ),
    );
  }

  async history({ from, to }: Span, signal: AbortSignal): Promise<HistoryPage> {
    const json = {
      start: new Date(from).toISOString(),
      end: new Date(to).toISOString(),
      type: 'all',
      limit: HISTORY_LIMIT,
    };
    const what = 'the call history';
    const { value, text } = await this.#api.ask({ path: 'history', method: 'POST', json, effect: false, what, signal });
    const rows = value === undefined && text.trim() !== '' ? null : rowsOf(value);
    if (!rows) throw new PbxError('protocol', 'the PBX answered the call history with something else than a list');
    const notices = rows.flatMap((row) => {
      const notice = noticeOfG1Row(row);
      if (!notice) this.#unreadable('a row of the call history');
      return notice ?? [];
    });
    return { notices, full: rows.length >= HISTORY_LIMIT };
  }

  action(request: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown> {
    return restAction(this.#api, request, { path: 'accounts', signal });
  }

  async #list(path: string, signal: AbortSignal): Promise<readonly unknown[]> {
    const { value } = await this.#api.ask({ path, effect: false, what: `the list ${path}`, signal });
    const rows = rowsOf(value);
    if (!rows || value === undefined)
      throw new PbxError('protocol', `the PBX answered the list ${path} with something else than a list`);
    return rows;
  }
}
