/** Recordings of calls. The audio is made when somebody asks for it: a hundred calls an hour must not fill the memory. */

import type { SimulatedCall } from './call';
import type { Exchange, Surroundings, Watcher } from './exchange';
import type { RecordingWords, Said, SimulatorMessage } from './messages';
import { conversation } from './wav';

/** Longer talks are cut: 20 s are 320 kB. */
const LONGEST_SECONDS = 20;
/** Between the end of a recording and its file. */
const WRITING_MS = 500;
const KEPT = 500;

export class Recorder implements Watcher {
  readonly #running = new Map<string, RecordingWords>();
  readonly #finished = new Map<string, RecordingWords>();
  readonly #told: SimulatorMessage[] = [];
  readonly #exchange: Exchange;
  readonly #around: Surroundings;

  constructor(exchange: Exchange, around: Surroundings) {
    this.#exchange = exchange;
    this.#around = around;
    exchange.watch(this);
  }

  isRecording(call: SimulatedCall): boolean {
    return this.#running.has(call.id);
  }

  start(call: SimulatedCall): RecordingWords {
    const recording = { id: this.#exchange.newId('recording'), startedAt: this.#around.clock.now(), seconds: 0 };
    this.#running.set(call.id, recording);
    call.recordings.push(recording.id);
    this.#tell({ event: 'RecordingStarted', call: call.id, recording: { ...recording } });
    return recording;
  }

  /** Ends a recording; `null` when there is none. `failure`: nothing came of it. */
  stop(call: SimulatedCall, failure?: string): RecordingWords | null {
    const recording = this.#running.get(call.id);
    if (!recording) return null;
    this.#running.delete(call.id);
    const length = Math.round((this.#around.clock.now() - recording.startedAt) / 1000);
    const done = { ...recording, seconds: Math.max(1, Math.min(LONGEST_SECONDS, length)) };
    // Not under the id of the call: the file is written after the call is over.
    this.#around.schedule.after(this.#around.pace(WRITING_MS), recording.id, () => {
      if (failure !== undefined) {
        this.#tell({ event: 'RecordingFailed', call: call.id, recording: { ...recording }, why: failure });
        return;
      }
      this.#finished.set(done.id, done);
      if (this.#finished.size > KEPT) this.#finished.delete(this.#finished.keys().next().value ?? '');
      this.#tell({ event: 'RecordingReady', call: call.id, recording: { ...done } });
    });
    return done;
  }

  ended(call: SimulatedCall): void {
    this.stop(call);
  }

  find(id: string): RecordingWords | undefined {
    return this.#finished.get(id);
  }

  /** What was told since then, in milliseconds: a client that was away reads it there. */
  toldSince(ms: number): SimulatorMessage[] {
    return this.#told.filter(({ time }) => time >= ms);
  }

  /** The file of a finished recording. */
  audio(recording: RecordingWords): Buffer {
    let sum = 0;
    for (const char of recording.id) sum += char.charCodeAt(0);
    return conversation(recording.seconds, 330 + (sum % 8) * 20, 520 + (sum % 5) * 30);
  }

  #tell(said: Said): void {
    this.#told.push({ ...said, time: this.#around.clock.now() });
    if (this.#told.length > KEPT) this.#told.shift();
    this.#around.tell(said);
  }
}
