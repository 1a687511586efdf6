/** What a provider can do: known to the editor before a flow runs, and to the account before a command leaves. */

import type { QueryName, RecordingAction } from './commands';
import type { TransferMode } from './events';
import type { Topic } from './topics';

export interface Capabilities {
  call: boolean;
  /** Whether `from` of make call may be `group:NUMBER`. */
  callFromGroup: boolean;
  hangup: boolean;
  redirect: boolean;
  transfer: readonly TransferMode[];
  sms: boolean;
  recording: readonly RecordingAction[];
  /** Whether a flow may say when a link to a recording ends. */
  linkExpires?: boolean;
  queries: readonly QueryName[];
  action: boolean;
  /** Whether a flow may decide where an incoming call goes. */
  route: boolean;
  events: readonly Topic[];
}
