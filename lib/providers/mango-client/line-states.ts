/** The states of all employees' lines as the one state of the account. */

import { PbxError } from '../../model';
import type { LinkState } from '../../provider';

type Tell = (state: LinkState, reason?: PbxError) => void;

export class LineStates {
  readonly #account: string;
  readonly #tell: Tell;
  readonly #lines = new Map<string, { state: LinkState; reason: PbxError | null }>();
  #service: PbxError | null = null;

  constructor(account: string, tell: Tell) {
    this.#account = account;
    this.#tell = tell;
  }

  expect(users: readonly string[]): void {
    for (const user of users) this.#lines.set(user, { state: 'connecting', reason: null });
  }

  tell(user: string, state: LinkState, reason?: PbxError): void {
    this.#lines.set(user, { state, reason: reason ?? null });
    this.#sum();
  }

  /** What the service says of itself while the lines are up; `null`: it is there. */
  service(problem: PbxError | null): void {
    if (problem === null && this.#service === null) return;
    this.#service = problem;
    this.#sum();
  }

  /** Employees whose line is up. */
  present(): ReadonlySet<string> {
    return new Set([...this.#lines].filter(([, { state }]) => state === 'connected').map(([user]) => user));
  }

  #sum(): void {
    const lines = [...this.#lines];
    const up = this.present().size;
    const first = lines.find(([, { reason }]) => reason !== null);
    if (up === lines.length) {
      if (this.#service) this.#tell('degraded', this.#service);
      else this.#tell('connected');
      return;
    }
    // Some are still on their way up: the account is, too.
    if (!first) return this.#tell('connecting');
    const [user, { state, reason }] = first;
    const why = reason ?? undefined;
    if (up === 0) {
      const refused = lines.every(([, line]) => line.state === 'unauthorized');
      this.#tell(refused || state !== 'unauthorized' ? state : 'reconnecting', why);
      return;
    }
    const missing = lines.length - up;
    const text = `"${this.#account}": ${missing} of ${lines.length} extensions are not connected, among them ${user}: ${why?.message ?? ''}`;
    this.#tell('degraded', new PbxError(why?.code ?? 'unavailable', text, why?.cause));
  }
}
