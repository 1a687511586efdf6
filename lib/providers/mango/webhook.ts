/**
 * The door for the PBX's notifications (specification 4.1, 4.2): what is too large, forged or unreadable is answered with an error at once;
 * what is genuine is answered with 200 at once and read afterwards.
 */

import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type { WebhookRequest, WebhookResponse } from '../../provider';
import { readForm, reply, webhookPath } from '../../transport/webhook';
import { fieldsOf, timeOf } from './fields';
import type { Fields } from './fields';
import type { Keys } from './sign';
import { verify } from './sign';

/** A signature has no time in it: a recorded request stays valid for ever. Older notices than this are refused. */
const OLDEST_MS = 24 * 3_600_000;
const WARN_EVERY_MS = 600_000;
const PING_EVERY_MS = 1_000;

const OK: WebhookResponse = { status: 200 };

export interface DoorOptions {
  clock: Clock;
  keys: Keys;
  /** A genuine notice, after it was answered. `name`: its path without the leading slash: `events/call`. */
  notice: (name: string, fields: Fields) => void;
  /** At once with every genuine notice. */
  heard: () => void;
  malformed: (reason: string) => void;
  warning: (error: PbxError) => void;
  /** The "check connection" button of the vendor's cabinet. */
  pinged: () => void;
}

export class Door {
  readonly #options: DoorOptions;
  #warnedAt = -Infinity;
  #pingedAt = -Infinity;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  receive(request: WebhookRequest): WebhookResponse {
    const path = webhookPath(request.path);
    const name = path.slice(1);
    const isPing = name === 'ping';
    if (!isPing && !name.startsWith('events/') && !name.startsWith('result/'))
      return reply(404, 'no such notification');
    if (request.method !== 'POST') return reply(405, 'notifications are posted');
    const form = readForm(request);
    if (!form.ok) return this.#refuse(form.response, request, `${name}: ${form.response.body ?? ''}`);
    const json = form.value.get('json');
    if (json === undefined) {
      if (isPing) return this.#ping();
      return this.#refuse(reply(400, 'the field json is missing'), request, `${name}: without the field json`);
    }
    const verdict = verify(form.value, json, this.#options.keys);
    // The check of the connection may come unsigned; it tells nothing and does nothing.
    if (verdict !== 'genuine' && isPing && !form.value.has('sign')) return this.#ping();
    if (verdict !== 'genuine') return this.#forged(verdict, request, name);
    const fields = parsed(json);
    if (!fields) return this.#refuse(reply(400, 'json is no JSON object'), request, `${name}: json is no JSON object`);
    this.#options.heard();
    if (isPing) return this.#ping();
    if (this.#isStale(fields)) return this.#refuse(reply(400, 'too old'), request, `${name}: more than a day old`);
    return { ...OK, after: () => this.#options.notice(name, fields) };
  }

  #ping(): WebhookResponse {
    const now = this.#options.clock.now();
    if (now - this.#pingedAt < PING_EVERY_MS) return OK;
    this.#pingedAt = now;
    return { ...OK, after: () => this.#options.pinged() };
  }

  #isStale(fields: Fields): boolean {
    const at = timeOf(fields['timestamp']) ?? timeOf(fields['end_time']);
    return at !== null && this.#options.clock.now() - at > OLDEST_MS;
  }

  #refuse(response: WebhookResponse, request: WebhookRequest, reason: string): WebhookResponse {
    this.#options.malformed(`${reason} (from ${request.remoteAddress})`);
    return response;
  }

  #forged(verdict: 'other-key' | 'forged', request: WebhookRequest, name: string): WebhookResponse {
    const why =
      verdict === 'other-key'
        ? 'it is for another PBX: its API key is not the one of this account'
        : 'its signature is wrong: if it comes from MANGO, the API salt of this account is wrong';
    const now = this.#options.clock.now();
    if (now - this.#warnedAt >= WARN_EVERY_MS) {
      this.#warnedAt = now;
      const text = `a notification (${name}) from ${request.remoteAddress} was refused: ${why}`;
      this.#options.warning(new PbxError('unauthorized', text));
    }
    return this.#refuse(reply(401, 'not signed with the keys of this account'), request, `${name}: ${verdict}`);
  }
}

function parsed(json: string): Fields | null {
  try {
    return fieldsOf(JSON.parse(json));
  } catch {
    return null;
  }
}
