/** What a result code means. A code the table lacks means what its nearest known class means (specification 3.2). */

import type { LegResult } from '../../facts';
import { PbxError } from '../../model';
import type { Reason } from '../../model';
import type { CodeMeaning } from './code-table';
import { CODES } from './code-table';
import { numberOf } from './fields';

/** 2219 is read as 2210, 1090 as 1000: the code, then its tens, hundreds, thousands. */
export function meaningOf(code: unknown): CodeMeaning | null {
  const number = numberOf(code);
  if (number === null) return null;
  for (const step of [1, 10, 100, 1000]) {
    const found = CODES.get(Math.floor(number / step) * step);
    if (found) return found;
  }
  return null;
}

/** 1000, 1001 and what falls back to 1000. */
export function isSuccess(code: unknown): boolean {
  const number = numberOf(code);
  return number !== null && number >= 1000 && number < 1100;
}

/** The class for which the vendor blocks programs that repeat it (specification 3.3). */
export function isWrongRequest(code: unknown): boolean {
  const number = numberOf(code);
  return number !== null && number >= 3000 && number < 4000;
}

export function reasonOf(code: string | null): Reason | null {
  return code === null ? null : { code, text: meaningOf(code)?.text ?? null };
}

/** How a call or leg that nobody took ended; `null` when the code tells nothing. */
export function endOf(code: string | null): LegResult | null {
  const ends = meaningOf(code)?.ends;
  const reason = reasonOf(code);
  return ends && reason ? { disposition: ends, reason } : null;
}

/** Whether the leg ended because another one has the call. */
export function isLost(code: string | null): boolean {
  return meaningOf(code)?.lost === true;
}

/** Codes after which the same request may be sent again as it is: the PBX says itself that it did nothing. */
const NOTHING_DONE: ReadonlySet<number> = new Set([4290, 5001, 5002, 5005, 5008]);

/** The error for a refused request. `details`: what the vendor adds, such as the wrong field. */
export function refusal(code: unknown, what: string, details: string | null = null): PbxError {
  const number = numberOf(code);
  const meaning = meaningOf(code);
  const text = meaning?.text ?? 'refused without a known reason';
  const shown = number === null ? '' : ` (${number})`;
  return new PbxError(meaning?.error ?? 'rejected', `${what}: ${text}${shown}${details ? `; ${details}` : ''}`, {
    retryable: number !== null && NOTHING_DONE.has(number),
    vendor: { code: number === null ? null : String(number), message: text },
  });
}
