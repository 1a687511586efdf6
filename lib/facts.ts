/**
 * Facts: what a provider says happened, in the vendor's order and with the vendor's ids. The call tracker turns them into canonical
 * calls and events. A fact is about a `call` by any id the vendor uses for it; the tracker creates a call it has not met yet.
 */

import type {
  Direction,
  Disposition,
  MessageTopic,
  Party,
  QueueLeaveReason,
  QueueMember,
  QueueTopic,
  Reason,
  RecordingTopic,
  TransferMode,
} from './model';

interface FactBase {
  /** Milliseconds since the epoch: the vendor's time where it tells one, else the time of receipt. */
  at: number;
  /** The vendor's own message; handed on only to nodes that asked for it. */
  raw?: unknown;
  /** Set when the provider worked this out instead of being told. */
  inferred?: true;
}

interface OfCall extends FactBase {
  /** Vendor's id of the call, or any alias stated before. */
  call: string;
}

/** What a fact may tell about a call besides its kind. Only fields that are known; a known field overwrites. */
export interface CallDetails {
  direction?: Direction;
  from?: Partial<Party>;
  to?: Partial<Party>;
  dialed?: string;
  line?: string;
  queue?: string;
  tag?: string;
}

export type LegResult = { disposition: Disposition; reason?: Reason };

export type CallFact = OfCall &
  (
    | {
        fact: 'call.begin';
        details?: CallDetails;
        /** The reference of the command that placed it. */
        reference?: string;
        startedAt?: number;
      }
    /** `elsewhere`: the call now goes to `to`, who is perhaps somebody else than before; without it more is known of the same one. */
    | { fact: 'call.update'; details: CallDetails; reference?: string; elsewhere?: true }
    /** Another id by which later facts name this call. */
    | { fact: 'call.alias'; alias: string }
    /** Two known calls turn out to be one: `call` goes on in `into`. */
    | {
        fact: 'call.merge';
        into: string;
        transfer?: { mode: TransferMode | null; by?: Partial<Party>; to?: Partial<Party> };
      }
    /** A leg exists. `caller`: the side that placed the call; `stage`: an IVR, a queue, an announcement, no person. */
    | { fact: 'leg.begin'; leg: string; role: 'caller' | 'callee' | 'stage'; party?: Partial<Party> }
    /** The leg's device rings. */
    | { fact: 'leg.ringing'; leg: string; party: Partial<Party> }
    /** A person took the call on this leg. */
    | { fact: 'leg.answer'; leg: string; party: Partial<Party> }
    /** The leg is gone. `lost`: another leg took the call, so this result tells nothing about the call. */
    | { fact: 'leg.end'; leg: string; result?: LegResult; lost?: boolean }
    | { fact: 'call.hold'; by?: Partial<Party> }
    | { fact: 'call.resume'; by?: Partial<Party> }
    | {
        fact: 'call.transfer';
        mode: TransferMode | null;
        by?: Partial<Party>;
        to: Partial<Party>;
        /** Whoever is handed over goes on waiting there: a place to park calls, nobody who talks. */
        held?: boolean;
      }
    /** `press`: the vendor's own id of it, without which a message delivered twice and a key pressed twice are the same. */
    | { fact: 'call.dtmf'; digits: string; by?: Partial<Party>; press?: string }
    | {
        fact: 'call.end';
        result?: LegResult;
        /** The vendor's own summary (ms since the epoch), which wins over what was counted here. */
        startedAt?: number;
        answeredAt?: number;
        endedAt?: number;
        answeredBy?: Partial<Party>;
        /** Nobody knows whether it was taken: then it is told neither as missed nor as given up in its queue. */
        undecided?: true;
      }
  );

export type QueueFact = FactBase & {
  fact: QueueTopic;
  queue: {
    id: string;
    name?: string | null;
    position?: number | null;
    waiting?: number | null;
    waitSeconds?: number | null;
  };
  member?: Partial<QueueMember>;
  /** Vendor's id of the waiting call. */
  call?: string;
  why?: QueueLeaveReason;
};

export type RecordingFact = FactBase & {
  fact: RecordingTopic;
  recording: { id: string; url?: string; format?: string; startedAt?: number; seconds?: number };
  call?: string;
  reason?: Reason;
};

export type MessageFact = FactBase & {
  fact: MessageTopic;
  message: { id: string; from?: string | null; to?: string | null; text?: string | null; reason?: Reason };
};

/** A message of the vendor that has no topic of its own. */
export type RawFact = FactBase & { fact: 'raw'; name: string | null; message: unknown };

export type Fact = CallFact | QueueFact | RecordingFact | MessageFact | RawFact;

export function isCallFact(fact: Fact): fact is CallFact {
  return fact.fact.startsWith('call.') || fact.fact.startsWith('leg.');
}
