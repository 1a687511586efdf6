/**
 * Commands (specification 5). Each is sent once: MANGO carries a repeated one out again (3.5). The answer only says that it was understood;
 * whether it was done is told by a webhook, which is waited for where webhooks arrive.
 */

import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type {
  CallCommand,
  HangupCommand,
  RecordingCommand,
  RedirectCommand,
  SmsCommand,
  TransferCommand,
} from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { RecentMap } from '../../transport/webhook';
import type { ApiReply, MangoApi } from './api';
import type { CallBook } from './calls';
import { endOf, reasonOf, refusal } from './codes';
import type { Fields } from './fields';
import type { RecordingFiles } from './files';
import { recordingLink } from './links';
import type { Outcome } from './results';
import { CommandResults } from './results';
import type { Keys } from './sign';
import type { Standing } from './standing';
import { employeeOf, legFor } from './targets';
import type { Tell } from './entry';
import { checkText } from './texts';
import type { Texts } from './texts';

/** Milliseconds for the result of a command after its answer. */
const RESULT_MS = 3_000;
const LONGEST_NAME_BYTES = 64;
/** Longer ones are telephone numbers. */
const INTERNAL = /^\d{1,6}$/;

export interface CommandsOptions {
  api: MangoApi;
  book: CallBook;
  texts: Texts;
  files: RecordingFiles;
  standing: Standing;
  keys: Keys;
  smsExtension: string | null;
  clock: Clock;
  tell: Tell;
  warning: (error: PbxError) => void;
}

export class Commands {
  readonly #options: CommandsOptions;
  readonly results: CommandResults;
  /** Calls asked for, until something is heard of them. */
  readonly #placed: RecentMap<{ from: string; to: string }>;

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#placed = new RecentMap(options.clock, { max: 2_000 });
    this.results = new CommandResults(options.clock, (id, kind, code) => this.#refusedLate(id, kind, code));
  }

  /** The employee's telephone rings first; from a group the telephones of its operators. */
  call({ from, to, callerId }: CallCommand, context: CommandContext): Promise<Accepted> {
    const target = dialable(to);
    const group = /^group:(.+)$/.exec(from)?.[1];
    const line = callerId ? { line_number: lineOf(callerId) } : {};
    this.#placed.set(context.reference, { from: group ?? from, to: target });
    if (group === undefined) {
      const number = { from: { extension: extensionOf(from, 'from') }, to_number: target };
      return this.#send('commands/callback', { ...number, ...line }, context);
    }
    if (!callerId)
      throw new PbxError(
        'invalid-argument',
        '"callerId" is missing: for a call from a group MANGO wants the own number to show',
      );
    // Here both are plain texts, and the field is not called to_number.
    return this.#send('commands/callback_group', { from: extensionOf(group, 'from'), to: target, ...line }, context);
  }

  hangup({ call }: HangupCommand, context: CommandContext): Promise<Accepted> {
    const leg = legFor('hangup', call, { book: this.#options.book, target: context.target });
    return this.#send('commands/call/hangup', { call_id: leg?.id ?? call }, context);
  }

  redirect({ call, to }: RedirectCommand, context: CommandContext): Promise<Accepted> {
    const leg = legFor('route', call, { book: this.#options.book, target: context.target });
    return this.#send('commands/route', { call_id: leg?.id ?? call, to_number: dialable(to) }, context);
  }

  /** A flow's answer to where a call should go; the name shows on the telephone that rings. */
  route(leg: string, to: string, name: string | null, context: CommandContext): Promise<Accepted> {
    const shown = name ? displayName(name) : '';
    const headers = shown ? { sip_headers: { 'From/display-name': shown } } : {};
    return this.#send('commands/route', { call_id: leg, to_number: dialable(to), ...headers }, context);
  }

  transfer({ call, to, mode, by }: TransferCommand, context: CommandContext): Promise<Accepted> {
    const leg = legFor('talk', call, { book: this.#options.book, target: context.target });
    const initiator = by ?? (leg && employeeOf(leg));
    if (!initiator) throw new PbxError('invalid-argument', '"by" is missing: the extension that transfers the call');
    const method = mode === 'attended' ? 'hold' : 'blind';
    const json = { call_id: leg?.id ?? call, method, to_number: dialable(to), initiator };
    return this.#send('commands/transfer', json, context);
  }

  sms({ from, to, text }: SmsCommand, context: CommandContext): Promise<Accepted> {
    const payer = from || this.#options.smsExtension;
    if (!payer)
      throw new PbxError(
        'invalid-argument',
        '"from" is missing: the extension of the employee who sends it; a default can be set in the account',
      );
    checkText(text);
    if (INTERNAL.test(dialable(to)))
      throw new PbxError('invalid-argument', '"to" is a number inside: MANGO sends texts to telephone numbers only');
    const message = { from: extensionOf(payer, 'from'), to: dialable(to), text };
    this.#options.texts.expect(context.reference, message);
    return this.#send('commands/sms', { text, from_extension: message.from, to_number: message.to }, context);
  }

  async recording(command: RecordingCommand, context: CommandContext): Promise<Accepted> {
    const { api, files, keys, clock } = this.#options;
    if (command.action === 'start') return this.#record(command.call ?? '', context);
    const recording = command.recording ?? '';
    if (command.action === 'fetch') {
      const { data, path, bytes } = await files.fetch({ recording, folder: command.folder, signal: context.signal });
      return { result: { id: recording, format: 'mp3', bytes, ...(path === null ? { data } : { file: path }) } };
    }
    if (command.action !== 'link') throw new PbxError('not-supported', 'MANGO cannot stop a recording');
    const link = recordingLink(recording, { expires: command.expires }, { base: api.base, keys, now: clock.now() });
    return { result: { id: recording, format: 'mp3', ...link } };
  }

  /** A command of "pbx action" leaves; what comes of it is tied as well. */
  expect(id: string, kind: string): void {
    this.results.expect(id, kind);
  }

  #record(call: string, context: CommandContext): Promise<Accepted> {
    const leg = legFor('talk', call, { book: this.#options.book, target: context.target });
    const employee = leg && employeeOf(leg);
    if (!leg || !employee)
      throw new PbxError('not-found', 'MANGO records employees only, and no employee of this call is known');
    return this.#send('commands/recording/start', { call_id: leg.id, call_party_number: employee }, context);
  }

  async #send(path: string, json: Fields, context: CommandContext): Promise<Accepted> {
    const { api, standing } = this.#options;
    const { reference, signal } = context;
    const kind = path.slice('commands/'.length);
    this.results.expect(reference, kind);
    const known = () => this.results.outcome(reference, standing.hears ? RESULT_MS : 0, signal);
    let reply: ApiReply | null = null;
    let outcome: Outcome | null;
    try {
      reply = await api.post(path, { command_id: reference, ...json }, { signal, effect: true });
      standing.expectWebhook();
      outcome = await known();
    } catch (error) {
      // The answer is lost, but a webhook may tell what became of it.
      if (!(error instanceof PbxError) || error.code !== 'uncertain') throw error;
      outcome = await known();
      if (!outcome) throw error;
    }
    if (outcome && outcome !== 'done') {
      this.#placed.delete(reference);
      throw refusal(outcome.refused, `MANGO refused ${path}`);
    }
    return { reference, raw: reply?.value ?? null };
  }

  /** The flow has been told that the command was taken, and now it was not. */
  #refusedLate(id: string, kind: string, code: string): void {
    const { tell, clock, warning } = this.#options;
    const placed = this.#placed.get(id);
    if (!placed) {
      warning(refusal(code, `MANGO took ${kind} at first and refused it later`));
      return;
    }
    // The make call node waits for its call: it gets one that failed.
    const about = { call: id, at: clock.now(), inferred: true as const };
    const details = {
      direction: 'outbound' as const,
      from: { extension: placed.from },
      to: { number: placed.to },
      dialed: placed.to,
    };
    const reason = reasonOf(code);
    const result = endOf(code) ?? { disposition: 'failed' as const, ...(reason && { reason }) };
    tell({ ...about, fact: 'call.begin', details, reference: id });
    tell({ ...about, fact: 'call.end', result });
  }
}

/** E.164 without its plus, as the vendor writes numbers; without the blanks and hyphens people write. */
function dialable(number: string): string {
  return number.startsWith('sip:') ? number : number.replace(/[\s()\-/]/g, '').replace(/^\+/, '');
}

/** An own number, or the name of a SIP line as it is in the cabinet. */
function lineOf(callerId: string): string {
  return /^\+?[\d\s()\-/]+$/.test(callerId) ? dialable(callerId) : callerId.trim();
}

function extensionOf(text: string, field: string): string {
  const extension = text.trim();
  if (/^\d{1,20}$/.test(extension)) return extension;
  throw new PbxError('invalid-argument', `"${field}" must be an extension of the PBX, for example 101`);
}

/** Without the characters the vendor's grammar excludes, in at most 64 bytes. */
function displayName(name: string): string {
  let kept = '';
  for (const letter of name.replace(/[;/?:@&=+$,"\\<>]/g, ' ').trim()) {
    if (Buffer.byteLength(kept + letter) > LONGEST_NAME_BYTES) break;
    kept += letter;
  }
  return kept;
}
