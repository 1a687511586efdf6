/** Flows name a call, the vendor's commands want the one leg of it that they can act on (specification 5). */

import { PbxError } from '../../model';
import type { CommandContext } from '../../provider';
import type { CallBook } from './calls';
import type { Leg } from './entry';
import type { Side } from './notices';

type Fitness = (leg: Leg) => number;

const talks = (leg: Leg) => leg.state === 'connected' || leg.state === 'held';

/** The leg whose end ends the call: the one people talk on, else where the caller is, else one that rings. A queue leg cannot be ended. */
const HANGUP: Fitness = (leg) => {
  if (leg.consultedBy) return 1;
  if (leg.role === 'callee') return talks(leg) ? 5 : 3;
  if (leg.role === 'caller') return 4;
  return leg.place === 'ivr' ? 4 : 0;
};

/** Where a call that nobody took can be led elsewhere: in IVR or queue, else while it rings. */
const ROUTE: Fitness = (leg) => {
  if (leg.role === 'stage') return 3;
  return leg.role === 'callee' && leg.state === 'appeared' && !leg.consultedBy ? 2 : 0;
};

/** Where people talk. */
const TALK: Fitness = (leg) =>
  leg.role === 'callee' && talks(leg) && !leg.consultedBy ? (leg.state === 'connected' ? 3 : 2) : 0;

const WANTED = { hangup: HANGUP, route: ROUTE, talk: TALK } as const;

/**
 * The leg for a command. A leg named by its own id is taken as it is. `null`: nothing is known of the call, and the id may be that of a leg
 * from before the start.
 */
export function legFor(
  purpose: keyof typeof WANTED,
  id: string,
  { book, target }: { book: CallBook; target: CommandContext['target'] },
): Leg | null {
  const legs = book.liveLegs(target?.call.id ?? id);
  const named = legs.find((leg) => leg.id === id);
  if (named) return named;
  const fitness = WANTED[purpose];
  let best: Leg | null = null;
  for (const leg of legs) if (fitness(leg) > (best ? fitness(best) : 0)) best = leg;
  if (best) return best;
  if (legs.length === 0) {
    if (target?.call.id !== id) return null;
    throw new PbxError(
      'not-found',
      'no leg of this call is known now: it may have ended, or have begun before the start',
    );
  }
  throw new PbxError('rejected', REASONS[purpose]);
}

const REASONS = {
  hangup: 'the call only waits in a queue: MANGO can end it in the IVR or at a telephone',
  route: 'the call is answered, so it cannot be led elsewhere: use transfer',
  talk: 'nobody talks in the call yet',
} as const;

/** The employee's side of a leg, as the vendor wants it told: by the value of the extension. */
export function employeeOf({ from, to }: { from: Side; to: Side }): string | null {
  return to.extension ?? from.extension;
}
