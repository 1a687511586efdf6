/** An account on a fake server-client service, with a time of its own, and everything it says. */

import { PbxAccount, TOPICS, VirtualClock } from '../../../lib';
import type { AccountOptions } from '../../../lib/account';
import type { CallEvent, PbxEvent } from '../../../lib/model';
import { mangoClient } from '../../../lib/providers/mango-client';
import { FakeMangoClient } from '../../fakes/mango-client-server';
import type { FakeMangoClientOptions } from '../../fakes/mango-client-server';
import { ASSUMED, OTHER } from '../../fakes/mango-client-dialect';
import type { Dialect } from '../../fakes/mango-client-dialect';

/** What a person would write after the PDF of a service that spells everything as `OTHER` does. */
export const OTHER_PROFILE = {
  token: { place: 'query', name: 'access_key', prefix: '' },
  body: 'form',
  methods: {
    createUser: { parameters: { user: 'abonent' } },
    channel: { parameters: { user: 'abonent' } },
    register: { parameters: { user: 'abonent', limit: 'limit' } },
    unregister: { parameters: { user: 'abonent' } },
    callback: { parameters: { user: 'abonent', to: 'phone' } },
    route: { parameters: { call: 'session', to: 'target' } },
    record: { parameters: { recording: 'rec' } },
    transfer: { parameters: { user: 'abonent', call: 'session', to: 'phone' } },
  },
  result: { code: 'answer.status', message: 'answer.explanation' },
  answer: { token: 'integration.secret', channel: 'socket', events: 'missed', recording: 'socket' },
  drain: { limit: 3 },
  envelope: { payload: 'content', time: 'moment' },
  call: {
    id: 'talk',
    leg: 'line',
    state: 'phase',
    fromNumber: 'a.tel',
    fromExtension: 'a.ext',
    fromName: 'a.who',
    toNumber: 'b.tel',
    toExtension: 'b.ext',
    group: 'team',
    reason: 'why',
  },
  record: { id: 'file', call: 'talk', status: 'is' },
  routeResult: { call: 'talk', outcome: 'done', message: 'note' },
  words: { held: 'parked', routed: 'yes', busy: 'engaged', rejected: 'refused', noAnswer: 'late', cancelled: 'gone' },
};

export interface Spelling {
  dialect: Dialect;
  profile: string;
}

/** Every test of the service's behaviour runs in both. */
export const SPELLINGS: readonly Spelling[] = [
  { dialect: ASSUMED, profile: '' },
  { dialect: OTHER, profile: JSON.stringify(OTHER_PROFILE) },
];

export interface BenchOptions extends Spelling {
  service?: FakeMangoClientOptions;
  extensions?: string;
  account?: Partial<AccountOptions>;
  waitFor?: 'connected' | 'nothing';
  /** Before the account opens. */
  before?: (service: FakeMangoClient) => void;
  profile: string;
  on?: FakeMangoClient;
}

export class Bench {
  readonly events: PbxEvent[] = [];
  readonly raws: unknown[] = [];
  readonly states: string[] = [];

  private constructor(
    readonly service: FakeMangoClient,
    readonly clock: VirtualClock,
    readonly account: PbxAccount,
    readonly log: string[],
  ) {
    const topics = [...new Set([...mangoClient.descriptor.capabilities.events, ...TOPICS.account])];
    account.subscribe({ topics, raw: true }, (event, raw) => {
      this.events.push(event);
      this.raws.push(raw);
    });
    account.onStatus(({ state }) => {
      if (this.states.at(-1) !== state) this.states.push(state);
    });
  }

  static async open(options: BenchOptions): Promise<Bench> {
    const { dialect, profile, extensions = '101', waitFor = 'connected' } = options;
    const clock = (options.account?.clock as VirtualClock | undefined) ?? new VirtualClock();
    const users = extensions.split(/,\s*/);
    const service = options.on ?? (await FakeMangoClient.listen({ dialect, users, ...options.service }));
    options.before?.(service);
    const log: string[] = [];
    const write = (text: string) => void log.push(text);
    const account = new PbxAccount({
      name: 'Office',
      provider: 'mango-client',
      providers: [mangoClient],
      config: { url: service.url, token: service.token, extensions, profile },
      clock,
      random: () => 0.5,
      logger: { error: write, warn: write, info: write, debug: write },
      ...options.account,
    });
    const bench = new Bench(service, clock, account, log);
    account.open();
    if (waitFor === 'connected') await bench.until('connected', () => account.status.state === 'connected');
    return bench;
  }

  /** Waits for what real sockets bring, without the time going on. */
  async until(what: string, condition: () => boolean, limitMs = 10_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!condition()) {
      if (performance.now() > end)
        throw new Error(
          `never happened: ${what}; ${JSON.stringify(this.account.status.reason)} ${this.topics().join()}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** The same, while the time goes on in steps. */
  untilInTime(what: string, condition: () => boolean, stepMs = 100): Promise<void> {
    return this.until(what, () => {
      if (!condition()) this.clock.advance(stepMs);
      return condition();
    });
  }

  #played = 0;

  /** Waits until everything said to this employee before has been handled: a last event that nobody knows comes back as `raw`. */
  async heard(user = '101'): Promise<void> {
    const name = `/done/${++this.#played}`;
    this.service.emit(user, name, {});
    const found = () =>
      this.events.findIndex(
        (event) => event.type === 'raw' && 'name' in event && String(event.name).endsWith(name.slice(1)),
      );
    await this.until(name, () => found() >= 0);
    this.events.splice(found(), 1);
  }

  /** Topics of what is no news of the account. */
  topics(): string[] {
    return this.events
      .filter(({ type }) => !type.startsWith('account.'))
      .map((event) => ('inferred' in event && event.inferred ? `${event.type}*` : event.type));
  }

  last(type: string): CallEvent {
    const found = this.events.findLast((event) => event.type === type);
    if (!found) throw new Error(`there is no ${type}, only ${this.topics().join(', ')}`);
    return found as CallEvent;
  }

  async close(): Promise<void> {
    await this.account.close();
    await this.service.close();
  }
}
