/**
 * FastAGI: the dialplan asks the flow where a call shall go (AGI(agi://node-red:PORT/route)). The answer is left in the variables ROUTE_TO
 * and ROUTE_NAME, the name is shown on the phone, and the call goes on at the extension in the context of the phones; without an answer the
 * dialplan goes on below. FastAGI has no password, so strangers are kept out by their address.
 */

import { lookup } from 'node:dns/promises';
import { createServer, isIP } from 'node:net';
import type { Server, Socket } from 'node:net';
import { pause } from '../../clock';
import { PbxError } from '../../model';
import type { ProviderHost, RouteAnswer } from '../../provider';
import { SourceList } from '../../transport/webhook';
import { AgiLines, command, readEnvironment } from './fast-agi-wire';

export interface FastAgiOptions {
  /** 0: any free port, for tests. */
  port: number;
  /** The PBX as the account names it: it may connect from wherever it is; others from private networks only. */
  pbx: string;
  /** Where the extension of an answer is looked up. */
  context: string;
  host: Pick<ProviderHost, 'account' | 'clock' | 'log' | 'route' | 'warning' | 'call'>;
}

/** Asterisk itself waits as long as it takes; callers do not. */
const BUDGET_MS = 30_000;
const MAX_OPEN = 200;
const WARN_EVERY_MS = 600_000;
/** The manager tells of the call on another connection, a moment sooner or later. */
const KNOWN_WITHIN_MS = 250;
const LOOK_EVERY_MS = 10;

const PRIVATE = new SourceList([
  '127.0.0.0/8',
  '::1',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
]);

export class FastAgi {
  readonly #options: FastAgiOptions;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #closing = new AbortController();
  #warnedAt = -Infinity;

  constructor(options: FastAgiOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
      // What breaks ends the conversation; the dialplan goes on.
      socket.on('error', () => socket.destroy());
      this.#serve(socket).catch((error: unknown) => {
        socket.destroy();
        this.#options.host.log.debug(`FastAGI: ${PbxError.from(error).message}`);
      });
    });
    this.#server.on('error', (error: NodeJS.ErrnoException) => this.#cannotListen(error));
  }

  /** Listens on loopback only when the PBX is on this computer. */
  open(): Promise<void> {
    const { port, pbx } = this.#options;
    const local = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(pbx);
    return new Promise((resolve) => {
      this.#server.once('listening', resolve).once('error', () => resolve());
      this.#server.listen(local ? { port, host: pbx === '::1' ? '::1' : '127.0.0.1' } : { port });
    });
  }

  /** `null` while it does not listen. */
  get port(): number | null {
    const address = this.#server.address();
    return address && typeof address === 'object' ? address.port : null;
  }

  close(): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#open) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #serve(socket: Socket): Promise<void> {
    const { clock, route } = this.#options.host;
    // Lines are taken from the start, so that none is lost while the sender is looked up.
    const lines = new AgiLines(socket, clock);
    const from = socket.remoteAddress ?? '';
    if (!(await this.#isWelcome(from))) return this.#refuse(socket, from);
    if (this.#open.size > MAX_OPEN) return void socket.destroy();
    const environment = await readEnvironment(lines);
    if (!environment) return void socket.destroy();
    const call = environment.get('agi_uniqueid') ?? '';
    await this.#known(call);
    const number = callerOf(environment);
    const answer = await route({ call, number, budgetMs: BUDGET_MS });
    if (answer && !this.#closing.signal.aborted) await this.#answer(socket, lines, answer);
    socket.end();
  }

  /** An answer that comes to nothing is a warning: the flow that gave it takes it for done. */
  async #answer(socket: Socket, lines: AgiLines, answer: RouteAnswer): Promise<void> {
    const { host } = this.#options;
    try {
      await this.#lead(socket, lines, answer);
    } catch (thrown) {
      const { code, message } = PbxError.from(thrown);
      if (this.#closing.signal.aborted) return;
      const text = `a flow told where a call should go, but it could not be sent there: ${message}`;
      host.warning(new PbxError(code, text, { account: host.account }));
    }
  }

  async #lead(socket: Socket, lines: AgiLines, { to, contactName }: RouteAnswer): Promise<void> {
    const { context, host } = this.#options;
    const say = (...words: string[]) => command(socket, lines, words);
    if (contactName) {
      await say('SET', 'VARIABLE', 'ROUTE_NAME', contactName);
      await say('SET', 'VARIABLE', 'CALLERID(name)', contactName);
    }
    if (!to) return;
    await say('SET', 'VARIABLE', 'ROUTE_TO', to);
    if (!/^[\w+*#.-]{1,79}$/.test(to)) return this.#noExtension(to, context);
    const exists = await say('GET', 'FULL VARIABLE', `\${DIALPLAN_EXISTS(${context},${to},1)}`);
    if (exists !== '1') return this.#noExtension(to, context);
    await say('SET', 'CONTEXT', context);
    await say('SET', 'EXTENSION', to);
    await say('SET', 'PRIORITY', '1');
    host.log.debug(`FastAGI: a call goes on at ${to}@${context}`);
  }

  /** The dialplan still has ROUTE_TO and may know what to do with it. */
  #noExtension(to: string, context: string): void {
    this.#options.host.warning(
      new PbxError(
        'not-found',
        `a flow sent a call to "${to.slice(0, 40)}", which is no extension of the context ${context}: the dialplan goes on by itself, with ROUTE_TO set`,
        { account: this.#options.host.account },
      ),
    );
  }

  /** The call may be asked about before the manager has told of it. */
  async #known(call: string): Promise<void> {
    const { host } = this.#options;
    const { signal } = this.#closing;
    for (let waited = 0; waited < KNOWN_WITHIN_MS && !host.call(call) && !signal.aborted; waited += LOOK_EVERY_MS)
      await pause(LOOK_EVERY_MS, host.clock, signal);
  }

  async #isWelcome(address: string): Promise<boolean> {
    if (PRIVATE.contains(address)) return true;
    const { pbx } = this.#options;
    try {
      const own = isIP(pbx) ? [pbx] : (await lookup(pbx, { all: true })).map((found) => found.address);
      return new SourceList(own).contains(address);
    } catch {
      return false;
    }
  }

  #refuse(socket: Socket, from: string): void {
    socket.destroy();
    const { host } = this.#options;
    const now = host.clock.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    const text = `a FastAGI connection from ${from} was refused: it is neither the PBX of this account nor a private address`;
    host.warning(new PbxError('forbidden', text, { account: host.account }));
  }

  #cannotListen(error: NodeJS.ErrnoException): void {
    const { host, port } = this.#options;
    const why = error.code === 'EADDRINUSE' ? 'another program or account uses it' : (error.code ?? 'unknown reason');
    host.warning(
      new PbxError('unavailable', `the FastAGI port ${port} cannot be opened (${why}): calls do not ask for a route`, {
        account: host.account,
        vendor: { code: error.code ?? null, message: null },
      }),
    );
  }
}

function callerOf(environment: ReadonlyMap<string, string>): string | null {
  const caller = environment.get('agi_callerid') ?? '';
  return caller === '' || /^(?:unknown|anonymous|asterisk)$/i.test(caller) ? null : caller;
}
