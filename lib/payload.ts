/** From what the tracker tells to what a flow gets: a fresh object for each listener, numbers normalised. */

import { iso, isTime } from './calls';
import type { Emission, TrackedCall } from './calls';
import type { Call, Party, PbxEvent, QueryName, QueueStatus } from './model';
import type { Normalise } from './numbers';

export interface Origin {
  account: string;
  provider: string;
  normalise: Normalise;
}

export function callOf(call: TrackedCall, normalise: Normalise): Call {
  const snapshot = call.snapshot();
  snapshot.from.number = normalise(snapshot.from.number);
  snapshot.to.number = normalise(snapshot.to.number);
  if (snapshot.answeredBy) snapshot.answeredBy.number = normalise(snapshot.answeredBy.number);
  return snapshot;
}

function partyOf(known: Party, normalise: Normalise): Party {
  return { ...known, number: normalise(known.number) };
}

/** What a query brought, with its numbers written as those of events are; lists without numbers stay as they are. */
export function listOf(query: QueryName, result: unknown, normalise: Normalise): unknown {
  if (!Array.isArray(result)) return result;
  if (query === 'calls' || query === 'history')
    return (result as Call[]).map((call) => ({
      ...call,
      from: partyOf(call.from, normalise),
      to: partyOf(call.to, normalise),
      answeredBy: call.answeredBy && partyOf(call.answeredBy, normalise),
    }));
  if (query === 'queues')
    return (result as QueueStatus[]).map((queue) => ({
      ...queue,
      callers: queue.callers.map((caller) => ({ ...caller, from: normalise(caller.from) })),
    }));
  return result;
}

export function eventOf(emission: Emission, origin: Origin): PbxEvent | null {
  const { account, provider, normalise } = origin;
  const party = (known: Party): Party => partyOf(known, normalise);
  switch (emission.kind) {
    case 'call':
      return {
        type: emission.topic,
        id: emission.id,
        account,
        provider,
        time: iso(emission.at),
        call: callOf(emission.call, normalise),
        ...(emission.ringing && { ringing: party(emission.ringing) }),
        ...(emission.by !== undefined && { by: emission.by && party(emission.by) }),
        ...(emission.transfer && {
          transfer: {
            mode: emission.transfer.mode,
            by: emission.transfer.by && party(emission.transfer.by),
            to: party(emission.transfer.to),
          },
        }),
        ...(emission.digits !== undefined && { digits: emission.digits }),
        ...(emission.inferred && { inferred: true as const }),
      };
    case 'queue': {
      const { queue, member } = emission;
      return {
        type: emission.topic,
        id: emission.id,
        account,
        provider,
        time: iso(emission.at),
        queue: {
          id: queue.id,
          name: queue.name ?? null,
          position: queue.position ?? null,
          waiting: queue.waiting ?? null,
          waitSeconds: queue.waitSeconds ?? null,
        },
        member: member
          ? {
              extension: member.extension ?? null,
              name: member.name ?? null,
              paused: member.paused ?? null,
            }
          : null,
        call: emission.call && callOf(emission.call, normalise),
        ...(emission.topic === 'queue.leave' && { reason: emission.reason }),
        ...(emission.inferred && { inferred: true as const }),
      };
    }
    case 'recording': {
      const { fact } = emission;
      return {
        type: fact.fact,
        id: emission.id,
        account,
        provider,
        time: iso(fact.at),
        recording: {
          id: fact.recording.id,
          call: emission.call?.id ?? fact.call ?? null,
          url: fact.recording.url ?? null,
          format: fact.recording.format ?? null,
          startedAt: timeOf(fact.recording.startedAt),
          seconds: fact.recording.seconds ?? null,
          ready: fact.fact === 'recording.available',
        },
        call: emission.call && callOf(emission.call, normalise),
        ...(fact.fact === 'recording.failed' && { reason: { code: null, text: null, ...fact.reason } }),
        ...(fact.inferred && { inferred: true as const }),
      };
    }
    case 'message': {
      const { fact } = emission;
      return {
        type: fact.fact,
        id: emission.id,
        account,
        provider,
        time: iso(fact.at),
        message: {
          id: fact.message.id,
          from: normalise(fact.message.from ?? null),
          to: normalise(fact.message.to ?? null),
          text: fact.message.text ?? null,
          reason: fact.message.reason ? { ...fact.message.reason } : null,
        },
        ...(fact.inferred && { inferred: true as const }),
      };
    }
    case 'raw':
      // Built by the account, which knows the state.
      return null;
  }
}

function timeOf(ms: number | undefined): string | null {
  return ms !== undefined && isTime(ms) ? iso(ms) : null;
}
