/** An incoming text as VIPTel posts it: by GET, or by POST as JSON or as a form, as was agreed with them. */

import { createHash } from 'node:crypto';
import type { WebhookRequest } from '../../provider';
import { fromLocalTime } from './local-time';
import { firstText, isFields } from './wire';
import type { Fields } from './wire';

export interface IncomingText {
  id: string;
  from: string | null;
  to: string | null;
  text: string | null;
  receivedAt: number | null;
  incoming: boolean;
  raw: Fields;
}

/** `null` when it is none. */
export function incomingText(request: WebhookRequest): IncomingText | null {
  const fields = fieldsOf(request);
  const from = firstText(fields, 'sender', 'from');
  const to = firstText(fields, 'recipient', 'to');
  const content = fields['content'] ?? fields['body'] ?? fields['text'];
  const text = typeof content === 'string' ? content : null;
  if (text === null && from === null) return null;
  const time = firstText(fields, 'received_at');
  const id =
    firstText(fields, 'id', 'message_uuid') ??
    createHash('sha256')
      .update(JSON.stringify([from, to, text, time]))
      .digest('hex')
      .slice(0, 32);
  const direction = firstText(fields, 'direction');
  return {
    id,
    from,
    to,
    text,
    receivedAt: fromLocalTime(time),
    incoming: !/out|mt$/i.test(direction ?? ''),
    raw: fields,
  };
}

function fieldsOf({ method, query, body, parsed, headers }: WebhookRequest): Fields {
  if (method.toUpperCase() === 'GET') return query;
  if (isFields(parsed) && Object.keys(parsed).length > 0) return { ...query, ...parsed };
  const text = body?.toString('utf8') ?? '';
  if (/json/i.test(headers['content-type'] ?? '') || /^\s*\{/.test(text)) {
    try {
      const value: unknown = JSON.parse(text);
      return isFields(value) ? { ...query, ...value } : query;
    } catch {
      return query;
    }
  }
  return { ...query, ...Object.fromEntries(new URLSearchParams(text)) };
}
