/**
 * Brings what is believed in line with Asterisk: after a connection began, after messages were lost, after the server's link to Asterisk
 * came back. Finds out on the way whether events come through at all.
 */

import type { Interpreter, Legacy } from '../../asterisk-events';
import { modernChannels } from '../../asterisk-events/legacy-lists';
import type { Timer } from '../../clock';
import { PbxError } from '../../model';
import type { ProviderHost } from '../../provider';
import type { AmiLink } from './ami-link';
import type { EventPath } from './event-path';
import type { Hearing } from './hearing';
import { overview } from './overview';
import type { Overview } from './overview';
import { stillThere } from './still-there';
import type { VwellSession } from './session';
import type { Times } from './times';

export interface ResyncTools {
  host: ProviderHost;
  times: Times;
  ami: AmiLink;
  path: EventPath;
  hearing: Hearing;
  interpreter: Interpreter;
  legacy: Legacy;
  /** The account's own secret is accepted, so the server has one. */
  withSecret: boolean;
  /** Whether no events come, and why. */
  deaf: (error: PbxError | null) => void;
}

export class Resync {
  readonly #tools: ResyncTools;
  #session: VwellSession | null = null;
  /** Events may be missing since then; `null` when none are. In milliseconds. */
  #missingSince: number | null = null;
  #first = true;
  #planned: Timer | null = null;
  #running: Promise<void> | null = null;
  #warned = '';
  #closed = false;

  constructor(tools: ResyncTools) {
    this.#tools = tools;
  }

  /** A connection is there: listens, and reads what happened meanwhile. */
  async begun(session: VwellSession): Promise<void> {
    const { hearing } = this.#tools;
    hearing.hold();
    try {
      await session.subscribe();
      this.#session = session;
      await this.#look(session, false);
    } finally {
      hearing.release();
    }
  }

  lost(): void {
    const { host } = this.#tools;
    this.#missingSince ??= this.#session?.heardAt ?? (this.#first ? null : host.clock.now());
    this.#session = null;
    this.#planned?.cancel();
    this.#planned = null;
  }

  /** Events were lost, or may have been: the lists are read again, once for many such occasions. */
  missed(): void {
    const { host, times, path } = this.#tools;
    const since = Number.isFinite(path.heardAt) ? path.heardAt : host.clock.now();
    this.#missingSince ??= since;
    if (!this.#planned && !this.#closed) this.#plan(times.rereadMs);
  }

  /** Lists that are being read may be from before the loss: they are read once more after that. */
  #plan(delayMs: number): void {
    const { host, hearing } = this.#tools;
    this.#planned = host.clock.after(delayMs, () => {
      this.#planned = null;
      if (this.#running || hearing.holds) this.#plan(delayMs);
      else void this.#again();
    });
  }

  /** An event came after it was told that none do. */
  hearsAgain(): void {
    this.#warned = '';
    this.#tools.deaf(null);
    this.missed();
  }

  /** The server is in touch with Asterisk anyhow: the moment to see whether events still come, when none has for long. */
  afterCommand(): void {
    const { host, times, path } = this.#tools;
    if (this.#session && host.clock.now() - path.heardAt > times.idleMs) void this.#again();
  }

  close(): void {
    this.#closed = true;
    this.#planned?.cancel();
  }

  async #again(): Promise<void> {
    const session = this.#session;
    if (!session || this.#running || this.#closed) return;
    const { hearing, host } = this.#tools;
    // Right at the beginning of a connection the lists are on their way already.
    if (hearing.holds) return;
    hearing.hold();
    this.#running = this.#look(session, true)
      .catch((error: unknown) => host.log.debug(`the calls could not be read: ${PbxError.from(error).message}`))
      .finally(() => {
        this.#running = null;
        hearing.release();
      });
    await this.#running;
  }

  async #look(session: VwellSession, anew: boolean): Promise<void> {
    const { host } = this.#tools;
    let recovered = false;
    try {
      if (await this.#delivers(session, anew)) recovered = await this.#read();
    } catch (thrown) {
      const error = PbxError.from(thrown);
      if (error.code === 'not-connected') throw error;
      // Why Asterisk cannot be asked shows as the state already.
      host.log.warn(`the calls of the PBX could not be read: ${error.message}`);
    }
    if (this.#closed) return;
    const now = host.clock.now();
    if (this.#missingSince !== null) host.gap(this.#missingSince, now, recovered);
    this.#missingSince = null;
    this.#first = false;
  }

  async #delivers(session: VwellSession, anew: boolean): Promise<boolean> {
    const { path, ami, deaf } = this.#tools;
    let state = await path.check(ami);
    if (state === 'silent' && anew) {
      await session.subscribe(true);
      state = await path.check(ami);
    }
    if (state !== 'silent') {
      if (state === 'delivers') deaf(null);
      return true;
    }
    this.#warn();
    return false;
  }

  #warn(): void {
    const { host, deaf, withSecret } = this.#tools;
    const { account } = host;
    const why = withSecret
      ? 'Its link to Asterisk may have broken, or its manager user may read nothing (read = call,agent,user in manager.conf). Restart vwell-bpx-srv.'
      : 'Set "secret" in its config/app-config.js to any text: with an empty one it delivers none. Then restart it.';
    const error = new PbxError(
      'forbidden',
      `"${account}": vwell-bpx-srv takes commands, but delivers no events. ${why}`,
      {
        account,
      },
    );
    deaf(error);
    if (this.#warned === error.message) return;
    this.#warned = error.message;
    host.warning(error);
  }

  async #read(): Promise<boolean> {
    const { ami, hearing, host, interpreter, legacy } = this.#tools;
    const seen = await overview(ami);
    for (const { name, kind } of seen.endpoints ?? []) if (kind) interpreter.directory.learn(name, kind);
    // Too many events came meanwhile and were told already: lists from before them would undo them.
    const inTime = hearing.holds;
    const channels = seen.channels
      ? modernChannels(seen.channels, legacy)
      : await stillThere({ ami, interpreter, legacy, version: seen.version });
    if (inTime)
      interpreter.reconcile(
        {
          channels,
          ...(seen.queues && { queues: seen.queues }),
          ...(seen.parked && { parked: seen.parked }),
          first: this.#first,
        },
        host.clock.now(),
      );
    this.#tellMissing(seen);
    host.log.info(`connected to vwell-bpx-srv, Asterisk ${seen.version ?? 'of unknown version'}`);
    return inTime && seen.channels !== undefined && seen.queues !== undefined;
  }

  #tellMissing({ missing }: Overview): void {
    const { account, log } = this.#tools.host;
    for (const { what, error } of missing) log.debug(`"${account}" cannot list ${what}: ${error.message}`);
  }
}
