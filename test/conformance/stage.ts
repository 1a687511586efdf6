/** What a provider brings to the conformance suite: a PBX that can be told to play a scene, in the vendor's own words. */

import { TOPICS } from '../../lib/index';
import type { PbxAccount, PbxEvent, ProviderModule } from '../../lib/index';

export const SCENES = [
  'inbound-answered',
  'inbound-missed',
  'inbound-busy',
  'inbound-rejected',
  'inbound-cancelled',
  'internal-answered',
  'outbound-answered',
  'ring-group',
  'queue-answered',
  'queue-abandoned',
  'queue-timeout',
  'blind-transfer',
  'attended-transfer',
  'hold-resume',
  'dtmf',
  'recording',
  'simultaneous',
  'told-twice',
  'member-pause',
  'reconnect',
  'make-call-answered',
  'make-call-busy',
  'make-call-unanswered',
  'hangup',
  'redirect-ringing',
  'sms',
] as const;

export type Scene = (typeof SCENES)[number];

/** Who plays: the names a provider's fake uses for the parts of every scene. Numbers as flows see them. */
export interface Cast {
  /** The person outside. */
  customer: string;
  /** The extension that takes or places the call. */
  first: string;
  /** The colleague: second of a ring group, target of a transfer or redirect. */
  second: string;
  queue: string;
}

export interface Stage {
  readonly account: PbxAccount;
  readonly cast: Cast;
  /** Everything the account said since the stage was opened. */
  readonly events: readonly PbxEvent[];
  /**
   * Makes the PBX do it. Scenes that answer to a command (`make-call-*`, `hangup`, `redirect-ringing`, `sms`) prepare the PBX, and the
   * test sends the command afterwards. Resolves when the PBX has said everything that does not wait for a command.
   */
  play(scene: Scene): Promise<void>;
  /** Waits until the condition holds; moves the time where the time is virtual. Rejects, naming `what`, when it never does. */
  until: (what: string, condition: () => boolean) => Promise<void>;
  close(): Promise<void>;
}

export interface Player {
  /** Shown in the test's title: `asterisk 22`, `gravitel V1`. */
  readonly title: string;
  readonly module: ProviderModule;
  /** Opens an account, connected, with every topic listened to. */
  open(): Promise<Stage>;
  /** Scenes this PBX has no words for although its descriptor names the topics, each with the reason a reader can check. */
  readonly cannot?: Partial<Record<Scene, string>>;
}

/** Every event of an account, oldest first. */
export function collect(account: PbxAccount): PbxEvent[] {
  const events: PbxEvent[] = [];
  const topics = [...new Set([...account.descriptor.capabilities.events, ...TOPICS.account])];
  account.subscribe({ topics }, (event) => events.push(event));
  return events;
}

/** Polls by turns of the event loop, for stages over real sockets: a condition, never a fixed time. */
export async function eventually(what: string, condition: () => boolean, limitMs = 5_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
