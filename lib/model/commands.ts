/** What a flow can ask of a PBX. The account checks a command before a provider sees it. */

import type { Call, Disposition } from './call';
import type { TransferMode } from './events';

export type ReplyWhen = 'accepted' | 'answered' | 'ended';

export interface CallCommand {
  command: 'call';
  /** Extension that rings first, or `group:NUMBER` where the PBX can call from a group. Empty: the default of the account, where it can have one. */
  from: string;
  to: string;
  /** Number shown to the called party. */
  callerId?: string;
  /** Free text; comes back as `call.tag` in every event of the call. */
  tag?: string;
  replyWhen?: ReplyWhen;
  /** Seconds to wait for the answer (`answered`) or the end of dialling. */
  timeout?: number;
}

export interface HangupCommand {
  command: 'hangup';
  call: string;
}

export interface RedirectCommand {
  command: 'redirect';
  call: string;
  to: string;
}

export interface TransferCommand {
  command: 'transfer';
  call: string;
  to: string;
  mode: TransferMode;
  /** The extension that transfers; the side that stays is the other one. */
  by?: string;
}

export interface SmsCommand {
  command: 'sms';
  from?: string;
  to: string;
  text: string;
}

export type RecordingAction = 'start' | 'stop' | 'fetch' | 'link';

export interface RecordingCommand {
  command: 'recording';
  action: RecordingAction;
  /** For `start` and `stop`. */
  call?: string;
  /** For `fetch` and `link`: the id of the recording. */
  recording?: string;
  /** For `fetch`: the folder the file is written to; without it the result holds the bytes. */
  folder?: string;
  /** For `link`, where the PBX lets it be chosen: seconds from now, a date (ISO 8601), or `MAX` for as long as the PBX allows. */
  expires?: string;
}

export interface ActionCommand {
  command: 'action';
  /** The vendor's own request, in its own words. */
  request: Readonly<Record<string, unknown>>;
}

export type QueryName = 'members' | 'queues' | 'calls' | 'history' | 'balance';

export interface QueryCommand {
  command: 'query';
  query: QueryName;
  params?: Readonly<Record<string, unknown>>;
}

export type Command =
  | CallCommand
  | HangupCommand
  | RedirectCommand
  | TransferCommand
  | SmsCommand
  | RecordingCommand
  | ActionCommand
  | QueryCommand;

export type CommandName = Command['command'];

/** What a command node sends on as `msg.payload`. */
export interface CommandResult {
  command: CommandName;
  account: string;
  provider: string;
  /** The call as it stands now, where the command is about one. */
  call: Call | null;
  /** Id by which later events can be tied to this command, where the PBX has one. */
  reference: string | null;
  result: unknown;
  /** With `answered` and `ended`: whether the far end was reached. */
  reached?: boolean;
}

/** One person or device of a PBX, as `query members` lists them. */
export interface Member {
  extension: string | null;
  name: string | null;
  /** The vendor's login where it differs from the extension. */
  login: string | null;
  state: 'idle' | 'ringing' | 'busy' | 'paused' | 'unavailable' | 'unknown';
  queues: string[];
}

/** One queue or group, as `query queues` lists them. */
export interface QueueStatus {
  id: string;
  name: string | null;
  waiting: number | null;
  members: { extension: string | null; name: string | null; paused: boolean | null }[];
  callers: { call: string | null; from: string | null; position: number | null; waitSeconds: number | null }[];
}

/** `params` of `query history`, the same for every PBX; what a vendor has besides is in its chapter of `docs/providers`. */
export interface HistoryParams {
  /** ISO 8601 or Date. Without it: a day before `to`; at most a year before. */
  from?: string | Date;
  /** Without it: now. */
  to?: string | Date;
  /** On any side of the call. */
  extension?: string;
  number?: string;
  direction?: 'inbound' | 'outbound' | 'internal';
  disposition?: Disposition;
  /** Only calls in which somebody talked, or only the others. */
  answered?: boolean;
  /** The newest so many: 1 to 50 000, 1000 where nothing is said. */
  limit?: number;
}

/** One call of the past, as `query history` lists them: a canonical call and where its recording is. */
export interface HistoryEntry extends Call {
  recordings: string[];
}
