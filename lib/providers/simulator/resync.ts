/** After the line was down: what the PBX holds now against what is believed, as facts. What nobody heard is marked as inferred. */

import type { CallDetails, Fact } from '../../facts';
import type { KnownCall } from '../../provider';
import type { SimulatedCall } from './pbx/call';
import { outcomeOf } from './pbx/causes';
import type { Pbx } from './pbx/pbx';

export function* missedFacts(pbx: Pbx, known: Iterable<KnownCall>, roster: Roster, now: number): Generator<Fact> {
  const seen = new Set<SimulatedCall>();
  for (const believed of known) {
    const call = firstOf(believed.keys, (key) => pbx.exchange.calls.get(key));
    if (call) {
      seen.add(call);
      yield* stillLive(pbx, call, believed, now);
    } else yield endOf(pbx, believed, now);
  }
  for (const call of pbx.exchange.calls.values()) {
    if (seen.has(call)) continue;
    yield { ...inferred(now), fact: 'call.begin', call: call.id, details: detailsOf(call), startedAt: call.startedAt };
    if (call.reference)
      yield { ...inferred(now), fact: 'call.update', call: call.id, details: {}, reference: call.reference };
    yield* legsOf(call, now);
    if (call.held) yield { ...inferred(now), fact: 'call.hold', call: call.id };
    yield* waitOf(pbx, call, now);
  }
  yield* roster.differences(pbx, now);
}

/** The members of the queues as last heard. */
export class Roster {
  #paused = new Map<string, { queue: string; extension: string; name: string | null; paused: boolean }>();

  read(pbx: Pbx): void {
    this.#paused = seats(pbx);
  }

  /** What changed since, and takes the new state as heard. */
  *differences(pbx: Pbx, now: number): Generator<Fact> {
    const before = this.#paused;
    this.read(pbx);
    for (const [key, seat] of this.#paused) {
      const old = before.get(key);
      if (!old) yield { ...inferred(now), fact: 'queue.member.add', ...memberOf(seat) };
      if ((old?.paused ?? false) !== seat.paused)
        yield {
          ...inferred(now),
          fact: seat.paused ? 'queue.member.pause' : 'queue.member.unpause',
          ...memberOf(seat),
        };
    }
    for (const [key, seat] of before)
      if (!this.#paused.has(key)) yield { ...inferred(now), fact: 'queue.member.remove', ...memberOf(seat) };
  }
}

type Seat = { queue: string; extension: string; name: string | null; paused: boolean };

function seats(pbx: Pbx): Map<string, Seat> {
  const all = new Map<string, Seat>();
  for (const queue of pbx.queues.values())
    for (const { extension, name, paused } of queue.members.values())
      all.set(`${queue.id}/${extension}`, { queue: queue.id, extension, name, paused });
  return all;
}

function memberOf({ queue, extension, name, paused }: Seat) {
  return { queue: { id: queue, name: `Queue ${queue}` }, member: { extension, name, paused } };
}

function* stillLive(pbx: Pbx, call: SimulatedCall, believed: KnownCall, now: number): Generator<Fact> {
  yield { ...inferred(now), fact: 'call.update', call: call.id, details: { to: call.to }, elsewhere: true };
  // New legs before the old ones go, so that the call is never without one.
  yield* legsOf(call, now);
  for (const leg of believed.legs)
    if (!call.legs.some(({ id }) => id === leg.id))
      yield { ...inferred(now), fact: 'leg.end', call: call.id, leg: leg.id, lost: true };
  yield { ...inferred(now), fact: call.held ? 'call.hold' : 'call.resume', call: call.id };
  // Also where an agent's phone rang, or a call waits that was answered before; one that has left already is not told to leave again.
  if (call.waitsIn === null && believed.call.queue)
    yield {
      ...inferred(believed.call.answeredAt === null && call.answeredAt !== null ? call.answeredAt : now),
      fact: 'queue.leave',
      call: call.id,
      queue: { id: believed.call.queue },
      why: call.talking ? 'connected' : 'redirected',
    };
  yield* waitOf(pbx, call, now);
}

function* legsOf(call: SimulatedCall, now: number): Generator<Fact> {
  for (const leg of call.legs) {
    const about = { call: call.id, leg: leg.id, party: leg.party };
    yield { ...inferred(now), fact: 'leg.begin', role: leg.side, ...about };
    if (leg.state === 'ringing') yield { ...inferred(now), fact: 'leg.ringing', ...about };
    if (leg.state === 'up') {
      const at = leg.party === call.answeredBy && call.answeredAt !== null ? call.answeredAt : now;
      yield { ...inferred(now), at, fact: 'leg.answer', ...about };
    }
  }
}

function* waitOf(pbx: Pbx, call: SimulatedCall, now: number): Generator<Fact> {
  const queue = call.waitsIn === null ? undefined : pbx.queues.get(call.waitsIn);
  if (!queue) return;
  const status = queue.status();
  const place = status.callers.find((caller) => caller.call === call.id);
  yield {
    ...inferred(now),
    fact: 'queue.join',
    call: call.id,
    queue: {
      id: queue.id,
      name: queue.name,
      position: place?.position ?? null,
      waiting: status.waiting,
      waitSeconds: place?.waitSeconds ?? null,
    },
  };
}

/** The PBX no longer has the call: its record of past calls says how it ended, if it still holds it. */
function endOf(pbx: Pbx, believed: KnownCall, now: number): Fact {
  const past = firstOf(believed.keys, (key) => pbx.history.find(key));
  const fact = { ...inferred(now), fact: 'call.end' as const, call: believed.call.id };
  if (!past?.cause || past.endedAt === null) return fact;
  const reason = { code: String(past.cause.code), text: past.cause.text };
  return {
    ...fact,
    endedAt: past.endedAt,
    result: { disposition: past.outcome ?? outcomeOf(past.cause.code), reason },
    ...(past.answeredAt !== null && { answeredAt: past.answeredAt }),
    ...(past.answeredBy && { answeredBy: past.answeredBy }),
  };
}

function detailsOf({ direction, from, to, dialed, line }: SimulatedCall): CallDetails {
  return { direction, from, to, ...(dialed && { dialed }), ...(line && { line }) };
}

function inferred(at: number): { at: number; inferred: true } {
  return { at, inferred: true };
}

function firstOf<T>(keys: readonly string[], find: (key: string) => T | undefined): T | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}
