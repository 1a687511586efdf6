/**
 * What is heard, in its order. After a connection began the lists of Asterisk come first and the events that arrived meanwhile are kept
 * back until they are in, since lists and events are not told in one order.
 */

import { ALL_AMI_EVENTS } from '../../asterisk-events';
import type { Legacy } from '../../asterisk-events';
import type { ProviderHost } from '../../provider';
import { redact } from '../../transport/ami';
import type { AmiLink } from './ami-link';
import type { EventPath } from './event-path';
import type { ServerEvent } from './wire';

/** Events kept back while the lists are read; more, and the lists are not waited for. */
const MOST_KEPT = 20_000;

/** Events this provider itself reads. */
const OWN_EVENTS: ReadonlySet<string> = new Set(['OriginateResponse', 'Shutdown', 'UserEvent']);

export interface HearingTools {
  host: ProviderHost;
  ami: AmiLink;
  path: EventPath;
  legacy: Legacy;
  /** Sees each event before the calls do, in its turn. */
  before: (event: ServerEvent) => void;
  /** OriginateResponse: somebody waits for it, so it is told at once. */
  responded: (event: ServerEvent) => void;
}

export class Hearing {
  readonly #tools: HearingTools;
  #kept: { event: ServerEvent; at: number }[] | null = null;

  constructor(tools: HearingTools) {
    this.#tools = tools;
  }

  wants(name: string): boolean {
    return ALL_AMI_EVENTS.has(name) || OWN_EVENTS.has(name) || this.#tools.host.wants('raw');
  }

  /** From now on events wait for `release`. */
  hold(): void {
    this.#kept ??= [];
  }

  get holds(): boolean {
    return this.#kept !== null;
  }

  release(): void {
    const kept = this.#kept;
    this.#kept = null;
    for (const { event, at } of kept ?? []) this.#apply(event, at);
  }

  hear(event: ServerEvent): void {
    const { ami, path, host, responded } = this.#tools;
    if (path.isOwn(event) || ami.hear(event)) return;
    if (event.name === 'OriginateResponse') responded(event);
    const at = host.clock.now();
    if (!this.#kept) {
      this.#apply(event, at);
      return;
    }
    this.#kept.push({ event, at });
    if (this.#kept.length > MOST_KEPT) this.release();
  }

  #apply(event: ServerEvent, at: number): void {
    const { host, legacy, before } = this.#tools;
    before(event);
    if (ALL_AMI_EVENTS.has(event.name)) legacy.apply(event, at);
    else if (host.wants('raw')) host.fact({ fact: 'raw', at, name: event.name, message: redact(event.toObject()) });
  }
}
