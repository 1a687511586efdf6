/** Short messages: sent, then delivered or not; and received. */

import type { Exchange, Surroundings } from './exchange';
import type { TextWords } from './messages';
import type { Random } from './random';

const FAILS = 0.05;

export class Texts {
  readonly #exchange: Exchange;
  readonly #around: Surroundings;
  readonly #random: Random;
  /** Numbers that a script made unreachable. */
  readonly unreachable = new Set<string>();

  constructor(exchange: Exchange, around: Surroundings, random: Random) {
    this.#exchange = exchange;
    this.#around = around;
    this.#random = random;
  }

  send(from: string | null, to: string, text: string): TextWords {
    const words = { id: this.#exchange.newId('text'), from: from ?? this.#around.directory.line, to, text };
    this.#around.tell({ event: 'TextSent', text: { ...words } });
    const fails = this.#random.chance(FAILS) || this.unreachable.has(to);
    this.#around.schedule.after(this.#around.pace(this.#random.between(1_000, 4_000)), words.id, () => {
      if (fails) this.#around.tell({ event: 'TextFailed', text: { ...words }, why: 'Absent subscriber' });
      else this.#around.tell({ event: 'TextDelivered', text: { ...words } });
    });
    return words;
  }

  receive(from: string, to: string | null, text: string): TextWords {
    const words = { id: this.#exchange.newId('text'), from, to: to ?? this.#around.directory.line, text };
    this.#around.tell({ event: 'TextReceived', text: { ...words } });
    return words;
  }
}
