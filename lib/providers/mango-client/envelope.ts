/** An event as it comes over the socket or out of the store, which are taken to look alike: what surrounds it taken off. */

import { createHash } from 'node:crypto';
import type { Profile } from './profile';
import { isFields, textAt, timeAt, valueAt } from './read';
import type { Fields } from './read';

export type Kind = 'call' | 'record' | 'ivr' | 'routeResult' | 'other';

export interface Notice {
  kind: Kind;
  /** As the service wrote it. */
  routeKey: string | null;
  /** The employee to whom it was told. */
  user: string;
  /** The same event told live and out of the store has the same; without a time, so has the same thing happening again. */
  mark: string;
  /** Milliseconds since the epoch: the service's time where it tells one. */
  at: number;
  /** Whether it does. */
  timed: boolean;
  body: Fields;
  raw: Fields;
}

export interface Surroundings {
  user: string;
  now: number;
  malformed: (reason: string) => void;
}

/** More in one list is no batch. */
const MOST = 20_000;
const DEEPEST = 20;

/** A frame of the socket: one event, or a list of them. */
export function readFrame(frame: string | Buffer, profile: Profile, around: Surroundings): Notice[] {
  let value: unknown;
  try {
    value = JSON.parse(String(frame)) as unknown;
  } catch {
    around.malformed('no JSON');
    return [];
  }
  return readEvents(Array.isArray(value) ? value : [value], profile, around);
}

/** What cannot be read is left out and counted; what stands beside it is not lost. */
export function readEvents(values: readonly unknown[], profile: Profile, around: Surroundings): Notice[] {
  const notices: Notice[] = [];
  for (const value of values.slice(0, MOST)) {
    // Stored ones may be texts within the JSON.
    const event = opened(value);
    if (isFields(event)) notices.push(noticeOf(event, profile, around));
    else around.malformed('an event that is no object');
  }
  if (values.length > MOST) around.malformed(`more than ${MOST} events at once`);
  return notices;
}

function noticeOf(event: Fields, profile: Profile, { user, now }: Surroundings): Notice {
  const { envelope } = profile;
  const routeKey = textAt(event, envelope.routeKey);
  const inner = opened(valueAt(event, envelope.payload, (found) => isFields(opened(found))));
  const body = isFields(inner) ? inner : event;
  const at = timeAt(event, envelope.time, now) ?? timeAt(body, envelope.time, now);
  // An id beside the content names the event; one within it may name the call.
  const id = body === event ? null : textAt(event, envelope.id);
  return {
    kind: kindOf(routeKey, profile),
    routeKey,
    user,
    // The same content at another time is another event: a call is held twice.
    mark: digest([user, plain(routeKey), id ?? `${at ?? ''} ${canonical(body, 0)}`].join(' ')),
    at: at ?? now,
    timed: at !== null,
    body,
    raw: event,
  };
}

function kindOf(routeKey: string | null, { routeKeys }: Profile): Kind {
  const key = plain(routeKey);
  for (const kind of ['call', 'record', 'ivr', 'routeResult'] as const) if (plain(routeKeys[kind]) === key) return kind;
  return 'other';
}

/** Without slashes at the ends and letter case. */
function plain(routeKey: string | null): string {
  return (routeKey ?? '').toLowerCase().replace(/^\/+|\/+$/g, '');
}

function opened(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** The same text for the same content, in whatever order its fields come. */
function canonical(value: unknown, depth: number): string {
  if (depth > DEEPEST) return '';
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join()}]`;
  if (!isFields(value)) return JSON.stringify(value) ?? '';
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`).join()}}`;
}
