/**
 * The body of a webhook as fields or JSON. With Node-RED's default roots its own body parser was here first (limit 5 MB, lenient), with
 * others it was not: both ways get the same limit, the same checks and, where that is possible, the same answers.
 */

import type { WebhookRequest, WebhookResponse } from '../../provider';
import { reply } from './reply';

/** Bytes of a body; more is refused with 413. */
export const BODY_LIMIT = 64 * 1024;

const MAX_FIELDS = 200;

export type FormFields = ReadonlyMap<string, string>;

/** What was read, or the answer to give at once. */
export type Reading<T> = { ok: true; value: T } | { ok: false; response: WebhookResponse };

/** The fields of an `application/x-www-form-urlencoded` body; no body at all is a form without fields. */
export function readForm(request: WebhookRequest, limit = BODY_LIMIT): Reading<FormFields> {
  if (tooLarge(request, limit)) return refused(413, 'the body is too large');
  const { body, parsed } = request;
  const type = contentType(request);
  const empty = body ? body.length === 0 : isEmpty(parsed);
  if (empty) return { ok: true, value: new Map() };
  if (type !== '' && type !== 'application/x-www-form-urlencoded') return refused(415, 'a form was expected');
  return body ? fieldsOfText(body, decoderOf(request)) : fieldsOfParsed(parsed);
}

/** The value of a JSON body. */
export function readJson(request: WebhookRequest, limit = BODY_LIMIT): Reading<unknown> {
  if (tooLarge(request, limit)) return refused(413, 'the body is too large');
  const { body, parsed } = request;
  if (!body) return parsed === undefined ? refused(400, 'the body is empty') : { ok: true, value: parsed };
  try {
    return { ok: true, value: JSON.parse(body.toString('utf8')) as unknown };
  } catch {
    return refused(400, 'the body is not JSON');
  }
}

function refused(status: number, text: string): { ok: false; response: WebhookResponse } {
  return { ok: false, response: reply(status, text) };
}

/** The type without its parameters. */
function contentType(request: WebhookRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function tooLarge({ body, parsed, headers }: WebhookRequest, limit: number): boolean {
  if (body) return body.length > limit;
  const announced = Number(headers['content-length']);
  if (Number.isFinite(announced) && announced > limit) return true;
  return parsed !== undefined && sizeOf(parsed, limit) > limit;
}

/** About the bytes a parsed body had; counting stops beyond the limit. */
function sizeOf(value: unknown, limit: number): number {
  let size = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && size <= limit) {
    const item = open.pop();
    if (typeof item === 'string') size += item.length;
    else if (Array.isArray(item)) {
      size += item.length;
      for (const part of item) open.push(part);
    } else if (item !== null && typeof item === 'object') {
      for (const [key, part] of Object.entries(item)) {
        size += key.length + 2;
        open.push(part);
      }
    } else size += 1;
  }
  return size;
}

function isEmpty(parsed: unknown): boolean {
  return parsed === undefined || parsed === null || (typeof parsed === 'object' && Object.keys(parsed).length === 0);
}

function fieldsOfText(body: Buffer, decoder: TextDecoder): Reading<FormFields> {
  const fields = new Map<string, string>();
  // Each byte a character: which characters they are shows when the escapes are bytes as well.
  const text = body.toString('latin1');
  const decoded = (part: string) => decodedBy(decoder, part);
  try {
    for (const pair of text.split('&', MAX_FIELDS + 1)) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
      // Which of two would be the signed one? Neither is believed.
      if (fields.has(name)) return refused(400, `the field "${name.slice(0, 40)}" stands twice`);
      fields.set(name, equals === -1 ? '' : decoded(pair.slice(equals + 1)));
    }
  } catch {
    return refused(400, 'the form is not encoded properly');
  }
  return fields.size > MAX_FIELDS ? refused(400, 'the form has too many fields') : { ok: true, value: fields };
}

const UTF_8 = new TextDecoder('utf-8', { ignoreBOM: true });
const ASCII = /^[\0-\x7f]*$/;

/** By the `charset` of the content type; UTF-8 where there is none, or one that nobody knows. */
function decoderOf({ headers }: WebhookRequest): TextDecoder {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (!charset || /^utf-?8$/i.test(charset)) return UTF_8;
  try {
    return new TextDecoder(charset, { ignoreBOM: true });
  } catch {
    return UTF_8;
  }
}

/**
 * Escapes that are none are an error. Bytes that are no characters become U+FFFD: what a person is called is not worth losing the call,
 * and a signature does not fit a text that was changed.
 */
function decodedBy(decoder: TextDecoder, part: string): string {
  const text = part.includes('+') ? part.replaceAll('+', ' ') : part;
  if (decoder === UTF_8 && ASCII.test(text)) {
    try {
      return decodeURIComponent(text);
    } catch {
      // Bytes in another encoding, or no escapes at all: read slowly.
    }
  }
  const bytes = text.replace(/%(..?)?/gs, (_, hex: string | undefined) => {
    if (!hex || !/^[\da-f]{2}$/i.test(hex)) throw new URIError('not an escape');
    return String.fromCharCode(Number.parseInt(hex, 16));
  });
  return decoder.decode(Buffer.from(bytes, 'latin1'));
}

function fieldsOfParsed(parsed: unknown): Reading<FormFields> {
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    return refused(400, 'a form was expected');
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed)) {
    if (Array.isArray(value)) return refused(400, `the field "${name.slice(0, 40)}" stands twice`);
    if (typeof value !== 'string') return refused(400, `the field "${name.slice(0, 40)}" is not a text`);
    fields.set(name, value);
  }
  return fields.size > MAX_FIELDS ? refused(400, 'the form has too many fields') : { ok: true, value: fields };
}
