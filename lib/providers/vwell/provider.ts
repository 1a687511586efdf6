/** vwell-bpx-srv as a provider: the connection, what is heard on it, the ways of a command. */

import { Interpreter, Legacy } from '../../asterisk-events';
import type { ManagerEvent } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { Command, QueryCommand } from '../../model';
import type {
  Accepted,
  CommandContext,
  Dialling,
  Provider,
  ProviderConfig,
  ProviderHost,
  TestReport,
} from '../../provider';
import { redact, withMaskedRaw } from '../../transport/ami';
import { HttpClient } from '../../transport/http';
import { Link } from '../../transport/link';
import { runAction } from './actions';
import { AjaxWay } from './ajax';
import { AmiLink } from './ami-link';
import { EventPath } from './event-path';
import { Hearing } from './hearing';
import { hangUp, redirect, transfer } from './moving';
import type { Tools } from './moving';
import { normalised } from './numbers';
import { Placing } from './placing';
import { answerTo } from './queries';
import { start, stop } from './recordings';
import { report } from './report';
import { Resync } from './resync';
import { Routing } from './routing';
import { VwellSession } from './session';
import { settingsOf } from './settings';
import type { Settings } from './settings';
import { Standing } from './standing';
import { sendText } from './texts';
import type { Times } from './times';
import type { Way } from './way';
import type { ServerEvent } from './wire';

interface Running {
  settings: Settings;
  interpreter: Interpreter;
  ami: AmiLink;
  path: EventPath;
  hearing: Hearing;
  placing: Placing;
  resync: Resync;
  http: HttpClient;
  link: Link<VwellSession>;
}

export class VwellProvider implements Provider {
  readonly #host: ProviderHost;
  readonly #config: ProviderConfig;
  readonly #times: Times;
  readonly #standing: Standing;
  readonly #closing = new AbortController();
  #running: Running | null = null;
  #ajax: AjaxWay | null = null;
  #seeking = false;

  constructor(config: ProviderConfig, host: ProviderHost, times: Times) {
    this.#config = config;
    this.#host = host;
    this.#times = times;
    this.#standing = new Standing((state, reason) => host.state(state, reason));
  }

  open(): void {
    if (this.#running) return;
    const host = this.#host;
    try {
      this.#running = this.#made(settingsOf(this.#config));
    } catch (error) {
      host.state('unauthorized', PbxError.from(error, { account: host.account }));
      return;
    }
    this.#running.link.open();
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    this.#closing.abort();
    if (!running) return;
    running.ami.close();
    running.path.cut();
    running.resync.close();
    running.placing.end();
    await Promise.all([running.link.close(), running.http.close()]);
  }

  async execute(command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    const running = this.#mustRun();
    const accepted = await this.#carryOut(running, command, context);
    running.resync.afterCommand();
    return withMaskedRaw(accepted);
  }

  async query(query: QueryCommand, context: CommandContext): Promise<Accepted> {
    return answerTo(query, this.#mustRun().ami, this.#host, context.signal);
  }

  /** With a context of the account `from` is dialled through the dialplan, which takes any number. */
  readonly dialling: Dialling = {
    spellings: (number) => [normalised(number)],
    besides: (command) => {
      const running = this.#running;
      return running?.settings.context ? running.interpreter.directory.dialledFor(command) : [];
    },
  };

  test(signal: AbortSignal): Promise<TestReport> {
    return report(settingsOf(this.#config), this.#host, this.#times, signal);
  }

  #carryOut(running: Running, command: Exclude<Command, QueryCommand>, context: CommandContext): Promise<Accepted> {
    const { ami, placing } = running;
    switch (command.command) {
      case 'call':
        return placing.place(command, context);
      case 'hangup':
        return hangUp(this.#tools(running), command, context);
      case 'redirect':
        return redirect(this.#tools(running), command, context);
      case 'transfer':
        return transfer(this.#tools(running), command, context);
      case 'sms':
        return this.#text(ami, command, context);
      case 'recording':
        return (command.action === 'start' ? start : stop)(this.#tools(running), command, context);
      case 'action': {
        const { account } = this.#host;
        return runAction({ account, ami, times: this.#times, way: () => this.#way() }, command, context);
      }
    }
  }

  async #text(...args: Parameters<typeof sendText>): Promise<Accepted> {
    const accepted = await sendText(...args);
    const [, { to, text }, { reference }] = args;
    const message = { id: reference, from: null, to, text };
    this.#host.fact({ fact: 'sms.sent', at: this.#host.clock.now(), message });
    return accepted;
  }

  #made(settings: Settings): Running {
    const { account, clock, random, log, tls, proxy } = this.#host;
    const host = this.#host;
    const times = this.#times;
    const routing = new Routing(host, () => this.#running && this.#tools(this.#running));
    const interpreter = new Interpreter({
      context: settings.context,
      rawOf,
      fact: (fact) => {
        host.fact(fact);
        routing.saw(fact);
      },
    });
    const legacy = new Legacy((event, at) => interpreter.apply(event, at));
    const path = new EventPath(clock, times);
    const ami = new AmiLink({
      account,
      clock,
      times,
      way: () => this.#way(),
      trouble: (error) => this.#trouble(error),
    });
    const placing = new Placing({
      settings,
      clock,
      times,
      ami,
      interpreter,
      hears: () => this.#standing.link === 'connected' && !this.#standing.deaf,
      tied: (uid, reference) => this.#tied(interpreter, uid, reference),
    });
    const hearing = new Hearing({
      host,
      ami,
      path,
      legacy,
      before: (event) => {
        placing.before(event);
        if (event.name === 'Shutdown') this.#goesDown(interpreter);
      },
      responded: (event) => placing.responded(event),
    });
    const resync = new Resync({
      host,
      times,
      ami,
      path,
      hearing,
      interpreter,
      legacy,
      withSecret: 'secret' in settings.credentials,
      deaf: (error) => this.#standing.setDeaf(error),
    });
    const link = new Link<VwellSession>({
      clock,
      random,
      log,
      connect: (signal) => VwellSession.open(settings, host, times, this.#ears(path, hearing, resync), signal),
      ready: (session) => resync.begun(session),
      lost: () => {
        ami.cut();
        path.cut();
        placing.end();
        resync.lost();
      },
      state: (state, reason) => this.#linkState(state, reason),
    });
    const http = new HttpClient({ account, clock, tls, proxy });
    return { settings, interpreter, ami, path, hearing, placing, resync, http, link };
  }

  #ears(path: EventPath, hearing: Hearing, resync: Resync) {
    return {
      heard: () => {
        path.heard();
        if (this.#standing.deaf) resync.hearsAgain();
      },
      event: (event: ServerEvent) => hearing.hear(event),
      melted: () => {
        this.#host.malformed('two messages of Asterisk came as one; the first is lost');
        resync.missed();
      },
      wants: (name: string) => hearing.wants(name),
    };
  }

  #way(): Way {
    const way = this.#running?.link.session ?? this.#ajax;
    if (way) return way;
    throw new PbxError('not-connected', `"${this.#host.account}": no connection to vwell-bpx-srv`, {
      account: this.#host.account,
    });
  }

  #linkState(state: Parameters<ProviderHost['state']>[0], reason: PbxError | undefined): void {
    if (state !== 'reconnecting') this.#ajax = null;
    this.#standing.setLink(state, reason);
    if (state === 'reconnecting' && reason) void this.#seekAjax(reason);
  }

  /** The socket cannot be had: commands may still go by AJAX. */
  async #seekAjax(reason: PbxError): Promise<void> {
    const running = this.#running;
    if (this.#seeking || !running) return;
    this.#seeking = true;
    const { account } = this.#host;
    const { settings, http } = running;
    const way = await AjaxWay.find({ account, http, settings }, this.#closing.signal);
    this.#seeking = false;
    if (this.#standing.link !== 'reconnecting' || this.#closing.signal.aborted) return;
    this.#ajax = way;
    const text = `${reason.message} Commands go by AJAX meanwhile; what happens on the PBX is not heard.`;
    this.#standing.setAjax(way && new PbxError('unavailable', text, { account }));
  }

  #trouble(error: PbxError | null): void {
    const known = this.#standing.link;
    this.#standing.setTrouble(error);
    if (error) this.#host.log.warn(error.message);
    else if (known === 'connected') this.#running?.resync.missed();
  }

  #tied(interpreter: Interpreter, uid: string, reference: string): boolean {
    const call = interpreter.call(uid);
    if (!call) return false;
    this.#host.fact({ fact: 'call.update', at: this.#host.clock.now(), call: call.key, details: {}, reference });
    return true;
  }

  /** A stopped Asterisk has no calls. The server does not notice that its link is gone with it. */
  #goesDown(interpreter: Interpreter): void {
    const { account, clock } = this.#host;
    interpreter.allGone(clock.now());
    this.#host.warning(
      new PbxError(
        'unavailable',
        `"${account}": Asterisk went down. vwell-bpx-srv does not connect to its events again by itself: restart it once Asterisk is up.`,
        { account },
      ),
    );
  }

  #mustRun(): Running {
    if (this.#running) return this.#running;
    throw new PbxError('not-connected', 'no connection to vwell-bpx-srv', { account: this.#host.account });
  }

  #tools({ interpreter, settings, ami }: Running): Tools {
    const host = this.#host;
    return {
      ami,
      interpreter,
      context: settings.context,
      clock: host.clock,
      fact: (fact) => host.fact(fact),
    };
  }
}

/** The message as the server sent it. */
function rawOf(event: ManagerEvent): unknown {
  const { toObject } = event as { toObject?: () => unknown };
  return redact(toObject ? toObject.call(event) : event);
}
