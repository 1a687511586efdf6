/** How a call ended, in the vendors' words (specification 4.4, 5.3, 6). */

import type { Disposition } from '../../model';
import { wordOf } from './fields';
import type { CallDirection } from './notice';

const BY_WORD: Readonly<Record<string, Disposition>> = {
  success: 'answered',
  missed: 'no-answer',
  noanswer: 'no-answer',
  cancel: 'cancelled',
  cancelled: 'cancelled',
  busy: 'busy',
  notavailable: 'unreachable',
  notallowed: 'forbidden',
  forbidden: 'forbidden',
  notfound: 'invalid-number',
};

/** A word that nobody knows is `unknown`, never `answered`. */
export function dispositionOf(status: unknown): Disposition {
  return BY_WORD[wordOf(status)] ?? 'unknown';
}

/** `in`, `out`, `internal`; `missed` stands for an inbound call in lists. */
export function directionOf(word: unknown): CallDirection | null {
  switch (wordOf(word)) {
    case 'in':
    case 'inbound':
    case 'missed':
      return 'inbound';
    case 'out':
    case 'outbound':
      return 'outbound';
    case 'internal':
    case 'inner':
      return 'internal';
    default:
      return null;
  }
}
