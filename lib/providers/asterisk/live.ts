/**
 * One live connection: hears events, asks for the lists after it began, and keeps the order between both. Events that arrive while the
 * lists are on their way are kept back and applied after them, since lists and events are not told in one order.
 */

import type { Interpreter } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { ProviderHost } from '../../provider';
import type { Session } from '../../transport/link';
import { AmiSession, redact } from '../../transport/ami';
import type { AmiMessage } from '../../transport/ami';
import { Boot, BOOT_EVENT } from './boot';
import type { Settings } from './config';

/** Events kept back while the lists are read; more, and the lists are not waited for. */
const MOST_KEPT = 20_000;

/** Events this provider itself reads, besides those that mean something to calls. */
const OWN_EVENTS: ReadonlySet<string> = new Set(['OriginateResponse', 'Shutdown', BOOT_EVENT]);

/** Every call has these, and only a user who may read class `call` is told. */
const OF_EVERY_CALL: ReadonlySet<string> = new Set(['Newchannel', 'Newstate', 'Hangup']);

export interface Ears {
  interpreter: Interpreter;
  host: ProviderHost;
  /** Events this provider reads itself. */
  own: (event: AmiMessage) => void;
  /** For the first time on this connection an event told of a call. */
  hearsCalls: () => void;
}

export class Live implements Session {
  readonly ami: AmiSession;
  readonly closed: Promise<PbxError | null>;
  readonly boot = new Boot();
  heardAt: number;
  /** Whether this manager user is told about calls, as far as is known. */
  hearsCalls = false;
  readonly #ears: Ears;
  #kept: { event: AmiMessage; at: number }[] | null = [];

  constructor(settings: Settings, ears: Ears) {
    this.#ears = ears;
    const { host } = ears;
    this.heardAt = host.clock.now();
    this.ami = new AmiSession({
      host: settings.host,
      port: settings.port,
      username: settings.username,
      password: settings.password,
      account: host.account,
      clock: host.clock,
      ...settings.silence,
      ...(host.tls && { tls: host.tls }),
      wants: (name, block) => ears.interpreter.wants(name, block) || OWN_EVENTS.has(name) || host.wants('raw'),
      onMessage: (event) => this.#hear(event),
      onMalformed: ({ reason }) => host.malformed(reason),
      onFault: (error) => host.log.error(`an event could not be read: ${PbxError.from(error).message}`),
    });
    this.closed = this.ami.closed.then(({ reason }) => reason);
  }

  close(): Promise<void> {
    return this.ami.close();
  }

  /** The lists were applied, or cannot be had: what was kept back is told, and from now on everything at once. */
  release(): void {
    const kept = this.#kept;
    this.#kept = null;
    for (const { event, at } of kept ?? []) this.#apply(event, at);
  }

  /** Whether the lists still come before the events. */
  get waits(): boolean {
    return this.#kept !== null;
  }

  #hear(event: AmiMessage): void {
    this.heardAt = this.#ears.host.clock.now();
    if (event.name === BOOT_EVENT) this.boot.over();
    if (OWN_EVENTS.has(event.name)) this.#ears.own(event);
    if (!this.hearsCalls && OF_EVERY_CALL.has(event.name)) {
      this.hearsCalls = true;
      this.#ears.hearsCalls();
    }
    if (!this.#kept) {
      this.#apply(event, this.heardAt);
      return;
    }
    this.#kept.push({ event, at: this.heardAt });
    if (this.#kept.length > MOST_KEPT) this.release();
  }

  #apply(event: AmiMessage, at: number): void {
    const { interpreter, host } = this.#ears;
    if (interpreter.apply(event, at)) return;
    // No topic of its own: nothing came of it for calls, queues and recordings.
    if (host.wants('raw')) host.fact({ fact: 'raw', at, name: event.name, message: redact(event.toObject()) });
  }
}
