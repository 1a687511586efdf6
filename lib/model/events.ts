/** What an event node sends as `msg.payload`: one shape a kind, the same on every PBX. */

import type { Call, Party } from './call';
import type { PbxErrorCode } from './errors';
import type { AccountTopic, CallTopic, MessageTopic, QueueTopic, RecordingTopic, Topic } from './topics';

interface EventBase<T extends Topic> {
  type: T;
  /** The same event received twice has the same id. */
  id: string;
  /** The account by its name. */
  account: string;
  provider: string;
  /** ISO 8601, UTC: by the PBX's clock where it tells the time, else when it arrived. */
  time: string;
  /** Present (`true`) when the package worked the event out and the PBX did not report it. */
  inferred?: true;
}

export type TransferMode = 'blind' | 'attended';

export interface CallEvent extends EventBase<CallTopic> {
  call: Call;
  /** `call.ringing`: the party that rings. */
  ringing?: Party;
  /** `call.hold` and `call.resume`: who did it, where known. */
  by?: Party | null;
  /** `call.transfer` only. */
  transfer?: { mode: TransferMode | null; by: Party | null; to: Party };
  /** `call.dtmf` only: the digits `0-9 * # A-D`. */
  digits?: string;
}

export interface QueueInfo {
  id: string;
  name: string | null;
  /** Place of this caller, 1 is next. */
  position: number | null;
  /** Callers waiting in the queue. */
  waiting: number | null;
  /** Whole seconds this caller has waited in this queue. */
  waitSeconds: number | null;
}

export interface QueueMember {
  extension: string | null;
  name: string | null;
  paused: boolean | null;
}

/** Why a caller is no longer in the queue. */
export type QueueLeaveReason = 'connected' | 'abandoned' | 'timeout' | 'redirected' | 'full' | 'empty';

export interface QueueEvent extends EventBase<QueueTopic> {
  queue: QueueInfo;
  member: QueueMember | null;
  call: Call | null;
  /** `queue.leave` only, where the PBX tells. */
  reason?: QueueLeaveReason | null;
}

export interface Recording {
  /** What the recording node takes to fetch or link. */
  id: string;
  /** Id of the call. */
  call: string | null;
  /** Address or path of the audio where the PBX gives one that holds no secret. */
  url: string | null;
  /** File format by its usual ending: `wav`, `mp3`. */
  format: string | null;
  startedAt: string | null;
  /** Length of the audio in whole seconds. */
  seconds: number | null;
  /** Whether the audio can be had now. */
  ready: boolean;
}

export interface RecordingEvent extends EventBase<RecordingTopic> {
  recording: Recording;
  call: Call | null;
  /** `recording.failed` only. */
  reason?: { code: string | null; text: string | null };
}

export interface TextMessage {
  id: string;
  from: string | null;
  to: string | null;
  /** `null` where a delivery report does not repeat the text. */
  text: string | null;
  reason: { code: string | null; text: string | null } | null;
}

export interface MessageEvent extends EventBase<MessageTopic> {
  message: TextMessage;
}

export const ACCOUNT_STATES = [
  'connecting',
  'connected',
  'degraded',
  'reconnecting',
  'unauthorized',
  'closed',
] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

export interface AccountEvent extends EventBase<AccountTopic> {
  state: AccountState;
  /** Why, for `account.disconnected`, `account.degraded` and `account.warning`. */
  reason?: { code: PbxErrorCode; text: string } | null;
  /** `account.gap`: the span for which events may be missing. `recovered`: whether live state was read again. */
  gap?: { from: string; to: string; recovered: boolean };
  /** `raw`: the PBX's own name for it and its own words, secrets masked. */
  name?: string | null;
  message?: unknown;
}

export type PbxEvent = CallEvent | QueueEvent | RecordingEvent | MessageEvent | AccountEvent;
