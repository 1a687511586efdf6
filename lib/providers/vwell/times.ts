/** How long things may take, in milliseconds. Tests of the waiting itself shorten them. */

import { silenceOf } from '../../transport/silence';
import type { Silence } from '../../transport/silence';

export interface Times extends Silence {
  /** For a reply beyond what the server itself waits for Asterisk: 15 s of its login and a margin. */
  replyMs: number;
  /** What the server waits for Asterisk's response by default, and what is asked of it. */
  amiMs: number;
  /** Until all items of a list are here. */
  listMs: number;
  /** Until the event of the check has come, after its reply. */
  eventMs: number;
  /** A server that has not been asked for a minute opens another connection to Asterisk: from then on one request goes ahead alone. */
  idleMs: number;
  /** A dead link to Asterisk is forgotten by the server after 60 s without a request. */
  restMs: number;
  /** For the first sign of a call that was placed. */
  signMs: number;
  /** Events that came melted are gathered this long before the calls are read anew, and not sooner again. */
  rereadMs: number;
}

export const TIMES: Times = {
  replyMs: 20_000,
  amiMs: 15_000,
  listMs: 15_000,
  eventMs: 5_000,
  idleMs: 55_000,
  restMs: 65_000,
  signMs: 3_000,
  rereadMs: 2_000,
  ...silenceOf({}),
};
