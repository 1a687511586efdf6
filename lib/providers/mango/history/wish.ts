/** What only MANGO can be asked for, besides what every PBX can; read and checked before the vendor sees it (specification 3.3). */

import { oneOf, wishOf, wrong } from '../../../history';
import type { HistoryWish, Span } from '../../../history';
import type { Fields } from '../fields';
import { fieldsOf, textOf } from '../fields';

export interface SideWish {
  extension?: string;
  number?: string;
}

export interface MangoWish extends HistoryWish {
  to: number;
  /** Either side. */
  party: SideWish | null;
  caller: SideWish | null;
  called: SideWish | null;
  /** `basic`: the table of legs; `extended`: the list of calls with names and groups. */
  api: 'basic' | 'extended';
  /** What only the extended statistics know, as the vendor names it. */
  vendor: Fields;
}

const VENDOR_LISTS = ['user_ids', 'group_ids'];
const VENDOR_NUMBERS = ['recall_status', 'ext_params'];

export function mangoWishOf(params: Fields, now: number): MangoWish {
  const wish = wishOf(params, now);
  const party = sideOf(params, 'extension', 'number');
  const caller = sideOf(fieldsOf(params['caller']) ?? {}, 'extension', 'number');
  const called = sideOf(fieldsOf(params['called']) ?? {}, 'extension', 'number');
  if (party && (caller || called))
    throw wrong('"extension" and "number" mean either side and do not go together with "caller" or "called"');
  const api = oneOf(params, 'api', ['basic', 'extended']) ?? 'basic';
  const vendor = vendorOf(params);
  const failed = wish.answered === false || (wish.disposition !== null && wish.disposition !== 'answered');
  if (vendor['recall_status'] !== undefined && !(wish.direction === 'inbound' && failed))
    throw wrong('"recall_status" goes only with "direction": "inbound" and "answered": false');
  return { ...wish, to: wish.to ?? now, party, caller, called, api, vendor };
}

/** Spans of at most `longestMs`, the newest first. They do not overlap. */
export function spansOf({ from, to }: Span, longestMs: number): Span[] {
  const spans: Span[] = [];
  for (let end = to; end > from; end -= longestMs) spans.push({ from: Math.max(from, end - longestMs), to: end });
  return spans;
}

function sideOf(fields: Fields, ...names: ('extension' | 'number')[]): SideWish | null {
  const side: SideWish = {};
  for (const name of names) {
    const text = textOf(fields[name]);
    // The vendor wants E.164 without the plus.
    if (text) side[name] = name === 'number' && !text.startsWith('sip:') ? text.replace(/[^\d]/g, '') : text;
  }
  return Object.keys(side).length > 0 ? side : null;
}

/** Only whole numbers: with texts the vendor's job fails minutes later, with a database error. */
function vendorOf(params: Fields): Fields {
  const vendor: Record<string, unknown> = {};
  for (const name of VENDOR_LISTS) {
    const value = params[name];
    if (value === undefined || value === null) continue;
    const list = (Array.isArray(value) ? value : [value]).map(Number);
    if (!list.every((id) => Number.isInteger(id))) throw wrong(`"${name}" must be a list of whole numbers`);
    vendor[name] = list;
  }
  for (const name of VENDOR_NUMBERS) {
    const value = params[name];
    if (value === undefined || value === null) continue;
    if (!Number.isInteger(Number(value))) throw wrong(`"${name}" must be a whole number`);
    vendor[name] = Number(value);
  }
  const search = textOf(params['search_string']);
  if (search !== null) {
    if (search.length < 3) throw wrong('"search_string" must have at least three characters');
    vendor['search_string'] = search;
  }
  return vendor;
}
