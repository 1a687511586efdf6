/**
 * From a push to what it says and what to answer: a pure function, usable without an account and without Node-RED (the counterpart of
 * ELMA365's VoipParseWebhookRequest). Both kinds of pushes are known by their path: `/client`, `/event` and `/history` are Gravitel's
 * new API, everything else is the form with `cmd` (specification 4, 6).
 */

import type { WebhookRequest, WebhookResponse } from '../../provider';
import { readForm, readJson, sameText } from '../../transport/webhook';
import { anyOf, fieldsOf, textOf } from './fields';
import type { Fields } from './fields';
import { jsonOf } from './json';
import type { ContactNotice, EventNotice, HistoryNotice, OtherNotice } from './notice';
import { noticeOfForm } from './push-form';
import { g1Path, noticeOfG1 } from './push-g1';

export interface WebhookConfig {
  /** The key that this side chose and the PBX repeats in every push. */
  crmToken: string;
}

export interface ParsedWebhook {
  events: EventNotice[];
  records: HistoryNotice[];
  /** Who is calling, and where shall the call go? The answer is made by {@link contactResponse}. */
  contact: ContactNotice | null;
  others: OtherNotice[];
  /** What to answer; for `contact` the answer that nobody is known. */
  response: WebhookResponse;
  /** Why the push was refused. */
  refused: { why: 'forged' | 'malformed'; text: string } | null;
}

const MAX_TEXT = 128;

export function parseWebhook(request: WebhookRequest, { crmToken }: WebhookConfig): ParsedWebhook {
  const parsed: ParsedWebhook = {
    events: [],
    records: [],
    contact: null,
    others: [],
    response: answer(200, {}),
    refused: null,
  };
  const refuse = (why: 'forged' | 'malformed', status: number, error: string): ParsedWebhook => ({
    ...parsed,
    response: answer(status, { error }),
    refused: { why, text: error },
  });
  if (request.method !== 'POST') return refuse('malformed', 405, 'Only POST is accepted');
  const fields = fieldsOfRequest(request);
  if ('status' in fields) return refuse('malformed', fields.status, fields.text);
  const token = textOf(anyOf(fields.value, 'crm_token')) ?? textOf(request.headers['x-api-key']) ?? '';
  if (crmToken === '' || !sameText(token, crmToken)) return refuse('forged', 401, 'Invalid token');
  const path = g1Path(request.path);
  const notice =
    path && anyOf(fields.value, 'cmd') === undefined ? noticeOfG1(path, fields.value) : noticeOfForm(fields.value);
  if (!notice) return refuse('malformed', 400, 'Invalid parameters');
  switch (notice.kind) {
    case 'event':
      return { ...parsed, events: [notice] };
    case 'history':
      return { ...parsed, records: [notice] };
    case 'contact':
      return { ...parsed, contact: notice };
    case 'other':
      return { ...parsed, others: [notice] };
  }
}

/**
 * The answer to a question for a contact. A field that is not known is left out: an empty one would be taken for an employee
 * (specification 4.5). The names of G1's answer are published nowhere, so both spellings are sent there.
 */
export function contactResponse(
  request: Pick<WebhookRequest, 'path'>,
  known: { contactName: string | null; to: string | null },
): WebhookResponse {
  const name = known.contactName?.slice(0, MAX_TEXT);
  const to = known.to?.slice(0, MAX_TEXT);
  const body = { ...(name && { contact_name: name }), ...(to && { responsible: to }) };
  return answer(200, g1Path(request.path) ? { ...body, ...(name && { name }), ...(to && { extension: to }) } : body);
}

function answer(status: number, body: Fields): WebhookResponse {
  return { status, body: JSON.stringify(body), contentType: 'application/json; charset=utf-8' };
}

/** A form by the documents, JSON by their examples: the content type says which, else the first letter does. */
function fieldsOfRequest(request: WebhookRequest): { value: Fields } | { status: number; text: string } {
  const { body, parsed, headers } = request;
  const type = headers['content-type'] ?? '';
  const isJson = /json/i.test(type) || (body !== null && /^\s*\{/.test(body.subarray(0, 20).toString('latin1')));
  if (isJson || (body === null && fieldsOf(parsed) !== null)) {
    const reading = readJson(request);
    if (!reading.ok) return { status: reading.response.status, text: reading.response.body ?? '' };
    const value = fieldsOf(body === null ? reading.value : jsonOf(body.toString('utf8')));
    return value ? { value } : { status: 400, text: 'Invalid parameters' };
  }
  const reading = readForm(request);
  if (!reading.ok) return { status: reading.response.status, text: reading.response.body ?? '' };
  return { value: Object.fromEntries(reading.value) };
}
