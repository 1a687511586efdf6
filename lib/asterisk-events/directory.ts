/**
 * Who is inside and who is outside. Asterisk does not say; it is inferred, in this order:
 *  1. what the lists of the PBX taught: an endpoint that registers elsewhere (outbound authentication) or has a fixed host is a trunk,
 *     one that logs in here, and a queue member's device, is an extension;
 *  2. a channel whose dialplan context is the one of the phones (field `context` of the account) is inside;
 *  3. an endpoint with a name of up to six digits is an extension;
 *  4. everything else is outside.
 */

import type { Command } from '../model';
import { isDigits } from './channel-name';

const LONGEST_EXTENSION = 6;
const MOST_ENDPOINTS = 20_000;

export type EndpointKind = 'extension' | 'trunk';

export class Directory {
  readonly #context: string;
  readonly #endpoints = new Map<string, EndpointKind>();

  /** @param context dialplan context in which phones dial; empty when not known */
  constructor(context: string) {
    this.#context = context;
  }

  learn(endpoint: string, kind: EndpointKind): void {
    if (this.#endpoints.size < MOST_ENDPOINTS || this.#endpoints.has(endpoint)) this.#endpoints.set(endpoint, kind);
  }

  /** The extensions that were learned. */
  *extensions(): Generator<string> {
    for (const [endpoint, kind] of this.#endpoints) if (kind === 'extension') yield endpoint;
  }

  isPhones(context: string | null): boolean {
    return this.#context !== '' && context === this.#context;
  }

  /** @param context the channel's context when it was created: that of its endpoint */
  isInside(endpoint: string, context: string | null): boolean {
    const kind = this.#endpoints.get(endpoint);
    if (kind) return kind === 'extension';
    return this.isPhones(context) || isDigits(endpoint, LONGEST_EXTENSION);
  }

  /** Whether the lists of the PBX have taught that this is a phone of the house. */
  isPhone(endpoint: string): boolean {
    return this.#endpoints.get(endpoint) === 'extension';
  }

  /** What a command has the dialplan dial besides its `to`: the calling side, unless it is a phone of the house. */
  dialledFor(command: Command): readonly string[] {
    return command.command === 'call' && !this.isPhone(command.from) ? [command.from] : [];
  }

  /** Whether a dialled number is one of the house. */
  isExtension(number: string): boolean {
    return isDigits(number, LONGEST_EXTENSION) || this.isPhone(number);
  }
}
