/**
 * Whether events come through at all. A server without a `secret` of its own takes commands and subscriptions and delivers nothing, and
 * one whose link to Asterisk broke once never delivers again. So an event of our own is sent through Asterisk and waited for; any other
 * event is as good a proof.
 */

import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type { AmiLink } from './ami-link';
import type { Times } from './times';
import type { ServerEvent } from './wire';

/** `unknown`: Asterisk does not let this manager user send such an event. */
export type PathState = 'delivers' | 'silent' | 'unknown';

const NAME = 'PbxflowCheck';

interface Waiting {
  proven: () => void;
  givenUp: (error: PbxError) => void;
}

export class EventPath {
  readonly #clock: Clock;
  readonly #times: Times;
  readonly #waiting = new Set<Waiting>();
  /** When the last event came, on whichever connection. */
  heardAt = -Infinity;

  constructor(clock: Clock, times: Times) {
    this.#clock = clock;
    this.#times = times;
  }

  heard(): void {
    this.heardAt = this.#clock.now();
    if (this.#waiting.size === 0) return;
    for (const { proven } of this.#waiting) proven();
  }

  /** The connection is gone, or the account closes: nothing can come any more. */
  cut(): void {
    const error = new PbxError('not-connected', 'the connection to vwell-bpx-srv ended');
    for (const { givenUp } of this.#waiting) givenUp(error);
  }

  /** @returns whether the event is one of our own, of no interest to anybody */
  isOwn(event: ServerEvent): boolean {
    return event.name === 'UserEvent' && event.get('userevent') === NAME;
  }

  /** @throws PbxError when Asterisk could not be asked */
  async check(ami: AmiLink): Promise<PathState> {
    let proven!: (state: PathState) => void;
    let givenUp!: (error: PbxError) => void;
    const proof = new Promise<PathState>((resolve, reject) => {
      proven = resolve;
      givenUp = reject;
    });
    // The connection may end while the action is on its way; the proof is awaited below.
    proof.catch(() => undefined);
    const waiting: Waiting = { proven: () => proven('delivers'), givenUp };
    this.#waiting.add(waiting);
    const token = randomBytes(8).toString('hex');
    try {
      const asking = ami.action(
        { Action: 'UserEvent', UserEvent: NAME, Token: token },
        { effect: false, what: 'UserEvent' },
      );
      const refused = await asking.then(
        () => false,
        (thrown: unknown) => {
          const error = PbxError.from(thrown);
          if (error.code === 'forbidden' || error.code === 'not-supported') return true;
          throw error;
        },
      );
      const timer = this.#clock.after(refused ? 0 : this.#times.eventMs, () => proven(refused ? 'unknown' : 'silent'));
      try {
        return await proof;
      } finally {
        timer.cancel();
      }
    } finally {
      this.#waiting.delete(waiting);
    }
  }
}
