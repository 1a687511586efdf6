/**
 * Employees and groups of the PBX (specification 8.1). The vendor lets the list of employees be read once in two seconds for the whole
 * PBX, so it is kept for a moment.
 */

import type { Clock } from '../../clock';
import { party, PbxError } from '../../model';
import type { Member, QueueStatus } from '../../model';
import type { KnownCall } from '../../provider';
import type { ApiReply, MangoApi } from './api';
import { fieldsOf, listOf, textOf } from './fields';
import type { Fields } from './fields';
import { UNNUMBERED } from './groups';

const KEEP_MS = 30_000;

export interface Listed<T> {
  result: T[];
  raw: unknown;
}

interface Group {
  id: string;
  name: string | null;
  members: { extension: string | null; name: string | null }[];
}

export class Directory {
  readonly #api: MangoApi;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { until: number; reply: Promise<ApiReply> }>();

  constructor(api: MangoApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Employees with what the notifications tell of their calls; idle is never claimed, since MANGO does not tell it. */
  async members(
    params: Fields,
    { calls, signal }: { calls: Iterable<KnownCall>; signal: AbortSignal },
  ): Promise<Listed<Member>> {
    const wanted = textOf(params['extension']);
    const wish = { ext_fields: ['general.user_id', 'general.login'] };
    const users = await this.#read('config/users/request', wish, 'users', signal);
    const groups = await this.#groups(signal).catch(() => null);
    const states = statesOf(calls);
    const result = listOf(users.fields['users'])
      .map(fieldsOf)
      .filter((user): user is Fields => user !== null)
      .map((user): Member => {
        const general = fieldsOf(user['general']) ?? {};
        const extension = textOf(fieldsOf(user['telephony'])?.['extension']);
        return {
          extension,
          name: textOf(general['name']),
          login: textOf(general['login']),
          state: (extension && states.get(extension)) || 'unknown',
          queues: (groups?.result ?? [])
            .filter((group) => extension !== null && group.members.some((member) => member.extension === extension))
            .map((group) => group.id),
        };
      })
      .filter((member) => wanted === null || member.extension === wanted);
    return { result, raw: users.value };
  }

  /** Groups; who waits is known from the notifications, so only when there are any. */
  async queues(
    params: Fields,
    { calls, signal, hears }: { calls: Iterable<KnownCall>; signal: AbortSignal; hears: boolean },
  ): Promise<Listed<QueueStatus>> {
    const wanted = textOf(params['queue']);
    const groups = await this.#groups(signal);
    const waiting = [...calls]
      .map(({ call }) => call)
      .filter((call) => call.state === 'queued' || call.state === 'ringing');
    const result = groups.result
      .filter((group) => wanted === null || group.id === wanted || group.name === wanted)
      .map(({ id, name, members }): QueueStatus => {
        const callers = waiting.filter((call) => call.queue === id);
        return {
          id,
          name,
          waiting: hears ? callers.length : null,
          members: members.map((member) => ({ ...member, paused: null })),
          callers: callers.map((call) => ({
            call: call.id,
            from: party(call.from).number ?? call.from.extension,
            position: null,
            waitSeconds: Math.max(0, Math.round((this.#clock.now() - Date.parse(call.startedAt)) / 1000)),
          })),
        };
      });
    return { result, raw: groups.raw };
  }

  async #groups(signal: AbortSignal): Promise<Listed<Group>> {
    const reply = await this.#read('groups', { show_users: 1 }, 'groups', signal);
    const result = listOf(reply.fields['groups'])
      .map(fieldsOf)
      .filter((group): group is Fields => group !== null)
      .map((group) => ({
        // Notifications name a group by its extension.
        id: textOf(group['extension']) ?? textOf(group['name']) ?? textOf(group['id']) ?? UNNUMBERED,
        name: textOf(group['name']),
        members: listOf(group['operators'])
          .map(fieldsOf)
          .map((operator) => ({ extension: textOf(operator?.['extension']), name: textOf(operator?.['name']) })),
      }));
    return { result, raw: reply.value };
  }

  /** Two flows that ask at the same time ask once. */
  #read(path: string, parameters: Fields, list: 'users' | 'groups', signal: AbortSignal): Promise<ApiReply> {
    const kept = this.#kept.get(path);
    if (kept && kept.until > this.#clock.now()) return kept.reply;
    const reply = this.#api.post(path, parameters, { signal, effect: false, resultless: true }).then((answer) => {
      // Without a `result` only the list itself tells that it went well.
      if (Array.isArray(answer.fields[list])) return answer;
      throw new PbxError('protocol', `MANGO answered ${path} without a list of ${list}`);
    });
    const entry = { until: this.#clock.now() + KEEP_MS, reply };
    this.#kept.set(path, entry);
    reply.catch(() => {
      if (this.#kept.get(path) === entry) this.#kept.delete(path);
    });
    return reply;
  }
}

function statesOf(calls: Iterable<KnownCall>): Map<string, Member['state']> {
  const states = new Map<string, Member['state']>();
  for (const { call, legs } of calls) {
    for (const { party: who, state, role } of legs) {
      if (!who.extension || role === 'stage') continue;
      if (state === 'answered') states.set(who.extension, 'busy');
      else if (states.get(who.extension) !== 'busy') states.set(who.extension, 'ringing');
    }
    // Whoever placed the call from his phone has no leg of his own.
    if (call.from.extension) states.set(call.from.extension, 'busy');
  }
  return states;
}
