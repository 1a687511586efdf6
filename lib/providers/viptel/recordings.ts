/**
 * VIPTel does not tell when a recording is there: it appears in the history some time after the call. So after the end of an answered
 * call the list of recordings is asked for, one request for all calls that wait, until it is there or has had its time.
 */

import type { Clock, Timer } from '../../clock';
import type { Fact } from '../../facts';
import { PbxError } from '../../model';
import type { Logger } from '../../provider';
import type { ViptelCall } from './calls';
import { bounds, PAGE } from './history';
import type { ViptelRest } from './rest';
import { history, PATHS } from './rest-lists';

export interface RecordingsOptions {
  rest: ViptelRest;
  clock: Clock;
  log: Logger;
  fact: (fact: Fact) => void;
  /** Whether anybody wants to know. */
  wanted: () => boolean;
  signal: AbortSignal;
}

interface Awaited {
  call: string;
  ids: ReadonlySet<string>;
  startedAt: number;
  /** Recordings told already: a call that was handed on can have several. */
  told: Set<string>;
  until: number;
}

const FIRST_LOOK_MS = 15_000;
const NEXT_LOOK_MS = 30_000;
const GIVE_UP_MS = 10 * 60_000;
const MAX_AWAITED = 1_000;

export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #awaited = new Map<string, Awaited>();
  #timer: Timer | null = null;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** A call is over. */
  ended(call: ViptelCall): void {
    const { clock, wanted } = this.#options;
    if (call.answeredAt === null || !wanted() || this.#awaited.size >= MAX_AWAITED) return;
    const until = clock.now() + GIVE_UP_MS;
    this.#awaited.set(call.key, {
      call: call.key,
      ids: call.everyId,
      startedAt: call.startedAt,
      told: new Set(),
      until,
    });
    this.#plan(FIRST_LOOK_MS);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#awaited.clear();
  }

  #plan(ms: number): void {
    if (this.#timer || this.#awaited.size === 0 || this.#options.signal.aborted) return;
    this.#timer = this.#options.clock.after(ms, () => {
      void this.#look().finally(() => {
        this.#timer = null;
        this.#plan(NEXT_LOOK_MS);
      });
    });
  }

  async #look(): Promise<void> {
    const { rest, clock, log, fact, signal } = this.#options;
    const now = clock.now();
    if (rest.mayAskByItself(PATHS.recordings))
      try {
        const from = Math.min(...[...this.#awaited.values()].map(({ startedAt }) => startedAt)) - 60_000;
        for (const record of await history(rest, { ...bounds(from, null), limit: PAGE }, signal, PATHS.recordings)) {
          const found = [...this.#awaited.values()].find(
            ({ ids }) => record.uniqueId !== null && ids.has(record.uniqueId),
          );
          if (!found || record.recordingFile === null || found.told.has(record.id)) continue;
          const { id, recordingFile, startedAt, talkSeconds, raw } = record;
          found.told.add(id);
          found.until = Math.min(found.until, now + NEXT_LOOK_MS);
          fact({
            fact: 'recording.available',
            at: clock.now(),
            call: found.call,
            recording: {
              id,
              ...formatOf(recordingFile),
              ...(startedAt !== null && { startedAt }),
              seconds: talkSeconds,
            },
            raw,
          });
        }
      } catch (error) {
        log.debug(`The list of recordings could not be read: ${PbxError.from(error).message}`);
      }
    for (const [key, { until }] of this.#awaited) if (until <= now) this.#awaited.delete(key);
  }
}

/** `mp3` of `q-500-1.mp3`. */
function formatOf(file: string): { format?: string } {
  const format = /\.([a-z0-9]{2,5})$/i.exec(file)?.[1]?.toLowerCase();
  return format === undefined ? {} : { format };
}
