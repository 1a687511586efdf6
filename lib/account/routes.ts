/** Questions of a PBX where a call should go, and the flows' answers. The first answer in time counts. */

import type { Clock } from '../clock';
import { PbxError } from '../model';
import { bareNumber, numberPattern } from '../numbers';
import type { RouteAnswer, RouteQuestion } from '../provider';

export interface RouteRequest {
  /** Vendor's id of the call. */
  readonly call: string;
  readonly number: string | null;
  /** Milliseconds since the epoch after which an answer is too late. */
  readonly deadline: number;
  /** Throws `timeout` when it is too late, `rejected` when another answer was first, `forbidden` by the dialling rules. */
  answer(answer: RouteAnswer): void;
}

export interface RouteRules {
  /** Throws where the dialling rules do not let a call go there. */
  mustAllow: (destination: string) => void;
  /** Whether a call is answered or over, so that it can be led nowhere any more. */
  isDecided: (call: string) => boolean;
}

export interface RouteFilter {
  numbers?: readonly string[];
  timeoutMs: number;
}

interface Desk {
  filter: RouteFilter;
  patterns: readonly RegExp[];
  handler: (request: RouteRequest) => void;
}

const MAX_OPEN = 200;

/** Asterisk also takes `context/extension`: the rules are about what is dialled. In a number a slash is a way to write it. */
function dialledIn(to: string): string {
  return to.split('/').findLast((part) => part !== '') ?? to;
}

export class Routes {
  readonly #clock: Clock;
  readonly #guarded: (run: () => void) => void;
  readonly #rules: RouteRules;
  readonly #desks = new Set<Desk>();
  #open = new Set<(answer: null) => void>();

  /**
   * @param guarded runs a handler so that its failure harms nobody else
   */
  constructor(clock: Clock, guarded: (run: () => void) => void, rules: RouteRules) {
    this.#clock = clock;
    this.#guarded = guarded;
    this.#rules = rules;
  }

  get open(): number {
    return this.#open.size;
  }

  listen(filter: RouteFilter, handler: (request: RouteRequest) => void): () => void {
    const desk: Desk = {
      filter,
      patterns: (filter.numbers ?? []).filter((number) => bareNumber(number) !== '').map(numberPattern),
      handler,
    };
    this.#desks.add(desk);
    return () => this.#desks.delete(desk);
  }

  ask(question: RouteQuestion, number: string | null): Promise<RouteAnswer | null> {
    const desks = [...this.#desks].filter(
      ({ patterns }) => patterns.length === 0 || (number !== null && patterns.some((pattern) => pattern.test(number))),
    );
    if (desks.length === 0 || this.#open.size >= MAX_OPEN) return Promise.resolve(null);
    const waitOf = ({ filter }: Desk) => Math.min(question.budgetMs, filter.timeoutMs);
    const askedAt = this.#clock.now();
    return new Promise((resolve) => {
      let state: 'open' | 'answered' | 'late' = 'open';
      const settle = (answer: RouteAnswer | null) => {
        state = answer ? 'answered' : 'late';
        this.#open.delete(settle);
        timer.cancel();
        resolve(answer);
      };
      const timer = this.#clock.after(Math.max(...desks.map(waitOf)), () => settle(null));
      this.#open.add(settle);
      const requestFor = (deadline: number): RouteRequest => ({
        call: question.call,
        number,
        deadline,
        answer: (answer) => {
          if (state === 'late' || this.#clock.now() >= deadline)
            throw new PbxError('timeout', 'the answer came too late: the PBX has routed the call by itself');
          if (state === 'answered') throw new PbxError('rejected', 'this call has been answered for already');
          if (this.#rules.isDecided(question.call)) {
            settle(null);
            throw new PbxError('timeout', 'the answer came too late: somebody took the call meanwhile, or it is over');
          }
          const to = answer.to && bareNumber(answer.to);
          if (to) this.#rules.mustAllow(dialledIn(to));
          settle({ ...answer, to });
        },
      });
      for (const desk of desks) this.#guarded(() => desk.handler(requestFor(askedAt + waitOf(desk))));
    });
  }

  close(): void {
    for (const settle of this.#open) settle(null);
    this.#desks.clear();
  }
}
