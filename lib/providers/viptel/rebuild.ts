/**
 * After a login the present is read from the REST interface: calls that began unseen are told, calls that ended unseen get their end from
 * the history, waiting callers and members of queues are compared. Events go on meanwhile, and what they say wins.
 */

import { pause } from '../../clock';
import type { Clock } from '../../clock';
import type { Fact } from '../../facts';
import { PbxError } from '../../model';
import type { PbxErrorCode } from '../../model';
import type { Logger } from '../../provider';
import type { CallFacts, Told } from './call-facts';
import type { CallBook, ViptelCall } from './calls';
import { outcomeOf, readHistory, tellingRecord } from './history';
import type { Directory } from './numbers';
import type { ViptelRest } from './rest';
import { extensions, liveCalls, PATHS, queues, queueState } from './rest-lists';
import type { LiveCall, Queue, QueueState } from './rest-lists';
import type { Roster } from './roster';
import { endingOf, MAX_UNSEEN, tellUnseen, unseenCalls } from './unseen';

export interface RebuildOptions {
  rest: ViptelRest;
  book: CallBook;
  directory: Directory;
  facts: CallFacts;
  roster: Roster;
  clock: Clock;
  log: Logger;
  fact: (fact: Fact) => void;
}

const MAX_QUEUES = 50;
/** A call that has just ended may be in no list yet. */
const SECOND_LOOK_MS = 15_000;
/** Until the next readings, when one has failed: just after a restart of VIPTel its REST interface may not be up yet. */
const AGAIN_MS: readonly number[] = [15_000, 60_000, 300_000];
/** Of what went wrong, what may be right the next time. */
const PASSING: ReadonlySet<PbxErrorCode> = new Set(['unavailable', 'timeout', 'rate-limited']);
/** Without REST nobody tells of ends that were missed. Calls that were never answered cannot live long, others longer. */
const UNANSWERED_MS = 15 * 60_000;
const ANSWERED_MS = 6 * 3_600_000;

/**
 * What came of a reading. `part`: there is more to know than VIPTel lets us read. `failed`: something could not be read this time.
 */
export type Reading = 'whole' | 'part' | 'failed';

interface Found<T> {
  found: T[];
  /** False: what is not there may be there the next time. */
  complete: boolean;
}

export class Rebuild {
  readonly #options: RebuildOptions;
  /** Ids in the history that are parts of other calls. */
  readonly #parts = new Set<string>();
  #askedAt = 0;
  /** Queues whose state is known from this reading. */
  #queuesRead = new Set<string>();

  constructor(options: RebuildOptions) {
    this.#options = options;
  }

  /**
   * Reads the present, and once more some time later while it cannot be read. Never rejects.
   * @param unreadFrom milliseconds since the epoch from which on calls may have begun and ended unseen; `null`: none have
   * @param done told after each reading
   */
  async run(unreadFrom: number | null, signal: AbortSignal, done: (reading: Reading) => void): Promise<void> {
    const { rest, clock } = this.#options;
    for (const waitMs of [...AGAIN_MS, null]) {
      const reading = await this.#present(unreadFrom, signal);
      if (signal.aborted) return;
      done(reading);
      if (reading === 'whole' && unreadFrom !== null) return this.#latecomers(unreadFrom, signal);
      if (reading !== 'failed') return;
      if (waitMs === null || !rest.mayAskByItself(PATHS.calls)) return;
      await pause(waitMs, clock, signal);
      if (signal.aborted) return;
    }
  }

  async #present(unreadFrom: number | null, signal: AbortSignal): Promise<Reading> {
    const { clock, log } = this.#options;
    try {
      this.#askedAt = clock.now();
      const { missing, complete } = await this.#read(signal);
      const past = await this.#past(missing, unreadFrom, signal);
      const lost = missing.filter((call) => this.#isMissing(call));
      if (lost.length > 0) {
        await pause(SECOND_LOOK_MS, clock, signal);
        if (signal.aborted) throw new PbxError('not-connected', 'the connection ended');
        await this.#lookAgain(lost, signal);
      }
      return !complete ? 'failed' : past ? 'whole' : 'part';
    } catch (error) {
      if (!signal.aborted) log.warn(`The present state could not be read: ${PbxError.from(error).message}`);
      return 'failed';
    }
  }

  /** Reads what is and tells it. Returns the calls that are there no more, and whether all of it could be read. */
  async #read(signal: AbortSignal): Promise<{ missing: ViptelCall[]; complete: boolean }> {
    const { rest, book, clock } = this.#options;
    if (!rest.mayAskByItself(PATHS.calls))
      throw new PbxError('forbidden', 'VIPTel has refused to list the running calls');
    const names = await this.#names(signal);
    const calls = await liveCalls(rest, signal);
    const { found: states, complete } = await this.#states(names.found, signal);
    this.#queuesRead = new Set(states.map(({ id }) => id));
    const told: Told = { at: clock.now(), inferred: true };
    const waiting = new Set(states.flatMap((state) => state.waiting.map(({ id }) => id)));
    for (const call of calls) if (call.parent === null) this.#call(call, waiting, told);
    for (const call of calls) if (call.parent !== null) this.#agent(call, call.parent, told);
    for (const state of states) this.#queue(state, told);
    const present = new Set([...waiting, ...calls.flatMap(({ id, parent }) => [id, parent ?? id])]);
    const untouched = [...book.live()].filter((call) => this.#isMissing(call));
    for (const call of untouched)
      if (call.queue && this.#queuesRead.has(call.queue.id) && !call.ids.some((id) => waiting.has(id)))
        this.#options.facts.leave(call, null, null, told);
    const missing = untouched.filter((call) => call.interrupted && ![...call.everyId].some((id) => present.has(id)));
    return { missing, complete: names.complete && complete };
  }

  /** Which numbers are queues and which are extensions: events do not tell. Without it all the rest is still worth reading. */
  async #names(signal: AbortSignal): Promise<Found<Queue>> {
    const { rest, directory, log } = this.#options;
    let found: Queue[] = [];
    let listed = false;
    try {
      if (rest.mayAskByItself(PATHS.queues)) found = (await queues(rest, signal)).slice(0, MAX_QUEUES);
      for (const { id, name } of found) directory.queue(id, name);
      listed = true;
      if (rest.mayAskByItself(PATHS.extensions))
        for (const { number } of await extensions(rest, signal)) directory.extension(number);
    } catch (error) {
      const { code, message } = PbxError.from(error);
      log.debug(`Queues or extensions could not be read: ${message}`);
      return { found, complete: listed || !PASSING.has(code) };
    }
    return { found, complete: true };
  }

  /** One queue that cannot be read is no reason to know nothing of the others, nor of the calls. */
  async #states(names: readonly Queue[], signal: AbortSignal): Promise<Found<QueueState>> {
    const { rest, log } = this.#options;
    const found: QueueState[] = [];
    let complete = true;
    for (const { id } of names) {
      if (!rest.mayAskByItself(PATHS.queueStatus)) break;
      try {
        found.push(await queueState(rest, id, signal));
      } catch (error) {
        if (signal.aborted) throw error;
        const { code, message } = PbxError.from(error);
        log.debug(`The state of a queue could not be read: ${message}`);
        complete &&= !PASSING.has(code);
        // Each of the others would take as long.
        if (code === 'timeout') break;
      }
    }
    return { found, complete };
  }

  #call(live: LiveCall, waiting: ReadonlySet<string>, told: Told): void {
    const { book, facts, directory } = this.#options;
    if (book.ended(live.id)) return;
    const { caller, callerName, callee, seconds } = live;
    let call = book.find(live.id);
    if (!call) {
      const startedAt = told.at - (seconds ?? 0) * 1000;
      call = facts.begin(live.id, { caller, callerName, callee, startedAt }, told);
    }
    const kind = directory.kind(callee);
    const nobody =
      callee === null || kind === 'queue' || kind === 'hidden' || (kind === 'outside' && call.direction === 'inbound');
    // The PBX itself answers for a queue.
    if (nobody || waiting.has(live.id) || call.queue) return;
    facts.settle(call, 'person');
    const target =
      call.targets.find(({ number }) => number === callee) ??
      (call.answeredAt === null ? facts.target(call, callee, null, told) : undefined);
    if (target && live.answered && !target.answered) facts.answer(call, target, told);
  }

  #agent({ id, caller, callerName, callee, answered }: LiveCall, parent: string, told: Told): void {
    const { book, facts } = this.#options;
    if (book.ended(id) || book.ended(parent)) return;
    const call = book.find(parent) ?? facts.begin(parent, { caller, callerName }, told);
    if (!call.agents.has(id)) facts.agent(call, id, callee, null, told);
    const agent = call.agents.get(id);
    if (agent && answered && !agent.answered) facts.answer(call, agent, told);
  }

  #queue({ id, members, waiting }: QueueState, told: Told): void {
    const { book, facts, directory, roster, fact } = this.#options;
    for (const { extension } of members) directory.extension(extension);
    for (const { topic, extension } of roster.read(id, members)) {
      const paused = members.find((member) => member.extension === extension)?.paused ?? null;
      fact({ fact: topic, queue: { id, name: directory.queueName(id) }, member: { extension, paused }, ...told });
    }
    for (const { id: callId, caller, callerName, waitSeconds } of waiting) {
      if (book.ended(callId)) continue;
      const startedAt = told.at - (waitSeconds ?? 0) * 1000;
      const call = book.find(callId) ?? facts.begin(callId, { caller, callerName, called: id, startedAt }, told);
      if (call.answeredAt === null && call.queue?.id !== id)
        facts.join(call, id, { position: null, waitSeconds }, told);
    }
  }

  /** Tells what the history knows: the ends of calls that are there no more, and calls of which nothing was seen. False: there is more. */
  async #past(missing: readonly ViptelCall[], unreadFrom: number | null, signal: AbortSignal): Promise<boolean> {
    if (missing.length === 0 && unreadFrom === null) return true;
    const { rest, book, clock, facts, directory, log } = this.#options;
    if (!rest.mayAskByItself(PATHS.history)) return unreadFrom === null;
    const from = Math.min(unreadFrom ?? Infinity, ...missing.map(({ startedAt }) => startedAt - 60_000));
    const { records, whole } = await readHistory(rest, from, null, signal);
    for (const call of missing) {
      const record = tellingRecord(records.filter(({ uniqueId }) => uniqueId !== null && call.everyId.has(uniqueId)));
      if (!record || !this.#isMissing(call)) continue;
      const { result, answeredAt, answeredBy } = endingOf(record, directory);
      const { endedAt } = outcomeOf(record);
      const told: Told = { at: clock.now(), raw: record.raw, inferred: true };
      const end = endedAt === null ? {} : { endedAt: Math.max(endedAt, call.answeredAt ?? call.startedAt) };
      facts.end(call, result, told, answeredAt, { ...end, ...answeredBy });
    }
    if (unreadFrom === null) return true;
    const unseen = unseenCalls(records, unreadFrom, book, this.#parts);
    for (const call of unseen.slice(-MAX_UNSEEN)) tellUnseen(call, facts, directory, clock.now());
    if (whole && unseen.length <= MAX_UNSEEN) return true;
    log.warn('The break was so long that VIPTel has more calls of it than can be told; the oldest are left out.');
    return false;
  }

  /** The record of a call that ended just before the login may have come into the history just after it was read. */
  async #latecomers(unreadFrom: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    await pause(SECOND_LOOK_MS, clock, signal);
    if (signal.aborted) return;
    try {
      await this.#past([], unreadFrom, signal);
    } catch (error) {
      log.debug(`The history could not be read once more: ${PbxError.from(error).message}`);
    }
  }

  /** Calls in no list: once more, then they count as ended, nobody knows how. */
  async #lookAgain(lost: readonly ViptelCall[], signal: AbortSignal): Promise<void> {
    const { rest, clock, facts } = this.#options;
    const present = new Set((await liveCalls(rest, signal)).flatMap(({ id, parent }) => [id, parent ?? id]));
    const gone = lost.filter((call) => this.#isMissing(call) && ![...call.everyId].some((id) => present.has(id)));
    await this.#past(gone, null, signal);
    for (const call of gone) {
      // He may wait in a queue of which nothing is known.
      if (call.queue && !this.#queuesRead.has(call.queue.id)) continue;
      if (this.#isMissing(call))
        facts.end(
          call,
          { disposition: call.answeredAt === null ? 'unknown' : 'answered' },
          { at: clock.now(), inferred: true },
        );
    }
  }

  /** Still in the book, and no event has told of it since the present was asked for. */
  #isMissing(call: ViptelCall): boolean {
    return this.#options.book.find(call.key) === call && call.touchedAt < this.#askedAt;
  }
}

/** Ends calls from before an interruption that nobody will ever tell of. */
export function expire(book: CallBook, facts: CallFacts, now: number): void {
  // Ending a call takes it out of the set that is gone through, which a Set bears.
  for (const call of book.live()) {
    if (!call.interrupted) continue;
    const answered = call.answeredAt !== null;
    if (now - call.touchedAt > (answered ? ANSWERED_MS : UNANSWERED_MS))
      facts.end(call, { disposition: answered ? 'answered' : 'unknown' }, { at: now, inferred: true });
  }
}
