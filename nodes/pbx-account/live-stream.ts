/**
 * One open sidebar: listens to every account and says in frames what changed, at most four times a second however much happens. Nothing of
 * this exists while no sidebar is open.
 */

import { TOPICS } from '../../lib/index';
import type { Call, Clock, PbxEvent, QueueStatus, Timer, Topic } from '../../lib/index';
import { isUp } from '../shared/badges';
import type { LiveAccount, LiveFrame } from '../shared/live';
import type { DeployedPbx, LiveAccounts } from './live-accounts';

const FRAME_MS = 250;
/** As many as the sidebar keeps. */
const MAX_EVENTS = 100;
/** Queues are asked for at the start and, since some PBXs count requests, not more often than this after queue events. */
const QUEUES_MS = 10_000;

const HEARD: readonly Topic[] = [
  ...TOPICS.call,
  ...TOPICS.queue,
  ...TOPICS.recording,
  ...TOPICS.message,
  'account.connected',
  'account.disconnected',
  'account.degraded',
  'account.gap',
  'account.warning',
];

export class LiveStream {
  readonly #accounts: LiveAccounts;
  readonly #clock: Clock;
  readonly #send: (frame: LiveFrame) => void;
  readonly #unwatch: () => void;
  #ends: (() => void)[] = [];
  #heard: readonly DeployedPbx[] = [];
  #frame: Timer | null = null;
  #fresh = true;
  #changed = new Map<string, { pbx: DeployedPbx; call: Call }>();
  #ended = new Set<string>();
  #events: PbxEvent[] = [];
  #skipped = 0;
  #states = true;
  readonly #queues = new Map<DeployedPbx, { list: QueueStatus[] | null; askedAt: number; timer: Timer | null }>();

  constructor(accounts: LiveAccounts, clock: Clock, send: (frame: LiveFrame) => void) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#send = send;
    this.#unwatch = accounts.watch(() => this.#listen());
    this.#listen();
  }

  close(): void {
    this.#unwatch();
    this.#silence();
    this.#frame?.cancel();
  }

  /** After a deploy the picture begins anew: accounts that were replaced are other accounts. */
  #listen(): void {
    this.#silence();
    this.#heard = this.#accounts.list();
    this.#fresh = true;
    this.#changed.clear();
    this.#ended.clear();
    for (const pbx of this.#heard) {
      this.#ends.push(
        pbx.account.subscribe({ topics: HEARD }, (event) => this.#hear(pbx, event)),
        pbx.account.onStatus(({ state }) => {
          this.#states = true;
          this.#plan();
          if (isUp(state)) this.#askQueues(pbx);
        }),
      );
      for (const call of pbx.account.calls()) this.#changed.set(key(pbx, call.id), { pbx, call });
    }
    this.#plan();
  }

  #silence(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    for (const { timer } of this.#queues.values()) timer?.cancel();
    this.#queues.clear();
  }

  #hear(pbx: DeployedPbx, event: PbxEvent): void {
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) {
      this.#events.shift();
      this.#skipped++;
    }
    const call = 'call' in event ? event.call : null;
    if (call) {
      const id = key(pbx, call.id);
      if (call.state === 'ended') {
        this.#changed.delete(id);
        this.#ended.add(id);
      } else if (!this.#ended.has(id)) this.#changed.set(id, { pbx, call });
    }
    if ('queue' in event) this.#askQueues(pbx);
    this.#plan();
  }

  #askQueues(pbx: DeployedPbx): void {
    if (!pbx.account.descriptor.capabilities.queries.includes('queues')) return;
    const now = this.#clock.now();
    const asked = this.#queues.get(pbx) ?? { list: null, askedAt: -Infinity, timer: null };
    this.#queues.set(pbx, asked);
    asked.timer ??= this.#clock.after(Math.max(0, asked.askedAt + QUEUES_MS - now), () => {
      asked.timer = null;
      asked.askedAt = this.#clock.now();
      pbx.account.execute({ command: 'query', query: 'queues' }).then(
        ({ payload }) => {
          asked.list = payload.result as QueueStatus[];
          if (this.#queues.get(pbx) === asked) this.#plan();
        },
        // A PBX that does not tell its queues just has none here; its state says why.
        () => {},
      );
    });
  }

  #plan(): void {
    this.#frame ??= this.#clock.after(this.#fresh ? 0 : FRAME_MS, () => {
      this.#frame = null;
      this.#tell();
    });
  }

  #tell(): void {
    const frame: LiveFrame = { now: this.#clock.now() };
    if (this.#fresh) frame.fresh = true;
    if (this.#fresh || this.#states) frame.accounts = this.#heard.map(accountOf);
    if (this.#changed.size > 0)
      frame.calls = [...this.#changed.values()].map(({ pbx, call }) => ({ ...call, account: pbx.id }));
    if (this.#ended.size > 0) frame.ended = [...this.#ended];
    const queues = [...this.#queues].filter(([, { list }]) => list !== null);
    if (queues.length > 0)
      frame.queues = queues.map(([pbx, { list }]) => ({
        account: pbx.id,
        list: (list ?? []).map((queue) => ({ ...queue, account: pbx.id })),
      }));
    for (const [, told] of queues) told.list = null;
    if (this.#events.length > 0) frame.events = this.#events;
    if (this.#skipped > 0) frame.skipped = this.#skipped;
    this.#fresh = false;
    this.#states = false;
    this.#changed = new Map();
    this.#ended = new Set();
    this.#events = [];
    this.#skipped = 0;
    this.#send(frame);
  }
}

function key({ id }: DeployedPbx, call: string): string {
  return `${id}/${call}`;
}

function accountOf({ id, name, account }: DeployedPbx): LiveAccount {
  const { state, since, reason } = account.status;
  const { label, capabilities } = account.descriptor;
  const can = { call: capabilities.call, hangup: capabilities.hangup };
  return { id, name, pbx: label, state, since, reason: reason?.text ?? null, can };
}
