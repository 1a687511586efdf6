/** How a call ended, from what its legs and the vendor said. */

import type { LegResult } from '../facts';
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
