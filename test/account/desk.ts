/** An account over a provider that does as the test says, on a virtual clock. */

import { ALL_TOPICS, PbxAccount, VirtualClock } from '../../lib/index';
import type { AccountOptions, AccountStatus, Command, Filter, PbxEvent, Topic } from '../../lib/index';
import type { Fact } from '../../lib/facts';
import type { Capabilities } from '../../lib/model';
import type {
  Accepted,
  CommandContext,
  ProviderDescriptor,
  ProviderHost,
  ProviderModule,
  TestReport,
} from '../../lib/provider';

type Now<T> = T extends unknown ? Omit<T, 'at'> & { at?: number } : never;

const words = (text: string) => ({ 'en-US': text, sk: text, ru: text });

export const ALL: Capabilities = {
  call: true,
  callFromGroup: true,
  hangup: true,
  redirect: true,
  transfer: ['blind', 'attended'],
  sms: true,
  recording: ['start', 'stop', 'fetch', 'link'],
  queries: ['members', 'queues', 'calls', 'history', 'balance'],
  action: true,
  route: true,
  events: ALL_TOPICS,
};

export interface Sent {
  command: Command;
  context: CommandContext;
}

export interface Desk {
  readonly account: PbxAccount;
  readonly clock: VirtualClock;
  readonly host: ProviderHost;
  /** Every command the provider was asked to carry out. */
  readonly sent: Sent[];
  /** What the log was told. */
  readonly log: string[];
  /** How the PBX answers the next commands. */
  answer: (sent: Sent) => Promise<Accepted> | Accepted;
  close: () => Promise<void>;
  /** States facts, all now. */
  say: (...facts: Now<Fact>[]) => void;
  listen: (filter?: Partial<Filter>) => { events: PbxEvent[]; raws: unknown[]; topics: () => Topic[]; end: () => void };
  statuses: () => AccountStatus[];
}

export interface DeskOptions extends Partial<AccountOptions> {
  capabilities?: Partial<Capabilities>;
  descriptor?: Partial<ProviderDescriptor>;
  /** How the provider closes. */
  closing?: () => Promise<void>;
  opening?: (host: ProviderHost) => void;
}

export function openDesk(options: DeskOptions = {}): Desk {
  const { capabilities, descriptor, closing, opening, ...accountOptions } = options;
  const clock = new VirtualClock();
  const sent: Sent[] = [];
  const log: string[] = [];
  let host: ProviderHost | undefined;
  const ask = (command: Command, context: CommandContext): Promise<Accepted> => {
    sent.push({ command, context });
    return Promise.resolve(desk.answer({ command, context }));
  };
  const module: ProviderModule = {
    descriptor: {
      id: 'fake',
      label: 'Fake PBX',
      description: words('for tests'),
      docs: 'README.md',
      fields: [],
      capabilities: { ...ALL, ...capabilities },
      ...descriptor,
    },
    create(_config, given) {
      host = given;
      return {
        open: () => (opening ? opening(given) : given.state('connected')),
        close: closing ?? (() => Promise.resolve()),
        execute: ask,
        query: ask,
        test: () => Promise.resolve<TestReport>({ summary: 'works' }),
      };
    },
  };
  const account = new PbxAccount({
    name: 'Office',
    provider: 'fake',
    config: {},
    clock,
    providers: [module],
    logger: {
      error: (text) => log.push(`error ${text}`),
      warn: (text) => log.push(`warn ${text}`),
      info: (text) => log.push(`info ${text}`),
      debug: (text) => log.push(`debug ${text}`),
    },
    ...accountOptions,
  });
  const given = host as ProviderHost;
  const statuses: AccountStatus[] = [];
  account.onStatus((status) => statuses.push(status));
  const desk: Desk = {
    account,
    clock,
    host: given,
    sent,
    log,
    answer: () => ({}),
    close: () => account.close(),
    say: (...facts) => {
      for (const fact of facts) given.fact({ at: clock.now(), ...fact });
    },
    listen: (filter = {}) => {
      const events: PbxEvent[] = [];
      const raws: unknown[] = [];
      const end = account.subscribe({ topics: ALL_TOPICS, ...filter }, (event, raw) => {
        events.push(event);
        raws.push(raw);
      });
      return { events, raws, topics: () => events.map(({ type }) => type), end };
    },
    statuses: () => statuses,
  };
  account.open();
  return desk;
}

/** Lets everything that has been promised happen. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
