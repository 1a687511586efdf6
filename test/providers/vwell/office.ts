/** An account on a fake vwell-bpx-srv in front of a fake Asterisk, and everything it says. */

import assert from 'node:assert/strict';
import { PbxAccount, TOPICS } from '../../../lib';
import type { AccountOptions } from '../../../lib/account';
import type { Command, PbxErrorCode } from '../../../lib/model';
import type { AnyEvent, Told } from '../any-event';
import type { ProviderConfig, ProviderModule } from '../../../lib/provider';
import { descriptor } from '../../../lib/providers/vwell/descriptor';
import { VwellProvider } from '../../../lib/providers/vwell/provider';
import { TIMES } from '../../../lib/providers/vwell/times';
import type { Times } from '../../../lib/providers/vwell/times';
import { FakeAmi, list, ok } from '../../fakes/ami-server';
import type { FakeAmiOptions } from '../../fakes/ami-server';
import { FakeVwell } from '../../fakes/vwell-server';
import type { FakeVwellOptions } from '../../fakes/vwell-server';

export interface OfficeOptions {
  ami?: FakeAmiOptions;
  server?: Partial<FakeVwellOptions>;
  config?: ProviderConfig;
  account?: Partial<AccountOptions>;
  times?: Partial<Times>;
  /** Before the account opens. */
  prepare?: (asterisk: FakeAmi, server: FakeVwell) => void | Promise<void>;
  /** Do not wait until the account is connected. */
  waitFor?: 'connected' | 'degraded' | 'nothing';
}

/** Short enough for tests that wait for them, long enough not to end before a busy computer's answer. */
export const QUICK: Partial<Times> = { eventMs: 300, signMs: 300, rereadMs: 10, listMs: 2_000, restMs: 60 };

export class Office {
  readonly events: AnyEvent[] = [];
  readonly told: Told[] = [];
  readonly states: string[] = [];

  private constructor(
    readonly asterisk: FakeAmi,
    readonly server: FakeVwell,
    readonly account: PbxAccount,
  ) {
    const topics = [...new Set([...descriptor.capabilities.events, ...TOPICS.account])].filter((t) => t !== 'raw');
    account.subscribe({ topics, raw: true }, (event, raw) => {
      this.events.push(event as AnyEvent);
      this.told.push({ event, raw });
    });
    account.onStatus(({ state, reason }) => this.states.push(reason ? `${state}: ${reason.code}` : state));
  }

  static async open(options: OfficeOptions = {}): Promise<Office> {
    const asterisk = await FakeAmi.listen(options.ami);
    answerLists(asterisk);
    const server = await FakeVwell.listen({
      ami: { host: asterisk.host, port: asterisk.port, username: 'tester', password: 's3cret' },
      secret: 'house key',
      ...options.server,
    });
    await options.prepare?.(asterisk, server);
    const account = new PbxAccount({
      name: 'Office',
      provider: 'vwell',
      config: { url: server.url, secret: 'house key', ...options.config },
      providers: [moduleWith(options.times)],
      random: () => 0,
      ...options.account,
    });
    const office = new Office(asterisk, server, account);
    account.open();
    const wait = options.waitFor ?? 'connected';
    if (wait !== 'nothing') await office.until(`the account is ${wait}`, () => account.status.state === wait);
    return office;
  }

  /** Sends a command that must fail so. */
  async fails(command: Command, code: PbxErrorCode, words: RegExp): Promise<void> {
    await assert.rejects(this.account.execute(command), (error: Error & { code: string }) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      return true;
    });
  }

  /** Waits for a condition, never for a time. */
  async until(what: string, condition: () => boolean, limitMs = 5_000): Promise<void> {
    const end = Date.now() + limitMs;
    while (!condition()) {
      if (Date.now() > end)
        throw new Error(`never happened: ${what}\n${JSON.stringify(this.account.status)}\n${this.topics().join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async event(type: AnyEvent['type'], test: (event: AnyEvent) => boolean = () => true): Promise<AnyEvent> {
    const find = () => this.events.find((event) => event.type === type && test(event));
    await this.until(type, () => find() !== undefined);
    return find() as AnyEvent;
  }

  topics(): string[] {
    return this.events.map(({ type }) => type);
  }

  async close(): Promise<void> {
    await this.account.close();
    await this.server.close();
    await this.asterisk.close();
  }
}

export function moduleWith(times: Partial<Times> = {}): ProviderModule {
  return { descriptor, create: (config, host) => new VwellProvider(config, host, { ...TIMES, ...QUICK, ...times }) };
}

/** What an Asterisk 13 without calls answers to whoever asks around. */
export function answerLists(asterisk: FakeAmi): void {
  asterisk.onAction('CoreSettings', () => ok({ AMIversion: '2.8.0', AsteriskVersion: '13.38.3' }));
  // Asterisk tells an event to every connection.
  asterisk.onAction('UserEvent', (action) => {
    const [UserEvent, Token] = [action.get('UserEvent') ?? '', action.get('Token') ?? ''];
    asterisk.emit({ Event: 'UserEvent', Privilege: 'user,all', UserEvent, Token });
    return ok({ Message: 'Event Sent' });
  });
  asterisk.onAction('SIPpeers', () =>
    list(
      'PeerEntry',
      [
        { Channeltype: 'SIP', ObjectName: '21', Dynamic: 'yes', Status: 'OK (12 ms)' },
        { Channeltype: 'SIP', ObjectName: '22', Dynamic: 'yes', Status: 'UNREACHABLE' },
        { Channeltype: 'SIP', ObjectName: 'trunk', Dynamic: 'no', Status: 'Unmonitored' },
      ],
      'PeerlistComplete',
    ),
  );
  asterisk.onAction('PJSIPShowEndpoints', null);
  asterisk.onAction('Hangup', () => ok({ Message: 'Channel Hungup' }));
  asterisk.onAction('Redirect', () => ok({ Message: 'Redirect successful' }));
}
