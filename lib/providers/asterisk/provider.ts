/** Asterisk as a provider: the connection, what is heard on it, and the commands. */

import { Interpreter } from '../../asterisk-events';
import type { ManagerEvent } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { Command, QueryCommand, RecordingCommand, SmsCommand } from '../../model';
import type {
  Accepted,
  CommandContext,
  Dialling,
  LinkState,
  Provider,
  ProviderConfig,
  ProviderHost,
  TestReport,
} from '../../provider';
import { AmiMessage, redact, withMaskedRaw } from '../../transport/ami';
import { Link } from '../../transport/link';
import { runAction } from './actions';
import { BOOT_EVENT } from './boot';
import { settingsOf } from './config';
import type { Settings } from './config';
import { FastAgi } from './fast-agi';
import { overview } from './lists';
import type { Overview } from './lists';
import { Live } from './live';
import { hangUp, redirect, transfer } from './moving';
import type { Tools } from './moving';
import { Placing } from './placing';
import { answerTo } from './queries';
import { fetched, link as linkOf, start, stop } from './recordings';
import { report } from './report';
import { textAction } from './texts';

/** Most start within this time; a user who is never told that Asterisk has started waits in vain once. */
const BOOT_MS = 10_000;

interface Running {
  settings: Settings;
  interpreter: Interpreter;
  placing: Placing;
  link: Link<Live>;
  /** `null`: the dialplan does not ask for routes. */
  agi: FastAgi | null;
}

export class AsteriskProvider implements Provider {
  readonly #host: ProviderHost;
  readonly #config: ProviderConfig;
  #running: Running | null = null;
  #heard: Live | null = null;
  /** When the last connection was last heard; `null` before the first, and once the gap is told. */
  #silentSince: number | null = null;
  /** Whether the lists made up for that silence. */
  #recovered = false;
  /** Asterisk said that it goes down: its calls end with it. */
  #goesDown = false;
  #toldMissing = '';
  #linkState: LinkState = 'connecting';
  /** It is told that this connection hears nothing of calls. */
  #deaf = false;
  /** Whether this manager user is told that Asterisk has started. */
  #tellsBoot = true;

  constructor(config: ProviderConfig, host: ProviderHost) {
    this.#config = config;
    this.#host = host;
  }

  open(): void {
    if (this.#running) return;
    const host = this.#host;
    let settings: Settings;
    try {
      settings = settingsOf(this.#config);
    } catch (error) {
      host.state('unauthorized', PbxError.from(error, { account: host.account }));
      return;
    }
    const interpreter = new Interpreter({
      context: settings.context,
      rawOf,
      fact: (fact) => {
        if (fact.fact === 'call.begin') this.#running?.placing.begun(fact.call);
        host.fact(fact);
      },
    });
    const placing = new Placing(settings, host.clock, interpreter, () => this.#hearsNothing());
    const link = new Link<Live>({
      clock: host.clock,
      random: host.random,
      log: host.log,
      connect: (signal) => this.#connect(settings, interpreter, signal),
      ready: async (live) => {
        try {
          await this.#resync(live, interpreter);
        } catch (error) {
          // Why the connection ended says more than which question it left unanswered.
          throw (live.ami.ready ? null : await live.closed) ?? error;
        }
      },
      lost: () => this.#lost(interpreter),
      state: (state, reason) => {
        this.#linkState = state;
        this.#deaf = false;
        host.state(state, reason);
        if (state === 'connected') this.#tellGap();
      },
    });
    const { agiPort: port, host: pbx, context } = settings;
    const agi = port > 0 ? new FastAgi({ port, pbx, context, host }) : null;
    this.#running = { settings, interpreter, placing, link, agi };
    void agi?.open();
    link.open();
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await Promise.all([running?.link.close(), running?.agi?.close()]);
  }

  async execute(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    return withMaskedRaw(await this.#carryOut(command, context));
  }

  #carryOut(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    const live = () => this.#live();
    switch (command.command) {
      case 'call':
        return this.#connected(({ placing }) => placing.place(live(), command, context));
      case 'hangup':
        return this.#connected((running) => hangUp(tools(running, live(), this.#host), command, context));
      case 'redirect':
        return this.#connected((running) => redirect(tools(running, live(), this.#host), command, context));
      case 'transfer':
        return this.#connected((running) => transfer(tools(running, live(), this.#host), command, context));
      case 'sms':
        return this.#connected(({ settings }) => this.#text(live(), settings, command, context));
      case 'recording':
        return this.#recording(command, context);
      case 'action':
        return this.#connected(() => runAction(live(), command, context));
    }
  }

  query(query: QueryCommand, context: CommandContext): Promise<Accepted> {
    return this.#connected(() => answerTo(query, this.#live(), this.#host, context.signal));
  }

  /** A Local channel dials `from` through the dialplan, which takes any number. */
  readonly dialling: Dialling = {
    besides: (command) => {
      const running = this.#running;
      return running?.settings.technology === 'Local' ? running.interpreter.directory.dialledFor(command) : [];
    },
  };

  test(signal: AbortSignal): Promise<TestReport> {
    return report(settingsOf(this.#config), this.#host, signal);
  }

  #live(): Live['ami'] {
    const session = this.#running?.link.session;
    if (session) return session.ami;
    throw new PbxError('not-connected', 'no connection to Asterisk', { account: this.#host.account });
  }

  async #connected(run: (running: Running) => Promise<Accepted>): Promise<Accepted> {
    if (!this.#running)
      throw new PbxError('not-connected', 'no connection to Asterisk', { account: this.#host.account });
    return run(this.#running);
  }

  #recording(command: RecordingCommand, context: CommandContext): Promise<Accepted> {
    switch (command.action) {
      case 'link':
        return Promise.resolve(linkOf(command));
      case 'fetch':
        return fetched(command);
      default: {
        const act = command.action === 'start' ? start : stop;
        return this.#connected((running) => act(tools(running, this.#live(), this.#host), command, context));
      }
    }
  }

  async #text(ami: Live['ami'], settings: Settings, command: SmsCommand, context: CommandContext): Promise<Accepted> {
    const { response } = await ami.action(textAction(command, settings), { signal: context.signal });
    const { reference } = context;
    const { to, from, text } = command;
    this.#host.fact({
      fact: 'sms.sent',
      at: this.#host.clock.now(),
      message: { id: reference, from: from ?? null, to, text },
    });
    return { reference, result: { id: reference }, raw: response.toObject() };
  }

  async #connect(settings: Settings, interpreter: Interpreter, signal: AbortSignal): Promise<Live> {
    this.#goesDown = false;
    const live = new Live(settings, {
      interpreter,
      host: this.#host,
      own: (event) => this.#own(event),
      hearsCalls: () => this.#hearsCalls(),
    });
    const giveUp = () => void live.close();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await live.ami.open();
      return live;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Reads the lists, brings the calls in line with them, then tells what came meanwhile. */
  async #resync(live: Live, interpreter: Interpreter): Promise<void> {
    const { clock } = this.#host;
    this.#heard = live;
    const first = this.#silentSince === null;
    await this.#started(live);
    const seen = await overview(live.ami);
    for (const { name, kind } of seen.endpoints ?? []) if (kind) interpreter.directory.learn(name, kind);
    const inTime = live.waits;
    if (inTime) interpreter.reconcile(listsOf(seen, first), clock.now());
    live.release();
    if (!first) this.#recovered = inTime && seen.channels !== undefined && seen.queues !== undefined;
    this.#tellMissing(seen);
    this.#host.log.info(`connected to Asterisk ${seen.version ?? 'of unknown version'}`);
  }

  async #started(live: Live): Promise<void> {
    const host = this.#host;
    const told = await live.boot.wait(live.ami, host.clock, this.#tellsBoot ? BOOT_MS : 0, () => {
      const text = 'Asterisk starts or restarts: it takes connections already, but not all of its modules run yet';
      host.state(this.#linkState, new PbxError('unavailable', text, { account: host.account }));
    });
    if (!live.ami.ready) return;
    if (this.#tellsBoot && !told)
      host.log.info('Asterisk does not tell this manager user about its start and end: give it read = system');
    this.#tellsBoot = told;
  }

  #tellGap(): void {
    if (this.#silentSince === null) return;
    this.#host.gap(this.#silentSince, this.#host.clock.now(), this.#recovered);
    this.#silentSince = null;
  }

  #tellMissing({ missing }: Overview): void {
    const rights = missing.filter(({ error }) => error.code === 'forbidden');
    const text = rights.map(({ what }) => what).join(', ');
    if (text === this.#toldMissing) return;
    this.#toldMissing = text;
    if (text === '') return;
    this.#host.warning(
      new PbxError(
        'forbidden',
        `the manager user may not list ${text}: what happens while the connection is down cannot be made up for. Give it write = system,call,reporting in manager.conf`,
        { account: this.#host.account },
      ),
    );
  }

  #lost(interpreter: Interpreter): void {
    const now = this.#host.clock.now();
    this.#silentSince ??= this.#heard?.heardAt ?? now;
    // A stopped Asterisk has no calls; those of a broken connection may go on and are looked for after it is back.
    if (this.#goesDown) interpreter.allGone(now);
    this.#goesDown = false;
  }

  #own(event: AmiMessage): void {
    if (event.name === 'OriginateResponse') this.#running?.placing.responded(event);
    else if (event.name === 'Shutdown') this.#goesDown = true;
    else if (event.name === BOOT_EVENT && this.#heard?.boot.late)
      this.#running?.link.drop(new PbxError('unavailable', 'Asterisk has restarted: all is read again'));
  }

  /**
   * A call was taken and neither it nor its failure was told: this user may not read class `call`. On a connection where calls were heard
   * it is just late.
   */
  #hearsNothing(): void {
    if (this.#heard?.hearsCalls) return;
    this.#deaf = true;
    this.#host.state(
      'degraded',
      new PbxError(
        'forbidden',
        'Asterisk tells this manager user nothing about calls: give it read = system,call,agent,dialplan,dtmf in manager.conf',
        { account: this.#host.account },
      ),
    );
  }

  /** It was late after all. */
  #hearsCalls(): void {
    if (this.#deaf) this.#host.state(this.#linkState);
    this.#deaf = false;
  }
}

function listsOf({ channels, queues, parked }: Overview, first: boolean) {
  return { ...(channels && { channels }), ...(queues && { queues }), ...(parked && { parked }), first };
}

function tools({ interpreter, settings }: Running, session: Live['ami'], host: ProviderHost): Tools {
  return { session, interpreter, context: settings.context, clock: host.clock };
}

function rawOf(event: ManagerEvent): unknown {
  return redact(event instanceof AmiMessage ? event.toObject() : event);
}
