/** Dialect L: one address, `cmd` and `token` in a form (specification 3). Gravitel, MegaFon, Kcell, Moldcell and relatives. */

import type { Span } from '../../history';
import { PbxError } from '../../model';
import type { Api, Answer } from './api';
import { callIdOf, shownNumberOf } from './call-answer';
import type { Account, CallWish, Codec, GroupInfo, HistoryPage, PlacedCall } from './codec';
import { HISTORY_LIMIT } from './codec';
import { noticesOfCsv } from './csv';
import { anyOf, compactTime, fieldsOf, textOf } from './fields';

/** Commands that change nothing, so that they may be repeated. */
const READING: ReadonlySet<string> = new Set(['accounts', 'groups', 'history', 'subscriptionstatus', 'get_dnd']);

export class LegacyCodec implements Codec {
  readonly dialect = 'L';
  readonly keyHeader = {};
  readonly #api: Api;
  readonly #unreadable: (what: string) => void;

  constructor(api: Api, unreadable: (what: string) => void) {
    this.#api = api;
    this.#unreadable = unreadable;
  }

  async accounts(signal: AbortSignal): Promise<Account[]> {
    const rows = listFrom(await this.#command('accounts', {}, signal), 'accounts');
    return rows.flatMap((row) => {
      const fields = fieldsOf(row);
      // `name` is the login here, not the name (specification 3.2).
      const login = fields && textOf(fields['name']);
      const extension = fields && textOf(fields['ext'], 32);
      if (!fields || (!login && !extension)) return [];
      return {
        login: login?.split('@', 1)[0] ?? null,
        extension,
        name: textOf(fields['realName']) ?? login,
        number: textOf(fields['telnum'], 32),
        email: textOf(fields['email']),
        online: null,
      };
    });
  }

  async groups(signal: AbortSignal): Promise<GroupInfo[]> {
    const rows = listFrom(await this.#command('groups', {}, signal), 'groups');
    return rows.flatMap((row) => {
      const fields = fieldsOf(row);
      const id = fields && textOf(fields['id'], 128);
      if (!fields || !id) return [];
      return { id, extension: textOf(fields['ext'], 32), name: textOf(fields['realName']), members: [] };
    });
  }

  async call({ from, to, shown }: CallWish, signal: AbortSignal): Promise<PlacedCall> {
    if (!('user' in from))
      throw new PbxError(
        'not-supported',
        'this PBX (dialect L) places calls from an employee only: give an extension or login as "from"',
      );
    const parameters = { phone: to, user: from.user, ...(shown && { clid: shown }) };
    const answer = await this.#command('makeCall', parameters, signal);
    return { call: callIdOf(answer), shown: shownNumberOf(answer), raw: rawOf(answer) };
  }

  async history({ from, to }: Span, signal: AbortSignal): Promise<HistoryPage> {
    const parameters = { start: compactTime(from), end: compactTime(to), type: 'all', limit: String(HISTORY_LIMIT) };
    const { text, value } = await this.#command('history', parameters, signal);
    if (value !== undefined && value !== null && typeof value === 'object' && !Array.isArray(value))
      throw new PbxError('protocol', 'the PBX answered the call history with something else than a table');
    if (value === null || Array.isArray(value)) return { notices: [], full: false };
    let unreadable = 0;
    const notices = noticesOfCsv(text, (row) => {
      unreadable++;
      this.#unreadable(row);
    });
    return { notices, full: notices.length + unreadable >= HISTORY_LIMIT };
  }

  async action(request: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown> {
    const cmd = textOf(anyOf(request, 'cmd'));
    if (!cmd)
      throw new PbxError(
        'invalid-argument',
        'a request of this PBX (dialect L) needs "cmd", for example {"cmd":"groups"}',
      );
    const parameters: Record<string, string> = {};
    for (const [name, value] of Object.entries(request)) {
      if (/^(?:cmd|token)$/i.test(name) || value === undefined || value === null) continue;
      const text = typeof value === 'boolean' ? String(value) : typeof value === 'string' ? value : textOf(value);
      if (text === null) throw new PbxError('invalid-argument', `"${name}" must be a text, number or truth value`);
      parameters[name] = text;
    }
    return rawOf(await this.#command(cmd, parameters, signal));
  }

  #command(cmd: string, parameters: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const effect = !READING.has(cmd.toLowerCase());
    return this.#api.ask({ form: { cmd, ...parameters }, effect, what: `the command ${cmd}`, signal });
  }
}

function listFrom({ value, text }: Answer, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null || text.trim() === '') return [];
  throw new PbxError('protocol', `the PBX answered "${what}" with something else than a list. Check the address`);
}

function rawOf({ value, text }: Answer): unknown {
  return value === undefined ? text : value;
}
