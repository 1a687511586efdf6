/** Whether an account has lists to offer now; for the forms, and without Node-RED or browser so that tests can ask too. */

import type { AccountState } from '../../lib/model';

export function hasListsAtHand({ state, reason }: { state: AccountState; reason: object | null }): boolean {
  // A closed account connects when it is asked, unless it says why it cannot.
  return state === 'connected' || state === 'degraded' || (state === 'closed' && !reason);
}
