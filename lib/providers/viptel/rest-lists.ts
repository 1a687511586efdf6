/** What the REST interface lists, read tolerantly: values mostly come as texts, and lists bare or under one of several keys. */

import { PbxError } from '../../model';
import { memberNumber } from './events';
import { fromLocalTime } from './local-time';
import type { ViptelRest } from './rest';
import { firstText, isFields, textOf, wholeOf } from './wire';
import type { Fields } from './wire';

export interface Extension {
  number: string;
  name: string | null;
  registered: boolean | null;
  doNotDisturb: boolean;
}

export interface Queue {
  id: string;
  name: string | null;
}

export interface QueueState {
  id: string;
  members: { extension: string; paused: boolean | null }[];
  waiting: { id: string; caller: string | null; callerName: string | null; waitSeconds: number | null }[];
}

export interface LiveCall {
  id: string;
  /** The caller's own call in the queue, when this is the leg of an agent. */
  parent: string | null;
  caller: string | null;
  callerName: string | null;
  callee: string | null;
  answered: boolean;
  seconds: number | null;
}

export interface HistoryRecord {
  id: string;
  /** The same as in the events. */
  uniqueId: string | null;
  type: string | null;
  /** Milliseconds since the epoch. */
  startedAt: number | null;
  caller: string | null;
  callerName: string | null;
  received: string | null;
  destination: string | null;
  destinationName: string | null;
  talkSeconds: number;
  /** From the begin to the end. */
  wholeSeconds: number;
  status: string | null;
  recordingFile: string | null;
  raw: Fields;
}

export const PATHS = {
  extensions: '/api/extension',
  queues: '/api/queue/',
  queueStatus: '/api/queue/status',
  calls: '/api/call/statistics',
  history: '/api/cdr/',
  recordings: '/api/cdr/recordings',
} as const;

export async function extensions(rest: ViptelRest, signal: AbortSignal): Promise<Extension[]> {
  const answer = await rest.json({ path: PATHS.extensions, what: 'the extensions' }, signal);
  return list(answer, 'the extensions', ['data', 'extensions', 'items']).flatMap((row) => {
    const number = firstText(row, 'extension', 'number');
    if (number === null) return [];
    const { is_registered: registered, dnd } = row;
    return {
      number,
      name: textOf(row['name']),
      registered: typeof registered === 'boolean' ? registered : null,
      doNotDisturb: dnd === true,
    };
  });
}

export async function queues(rest: ViptelRest, signal: AbortSignal): Promise<Queue[]> {
  const answer = await rest.json({ path: PATHS.queues, what: 'the queues' }, signal);
  return list(answer, 'the queues', ['data', 'queues', 'items']).flatMap((row) => {
    const id = firstText(row, 'queue', 'queue_number', 'queue_id', 'id');
    return id === null ? [] : { id, name: firstText(row, 'nazov', 'name', 'label', 'description') };
  });
}

export async function queueState(rest: ViptelRest, queue: string, signal: AbortSignal): Promise<QueueState> {
  const what = `the state of queue ${queue}`;
  const answer = await rest.json({ path: PATHS.queueStatus, query: { queue }, what }, signal);
  if (!isFields(answer)) throw unreadable(what);
  return {
    id: textOf(answer['queue']) ?? queue,
    members: rows(answer['members']).flatMap((row) => {
      const extension = memberNumber(firstText(row, 'extension', 'member', 'interface'));
      return extension === null ? [] : { extension, paused: typeof row['paused'] === 'boolean' ? row['paused'] : null };
    }),
    waiting: rows(answer['waiting_calls']).flatMap((row) => {
      const id = textOf(row['unique_id']);
      return id === null
        ? []
        : {
            id,
            caller: textOf(row['caller']),
            callerName: textOf(row['caller_name']),
            waitSeconds: wholeOf(row['wait_time']) ?? wholeOf(row['wait_seconds']),
          };
    }),
  };
}

export async function liveCalls(rest: ViptelRest, signal: AbortSignal): Promise<LiveCall[]> {
  const answer = await rest.json({ path: PATHS.calls, what: 'the running calls' }, signal);
  const keys = ['calls', 'data', 'active_calls', 'items', 'results', 'statistics'];
  return list(answer, 'the running calls', keys).flatMap((row) => {
    const id = firstText(row, 'unique_id', 'uniqueid');
    return id === null
      ? []
      : {
          id,
          parent: textOf(row['from_queue_unique_id']),
          caller: textOf(row['caller']),
          callerName: textOf(row['caller_name']),
          callee: firstText(row, 'callee', 'destination'),
          answered: /^(?:answered|up|bridged)$/i.test(textOf(row['status']) ?? ''),
          seconds: wholeOf(row['duration']),
        };
  });
}

export async function history(
  rest: ViptelRest,
  query: Readonly<Record<string, string | number | undefined>>,
  signal: AbortSignal,
  path: typeof PATHS.history | typeof PATHS.recordings = PATHS.history,
): Promise<HistoryRecord[]> {
  const what = path === PATHS.history ? 'the call history' : 'the list of recordings';
  const answer = await rest.json({ path, query, what }, signal);
  return list(answer, what, ['data', 'cdr', 'records', 'items', 'results', 'rows']).flatMap((row) => {
    const uniqueId = firstText(row, 'unique_id', 'uniqueid');
    const id = firstText(row, 'id', 'cdr_id') ?? uniqueId;
    if (id === null) return [];
    const talkSeconds = wholeOf(row['duration']) ?? 0;
    return {
      id,
      uniqueId,
      type: textOf(row['type']),
      startedAt: fromLocalTime(textOf(row['when'])),
      caller: textOf(row['caller']),
      callerName: textOf(row['caller_name']),
      received: textOf(row['received']),
      destination: textOf(row['destination']),
      destinationName: textOf(row['destination_name']),
      talkSeconds,
      wholeSeconds: Math.max(talkSeconds, wholeOf(row['complete_duration']) ?? 0),
      status: textOf(row['status']),
      recordingFile: textOf(row['recording_file']),
      raw: row,
    };
  });
}

/** The objects of a list, bare or under one of these keys. An empty answer is an empty list; anything else is none. */
function list(answer: unknown, what: string, keys: readonly string[]): Fields[] {
  if (Array.isArray(answer)) return rows(answer);
  if (isFields(answer)) for (const key of keys) if (Array.isArray(answer[key])) return rows(answer[key]);
  throw unreadable(what);
}

function rows(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function unreadable(what: string): PbxError {
  return new PbxError('protocol', `VIPTel answered the request for ${what} with something that cannot be read.`);
}
