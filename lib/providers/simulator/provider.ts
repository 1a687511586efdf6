/** The simulator as a provider: the PBX, the line to it, and the translation both ways. */

import { PbxError } from '../../model';
import type { Command, QueryCommand } from '../../model';
import type {
  Accepted,
  CommandContext,
  Provider,
  ProviderConfig,
  ProviderHost,
  RouteAnswer,
  TestReport,
} from '../../provider';
import { Link } from '../../transport/link';
import { act } from './actions';
import { hangUp, placeCall, redirect, sendText, transfer } from './commands';
import { settingsOf } from './config';
import type { SimulatedCall } from './pbx/call';
import type { SimulatorMessage } from './pbx/messages';
import { Pbx } from './pbx/pbx';
import type { PbxSettings } from './pbx/pbx';
import { Random } from './pbx/random';
import { answerOf } from './queries';
import { fetched, linkOf, startOrStop } from './recordings';
import { factsOf } from './report';
import { missedFacts, Roster } from './resync';
import { Wire } from './wire';
import type { WireSession } from './wire';

/** How long the PBX waits for a flow to say where a call should go. */
const ROUTE_MS = 5_000;

export class SimulatorProvider implements Provider {
  readonly #host: ProviderHost;
  readonly #config: ProviderConfig;
  readonly #roster = new Roster();
  #running: { pbx: Pbx; wire: Wire; link: Link<WireSession> } | null = null;
  #lostAt: number | null = null;

  constructor(config: ProviderConfig, host: ProviderHost) {
    this.#config = config;
    this.#host = host;
  }

  open(): void {
    if (this.#running) return;
    let settings: PbxSettings;
    try {
      settings = settingsOf(this.#config);
    } catch (error) {
      this.#host.state('unauthorized', PbxError.from(error));
      return;
    }
    const { clock, log } = this.#host;
    const wire = new Wire(clock);
    const pbx = new Pbx(settings, {
      clock,
      tell: (message) => wire.send(message),
      route: (call) => this.#route(call),
    });
    const link = new Link<WireSession>({
      clock,
      random: new Random(`${settings.seed}/line`).next,
      log,
      connect: () => Promise.resolve(wire.connect((message) => this.#receive(message))),
      ready: () => this.#resync(pbx),
      lost: () => {
        this.#lostAt ??= wire.heardAt;
      },
      state: (state, reason) => {
        this.#host.state(state, reason);
        if (state === 'connected') this.#tellGap();
      },
    });
    this.#running = { pbx, wire, link };
    link.open();
    pbx.open();
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    if (!running) return;
    running.pbx.close();
    running.wire.close();
    await running.link.close();
  }

  async execute(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    if (command.command === 'recording' && command.action === 'fetch') return fetched(this.#open().pbx, command);
    const keys = context.target?.keys ?? [];
    const effect = command.command !== 'recording' || command.action !== 'link';
    const carryOut = (pbx: Pbx, wire: Wire): Accepted => {
      switch (command.command) {
        case 'call':
          return placeCall(pbx, command, context.reference);
        case 'hangup':
          return hangUp(pbx, command, keys);
        case 'redirect':
          return redirect(pbx, command, keys);
        case 'transfer':
          return transfer(pbx, command, keys);
        case 'sms':
          return sendText(pbx, command);
        case 'recording':
          return command.action === 'link' ? linkOf(pbx, command) : startOrStop(pbx, command, keys);
        case 'action': {
          const reply = act({ pbx, wire }, command.request);
          return { result: reply, raw: reply, ...(typeof reply.call === 'string' && { call: reply.call }) };
        }
      }
    };
    return this.#request(context, carryOut, effect);
  }

  query(query: QueryCommand, context: CommandContext): Promise<Accepted> {
    return this.#request(context, (pbx) => ({ result: answerOf(pbx, query, this.#host.clock.now()) }), false);
  }

  test(): Promise<TestReport> {
    // Nothing to connect to: what can be wrong is the form.
    return Promise.resolve().then(() => {
      const { extensions, queues, callsPerMinute } = settingsOf(this.#config);
      const parts = [`${extensions.length} extensions`, `${queues.length} queues`, `${callsPerMinute} calls a minute`];
      return { summary: `the simulated PBX works: ${parts.join(', ')}`, details: { extensions, queues } };
    });
  }

  #open(): { pbx: Pbx; wire: Wire; link: Link<WireSession> } {
    if (this.#running?.link.session) return this.#running;
    throw new PbxError('not-connected', 'no connection to the simulated PBX');
  }

  async #request<T>(context: CommandContext, run: (pbx: Pbx, wire: Wire) => T, effect: boolean): Promise<T> {
    const { pbx, wire, link } = this.#open();
    if (!link.session) throw new PbxError('not-connected', 'no connection to the simulated PBX');
    return link.session.request(() => run(pbx, wire), context.signal, effect);
  }

  #receive(message: SimulatorMessage): void {
    if (!this.#running) return;
    if (message.event.startsWith('Member')) this.#roster.read(this.#running.pbx);
    for (const fact of factsOf(message)) if (fact.fact !== 'raw' || this.#host.wants('raw')) this.#host.fact(fact);
  }

  #resync(pbx: Pbx): void {
    if (this.#lostAt === null) {
      this.#roster.read(pbx);
      return;
    }
    for (const fact of missedFacts(pbx, [...this.#host.calls()], this.#roster, this.#host.clock.now()))
      this.#host.fact(fact);
    for (const message of pbx.recorder.toldSince(this.#lostAt))
      for (const fact of factsOf(message)) this.#host.fact({ ...fact, inferred: true });
  }

  #tellGap(): void {
    if (this.#lostAt === null) return;
    this.#host.gap(this.#lostAt, this.#host.clock.now(), true);
    this.#lostAt = null;
  }

  #route(call: SimulatedCall): Promise<RouteAnswer | null> {
    if (!this.#running?.link.session) return Promise.resolve(null);
    return this.#host.route({ call: call.id, number: call.from.number, budgetMs: ROUTE_MS });
  }
}
