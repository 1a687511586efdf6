/**
 * Links to recordings (specification 7.2, 7.3). The signed one needs no login and holds the account's key by the vendor's design: it is made
 * only when a flow asks for it. The other one asks for the login of the vendor's cabinet.
 */

import { PbxError } from '../../model';
import { numberOf, textOf } from './fields';
import type { Keys } from './sign';
import { linkSignatureOf } from './sign';

export interface RecordingLink {
  url: string;
  /** ISO 8601. */
  expiresAt: string;
  /** Opens after a login to the vendor's cabinet and holds no secret. */
  loginUrl: string;
}

const DAY_MS = 24 * 3_600_000;
/** "MAX" of the vendor's own library: a thousand years. */
const LONGEST_MS = 365_250 * DAY_MS;

/**
 * @param expires when the link ends: `MAX`, a date (ISO 8601, Date), Unix milliseconds, or seconds from now; default a day, since the vendor's
 * edition of 2026 may count the moment in Moscow time, three hours off
 */
export function recordingLink(
  recording: string,
  wish: { action?: unknown; expires?: unknown },
  { base, keys, now }: { base: URL; keys: Keys; now: number },
): RecordingLink {
  const action = wish.action ?? 'play';
  if (action !== 'play' && action !== 'download')
    throw new PbxError('invalid-argument', '"action" of a recording link must be play or download');
  if (!/^[\w+/=:.-]+$/.test(recording)) throw new PbxError('invalid-argument', 'this is no id of a recording of MANGO');
  const until = momentOf(wish.expires, now);
  if (until <= now) throw new PbxError('invalid-argument', '"expires" is in the past');
  const timestamp = String(Math.floor(until / 1000));
  const sign = linkSignatureOf(timestamp, recording, keys);
  const link = `queries/recording/link/${recording}/${action}/${keys.apiKey}/${timestamp}/${sign}`;
  return {
    url: base.href + link,
    expiresAt: new Date(Number(timestamp) * 1000).toISOString(),
    loginUrl: `${base.href}queries/recording/issa/${recording}/${action}`,
  };
}

/** Milliseconds since the epoch. */
function momentOf(expires: unknown, now: number): number {
  if (expires === undefined || expires === null || expires === '') return now + DAY_MS;
  if (expires instanceof Date) return checked(expires.getTime(), now);
  if (typeof expires === 'string' && expires.toUpperCase() === 'MAX') return now + LONGEST_MS;
  const number = numberOf(expires);
  // As many seconds as make a thousand years are fewer than the milliseconds of 1971.
  if (number !== null) return checked(number < 1e11 ? now + number * 1000 : number, now);
  return checked(Date.parse(textOf(expires) ?? ''), now);
}

function checked(ms: number, now: number): number {
  if (!Number.isFinite(ms))
    throw new PbxError('invalid-argument', '"expires" is neither a date nor a number of seconds');
  return Math.min(ms, now + LONGEST_MS);
}
