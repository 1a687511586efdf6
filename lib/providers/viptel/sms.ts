/**
 * Text messages go through another service of VIPTel with credentials of its own. It was not documented publicly: paths and status codes
 * are those of a public client. Delivery is asked for until it is final; incoming texts come by a webhook that VIPTel sets up.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Timer } from '../../clock';
import type { Fact } from '../../facts';
import { PbxError } from '../../model';
import type { SmsCommand } from '../../model';
import type { Accepted, Logger, WebhookRequest, WebhookResponse } from '../../provider';
import { basicAuth, hostOf, statusError, uncertainError } from '../../transport/http';
import type { HttpClient, HttpRequest, HttpResponse } from '../../transport/http';
import { RateLimiter } from '../../transport/rate-limit';
import { smsIdentity, smsNumber } from './numbers';
import { baseOf } from './rest';
import { incomingText } from './sms-webhook';
import { firstText, isFields, textOf, wholeOf } from './wire';

export interface SmsOptions {
  account: string;
  /** Such as `https://smsapi.viptel.sk/api/`. */
  url: string;
  username: string;
  password: string;
  /** Sender when a text names none. */
  identity: string | null;
  http: HttpClient;
  clock: Clock;
  log: Logger;
  fact: (fact: Fact) => void;
  warning: (error: PbxError) => void;
  signal: AbortSignal;
}

interface Underway {
  id: string;
  from: string;
  to: string;
  sentAt: number;
  nextAt: number;
  waitMs: number;
}

/** Final states by `status_code`; 201 (accepted) and 203 (passed on) and what is unknown are not final. */
const FINAL: Readonly<Record<number, { delivered: boolean; text: string }>> = {
  200: { delivered: true, text: 'delivered' },
  207: { delivered: false, text: 'not delivered' },
  403: { delivered: false, text: 'destination forbidden' },
  408: { delivered: false, text: 'expired' },
  503: { delivered: false, text: 'operator not available' },
};

const TIMEOUT_MS = 10_000;
const FIRST_ASK_MS = 5_000;
const LONGEST_ASK_MS = 10 * 60_000;
/** Operators keep a text for at most two days. */
const GIVE_UP_MS = 50 * 3_600_000;
const MAX_UNDERWAY = 1_000;
/** No limit is known; gentle is enough. */
const LIMIT = { count: 5, perMs: 5_000 };
const WARN_EVERY_MS = 3_600_000;

export class Sms {
  readonly #options: SmsOptions;
  readonly #base: URL;
  readonly #limiter: RateLimiter;
  readonly #underway = new Map<string, Underway>();
  readonly #received = new Set<string>();
  #timer: Timer | null = null;
  #warnedAt = -Infinity;
  /** Whether it was said that no more texts are followed. */
  #full = false;

  constructor(options: SmsOptions) {
    this.#options = options;
    this.#base = baseOf(options.url, options.account);
    this.#limiter = new RateLimiter([LIMIT], options.clock);
  }

  async send({ from, to, text }: SmsCommand, signal: AbortSignal): Promise<Accepted> {
    const { account, identity, clock, fact } = this.#options;
    const sender = from || identity;
    if (!sender)
      throw new PbxError(
        'invalid-argument',
        `"${account}": a text needs a sender: "from", or the SMS sender in the account.`,
        {
          account,
        },
      );
    const message = { from: smsIdentity(sender), to: smsNumber(to), text };
    await this.#limiter.turn(signal);
    const response = await this.#request(
      'messages/',
      { multipart: { from_identity: message.from, body: text, dest_msisdn: message.to } },
      signal,
    );
    if (!response.ok) throw this.#refusal(response, 'the text', true);
    const answer = readable(response);
    const id = firstText(answer, 'hash_id', 'transaction_key');
    const at = clock.now();
    fact({ fact: 'sms.sent', at, message: { id: id ?? `${at}/${message.to}`, ...message }, raw: answer });
    const hash = textOf(answer['hash_id']);
    if (hash !== null) this.#follow({ id: hash, from: message.from, to: message.to, sentAt: at, nextAt: 0, waitMs: 0 });
    return { result: { id, price: answer['price'] ?? null }, raw: answer };
  }

  /** Credit of the SMS service; `null` when it is billed by invoice. */
  async balance(signal: AbortSignal): Promise<Accepted> {
    await this.#limiter.turn(signal);
    const response = await this.#request('credits/', {}, signal);
    if (!response.ok) throw this.#refusal(response, 'the credit', false);
    const answer = response.json();
    const credit = isFields(answer) ? answer['credit'] : answer;
    const amount = credit === false || credit === null || credit === undefined ? Number.NaN : Number(credit);
    const known = Number.isNaN(amount) ? null : amount;
    return { result: { amount: known, currency: null, postpaid: credit === false }, raw: answer };
  }

  /** An incoming text: VIPTel repeats it for a day until it is answered with 2xx. */
  webhook(request: WebhookRequest): WebhookResponse {
    if (!this.#admitted(request)) return { status: 401, body: 'unauthorized', contentType: 'text/plain' };
    const text = incomingText(request);
    if (!text) return { status: 400, body: 'no text message', contentType: 'text/plain' };
    const after = () => {
      if (this.#received.has(text.id)) return;
      this.#received.add(text.id);
      const [oldest] = this.#received;
      if (this.#received.size > MAX_UNDERWAY && oldest !== undefined) this.#received.delete(oldest);
      const { clock, fact } = this.#options;
      const { id, from, to, text: body, receivedAt, incoming, raw } = text;
      const at = receivedAt ?? clock.now();
      if (incoming) fact({ fact: 'sms.received', at, message: { id, from, to, text: body }, raw });
      else fact({ fact: 'raw', at, name: 'sms', message: raw, raw });
    };
    return { status: 200, body: 'OK', contentType: 'text/plain', after };
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#limiter.close();
    this.#underway.clear();
  }

  #follow(message: Underway): void {
    if (this.#underway.size >= MAX_UNDERWAY) {
      const text = `${MAX_UNDERWAY} texts are under way; what becomes of further ones is not asked for until some have arrived.`;
      if (!this.#full) this.#options.log.warn(text);
      this.#full = true;
      return;
    }
    this.#full = false;
    this.#underway.set(message.id, message);
    this.#later(message);
    this.#plan();
  }

  #later(message: Underway): void {
    message.waitMs = Math.min(LONGEST_ASK_MS, message.waitMs === 0 ? FIRST_ASK_MS : message.waitMs * 2);
    message.nextAt = this.#options.clock.now() + message.waitMs;
  }

  #plan(): void {
    const { clock, signal } = this.#options;
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#underway.size === 0 || signal.aborted) return;
    const next = Math.min(...[...this.#underway.values()].map(({ nextAt }) => nextAt));
    this.#timer = clock.after(Math.max(0, next - clock.now()), () => {
      this.#timer = null;
      void this.#ask().finally(() => this.#plan());
    });
  }

  async #ask(): Promise<void> {
    const { clock, log, signal } = this.#options;
    const now = clock.now();
    for (const message of this.#underway.values()) {
      if (message.nextAt > now || signal.aborted) continue;
      this.#later(message);
      if (now - message.sentAt > GIVE_UP_MS) this.#underway.delete(message.id);
      try {
        await this.#limiter.turn(signal);
        const response = await this.#request(`messages/${encodeURIComponent(message.id)}/`, {}, signal);
        if (response.ok) this.#state(message, response.json());
      } catch (error) {
        log.debug(`The state of a text could not be read: ${PbxError.from(error).message}`);
      }
    }
  }

  #state(message: Underway, answer: unknown): void {
    const { clock, fact } = this.#options;
    const code = isFields(answer) ? wholeOf(answer['status_code']) : null;
    const final = code === null ? undefined : FINAL[code];
    if (!final) return;
    this.#underway.delete(message.id);
    const { id, from, to } = message;
    const reason = { code: String(code), text: final.text };
    if (final.delivered) fact({ fact: 'sms.delivered', at: clock.now(), message: { id, from, to }, raw: answer });
    else fact({ fact: 'sms.failed', at: clock.now(), message: { id, from, to, reason }, raw: answer });
  }

  #request(path: string, more: Partial<HttpRequest>, signal: AbortSignal): Promise<HttpResponse> {
    const { username, password, http } = this.#options;
    return http.request({
      url: new URL(path, this.#base),
      headers: { accept: 'application/json', authorization: basicAuth(username, password) },
      timeoutMs: TIMEOUT_MS,
      signal,
      ...more,
    });
  }

  #refusal(response: HttpResponse, what: string, effect: boolean): PbxError {
    const { account, password } = this.#options;
    const error = statusError(response, { account, host: hostOf(this.#base), what, secrets: [password] });
    // An account that may read but not send gets a server error that says so.
    if (response.status >= 500 && /forbidden/i.test(response.text()))
      return new PbxError('forbidden', `${error.message} Ask VIPTel to release the SMS account for sending.`, {
        ...error.cause,
        retryable: false,
      });
    // A gateway gives up while the service behind it goes on: the text may be on its way.
    return response.status >= 500 && effect ? uncertainError(error) : error;
  }

  /** VIPTel is to send the credentials of the SMS service: without proof anybody could make up texts. */
  #admitted({ headers }: WebhookRequest): boolean {
    const { username, password, account, clock, warning } = this.#options;
    const given = headers['authorization'] ?? '';
    const good = [basicAuth(username, password), `Bearer ${password}`].map((value) => same(given, value));
    if (good.includes(true)) return true;
    if (clock.now() - this.#warnedAt > WARN_EVERY_MS) {
      this.#warnedAt = clock.now();
      const text = `"${account}": a text came in without the SMS user name and password and was refused. Ask VIPTel to send them with the webhook (HTTP Basic).`;
      warning(new PbxError('unauthorized', text, { account }));
    }
    return false;
  }
}

/** In a time that does not tell how much of it is right. */
function same(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}

/** The text was taken, whatever the answer looks like: an unreadable one must not make it fail and be sent again. */
function readable(response: HttpResponse): Readonly<Record<string, unknown>> {
  try {
    const answer = response.json();
    return isFields(answer) ? answer : { answer };
  } catch {
    return { answer: response.text().slice(0, 500) };
  }
}
