/** Which notification means what: to the calls, the recordings, the texts, the statistics; what has no place of its own goes on as `raw`. */

import type { Clock } from '../../clock';
import type { RawFact } from '../../facts';
import { RecentKeys } from '../../transport/webhook';
import type { CallBook } from './calls';
import { numberOf, textOf, timeOf } from './fields';
import type { Fields } from './fields';
import type { CallNotice } from './notices';
import { callNoticeOf, dtmfLegOf, summaryOf } from './notices';
import type { Recordings } from './recordings';
import type { CommandResults } from './results';
import { Sequence } from './sequence';
import type { Texts } from './texts';

export interface NotificationsOptions {
  clock: Clock;
  calls: CallBook;
  recordings: Recordings;
  texts: Texts;
  results: CommandResults;
  raw: (fact: RawFact) => void;
  malformed: (reason: string) => void;
  /** Statistics asked for are ready. */
  statistics: (key: string | null, requestId: string | null) => void;
}

/** As long as a repeated notice would be taken for a new one. */
const REMEMBER_MS = 24 * 3_600_000;

type Reader = (fields: Fields, name: string) => boolean;

export class Notifications {
  readonly #options: NotificationsOptions;
  readonly #seen: RecentKeys;
  readonly #sequence: Sequence<CallNotice>;
  readonly #readers: ReadonlyMap<string, Reader>;

  constructor(options: NotificationsOptions) {
    this.#options = options;
    const { clock, calls, recordings } = options;
    this.#seen = new RecentKeys(clock, { ttlMs: REMEMBER_MS });
    this.#sequence = new Sequence(clock, (notice) => {
      if (notice.commandId) options.results.seen(notice.commandId);
      calls.notice(notice);
    });
    this.#readers = new Map<string, Reader>([
      ['events/call', (fields) => this.#call(fields)],
      ['events/summary', (fields) => this.#summary(fields)],
      ['events/recording', (fields) => this.#recording(fields)],
      [
        'events/record/added',
        (fields) => !this.#first('record/added', fields['recording_id'], '') || recordings.added(fields, clock.now()),
      ],
      ['events/dtmf', (fields) => this.#dtmf(fields)],
      ['events/sms', (fields) => this.#sms(fields)],
    ]);
  }

  /** A genuine notice. `name`: `events/call`. */
  receive(name: string, fields: Fields): void {
    const reader = this.#readers.get(name);
    if (reader) {
      if (reader(fields, name)) return;
      this.#options.malformed(`${name}: fields are missing or unknown`);
    } else if (name.startsWith('result/') && !this.#result(name, fields)) return;
    this.#raw(name, fields);
  }

  close(): void {
    this.#sequence.clear();
  }

  /** Readers return false for what they cannot read; a repetition was read before. */
  #call(fields: Fields): boolean {
    const { clock } = this.#options;
    const notice = callNoticeOf(fields, clock.now());
    if (!notice) return false;
    // The sequence knows repetitions by their counter; without one there is only what the notice says.
    const { leg, seq, state } = notice;
    if (seq !== null || this.#seen.first(`call ${leg} ${state} ${notice.at}`)) this.#sequence.accept(leg, seq, notice);
    return true;
  }

  #summary(fields: Fields): boolean {
    const summary = summaryOf(fields);
    if (!summary) return false;
    if (this.#seen.first(`summary ${summary.entry}`)) this.#options.calls.summary(summary);
    return true;
  }

  #recording(fields: Fields): boolean {
    const { clock, recordings, results } = this.#options;
    const seq = textOf(fields['seq']) ?? textOf(fields['recording_state']);
    if (!this.#first('recording', fields['recording_id'], seq)) return true;
    const commandId = textOf(fields['command_id']);
    if (commandId) results.seen(commandId);
    return recordings.process(fields, clock.now());
  }

  #dtmf(fields: Fields): boolean {
    const digits = textOf(fields['dtmf'])?.toUpperCase();
    const leg = dtmfLegOf(fields, this.#options.clock.now());
    if (!leg || !digits || !/^[0-9*#A-D]{1,256}$/.test(digits)) return false;
    const seq = textOf(fields['seq']) ?? `${digits} ${leg.at}`;
    if (this.#seen.first(`dtmf ${leg.leg} ${seq}`))
      this.#options.calls.digits(digits, textOf(fields['initiator']) ?? leg.from.number, leg);
    return true;
  }

  #sms(fields: Fields): boolean {
    const id = textOf(fields['command_id']);
    const reason = textOf(fields['reason']);
    if (!id || !reason) return false;
    if (this.#first('sms', id, reason))
      this.#options.texts.delivered(id, reason, timeOf(fields['timestamp']) ?? this.#options.clock.now(), fields);
    return true;
  }

  /** Returns whether it is new. */
  #result(name: string, fields: Fields): boolean {
    const { clock, results, texts, statistics } = this.#options;
    if (name === 'result/stat' || name === 'result/stats') {
      const key = textOf(fields['key'], 1_000);
      const requestId = textOf(fields['request_id']);
      if (!this.#seen.first(`stat ${key ?? requestId ?? ''}`)) return false;
      statistics(key, requestId);
      return true;
    }
    const id = textOf(fields['command_id']);
    const code = textOf(fields['result']);
    if (!id || !code || numberOf(code) === null) return true;
    if (!this.#seen.first(`${name} ${id}`)) return false;
    results.result(id, code);
    if (name === 'result/sms') texts.taken(id, code, clock.now(), fields);
    return true;
  }

  #raw(name: string, fields: Fields): void {
    const at = timeOf(fields['timestamp']) ?? this.#options.clock.now();
    this.#options.raw({ fact: 'raw', at, name, message: fields, raw: fields });
  }

  /** Whether this is the first of its kind with these ids; one without an id cannot be told apart from others. */
  #first(kind: string, id: unknown, more: string | null): boolean {
    const text = textOf(id);
    return text === null || this.#seen.first(`${kind} ${text} ${more ?? ''}`);
  }
}
