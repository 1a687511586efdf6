/** What a session is told, and what it tells about itself. */
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '../../clock';
import type { AmiBlock } from './block';
import type { AmiMessage } from './message';
import type { AmiMalformed, AmiParserCounters } from './parser';

export interface AmiSessionOptions {
  host: string;
  port: number;
  /** Given: TLS with these options of `tls.connect`; certificates are verified unless they say otherwise. */
  tls?: ConnectionOptions | undefined;
  username: string;
  password: string;
  /** The account's name, for error texts. */
  account: string;
  clock?: Clock | undefined;
  /** `Events:` of the login, such as `system,call,agent,user`. Not given: all that the manager user may read. */
  events?: string | undefined;
  /** Connection and greeting, 10 s. */
  connectTimeoutMs?: number | undefined;
  /** From the greeting to the accepted login, 15 s. Asterisk delays a refusal by one second. */
  loginTimeoutMs?: number | undefined;
  /** After this time without a message a Ping is sent, 10 s. */
  pingAfterMs?: number | undefined;
  /**
   * After this time without a message the connection is given up, 25 s. Asterisk handles one action of a session at a
   * time and sends no event meanwhile, so an action that keeps it longer (Originate without `Async`) would be cut off.
   */
  deadAfterMs?: number | undefined;
  /** For the answer to an action, 30 s. */
  actionTimeoutMs?: number | undefined;
  limits?: Partial<AmiSessionLimits> | undefined;
  /** Every wanted event that is not an item of a list, also those that come before `open` is done. */
  onMessage(event: AmiMessage): void;
  /** Asked about an event before it is parsed. Not given: all are wanted. */
  wants?: ((eventName: string, block: AmiBlock) => boolean) | undefined;
  onMalformed?: ((info: AmiMalformed) => void) | undefined;
  /** What `onMessage` threw: a programming error, kept from ending the connection. */
  onFault?: ((error: unknown) => void) | undefined;
}

export interface AmiSessionLimits {
  /** 4 MiB. */
  maxBlockBytes: number;
  /** Actions waiting for an answer, 1000. */
  maxPending: number;
  /** Bytes waiting to be written, 1 MiB. */
  maxUnsentBytes: number;
  /** 100 000. */
  maxListItems: number;
}

export interface AmiActionOptions {
  /** A list is expected. Marked lists are collected anyhow; this is for Asterisk before 13, which does not mark them. */
  list?: boolean | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Whether the action changes something (default): a lost answer is then `uncertain`. */
  effect?: boolean | undefined;
  /** An id made by `newActionId`, where the id must be known before the answer. */
  actionId?: string | undefined;
}

export interface AmiSessionCounters extends AmiParserCounters {
  actions: number;
  pings: number;
  /** Answers and list items that came after their action was given up. */
  late: number;
}
