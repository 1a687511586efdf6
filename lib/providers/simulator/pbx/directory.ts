/** Who can be called: the phones inside, the queues, and a town of people outside whom the seed fixes. */

import { NOBODY } from '../../../model';
import type { Party } from '../../../model';
import type { Random } from './random';

const WOMEN = ['Jana', 'Eva', 'Lucia', 'Zuzana', 'Mária', 'Katarína', 'Nina', 'Alena'] as const;
const MEN = ['Peter', 'Ivan', 'Martin', 'Jozef', 'Tomáš', 'Milan', 'Adam', 'Viktor'] as const;
const FAMILIES = [
  ['Nováková', 'Novák'],
  ['Horváthová', 'Horváth'],
  ['Kováčová', 'Kováč'],
  ['Vargová', 'Varga'],
  ['Tóthová', 'Tóth'],
  ['Baloghová', 'Balogh'],
  ['Molnárová', 'Molnár'],
  ['Krajčírová', 'Krajčír'],
  ['Hudáková', 'Hudák'],
  ['Polláková', 'Pollák'],
] as const;

/** The office's own numbers: the main one, and direct ones that end with the extension. */
const OFFICE = '+4212202820';
const MAIN_NUMBER = `${OFFICE}00`;
const CONTACTS = 40;

export type Destination =
  | { kind: 'phones'; phones: Party[] }
  | { kind: 'queue'; queue: string }
  | { kind: 'outside'; party: Party }
  | { kind: 'nowhere'; dialed: string };

export class Directory {
  readonly line = MAIN_NUMBER;
  /** Extension to name, in the order of the configuration. */
  readonly extensions = new Map<string, string>();
  readonly queues: ReadonlySet<string>;
  readonly #contacts: readonly Party[];
  readonly #names: ReadonlyMap<string, string>;
  readonly #random: Random;

  constructor(
    extensions: readonly string[],
    names: Readonly<Record<string, string>>,
    queues: readonly string[],
    random: Random,
  ) {
    this.#random = random;
    for (const extension of extensions) {
      const drawn = this.#someone();
      this.extensions.set(extension, names[extension] ?? drawn);
    }
    this.queues = new Set(queues);
    this.#contacts = Array.from({ length: CONTACTS }, () => ({
      number: `+421900${Math.floor(random.between(100_000, 1_000_000))}`,
      extension: null,
      name: random.chance(0.7) ? this.#someone() : null,
    }));
    this.#names = new Map(
      this.#contacts.flatMap(({ number, name }) => (number && name ? [[number, name] as const] : [])),
    );
  }

  /** Someone outside; a few people call again and again, most seldom. */
  anyContact(): Party {
    const index = Math.floor(this.#contacts.length * this.#random.next() ** 2);
    return { ...(this.#contacts[index] ?? NOBODY) };
  }

  inside(extension: string): Party {
    return { number: null, extension, name: this.extensions.get(extension) ?? null };
  }

  outside(number: string, name?: string): Party {
    return { number, extension: null, name: name ?? this.#names.get(number) ?? null };
  }

  /** A party by whatever a person would dial to reach it. */
  party(dialed: string): Party {
    if (this.extensions.has(dialed)) return this.inside(dialed);
    if (this.queues.has(dialed)) return { number: null, extension: dialed, name: `Queue ${dialed}` };
    return this.outside(dialed);
  }

  /** The number that reaches an extension directly; queues are reached by the main one. */
  directNumber(destination: string): string {
    return this.extensions.has(destination) ? OFFICE + destination.padStart(2, '0') : MAIN_NUMBER;
  }

  /** The dial plan. Several extensions (`21,22`) ring at once. */
  resolve(dialed: string): Destination {
    const parts = dialed.split(/[,&]/).map((part) => part.trim());
    if (parts.every((part) => this.extensions.has(part)))
      return { kind: 'phones', phones: [...new Set(parts)].map((part) => this.inside(part)) };
    if (this.queues.has(dialed)) return { kind: 'queue', queue: dialed };
    if (/^\+?[\d*#]{3,20}$/.test(dialed)) return { kind: 'outside', party: this.outside(dialed) };
    return { kind: 'nowhere', dialed };
  }

  #someone(): string {
    const family = this.#random.pick(FAMILIES);
    return this.#random.chance(0.5)
      ? `${this.#random.pick(WOMEN)} ${family[0]}`
      : `${this.#random.pick(MEN)} ${family[1]}`;
  }
}
