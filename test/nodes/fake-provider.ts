/** A provider for tests that does what it is told: states any fact, answers any command, and misbehaves in every way a PBX can. */

import { ALL_TOPICS, PbxError } from '../../lib/index';
import type { Capabilities, Command, ProviderModule, WebhookRequest, WebhookResponse } from '../../lib/index';
import type { Fact } from '../../lib/facts';
import type { Accepted, CommandContext, Provider, ProviderDescriptor, ProviderHost } from '../../lib/provider';

const EVERYTHING: Capabilities = {
  call: true,
  callFromGroup: true,
  hangup: true,
  redirect: true,
  transfer: ['blind', 'attended'],
  sms: true,
  recording: ['start', 'stop', 'fetch', 'link'],
  linkExpires: true,
  queries: ['members', 'queues', 'calls', 'history', 'balance'],
  action: true,
  route: true,
  events: ALL_TOPICS,
};

const text = (words: string) => ({ 'en-US': words, sk: words, ru: words });

export interface Line {
  host: ProviderHost;
  config: Readonly<Record<string, unknown>>;
  closed: boolean;
}

/** The PBX behind the fake provider: one for all accounts of a test. */
export class FakePbx {
  /** Every connection ever opened, the latest last. */
  readonly lines: Line[] = [];
  /** Commands in the order they came. */
  readonly commands: Command[] = [];
  readonly webhooks: WebhookRequest[] = [];
  /** How many providers exist that were not closed. */
  alive = 0;
  /** What `open` reports; `null`: nothing at all, the PBX is silent. */
  onOpen: ((host: ProviderHost) => void) | null = (host) => host.state('connected');
  /** `close` never comes back. */
  hangsOnClose = false;
  answer: (command: Command, context: CommandContext) => Promise<Accepted> | Accepted = () => ({ raw: { ok: true } });
  reply: (request: WebhookRequest) => WebhookResponse = () => ({ status: 200, body: 'OK' });
  test: (config: Readonly<Record<string, unknown>>) => Promise<string> = () => Promise.resolve('connected as tester');

  /** Set-up actions carried out: by which one, with what. */
  readonly setUps: { action: string; inputs: Readonly<Record<string, unknown>>; password: unknown }[] = [];

  readonly module: ProviderModule;

  constructor(id = 'fake', capabilities: Partial<Capabilities> = {}) {
    this.module = {
      descriptor: this.#descriptor(id, { ...EVERYTHING, ...capabilities }),
      create: (config, host) => this.#create(config, host),
    };
  }

  /** The connection of the only (or latest) account. */
  get line(): Line {
    const line = this.lines.at(-1);
    if (!line) throw new Error('no account has been opened');
    return line;
  }

  say(...facts: Fact[]): void {
    for (const fact of facts) this.line.host.fact(fact);
  }

  #descriptor(id: string, capabilities: Capabilities): ProviderDescriptor {
    return {
      id,
      label: 'Fake PBX',
      description: text('A PBX for tests.'),
      docs: 'README.md',
      endGraceMs: Infinity,
      setupActions: [{ name: 'join', label: text('Join'), hint: text('Once.') }],
      fields: [
        { name: 'host', type: 'text', label: text('Host'), required: true },
        { name: 'port', type: 'number', label: text('Port'), default: 5038 },
        { name: 'context', type: 'text', label: text('Context') },
        { name: 'username', type: 'text', label: text('User name'), credential: true, required: true },
        { name: 'password', type: 'password', label: text('Password'), secret: true, required: true },
      ],
      capabilities,
      secretKeys: ['pin'],
      webhook: { paths: ['/events/call'], where: text('In the settings of the PBX.') },
    };
  }

  #create(config: Readonly<Record<string, unknown>>, host: ProviderHost): Provider {
    this.alive++;
    const line: Line = { host, config, closed: false };
    const run = async (command: Command, context: CommandContext): Promise<Accepted> => {
      this.commands.push(command);
      return this.answer(command, context);
    };
    return {
      open: () => {
        this.lines.push(line);
        this.onOpen?.(host);
      },
      close: () => {
        if (!line.closed) this.alive--;
        line.closed = true;
        return this.hangsOnClose ? new Promise(() => {}) : Promise.resolve();
      },
      execute: run,
      query: run,
      webhook: (request) => {
        this.webhooks.push(request);
        return this.reply(request);
      },
      test: async () => ({ summary: await this.test(config) }),
      setup: (action, inputs) => {
        this.setUps.push({ action, inputs, password: config['password'] });
        const { password } = config;
        return Promise.resolve({
          summary: `joined with ${String(password)}`,
          fields: { password: 'new', nowhere: 'x' },
        });
      },
    };
  }
}

/** Facts of an inbound call to extension 22, from its begin. */
export function inboundCall(
  call: string,
  from = '+421900123456',
  raw: unknown = { Event: 'Newchannel', pin: '1234' },
): Fact {
  return {
    fact: 'call.begin',
    call,
    at: Date.parse('2026-01-05T10:00:00Z'),
    raw,
    details: { direction: 'inbound', from: { number: from }, to: { extension: '22' }, dialed: '0220282028' },
  };
}

export function refused(code: ConstructorParameters<typeof PbxError>[0], message: string): () => Promise<never> {
  return () => Promise.reject(new PbxError(code, message, { vendor: { code: '17', message: 'User busy' } }));
}
