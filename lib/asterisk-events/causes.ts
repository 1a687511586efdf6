/**
 * Why a leg ended. Codes are those of Q.850 as in Asterisk's causes.h; the dial status of the Dial application fills in where the
 * code says nothing (0, 16 and 127 come with anything).
 */

import type { Disposition, Reason } from '../model';

/** Codes that decide by themselves. */
const DECISIVE: Readonly<Record<number, Disposition>> = {
  1: 'invalid-number',
  2: 'unreachable',
  3: 'unreachable',
  17: 'busy',
  18: 'no-answer',
  19: 'no-answer',
  20: 'unreachable',
  21: 'rejected',
  22: 'invalid-number',
  27: 'unreachable',
  28: 'invalid-number',
  34: 'failed',
  38: 'failed',
  41: 'failed',
  42: 'failed',
  44: 'failed',
  50: 'forbidden',
  52: 'forbidden',
  54: 'forbidden',
  57: 'forbidden',
  58: 'failed',
  65: 'failed',
  66: 'failed',
  88: 'failed',
  102: 'failed',
  111: 'failed',
};

const BY_STATUS: Readonly<Record<string, Disposition>> = {
  BUSY: 'busy',
  CANCEL: 'cancelled',
  CHANUNAVAIL: 'unreachable',
  CONGESTION: 'failed',
  DONTCALL: 'rejected',
  INVALIDARGS: 'failed',
  NOANSWER: 'no-answer',
  TORTURE: 'rejected',
};

/** "Answered elsewhere": the leg lost against another. */
export const ANSWERED_ELSEWHERE = 26;
/** "Redirected to new destination": a phone forwards its calls (SIP 302). */
export const REDIRECTED = 23;

/** What came of a called leg; `null` when neither code nor status tell. */
export function outcomeOf(cause: number, dialStatus: string | null): Disposition | null {
  return DECISIVE[cause] ?? (dialStatus === null ? null : (BY_STATUS[dialStatus] ?? null));
}

/** 0 is Asterisk's "nobody set a cause". */
export function reasonOf(cause: number, text: string | null): Reason | null {
  return cause === 0 ? null : { code: String(cause), text };
}
