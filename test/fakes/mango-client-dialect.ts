/**
 * How a fake server-client service spells things. The overview gives purposes, paths in two spellings and a few words; the rest is
 * free, so the fake comes in two spellings that share as little as the overview allows.
 */

export type Fields = Readonly<Record<string, unknown>>;

export type FakePurpose =
  | 'createIntegration'
  | 'createUser'
  | 'channel'
  | 'register'
  | 'unregister'
  | 'ping'
  | 'callback'
  | 'route'
  | 'record'
  | 'transfer';

/** What happened to one employee's telephone, in plain words. */
export interface FakeCallNews {
  id: string;
  leg?: string;
  state: 'appeared' | 'connected' | 'held' | 'disconnected';
  from: { number?: string; extension?: string; name?: string };
  to: { number?: string; extension?: string };
  group?: boolean;
  queue?: string;
  reason?: string;
  at?: number;
}

export interface Dialect {
  title: string;
  paths: Readonly<Record<FakePurpose, string>>;
  /** The token of a request, from its headers, query or body. */
  token: (headers: Readonly<Record<string, unknown>>, query: Fields, body: Fields) => unknown;
  /** Names of parameters. */
  names: { user: string; limit: string; to: string; routeTo: string; call: string; recording: string };
  encoding: 'json' | 'form';
  answer: (
    code: number,
    more?: { token?: string; url?: string; events?: readonly unknown[]; message?: string },
  ) => Fields;
  /** An event as it goes over the socket. */
  event: (routeKey: string, body: Fields) => Fields;
  call: (news: FakeCallNews) => Fields;
  ivr: (news: { id: string; number: string; state?: string; at?: number }) => Fields;
  record: (news: { id: string; call: string; url?: string; status?: string }) => Fields;
  routeResult: (news: { call: string; code: number | string; message?: string }) => Fields;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const seconds = (at: number | undefined): Fields => (at === undefined ? {} : { timestamp: Math.floor(at / 1000) });
const STATES = { appeared: 'APPEARED', connected: 'CONNECTED', held: 'ON_HOLD', disconnected: 'DISCONNECTED' } as const;

/** As the package assumes without a correction: names of the vendor's main API where the overview has none. */
export const ASSUMED: Dialect = {
  title: 'as assumed',
  paths: {
    createIntegration: '/v1/integration/create',
    createUser: '/v1/users/create',
    channel: '/v1/channel/',
    register: '/v1/session/register',
    unregister: '/v1/session/unregister/',
    ping: '/v1/session/ping',
    callback: '/v1/callback',
    route: '/v1/route',
    record: '/v1/record',
    transfer: '/v1/transfer',
  },
  token: (headers) => /^Bearer (.+)$/.exec(textOf(headers['authorization']))?.[1],
  names: {
    user: 'INTERNAL_NUMBER',
    limit: 'LIMIT',
    to: 'DESTINATION_NUMBER',
    routeTo: 'INTERNAL_NUMBER',
    call: 'CALL_ID',
    recording: 'RECORDING_ID',
  },
  encoding: 'json',
  answer: (code, { message, ...more } = {}) => ({ result: { code, ...(message && { message }) }, ...more }),
  event: (routeKey, body) => ({ routeKey, body }),
  call: ({ id, leg, state, from, to, group, queue, reason, at }) => ({
    entry_id: id,
    call_id: leg ?? id,
    call_state: STATES[state],
    from,
    to: { ...to, ...(queue && { acd_group: queue }) },
    ...(group && { is_group_disconnect: true }),
    ...(reason && { disconnect_reason: reason }),
    ...seconds(at),
  }),
  ivr: ({ id, number, state = 'APPEARED', at }) => ({
    entry_id: id,
    call_id: id,
    call_state: state,
    from: { number },
    ...seconds(at),
  }),
  record: ({ id, call, url, status = 'AVAILABLE' }) => ({
    recording_id: id,
    entry_id: call,
    status,
    ...(url && { url }),
  }),
  routeResult: ({ call, code, message }) => ({ entry_id: call, code, ...(message && { message }) }),
};

/** The short paths of the overview, the spelling DISONNECTED of its 2.7, and other names for everything it leaves open. */
export const OTHER: Dialect = {
  title: 'spelled otherwise',
  paths: {
    createIntegration: '/integration/create',
    createUser: '/users/create',
    channel: '/channel/',
    register: '/session/register/',
    unregister: '/session/unregister/',
    ping: '/session/ping',
    callback: '/callback',
    route: '/route/async/',
    record: '/record',
    transfer: '/transfer',
  },
  token: (_headers, query) => query['access_key'],
  names: { user: 'abonent', limit: 'limit', to: 'phone', routeTo: 'target', call: 'session', recording: 'rec' },
  encoding: 'form',
  answer: (code, { token, url, events, message } = {}) => ({
    answer: { status: String(code), ...(message && { explanation: message }) },
    ...(token && { integration: { secret: token } }),
    ...(url && { socket: url }),
    ...(events && { missed: events.map((event) => JSON.stringify(event)) }),
  }),
  event: (routeKey, body) => ({ routeKey: routeKey.slice(1), content: JSON.stringify(body) }),
  call: ({ id, leg, state, from, to, group, queue, reason, at }) => ({
    talk: id,
    line: leg ?? id,
    phase: state === 'disconnected' ? 'disonnected' : state === 'held' ? 'parked' : state,
    a: from.extension ? { ext: from.extension } : { tel: from.number, who: from.name },
    b: to.extension ? { ext: to.extension } : { tel: to.number },
    is_group_disconnect: group ? '1' : '0',
    ...(queue && { team: queue }),
    ...(reason && { why: { '1110': 'gone', '1111': 'late', '1121': 'engaged', '1122': 'refused' }[reason] ?? reason }),
    ...(at !== undefined && { moment: new Date(at).toISOString() }),
  }),
  ivr: ({ id, number, state = 'APPEARED', at }) => ({
    talk: id,
    phase: state.toLowerCase(),
    a: { tel: number },
    ...(at !== undefined && { moment: new Date(at).toISOString() }),
  }),
  record: ({ id, call, url, status = 'AVAILABLE' }) => ({ file: id, talk: call, is: status, ...(url && { url }) }),
  routeResult: ({ call, code, message }) => ({ talk: call, done: code === 0 ? 'yes' : String(code), note: message }),
};
