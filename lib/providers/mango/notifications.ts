/**
 * Which notification means what: to the calls, the recordings, the texts, the statistics. A message of which no event comes goes on as
 * `raw`.
 */

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

const CALL = 'events/call';
/** As long as a repeated notice would be taken for a new one. */
const REMEMBER_MS = 24 * 3_600_000;

/** What came of a message: an event now or later, none, or it is a repetition. */
type Read = 'told' | 'untold' | 'repeated' | 'unreadable';
type Reader = (fields: Fields) => Read;

export class Notifications {
  readonly #options: NotificationsOptions;
  readonly #seen: RecentKeys;
  readonly #sequence: Sequence<CallNotice>;
  readonly #readers: ReadonlyMap<string, Reader>;
  /** The message whose work is being done, and whether an event has come of it. */
  #watched: unknown = null;
  #told = false;

  constructor(options: NotificationsOptions) {
    this.#options = options;
    const { clock } = options;
    this.#seen = new RecentKeys(clock, { ttlMs: REMEMBER_MS });
    this.#sequence = new Sequence(clock, (notice) => this.#inTurn(notice));
    this.#readers = new Map<string, Reader>([
      [CALL, (fields) => this.#call(fields)],
      ['events/summary', (fields) => this.#summary(fields)],
      ['events/recording', (fields) => this.#recording(fields)],
      ['events/record/added', (fields) => this.#added(fields)],
      // Once for each recording, as its file.
      ['events/record/tagged', (fields) => (this.#first('tagged', fields['recording_id'], '') ? 'untold' : 'repeated')],
      ['events/dtmf', (fields) => this.#dtmf(fields)],
      ['events/sms', (fields) => this.#sms(fields)],
    ]);
  }

  /** A genuine notice. `name`: `events/call`. */
  receive(name: string, fields: Fields): void {
    const reader = this.#readers.get(name);
    const read = reader ? reader(fields) : name.startsWith('result/') ? this.#result(name, fields) : 'untold';
    if (read === 'unreadable') this.#options.malformed(`${name}: fields are missing or unknown`);
    if (read === 'unreadable' || read === 'untold') this.#raw(name, fields);
  }

  /** An event comes of a message. */
  told(message: unknown): void {
    if (message === this.#watched) this.#told = true;
  }

  close(): void {
    this.#sequence.clear();
  }

  #call(fields: Fields): Read {
    const { clock } = this.#options;
    const notice = callNoticeOf(fields, clock.now());
    if (!notice) return 'unreadable';
    // The sequence knows repetitions by their counter; without one there is only what the notice says.
    const { leg, seq, state } = notice;
    if (seq === null && !this.#seen.first(`call ${leg} ${state} ${notice.at}`)) return 'repeated';
    return this.#sequence.accept(leg, seq, notice) ? 'told' : 'repeated';
  }

  /** In the order of the counter, perhaps later than it came. */
  #inTurn(notice: CallNotice): void {
    const { calls, results } = this.#options;
    if (notice.commandId) results.seen(notice.commandId);
    if (this.#watch(notice.raw, () => calls.notice(notice)) === 'untold') this.#raw(CALL, notice.raw);
  }

  #summary(fields: Fields): Read {
    const summary = summaryOf(fields);
    if (!summary) return 'unreadable';
    if (!this.#seen.first(`summary ${summary.entry}`)) return 'repeated';
    return this.#options.calls.summary(summary) ? 'told' : 'untold';
  }

  #recording(fields: Fields): Read {
    const { clock, recordings, results } = this.#options;
    const seq = textOf(fields['seq']) ?? textOf(fields['recording_state']);
    if (!this.#first('recording', fields['recording_id'], seq)) return 'repeated';
    const commandId = textOf(fields['command_id']);
    if (commandId) results.seen(commandId);
    return this.#watch(fields, () => recordings.process(fields, clock.now()));
  }

  #added(fields: Fields): Read {
    const { clock, recordings } = this.#options;
    if (!this.#first('record/added', fields['recording_id'], '')) return 'repeated';
    return this.#watch(fields, () => recordings.added(fields, clock.now()));
  }

  #dtmf(fields: Fields): Read {
    const digits = textOf(fields['dtmf'])?.toUpperCase();
    const leg = dtmfLegOf(fields, this.#options.clock.now());
    if (!leg || !digits || !/^[0-9*#A-D]{1,256}$/.test(digits)) return 'unreadable';
    const seq = textOf(fields['seq']) ?? `${digits} ${leg.at}`;
    if (!this.#seen.first(`dtmf ${leg.leg} ${seq}`)) return 'repeated';
    const by = textOf(fields['initiator']) ?? leg.from.number;
    return this.#watch(fields, () => this.#options.calls.digits(digits, by, leg));
  }

  #sms(fields: Fields): Read {
    const { clock, texts } = this.#options;
    const id = textOf(fields['command_id']);
    const reason = textOf(fields['reason']);
    if (!id || !reason) return 'unreadable';
    if (!this.#first('sms', id, reason)) return 'repeated';
    return this.#watch(fields, () => texts.delivered(id, reason, timeOf(fields['timestamp']) ?? clock.now(), fields));
  }

  /** Handed on whatever comes of it: the flow that sent the command may want to see it. */
  #result(name: string, fields: Fields): Read {
    const { clock, results, texts, statistics } = this.#options;
    if (name === 'result/stat' || name === 'result/stats') {
      const key = textOf(fields['key'], 1_000);
      const requestId = textOf(fields['request_id']);
      if (!this.#seen.first(`stat ${key ?? requestId ?? ''}`)) return 'repeated';
      statistics(key, requestId);
      return 'untold';
    }
    const id = textOf(fields['command_id']);
    const code = textOf(fields['result']);
    if (!id || !code || numberOf(code) === null) return 'untold';
    if (!this.#seen.first(`${name} ${id}`)) return 'repeated';
    results.result(id, code);
    if (name === 'result/sms') texts.taken(id, code, clock.now(), fields);
    return 'untold';
  }

  #raw(name: string, fields: Fields): void {
    const at = timeOf(fields['timestamp']) ?? this.#options.clock.now();
    this.#options.raw({ fact: 'raw', at, name, message: fields, raw: fields });
  }

  /** Does the work of a message, which returns false when it could not be read, and sees whether an event comes of it. */
  #watch(message: Fields, work: () => unknown): Read {
    this.#watched = message;
    this.#told = false;
    const readable = work() !== false;
    this.#watched = null;
    if (!readable) return 'unreadable';
    return this.#told ? 'told' : 'untold';
  }

  /** Whether this is the first of its kind with these ids; one without an id cannot be told apart from others. */
  #first(kind: string, id: unknown, more: string | null): boolean {
    const text = textOf(id);
    return text === null || this.#seen.first(`${kind} ${text} ${more ?? ''}`);
  }
}
