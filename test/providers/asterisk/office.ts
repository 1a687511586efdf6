/** An account on the small Asterisk, seen as a flow sees it. */

import { PbxAccount, TOPICS } from '../../../lib/index';
import type { AccountOptions, AccountStatus, PbxEvent, Topic } from '../../../lib/index';
import { asterisk } from '../../../lib/providers/asterisk';
import type { FakeAmiOptions } from '../../fakes/ami-server';
import { Exchange } from './exchange';

export interface Office {
  readonly exchange: Exchange;
  readonly account: PbxAccount;
  /** Everything the account said, `raw` left out. */
  readonly events: PbxEvent[];
  readonly statuses: AccountStatus[];
  of<T extends PbxEvent = PbxEvent>(...topics: Topic[]): T[];
  /** Fulfilled when the condition holds; asked again with every event and change of state. */
  until(what: string, condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface OfficeOptions {
  pbx?: FakeAmiOptions;
  config?: Record<string, unknown>;
  account?: Partial<AccountOptions>;
  /** What the small PBX knows before the account connects. */
  before?: (exchange: Exchange) => void;
}

const PATIENCE_MS = 5_000;

export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const exchange = await Exchange.open(options.pbx);
  options.before?.(exchange);
  const account = new PbxAccount({
    name: 'Office',
    provider: 'asterisk',
    providers: [asterisk],
    config: { host: '127.0.0.1', port: exchange.ami.port, username: 'tester', password: 's3cret', ...options.config },
    dialLimit: 10_000,
    random: () => 0,
    ...options.account,
  });
  const events: PbxEvent[] = [];
  const statuses: AccountStatus[] = [];
  const watchers = new Set<() => void>();
  const look = () => {
    for (const watcher of watchers) watcher();
  };
  const topics = Object.values(TOPICS)
    .flat()
    .filter((topic) => topic !== 'raw');
  account.subscribe({ topics, raw: true }, (event) => {
    events.push(event);
    look();
  });
  account.onStatus((status) => {
    statuses.push(status);
    look();
  });
  const until = (what: string, condition: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        clearInterval(poll);
        watchers.delete(watcher);
      };
      const watcher = () => {
        if (!condition()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`${what} did not happen: ${events.map(({ type }) => type).join(', ')}`));
      }, PATIENCE_MS);
      // A condition may also be about something that no event tells, such as the end of a command.
      const poll = setInterval(watcher, 10);
      watchers.add(watcher);
      watcher();
    });
  account.open();
  const office: Office = {
    exchange,
    account,
    events,
    statuses,
    of: <T extends PbxEvent>(...wanted: Topic[]) => events.filter(({ type }) => wanted.includes(type)) as T[],
    until,
    async close() {
      await account.close();
      await exchange.close();
    },
  };
  return office;
}

/** Connected, with every list read. */
export async function openConnected(options: OfficeOptions = {}): Promise<Office> {
  const office = await openOffice(options);
  await office.until('the connection', () => office.account.status.state === 'connected');
  return office;
}
