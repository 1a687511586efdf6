/** JSON of this protocol family, whose ids of calls may be decimal numbers longer than a number here holds (specification 2, 3.4). */

const LONG = /\d{16}/;
/** Texts are passed over whole, and numbers are taken whole, so that no part of either is mistaken for an integer. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^\d{16,}$/;

/** The value, with integers of 16 digits and more as texts; `undefined` when it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    if (!LONG.test(text)) return value;
    // Only what is JSON gets here: in it every text is closed, so that this takes linear time.
    const quoted = text.replace(TEXT_OR_NUMBER, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token));
    return JSON.parse(quoted) as unknown;
  } catch {
    return undefined;
  }
}
