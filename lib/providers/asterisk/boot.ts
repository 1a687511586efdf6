/**
 * Whether Asterisk has finished starting. It admits clients before its modules run: lists are then incomplete, and an action of a
 * module that is loaded but does not run yet is answered "Permission denied" and ends the connection (manager.c, process_message; seen
 * on 16 and 22). The end of the start is told as FullyBooted: right after a login that comes later, when it happens to one that came
 * earlier, and never to a user without `read = system`.
 */

import type { Clock } from '../../clock';
import type { AmiSession } from '../../transport/ami';

export const BOOT_EVENT = 'FullyBooted';

export class Boot {
  /** FullyBooted came after nobody waited for it any more: what was read before may not be all. */
  late = false;
  #told = false;
  #tell: (() => void) | null = null;
  #waited = false;

  /** FullyBooted came. */
  over(): void {
    this.late = this.#waited && !this.#told;
    this.#told = true;
    this.#tell?.();
  }

  /**
   * Fulfilled when Asterisk has started, with `true`; with `false` when it did not say so within `limitMs`, or the session ended.
   * @param starts called when it has to be waited for
   */
  async wait(session: AmiSession, clock: Clock, limitMs: number, starts: () => void): Promise<boolean> {
    // Answered after what came with the login, so that a user who is never told waits no longer than one who is.
    await session.action({ Action: 'Ping' }, { effect: false });
    if (!this.#told && limitMs > 0) {
      starts();
      await new Promise<void>((resolve) => {
        const timer = clock.after(limitMs, resolve);
        this.#tell = () => {
          timer.cancel();
          resolve();
        };
        void session.closed.then(this.#tell);
      });
    }
    this.#waited = true;
    return this.#told;
  }
}
