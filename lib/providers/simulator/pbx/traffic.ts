/** The everyday traffic of the office: calls come at random, at a set rate. */

import type { Clock, Timer } from '../../../clock';
import type { Pbx } from './pbx';
import type { Random } from './random';

/** The first call comes soon, whatever the rate: whoever has just started the simulator wants to see something. */
const FIRST_WITHIN_MS = 2_000;

/** How often what happens next is what. */
const WEIGHTS = { direct: 32, queue: 32, outbound: 20, internal: 10, break: 3, text: 3 } as const;
/** The share of calls among them. */
const CALLS = 0.94;

const QUESTIONS = [
  'Dobrý deň, kedy máte otvorené?',
  'Please call me back.',
  'Перезвоните мне, пожалуйста.',
  'Ďakujem, už je to vybavené.',
] as const;

export class Traffic {
  readonly #pbx: Pbx;
  readonly #clock: Clock;
  readonly #random: Random;
  #callsPerMinute = 0;
  #next: Timer | null = null;

  constructor(pbx: Pbx, clock: Clock, random: Random) {
    this.#pbx = pbx;
    this.#clock = clock;
    this.#random = random;
  }

  get callsPerMinute(): number {
    return this.#callsPerMinute;
  }

  /** 0 stops it. Calls under way go on. */
  set callsPerMinute(rate: number) {
    this.#callsPerMinute = rate;
    this.#next?.cancel();
    this.#next = null;
    if (rate > 0) this.#plan(Math.min(FIRST_WITHIN_MS, this.#gap()));
  }

  close(): void {
    this.#next?.cancel();
    this.#next = null;
    this.#callsPerMinute = 0;
  }

  /** Independent callers: the gaps of a Poisson process. */
  #gap(): number {
    return (-Math.log(1 - this.#random.next()) * 60_000 * CALLS) / this.#callsPerMinute;
  }

  #plan(delayMs: number): void {
    this.#next = this.#clock.after(delayMs, () => {
      this.#plan(this.#gap());
      this.#happen();
    });
  }

  #happen(): void {
    const { directory } = this.#pbx;
    const kind = this.#random.weighted(WEIGHTS);
    const queue = directory.queues.size > 0 ? this.#random.pick([...directory.queues]) : null;
    const script = { lively: true };
    switch (kind) {
      case 'queue':
      case 'direct': {
        const caller = directory.anyContact();
        const to = (kind === 'queue' ? queue : null) ?? this.#someone() ?? '';
        this.#pbx.incoming({ from: caller.number ?? '', ...(caller.name && { name: caller.name }), to, script });
        return;
      }
      case 'outbound':
      case 'internal': {
        const from = this.#someoneIdle();
        if (from === null) return;
        const colleague = kind === 'internal' ? this.#someone(from) : null;
        const to = colleague ?? directory.anyContact().number ?? '';
        this.#pbx.dial({ from, to, script });
        return;
      }
      case 'break':
        if (queue !== null) this.#toggleBreak(queue);
        return;
      case 'text':
        this.#pbx.texts.receive(directory.anyContact().number ?? '', null, this.#random.pick(QUESTIONS));
    }
  }

  /** An agent goes for a coffee, or comes back; one always stays. */
  #toggleBreak(id: string): void {
    const queue = this.#pbx.queues.get(id);
    if (!queue || queue.members.size === 0) return;
    const member = this.#random.pick([...queue.members.values()]);
    const working = [...queue.members.values()].filter(({ paused }) => !paused).length;
    if (member.paused) queue.pause(member.extension, false);
    else if (working > 1) queue.pause(member.extension, true);
  }

  /** Whom a call is for: mostly somebody who is free, as everybody knows when not to ring. */
  #someone(caller?: string): string | null {
    const idle = this.#random.chance(0.7) ? this.#someoneIdle(caller) : null;
    const anyone = [...this.#pbx.directory.extensions.keys()].filter((extension) => extension !== caller);
    return idle ?? (anyone.length === 0 ? null : this.#random.pick(anyone));
  }

  #someoneIdle(except?: string): string | null {
    const idle = [...this.#pbx.directory.extensions.keys()].filter(
      (extension) => extension !== except && this.#pbx.stateOf(extension) === 'idle',
    );
    return idle.length === 0 ? null : this.#random.pick(idle);
  }
}
