/**
 * Recordings from their start to the moment they can be fetched (specification 4.7 and 7). The file appears some time after
 * the call: `events/record/added` tells it. It is asked for on a ladder of waits: on every rung where the PBX never sends
 * that, else on the last ones, since any notice may be lost; never when a wrong question would block its API (3.3).
 */

import type { Clock, Timer } from '../../clock';
import type { RecordingFact } from '../../facts';
import type { Reason } from '../../model';
import { RecentMap } from '../../transport/webhook';
import { isSuccess, reasonOf } from './codes';
import type { Fields } from './fields';
import { textOf, timeOf } from './fields';

/** Minutes after the end of the recording. */
const LADDER_MS = [60_000, 120_000, 300_000, 600_000, 1_800_000] as const;
/** From here on even a PBX that tells when a file is there is asked. */
const LATE = LADDER_MS.length - 2;
const MAX_WAITING = 500;

interface Recording {
  call: string | null;
  startedAt: number | null;
  state: 'running' | 'completed' | 'available' | 'failed';
}

interface Wait {
  /** When the recording was completed, ms since the epoch. */
  at: number;
  /** Whether the PBX said at the last look that there is no file. */
  missing: boolean;
  raw: unknown;
}

export interface RecordingsOptions {
  clock: Clock;
  tell: (fact: RecordingFact) => void;
  /** Whether anybody wants to hear that one can be fetched. */
  wanted: () => boolean;
  /**
   * Asks the PBX whether the file is there. `null`: not now, since a wrong question would do harm or the PBX cannot be reached.
   */
  probe: (recording: string) => Promise<boolean | null>;
}

export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #known: RecentMap<Recording>;
  readonly #waits = new Map<string, Timer>();
  /** Whether this PBX tells when a file is there. */
  #tells = false;
  #closed = false;

  constructor(options: RecordingsOptions) {
    this.#options = options;
    this.#known = new RecentMap(options.clock, { max: 10_000, ttlMs: 24 * 3_600_000 });
  }

  get waiting(): number {
    return this.#waits.size;
  }

  /** `events/recording`. Returns whether it could be read. */
  process(fields: Fields, now: number): boolean {
    const id = textOf(fields['recording_id']);
    const state = textOf(fields['recording_state'])?.toLowerCase();
    if (!id || (state !== 'started' && state !== 'continued' && state !== 'completed')) return false;
    const at = timeOf(fields['timestamp']) ?? now;
    const known = this.#known.get(id);
    const recording: Recording = known ?? { call: null, startedAt: null, state: 'running' };
    recording.call ??= textOf(fields['entry_id']);
    // Notices of one recording may overtake each other; the start keeps its time whenever it comes.
    if (state === 'started' || !known) recording.startedAt = Math.min(recording.startedAt ?? at, at);
    this.#known.set(id, recording);
    if (!known) this.#tell(id, recording, 'recording.start', recording.startedAt ?? at, fields);
    if (state === 'completed') this.#completed(id, recording, at, fields);
    return true;
  }

  /** `events/record/added`: the file is there. Returns whether it could be read. */
  added(fields: Fields, now: number): boolean {
    const id = textOf(fields['recording_id']);
    if (!id) return false;
    this.#tells = true;
    const recording: Recording = this.#known.get(id) ?? { call: null, startedAt: null, state: 'completed' };
    recording.call ??= textOf(fields['entry_id']);
    this.#known.set(id, recording);
    this.#available(id, recording, timeOf(fields['timestamp']) ?? now, fields);
    return true;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#waits.values()) timer.cancel();
    this.#waits.clear();
  }

  #completed(id: string, recording: Recording, at: number, fields: Fields): void {
    if (recording.state !== 'running') return;
    const code = textOf(fields['completion_code']);
    const recipient = textOf(fields['recipient']);
    recording.state = 'completed';
    if (code !== null && !isSuccess(code)) this.#failed(id, recording, at, reasonOf(code), fields);
    else if (recipient === 'Mail')
      this.#failed(id, recording, at, { code: 'Mail', text: 'sent by e-mail only: it cannot be fetched' }, fields);
    else this.#await(id, recording, { at, missing: false, raw: fields }, 0);
  }

  /** Waits for the file on the next rung of the ladder. */
  #await(id: string, recording: Recording, wait: Wait, rung: number): void {
    const { clock } = this.#options;
    const waitMs = LADDER_MS[rung];
    if (waitMs === undefined) {
      // Where nobody could look, nobody knows.
      if (wait.missing)
        this.#failed(id, recording, clock.now(), { code: null, text: 'the file did not appear' }, wait.raw);
      return;
    }
    if (this.#waits.size >= MAX_WAITING || this.#closed) return;
    const delay = Math.max(1_000, wait.at + waitMs - clock.now());
    this.#waits.set(
      id,
      clock.after(delay, () => {
        this.#waits.delete(id);
        void this.#look(id, recording, wait, rung);
      }),
    );
  }

  async #look(id: string, recording: Recording, wait: Wait, rung: number): Promise<void> {
    const ask = (!this.#tells || rung >= LATE) && this.#options.wanted();
    const there = ask ? await this.#options.probe(id) : null;
    if (this.#closed || recording.state !== 'completed') return;
    if (there) this.#available(id, recording, this.#options.clock.now(), wait.raw, true);
    else this.#await(id, recording, { ...wait, missing: there === false }, rung + 1);
  }

  #available(id: string, recording: Recording, at: number, raw: unknown, inferred = false): void {
    if (recording.state === 'available') return;
    this.#waits.get(id)?.cancel();
    this.#waits.delete(id);
    recording.state = 'available';
    this.#tell(id, recording, 'recording.available', at, raw, { inferred });
  }

  #failed(id: string, recording: Recording, at: number, reason: Reason | null, raw: unknown): void {
    recording.state = 'failed';
    this.#tell(id, recording, 'recording.failed', at, raw, { reason });
  }

  #tell(
    id: string,
    { call, startedAt }: Recording,
    fact: RecordingFact['fact'],
    at: number,
    raw: unknown,
    more: { reason?: Reason | null; inferred?: boolean } = {},
  ): void {
    this.#options.tell({
      fact,
      at,
      raw,
      recording: { id, format: 'mp3', ...(startedAt !== null && { startedAt }) },
      ...(call !== null && { call }),
      ...(more.reason && { reason: more.reason }),
      ...(more.inferred && { inferred: true }),
    });
  }
}
