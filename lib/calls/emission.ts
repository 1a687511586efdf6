import type { Fact, MessageFact, QueueFact, RawFact, RecordingFact } from '../facts';
import type { CallTopic, Party, QueueLeaveReason, QueueTopic, TransferMode } from '../model';
import type { TrackedCall } from './tracked-call';

/** What the tracker tells: enough to build an event, not the event itself, since mostly nobody wants it. */
export type Emission =
  | {
      kind: 'call';
      topic: CallTopic;
      id: string;
      fact: Fact;
      at: number;
      inferred: boolean;
      call: TrackedCall;
      ringing?: Party;
      by?: Party | null;
      transfer?: { mode: TransferMode | null; by: Party | null; to: Party };
      digits?: string;
    }
  | {
      kind: 'queue';
      topic: QueueTopic;
      id: string;
      fact: Fact;
      at: number;
      inferred: boolean;
      call: TrackedCall | null;
      queue: QueueFact['queue'];
      member: QueueFact['member'] | null;
      reason: QueueLeaveReason | null;
    }
  | { kind: 'recording'; id: string; fact: RecordingFact; call: TrackedCall | null }
  | { kind: 'message'; id: string; fact: MessageFact }
  | { kind: 'raw'; id: string; fact: RawFact };
