/** What an account on a fake PBX told, as a test looks at it. */

import type {
  AccountEvent,
  Call,
  CallEvent,
  MessageEvent,
  PbxEvent,
  QueueEvent,
  RecordingEvent,
  Topic,
} from '../../lib/model';

export interface Told {
  event: PbxEvent;
  raw: unknown;
}

/** Any event, with what each kind has: a test knows which one it looks at. */
export interface AnyEvent extends Omit<CallEvent, 'type'>, Omit<RecordingEvent, 'type' | 'call' | 'reason'> {
  type: Topic;
  call: Call;
  queue: QueueEvent['queue'];
  member: QueueEvent['member'];
  message: MessageEvent['message'];
  reason?: QueueEvent['reason'] | AccountEvent['reason'];
  state: AccountEvent['state'];
  gap?: AccountEvent['gap'];
  name?: AccountEvent['name'];
}
