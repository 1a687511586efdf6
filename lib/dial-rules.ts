/** Where an account may dial and how often: a broken or abused flow must not run up a bill. */

import type { Clock } from './clock';
import { PbxError } from './model';
import type { Command } from './model';
import { bareNumber, numberPattern } from './numbers';
import type { Normalise } from './numbers';
import type { Dialling } from './provider';
import { isPlainNumber } from './spellings';
import type { Spell } from './spellings';

export interface DialRules {
  /** Destinations allowed, `*` as a wildcard; empty: all. */
  allow: readonly string[];
  /** Destinations refused; wins over `allow`. */
  deny: readonly string[];
  /** Calls placed, redirected or transferred a minute, and as many texts. */
  perMinute: number;
}

const MINUTE_MS = 60_000;

/** Characters of dial strings and logins; anything else could mean something to a PBX. */
const DESTINATION = /^[\w.+*#@:-]{1,128}$/u;

export class DialGuard {
  readonly #allow: readonly RegExp[];
  readonly #deny: readonly RegExp[];
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #normalise: Normalise;
  readonly #spell: Spell;
  readonly #dialling: () => Dialling | undefined;
  readonly #times: { calls: number[]; texts: number[] } = { calls: [], texts: [] };

  /**
   * @param normalise a permission of a number in its international form holds for its other forms
   * @param spell a refusal holds for every way of dialling the number
   * @param dialling what the PBX makes of a command
   */
  constructor(
    rules: DialRules,
    clock: Clock,
    normalise: Normalise = (number) => number,
    spell: Spell = (number) => [number],
    dialling: () => Dialling | undefined = () => undefined,
  ) {
    this.#allow = rules.allow.filter(notBlank).map(numberPattern);
    this.#deny = rules.deny.filter(notBlank).map(numberPattern);
    this.#perMinute = rules.perMinute;
    this.#clock = clock;
    this.#normalise = normalise;
    this.#spell = spell;
    this.#dialling = dialling;
  }

  /**
   * Throws when the command would dial where or more often than it may; counts it otherwise. Returns the command as it is to be sent:
   * with the very number that was checked.
   */
  check(command: Command): Command {
    if (!('to' in command)) return command;
    const to = bareNumber(command.to);
    if (!DESTINATION.test(to))
      throw new PbxError('invalid-argument', `"to" is not a number that can be dialled: ${printable(command.to)}`);
    this.mustAllow(to);
    for (const besides of this.#dialling()?.besides?.(command) ?? []) this.mustAllow(besides);
    const kind = command.command === 'sms' ? 'texts' : 'calls';
    const now = this.#clock.now();
    const recent = this.#times[kind].filter((time) => time <= now && now - time < MINUTE_MS);
    this.#times[kind] = recent;
    if (recent.length >= this.#perMinute)
      throw new PbxError(
        'rate-limited',
        `${recent.length} ${kind} in the last minute: the account's ceiling is ${this.#perMinute}; raise it in the account if this is meant`,
      );
    recent.push(now);
    return { ...command, to };
  }

  /** Throws `forbidden` where the rules do not let a call go to this destination; nothing is counted. */
  mustAllow(destination: string): void {
    const to = bareNumber(destination);
    const dialled = [to, ...(this.#dialling()?.spellings?.(to) ?? [])];
    // Digits within a login or an address are no number that could be allowed.
    const known = isPlainNumber(to) ? [...dialled, this.#normalise(to) ?? to] : dialled;
    const refused = isAmong(this.#deny, [...known, ...dialled.flatMap(this.#spell)]);
    if (refused || (this.#allow.length > 0 && !isAmong(this.#allow, known)))
      throw new PbxError(
        'forbidden',
        `the dialling rules of the account do not allow ${to}: see "Allowed numbers" and "Refused numbers" in the account`,
      );
  }
}

function isAmong(patterns: readonly RegExp[], spellings: readonly string[]): boolean {
  return patterns.some((pattern) => spellings.some((number) => pattern.test(number)));
}

/** An empty line of the form is no rule. */
function notBlank(pattern: string): boolean {
  return bareNumber(pattern) !== '';
}

function printable(text: string): string {
  // Control characters would garble a log or a status.
  return JSON.stringify(text.slice(0, 40));
}
