/** Comparison of secrets that takes the same time wherever they differ. */

import { timingSafeEqual } from 'node:crypto';

/** For keys and tokens. Their length is no secret: it is the same for all customers of a vendor. */
export function sameText(given: string, expected: string): boolean {
  const left = Buffer.from(given, 'utf8');
  const right = Buffer.from(expected, 'utf8');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** For digests in hexadecimal; letter case does not matter. */
export function sameDigest(given: string, expected: string): boolean {
  return sameText(given.toLowerCase(), expected.toLowerCase());
}
