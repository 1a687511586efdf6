/** What the simulated PBX tells its client: its own words, which the provider translates as it would any vendor's. */

import type { Direction, Disposition, Member, Party, QueueLeaveReason, TransferMode } from '../../../model';
import type { Cause } from './causes';

export type Side = 'caller' | 'callee';

/** How a member of a queue stands in it. */
export interface QueueSeat {
  extension: string;
  name: string | null;
  paused: boolean;
}

export type Said =
  | {
      event: 'CallCreated';
      call: string;
      direction: Direction;
      from: Party;
      to: Party;
      dialed: string | null;
      line: string | null;
      /** What the client gave with its request to place the call. */
      reference: string | null;
    }
  | { event: 'CallerNamed'; call: string; name: string }
  | { event: 'LegCreated'; call: string; leg: string; side: Side; party: Party }
  | { event: 'LegRinging' | 'LegAnswered'; call: string; leg: string; side: Side; party: Party }
  /** `lost`: the offer was withdrawn or another phone was faster. */
  | { event: 'LegGone'; call: string; leg: string; cause: Cause; lost: boolean }
  | { event: 'CallHeld' | 'CallResumed'; call: string; by: Party }
  | { event: 'CallRedirected'; call: string; to: Party }
  | { event: 'CallTransferred'; call: string; mode: TransferMode; by: Party; to: Party }
  /** The consultation `call` is put together with the call `into`. */
  | { event: 'CallsJoined'; call: string; into: string; by: Party; to: Party }
  | { event: 'Digits'; call: string; press: string; digits: string; by: Party }
  | { event: 'CallOver'; call: string; outcome: Disposition; cause: Cause }
  | { event: 'QueueJoined'; queue: string; name: string; call: string; position: number; waiting: number }
  | {
      event: 'QueueLeft';
      queue: string;
      name: string;
      call: string;
      why: QueueLeaveReason | null;
      waitSeconds: number;
      waiting: number;
    }
  | {
      event: 'MemberAdded' | 'MemberRemoved' | 'MemberPaused' | 'MemberUnpaused';
      queue: string;
      name: string;
      member: QueueSeat;
    }
  | { event: 'MemberRinging' | 'MemberConnected'; queue: string; name: string; member: QueueSeat; call: string }
  | { event: 'RecordingStarted' | 'RecordingReady'; call: string; recording: RecordingWords }
  | { event: 'RecordingFailed'; call: string; recording: RecordingWords; why: string }
  | { event: 'TextSent' | 'TextDelivered' | 'TextReceived'; text: TextWords }
  | { event: 'TextFailed'; text: TextWords; why: string }
  | { event: 'ExtensionState'; extension: string; state: Member['state'] };

export interface RecordingWords {
  id: string;
  startedAt: number;
  /** Whole seconds; 0 while it is being made. */
  seconds: number;
}

export interface TextWords {
  id: string;
  from: string | null;
  to: string | null;
  text: string;
}

/** `time`: milliseconds since the epoch by the PBX's clock. */
export type SimulatorMessage = Said & { time: number };

export type Tell = (message: Said) => void;
