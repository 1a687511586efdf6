/**
 * The vocabulary of the status line under a node: one place that says what each state of a connection looks like. The text is a label
 * key, which the editor translates into the language of the person who looks.
 */

import type { NodeStatus, NodeStatusFill, NodeStatusShape } from 'node-red';
import type { AccountStatus } from '../../lib/index';

export function badge(fill: NodeStatusFill, shape: NodeStatusShape, text: string): NodeStatus {
  return { fill, shape, text };
}

type Reason = NonNullable<AccountStatus['reason']>;

/** First match names the failure. Providers say in `vendor` or in their text what the network or the PBX said. */
const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_|\bname .* (?:was )?not found|host.* not found/i, 'hostNotFound'],
  [/ECONNREFUSED|nothing listens|connection refused/i, 'refused'],
  [/shut(?:s|ting)? ?down|restart/i, 'restarting'],
  [/certificate|not speak TLS|self.signed/i, 'certificate'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|cannot be reached|timed? ?out|did not answer|sent no|silent/i, 'unreachable'],
];

/** The label key for why a connection is not there. */
export function failureKey(reason: Reason | null): string {
  if (reason?.code === 'unauthorized') return 'common.status.unauthorized';
  if (reason?.code === 'forbidden') return 'common.status.forbidden';
  const words = reason ? `${reason.vendor?.code ?? ''} ${reason.vendor?.message ?? ''} ${reason.text}` : '';
  const found = FAILURES.find(([pattern]) => pattern.test(words));
  if (found) return `common.status.${found[1]}`;
  if (reason?.code === 'timeout') return 'common.status.unreachable';
  if (reason?.code === 'protocol') return 'common.status.protocol';
  return 'common.status.reconnecting';
}

export function connectionBadge({ state, reason }: Pick<AccountStatus, 'state' | 'reason'>): NodeStatus {
  switch (state) {
    case 'connecting':
      return badge('yellow', 'ring', 'common.status.connecting');
    case 'connected':
      return badge('green', 'dot', 'common.status.connected');
    case 'degraded':
      return badge('yellow', 'dot', 'common.status.degraded');
    case 'reconnecting':
      return badge('red', 'ring', failureKey(reason));
    case 'unauthorized':
      return badge('red', 'dot', reason ? failureKey(reason) : 'common.status.unauthorized');
    case 'closed':
      return badge('grey', 'ring', 'common.status.closed');
  }
}

export function isUp(state: AccountStatus['state']): boolean {
  return state === 'connected' || state === 'degraded';
}
