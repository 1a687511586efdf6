/**
 * Every name this API uses on the wire, in one place. The public overview (help page "API Сервер-клиент", chapters 1 and 2) gives
 * purposes, paths, four routeKeys and two codes; all else stands in a PDF that is not public. So a person who has the PDF corrects this
 * table by JSON in the account, and no code. How sure each entry is, `certainty.ts` says.
 */

export type Verb = 'GET' | 'POST';

export interface Method {
  /** Below the base address. The overview spells most in two ways: the next is tried when the service does not know the one before. */
  paths: readonly string[];
  verb: Verb;
  /** Our word for a value and its name on the wire; an empty name leaves the value out. */
  parameters: Readonly<Record<string, string>>;
  /** Sent along as they are. */
  constant: Readonly<Record<string, string>>;
}

export const PURPOSES = [
  'createIntegration',
  'createUser',
  'channel',
  'register',
  'unregister',
  'ping',
  'callback',
  'route',
  'record',
  'transfer',
] as const;

export type Purpose = (typeof PURPOSES)[number];

/** Names joined by dots, letter case ignored; the first of the list that leads to a value counts. */
export type Paths = readonly string[];

/** Words of the vendor, letter case ignored. */
export type Words = readonly string[];

export interface Profile {
  /** Where the key of the integration goes in a request. */
  token: { place: 'header' | 'query' | 'body'; name: string; prefix: string };
  /** How the values of a POST are written; those of a GET go into the query. */
  body: 'json' | 'form';
  methods: Readonly<Record<Purpose, Method>>;
  /** In every answer. */
  result: { code: Paths; message: Paths; success: number; drained: number };
  answer: { token: Paths; channel: Paths; events: Paths; recording: Paths };
  /** `limit` is LIMIT, events a batch; milliseconds for one `register`, whose own limit at the service is a minute. */
  drain: { limit: number; timeoutMs: number };
  /** Milliseconds between two `session/ping`. */
  pingMs: number;
  /** What surrounds an event, on the socket and in the store. An event without `payload` is its own payload. */
  envelope: { routeKey: Paths; payload: Paths; id: Paths; time: Paths };
  routeKeys: { call: string; record: string; ivr: string; routeResult: string };
  /** `/call` and `/ivr`. */
  call: {
    id: Paths;
    leg: Paths;
    state: Paths;
    direction: Paths;
    fromNumber: Paths;
    fromExtension: Paths;
    fromName: Paths;
    toNumber: Paths;
    toExtension: Paths;
    toName: Paths;
    line: Paths;
    group: Paths;
    groupDisconnect: Paths;
    reason: Paths;
  };
  record: { id: Paths; call: Paths; status: Paths; url: Paths };
  routeResult: { call: Paths; outcome: Paths; message: Paths };
  words: {
    appeared: Words;
    connected: Words;
    held: Words;
    disconnected: Words;
    inbound: Words;
    outbound: Words;
    internal: Words;
    available: Words;
    routed: Words;
    busy: Words;
    rejected: Words;
    noAnswer: Words;
    cancelled: Words;
  };
}

function method(verb: Verb, paths: readonly string[], parameters: Readonly<Record<string, string>> = {}): Method {
  return { paths, verb, parameters, constant: {} };
}

const USER = { user: 'INTERNAL_NUMBER' };

export const DEFAULT_PROFILE: Profile = {
  token: { place: 'header', name: 'Authorization', prefix: 'Bearer ' },
  body: 'json',
  methods: {
    createIntegration: method('POST', ['/v1/integration/create', '/integration/create']),
    createUser: method('POST', ['/v1/users/create', '/users/create'], USER),
    channel: method('POST', ['/v1/channel/', '/channel/'], USER),
    register: method('POST', ['/v1/session/register', '/session/register/'], { ...USER, limit: 'LIMIT' }),
    unregister: method('POST', ['/v1/session/unregister/', '/session/unregister/'], USER),
    ping: method('GET', ['/v1/session/ping', '/session/ping']),
    callback: method('POST', ['/v1/callback', '/callback'], { ...USER, to: 'DESTINATION_NUMBER' }),
    route: method('POST', ['/v1/route', '/route/async/'], { call: 'CALL_ID', to: 'INTERNAL_NUMBER' }),
    record: method('GET', ['/v1/record', '/record'], { recording: 'RECORDING_ID' }),
    transfer: method('POST', ['/v1/transfer', '/transfer'], { ...USER, call: 'CALL_ID', to: 'DESTINATION_NUMBER' }),
  },
  result: {
    code: ['result.code', 'result', 'code'],
    message: ['result.message', 'result.text', 'message', 'error'],
    success: 0,
    drained: 109,
  },
  answer: {
    token: ['token', 'data.token', 'result.token', 'key'],
    channel: ['url', 'data.url', 'result.url', 'channel.url', 'channel'],
    events: ['events', 'data.events', 'result.events', 'messages', 'data'],
    recording: ['url', 'data.url', 'result.url', 'link'],
  },
  drain: { limit: 100, timeoutMs: 65_000 },
  pingMs: 60_000,
  envelope: {
    routeKey: ['routeKey', 'route_key'],
    payload: ['body', 'payload', 'data', 'message'],
    id: ['id', 'message_id', 'event_id'],
    time: ['timestamp', 'time', 'date'],
  },
  routeKeys: { call: '/call', record: '/record', ivr: '/ivr', routeResult: '/route_result' },
  call: {
    id: ['entry_id', 'call_id', 'id'],
    leg: ['call_id', 'leg_id'],
    state: ['call_state', 'state', 'status'],
    direction: ['direction', 'call_direction'],
    fromNumber: ['from.number', 'from_number', 'phone', 'caller'],
    fromExtension: ['from.extension', 'from_extension'],
    fromName: ['from.name', 'from_name'],
    toNumber: ['to.number', 'to_number'],
    toExtension: ['to.extension', 'to_extension'],
    toName: ['to.name', 'to_name'],
    line: ['to.line_number', 'line_number'],
    group: ['to.acd_group', 'group', 'group_id'],
    groupDisconnect: ['is_group_disconnect'],
    reason: ['disconnect_reason', 'reason'],
  },
  record: {
    id: ['recording_id', 'record_id'],
    call: ['entry_id', 'call_id'],
    status: ['status', 'recording_state', 'state'],
    url: ['url'],
  },
  routeResult: {
    call: ['entry_id', 'call_id'],
    outcome: ['result.code', 'code', 'result', 'status'],
    message: ['message', 'result.message', 'text'],
  },
  words: {
    appeared: ['APPEARED'],
    connected: ['CONNECTED'],
    held: ['ON_HOLD', 'ONHOLD', 'HOLD'],
    // The second is how the overview spells it in 2.7.
    disconnected: ['DISCONNECTED', 'DISONNECTED'],
    inbound: ['1', 'IN', 'INBOUND', 'INCOMING'],
    outbound: ['2', 'OUT', 'OUTBOUND', 'OUTGOING'],
    internal: ['0', 'INTERNAL'],
    available: ['AVAILABLE'],
    routed: ['0', '1000', 'OK', 'SUCCESS'],
    busy: ['1121', 'BUSY'],
    rejected: ['1122', 'REJECTED'],
    noAnswer: ['1111', '1163', 'NO_ANSWER'],
    cancelled: ['1110', 'CANCELLED'],
  },
};
