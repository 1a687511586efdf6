/** An account on a fake VIPTel, with a time of its own, and everything it says. */

import { TOPICS, VirtualClock } from '../../../lib';
import { PbxAccount } from '../../../lib/account';
import type { AccountOptions } from '../../../lib/account';
import type { ProviderConfig } from '../../../lib/provider';
import { viptel } from '../../../lib/providers/viptel';
import { descriptor } from '../../../lib/providers/viptel/descriptor';
import { FakeViptel } from '../../fakes/viptel-server';
import type { FakeViptelOptions } from '../../fakes/viptel-server';
import type { AnyEvent, Told } from '../any-event';

/** A call from outside to extension 21, and a caller who waits in queue 500. */
export const INBOUND = {
  event: 'call.begin',
  caller: '0900000001',
  caller_name: '0900000001',
  callee: '21',
  callee_name: 'Eva',
  called_number: '0220282028',
  unique_id: '1.1',
};
export const JOIN = { event: 'queue.join', queue: 500, caller: '0900000001', unique_id: '1.20', position: 1 };

export interface BenchOptions {
  clock?: VirtualClock;
  pbx?: FakeViptelOptions;
  config?: ProviderConfig;
  account?: Partial<AccountOptions>;
  /** Do not wait for the login. */
  waitFor?: 'connected' | 'nothing';
}

export class Bench {
  readonly events: AnyEvent[] = [];
  readonly told: Told[] = [];
  readonly states: string[] = [];
  /** Whether a web server has nothing to answer: its time limits must not run meanwhile. */
  idle: (() => boolean) | null = null;

  private constructor(
    readonly pbx: FakeViptel,
    readonly clock: VirtualClock,
    readonly account: PbxAccount,
    /** What the account wrote into the log. */
    readonly log: readonly string[],
  ) {
    const topics = [...new Set([...descriptor.capabilities.events, ...TOPICS.account])];
    account.subscribe({ topics, raw: true }, (event, raw) => {
      this.events.push(event as unknown as AnyEvent);
      this.told.push({ event, raw });
    });
    account.onStatus(({ state }) => {
      if (this.states.at(-1) !== state) this.states.push(state);
    });
  }

  static async open({
    clock = new VirtualClock(),
    pbx: options,
    config,
    account: more,
    waitFor = 'connected',
  }: BenchOptions = {}): Promise<Bench> {
    const pbx = await FakeViptel.listen({ clock, ...options });
    const log: string[] = [];
    const write = (text: string) => void log.push(text);
    const account = new PbxAccount({
      name: 'Office',
      provider: 'viptel',
      providers: [viptel],
      config: { url: pbx.url, username: 'pbxapi', password: 'Žltý kôň', ...config },
      clock,
      random: () => 0.5,
      logger: { error: write, warn: write, info: write, debug: write },
      dialLimit: 10_000,
      ...more,
    });
    const bench = new Bench(pbx, clock, account, log);
    account.open();
    if (waitFor === 'connected') await bench.until('connected', () => account.status.state === 'connected');
    return bench;
  }

  /** Waits for what real sockets bring, without the time going on. */
  async until(what: string, condition: () => boolean, limitMs = 5_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`never happened: ${what}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The same, while the time goes on in steps. */
  async untilInTime(what: string, condition: () => boolean, stepMs = 100, limitMs = 5_000): Promise<void> {
    await this.until(
      what,
      () => {
        if (condition()) return true;
        if (this.idle?.() ?? true) this.clock.advance(stepMs);
        return condition();
      },
      limitMs,
    );
  }

  /** Sends events and waits until they have been handled: a last, unknown one comes back as `raw`. */
  async play(...events: Readonly<Record<string, unknown>>[]): Promise<AnyEvent[]> {
    const from = this.events.length;
    const name = `test.done.${++this.#played}`;
    this.pbx.emit(...events, { event: name });
    const arrived = () => this.events.findIndex((event) => event.type === 'raw' && event.name === name);
    await this.until(name, () => arrived() >= 0);
    this.events.splice(arrived(), 1);
    return this.events.slice(from);
  }

  /** Lets time go by with the connection alive: pings are answered in between. */
  async pass(ms: number, stepMs = 5_000): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs));
      await this.play();
      if (!this.idle) continue;
      // Requests that a timer has just started need some turns to show.
      for (let i = 0; i < 2; i++) {
        await this.until('nothing is under way', this.idle);
        await this.play();
      }
    }
  }

  /** The link breaks, `meanwhile` happens, the link comes back. */
  async breakLink(meanwhile: () => void = () => undefined): Promise<void> {
    const { reconnects } = this.account.status.counters;
    this.pbx.cut();
    await this.until('noticed', () => this.account.status.state === 'reconnecting');
    meanwhile();
    this.clock.advance(600);
    await this.until('back', () => this.account.status.counters.reconnects > reconnects);
  }

  #played = 0;

  /** Topics of the events, `*` behind an inferred one. */
  topics(events: readonly AnyEvent[] = this.events): string[] {
    return events
      .filter(({ type }) => !type.startsWith('account.'))
      .map(({ type, inferred }) => (inferred ? `${type}*` : type));
  }

  /** The latest event of a topic. */
  last(type: string): AnyEvent {
    const found = this.events.findLast((event) => event.type === type);
    if (!found) throw new Error(`there is no ${type}, only ${this.topics().join(', ')}`);
    return found;
  }

  async close(): Promise<void> {
    await this.account.close();
    await this.pbx.close();
  }
}
