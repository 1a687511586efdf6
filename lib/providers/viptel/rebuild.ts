/**
 * After a login the present is read from the REST interface: calls that began unseen are told, calls that ended unseen get their end from
 * the history, waiting callers and members of queues are compared. Events go on meanwhile, and what they say wins.
 */

import { pause } from '../../clock';
import type { Clock } from '../../clock';
import type { Fact } from '../../facts';
import { PbxError } from '../../model';
import type { Logger } from '../../provider';
import type { CallFacts, Told } from './call-facts';
import type { CallBook, ViptelCall } from './calls';
import { bounds, outcomeOf, PAGE } from './history';
import type { Directory } from './numbers';
import type { ViptelRest } from './rest';
import { extensions, history, liveCalls, PATHS, queues, queueState } from './rest-lists';
import type { HistoryRecord, LiveCall, Queue, QueueState } from './rest-lists';
import type { Roster } from './roster';

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
/** Without REST nobody tells of ends that were missed. Calls that were never answered cannot live long, others longer. */
const UNANSWERED_MS = 15 * 60_000;
const ANSWERED_MS = 6 * 3_600_000;

export class Rebuild {
  readonly #options: RebuildOptions;
  #askedAt = 0;

  constructor(options: RebuildOptions) {
    this.#options = options;
  }

  /** Resolves with whether the present is known now. Never rejects. */
  async run(signal: AbortSignal): Promise<boolean> {
    try {
      this.#askedAt = this.#options.clock.now();
      const missing = await this.#read(signal);
      if (missing.length === 0) return true;
      await this.#endMissing(missing, signal);
      const lost = missing.filter((call) => this.#isMissing(call));
      if (lost.length === 0) return true;
      await pause(SECOND_LOOK_MS, this.#options.clock, signal);
      if (signal.aborted) throw new PbxError('not-connected', 'the connection ended');
      await this.#lookAgain(lost, signal);
      return true;
    } catch (error) {
      if (!signal.aborted)
        this.#options.log.warn(`The present state could not be read: ${PbxError.from(error).message}`);
      return false;
    }
  }

  /** Reads what is and tells it. Returns the calls that are there no more. */
  async #read(signal: AbortSignal): Promise<ViptelCall[]> {
    const { rest, book, clock } = this.#options;
    if (!rest.mayAskByItself(PATHS.calls))
      throw new PbxError('forbidden', 'VIPTel has refused to list the running calls');
    const names = await this.#names(signal);
    const calls = await liveCalls(rest, signal);
    const states: QueueState[] = [];
    for (const { id } of names)
      if (rest.mayAskByItself(PATHS.queueStatus)) states.push(await queueState(rest, id, signal));
    const told: Told = { at: clock.now(), inferred: true };
    const waiting = new Set(states.flatMap((state) => state.waiting.map(({ id }) => id)));
    for (const call of calls) if (call.parent === null) this.#call(call, waiting, told);
    for (const call of calls) if (call.parent !== null) this.#agent(call, call.parent, told);
    for (const state of states) this.#queue(state, told);
    const present = new Set([...waiting, ...calls.flatMap(({ id, parent }) => [id, parent ?? id])]);
    const untouched = [...book.live()].filter((call) => this.#isMissing(call));
    for (const call of untouched)
      if (call.queue && states.some(({ id }) => id === call.queue?.id) && !call.ids.some((id) => waiting.has(id)))
        this.#options.facts.leave(call, null, null, told);
    return untouched.filter((call) => call.interrupted && ![...call.everyId].some((id) => present.has(id)));
  }

  /** Which numbers are queues and which are extensions: events do not tell. Without it all the rest is still worth reading. */
  async #names(signal: AbortSignal): Promise<Queue[]> {
    const { rest, directory, log } = this.#options;
    let found: Queue[] = [];
    try {
      if (rest.mayAskByItself(PATHS.queues)) found = (await queues(rest, signal)).slice(0, MAX_QUEUES);
      for (const { id, name } of found) directory.queue(id, name);
      if (rest.mayAskByItself(PATHS.extensions))
        for (const { number } of await extensions(rest, signal)) directory.extension(number);
    } catch (error) {
      log.debug(`Queues or extensions could not be read: ${PbxError.from(error).message}`);
    }
    return found;
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

  /** Ends the calls that the history knows of. */
  async #endMissing(missing: readonly ViptelCall[], signal: AbortSignal): Promise<void> {
    const { rest, clock, facts, directory } = this.#options;
    const from = Math.min(...missing.map(({ startedAt }) => startedAt)) - 60_000;
    if (!rest.mayAskByItself(PATHS.history)) return;
    const records = await history(rest, { ...bounds(from, null), limit: PAGE }, signal);
    for (const call of missing) {
      const record = recordOf(call, records);
      if (!record || !this.#isMissing(call)) continue;
      const { result, answeredAt, endedAt, answeredBy, answeredByName } = outcomeOf(record);
      const told: Told = { at: clock.now(), raw: record.raw, inferred: true };
      const by = answeredBy === null ? {} : { answeredBy: directory.party(answeredBy, answeredByName) };
      const end = endedAt === null ? {} : { endedAt: Math.max(endedAt, call.answeredAt ?? call.startedAt) };
      facts.end(call, result, told, answeredAt, { ...end, ...by });
    }
  }

  /** Calls in no list: once more, then they count as ended, nobody knows how. */
  async #lookAgain(lost: readonly ViptelCall[], signal: AbortSignal): Promise<void> {
    const { rest, clock, facts } = this.#options;
    const present = new Set((await liveCalls(rest, signal)).flatMap(({ id, parent }) => [id, parent ?? id]));
    const gone = lost.filter((call) => this.#isMissing(call) && ![...call.everyId].some((id) => present.has(id)));
    if (gone.length > 0) await this.#endMissing(gone, signal);
    for (const call of gone)
      if (this.#isMissing(call))
        facts.end(
          call,
          { disposition: call.answeredAt === null ? 'unknown' : 'answered' },
          { at: clock.now(), inferred: true },
        );
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

/** The record of a call: the leg that was answered tells most. */
function recordOf(call: ViptelCall, records: readonly HistoryRecord[]): HistoryRecord | undefined {
  const own = records.filter(({ uniqueId }) => uniqueId !== null && call.everyId.has(uniqueId));
  return own.find((record) => outcomeOf(record).result.disposition === 'answered') ?? own.at(-1);
}
