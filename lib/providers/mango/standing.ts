/**
 * How the account stands, as far as one can know without a connection. MANGO is asked nothing at the start: a wrong key would cost the whole
 * PBX its API for two minutes (specification 3.3), and "test connection" is there for that. Afterwards every answer and every genuine
 * webhook tells more.
 */

import type { Clock, Timer } from '../../clock';
import { PbxError } from '../../model';
import type { LinkState } from '../../provider';

/** A refused key is not tried again before the vendor forgets about it. */
const REFUSED_MS = 120_000;
/** A taken command is followed by a webhook within seconds where webhooks arrive at all. */
const SILENT_MS = 60_000;

export class Standing {
  readonly #clock: Clock;
  readonly #state: (state: LinkState, reason?: PbxError) => void;
  #refused: Timer | null = null;
  #silent: Timer | null = null;
  #heardAt: number | null = null;
  #trouble: 'none' | 'api' | 'silence' = 'none';

  constructor(clock: Clock, state: (state: LinkState, reason?: PbxError) => void) {
    this.#clock = clock;
    this.#state = state;
  }

  /** Whether a genuine webhook has ever arrived. */
  get hears(): boolean {
    return this.#heardAt !== null;
  }

  open(missing: PbxError | null): void {
    if (missing) this.#state('unauthorized', missing);
    else this.#state('connected');
  }

  /** A genuine webhook. */
  heard(): void {
    this.#heardAt = this.#clock.now();
    this.#silent?.cancel();
    this.#silent = null;
    if (this.#trouble === 'silence') this.#well();
  }

  /** The API took a request. */
  proven(): void {
    if (this.#trouble === 'api') this.#well();
  }

  /** It did not. While the key is refused commands are not even tried; then the next one may try. */
  troubled(error: PbxError): void {
    this.#trouble = 'api';
    this.#refused?.cancel();
    if (error.code !== 'unauthorized') {
      this.#state('degraded', error);
      return;
    }
    this.#state('unauthorized', error);
    this.#refused = this.#clock.after(REFUSED_MS, () => {
      this.#refused = null;
      this.#state('degraded', error);
    });
  }

  /** A command was taken, so something must be heard of it. */
  expectWebhook(): void {
    if (this.#silent) return;
    const since = this.#clock.now();
    this.#silent = this.#clock.after(SILENT_MS, () => {
      this.#silent = null;
      if (this.#heardAt !== null && this.#heardAt >= since) return;
      if (this.#trouble === 'api') return;
      this.#trouble = 'silence';
      this.#state(
        'degraded',
        new PbxError(
          'unavailable',
          'MANGO takes commands but its notifications do not arrive: check the address of the external system in the API connector, ' +
            'and that it can be reached from the internet',
        ),
      );
    });
  }

  close(): void {
    this.#refused?.cancel();
    this.#silent?.cancel();
  }

  #well(): void {
    this.#trouble = 'none';
    this.#refused?.cancel();
    this.#refused = null;
    this.#state('connected');
  }
}
