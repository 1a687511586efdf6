/** What a dialect must be able to say. Three codecs fulfil it; nobody behind them knows which it is (specification 10, design rule). */

import type { Span } from '../../history';
import type { Dialect } from './address';
import type { HistoryNotice } from './notice';

/** One employee of the PBX. */
export interface Account {
  login: string | null;
  extension: string | null;
  name: string | null;
  /** Direct external number. */
  number: string | null;
  email: string | null;
  /** Whether the telephone is registered, where the PBX tells. */
  online: boolean | null;
}

export interface GroupInfo {
  id: string;
  extension: string | null;
  name: string | null;
  /** Logins, where the PBX tells. */
  members: readonly string[];
}

export interface CallWish {
  /** Login, extension or direct number; or a group. */
  from: { user: string } | { group: string };
  /** Digits. */
  to: string;
  /** Digits of the own number to show. */
  shown: string | null;
}

export interface PlacedCall {
  /** Id by the PBX; `null`: accepted and not told. */
  call: string | null;
  /** The own number that is shown, where the PBX tells. */
  shown: string | null;
  raw: unknown;
}

export interface HistoryPage {
  notices: HistoryNotice[];
  /** The PBX may have held rows back: the span is to be asked in parts. */
  full: boolean;
}

export interface Codec {
  readonly dialect: Dialect;
  accounts(signal: AbortSignal): Promise<Account[]>;
  groups(signal: AbortSignal): Promise<GroupInfo[]>;
  /** @throws PbxError `uncertain` when it may have been carried out; it is never sent again */
  call(wish: CallWish, signal: AbortSignal): Promise<PlacedCall>;
  history(span: Span, signal: AbortSignal): Promise<HistoryPage>;
  /** One call of the past by its id, where the PBX can look one up. */
  find?(call: string, signal: AbortSignal): Promise<HistoryNotice | null>;
  /** The vendor's own request, in its own words. */
  action(request: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>;
  /** The header that opens recordings. */
  readonly keyHeader: Readonly<Record<string, string>>;
}

/** More rows than this are not taken in one piece. */
export const HISTORY_LIMIT = 1_000;
