/** How a call ended, from what its legs and the vendor said. */

import type { CallFact, LegResult } from '../facts';
import { isTime } from './tracked-call';
import type { TrackedCall } from './tracked-call';

/**
 * A person's answer beats everything. Else the vendor's own result for the call; else the latest leg that did not lose against
 * another; else nobody knows.
 */
export function endResult(call: TrackedCall, stated: LegResult | null): LegResult {
  const reason = stated?.reason ?? call.result?.reason;
  const disposition = call.answeredAt ? 'answered' : (stated?.disposition ?? call.result?.disposition ?? 'unknown');
  return reason ? { disposition, reason } : { disposition };
}

/** The times a vendor sums a call up with win over what was counted here, perhaps from the middle of the call only. */
export function settleTimes(call: TrackedCall, fact: Extract<CallFact, { fact: 'call.end' }>): void {
  if (call.ended) return;
  const { startedAt, answeredAt } = fact;
  if (startedAt && isTime(startedAt)) call.startedAt = startedAt;
  if (!call.answeredAt) return;
  const stated = answeredAt && isTime(answeredAt) ? answeredAt : call.answeredAt;
  call.answeredAt = Math.max(stated, call.startedAt);
}
