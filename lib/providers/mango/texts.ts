/**
 * Text messages: what was sent, whether the PBX took it (`result/sms`) and whether it arrived (`events/sms`). Both name the message by our
 * `command_id` only, in either order (specification 4.7, 5.3).
 */

import type { Clock } from '../../clock';
import type { MessageFact } from '../../facts';
import { PbxError } from '../../model';
import { RecentMap } from '../../transport/webhook';
import { isSuccess, reasonOf } from './codes';

/** Delivery may be told a day later, when the phone is switched on again. */
const REMEMBER_MS = 48 * 3_600_000;

/** Characters of one message of four segments (D17, section on SMS). */
const LONGEST_LATIN = 612;
const LONGEST_OTHER = 268;

interface Sent {
  from: string | null;
  to: string | null;
  text: string | null;
  told: 'nothing' | 'sent' | 'over';
}

export class Texts {
  readonly #tell: (fact: MessageFact) => void;
  readonly #sent: RecentMap<Sent>;

  constructor(clock: Clock, tell: (fact: MessageFact) => void) {
    this.#tell = tell;
    this.#sent = new RecentMap(clock, { max: 5_000, ttlMs: REMEMBER_MS });
  }

  expect(id: string, message: { from: string; to: string; text: string }): void {
    this.#sent.set(id, { ...message, told: 'nothing' });
  }

  /** `result/sms`: taken or refused. */
  taken(id: string, code: string, at: number, raw: unknown): void {
    if (isSuccess(code)) this.#tellOnce('sms.sent', id, null, at, raw);
    else this.#tellOnce('sms.failed', id, code, at, raw);
  }

  /** `events/sms`: delivered or not. */
  delivered(id: string, code: string, at: number, raw: unknown): void {
    // Nothing arrives that was not sent, even where the news of it is slower.
    this.#tellOnce('sms.sent', id, null, at, raw);
    this.#tellOnce(isSuccess(code) ? 'sms.delivered' : 'sms.failed', id, code, at, raw);
  }

  #tellOnce(
    fact: 'sms.sent' | 'sms.delivered' | 'sms.failed',
    id: string,
    code: string | null,
    at: number,
    raw: unknown,
  ): void {
    // One that another program sent is told as well, without its text.
    const sent = this.#sent.get(id) ?? { from: null, to: null, text: null, told: 'nothing' };
    const repeated = fact === 'sms.sent' ? sent.told !== 'nothing' : sent.told === 'over';
    if (repeated) return;
    const { from, to, text } = sent;
    this.#sent.set(id, { ...sent, told: fact === 'sms.sent' ? 'sent' : 'over' });
    const reason = fact === 'sms.failed' ? reasonOf(code) : null;
    this.#tell({ fact, at, raw, message: { id, from, to, text, ...(reason && { reason }) } });
  }
}

/** Refuses a text the vendor would cut or refuse. */
export function checkText(text: string): void {
  const longest = GSM_7.test(text) ? LONGEST_LATIN : LONGEST_OTHER;
  if (text.length > longest)
    throw new PbxError(
      'invalid-argument',
      `the text has ${text.length} characters; MANGO sends at most ${LONGEST_LATIN} Latin or ${LONGEST_OTHER} other ones`,
    );
}

/** What fits the seven-bit alphabet of GSM 03.38, so that a segment takes 153 characters and not 67. */
const GSM_7 = /^[\n\r !"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-z£¥§¿¡ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΔΦΓΛΩΠΨΣΘΞ¤^{}\\[~\]|€]*$/u;
