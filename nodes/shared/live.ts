/** What the runtime tells an open telephony sidebar: one JSON object a line, the whole picture first, then what changed. */

import type { AccountState, Call, PbxEvent, QueueStatus } from '../../lib/model';

export interface LiveAccount {
  /** Id of the account node. */
  id: string;
  name: string;
  /** Label of the provider. */
  pbx: string;
  state: AccountState;
  /** ISO 8601. */
  since: string | null;
  reason: string | null;
  /** What the sidebar's buttons may offer. */
  can: { call: boolean; hangup: boolean };
}

/** A live call and the account it belongs to. */
export interface LiveCall extends Call {
  account: string;
}

export interface LiveQueue extends QueueStatus {
  account: string;
}

export interface LiveFrame {
  /** The runtime's clock, ms since the epoch: durations are counted by it and not by the browser's. */
  now: number;
  /** Everything before is void. */
  fresh?: true;
  accounts?: LiveAccount[];
  /** Begun or changed. */
  calls?: LiveCall[];
  /** Ended, as `account id/call id`. */
  ended?: string[];
  /** All queues of the accounts named. */
  queues?: { account: string; list: LiveQueue[] }[];
  /** Oldest first, without the vendor's own words. */
  events?: PbxEvent[];
  /** Events left out since the last frame, because more came than a person can read. */
  skipped?: number;
}
