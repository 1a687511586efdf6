/** Why calls end, in the PBX's words: the release causes of ITU-T Q.850 (05/2018, table 1), which every exchange knows. */

import type { Disposition } from '../../../model';

const TEXTS = {
  1: 'Unallocated number',
  16: 'Normal call clearing',
  17: 'User busy',
  19: 'No answer from user',
  20: 'Subscriber absent',
  21: 'Call rejected',
  26: 'Non-selected user clearing',
} as const;

export type CauseCode = keyof typeof TEXTS;

export interface Cause {
  code: CauseCode;
  text: string;
}

export function cause(code: CauseCode): Cause {
  return { code, text: TEXTS[code] };
}

export function isCause(code: number): code is CauseCode {
  return Object.hasOwn(TEXTS, code);
}

const OUTCOMES: Readonly<Record<CauseCode, Disposition>> = {
  1: 'invalid-number',
  16: 'cancelled',
  17: 'busy',
  19: 'no-answer',
  20: 'unreachable',
  21: 'rejected',
  26: 'cancelled',
};

/** What a call that nobody answered came to. */
export function outcomeOf(code: CauseCode): Disposition {
  return OUTCOMES[code];
}
