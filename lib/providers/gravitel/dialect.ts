/** Finds the dialect of the PBX once and keeps the codec for it (specification 11.1.2). */

import { PbxError } from '../../model';
import type { HttpClient } from '../../transport/http';
import { addressOf, dialectOf, endpointOf } from './address';
import type { Dialect } from './address';
import { Api } from './api';
import type { Codec } from './codec';
import { GravitelCodec } from './codec-g1';
import { LegacyCodec } from './codec-l';
import { RestCodec } from './codec-v1';

export interface DialectOptions {
  account: string;
  /** As typed. */
  url: string;
  dialect: Dialect | 'auto';
  key: string;
  http: HttpClient;
  /** A row of a list that could not be read. */
  unreadable: (what: string) => void;
}

/** Answers to a question in the wrong dialect; a wrong key is one of them, since L and V1 may have different keys. */
const WRONG_DIALECT: ReadonlySet<string> = new Set([
  'not-found',
  'not-supported',
  'protocol',
  'unauthorized',
  'forbidden',
  'invalid-argument',
  'rejected',
]);

export class Dialects {
  readonly #options: DialectOptions;
  #codec: Codec | null = null;

  constructor(options: DialectOptions) {
    this.#options = options;
  }

  /** The codec when it is known without asking, or was found before. */
  get known(): Codec | null {
    if (this.#codec) return this.#codec;
    const { dialect, url } = this.#options;
    const found = dialect === 'auto' ? dialectOf(addressOf(url)) : dialect;
    if (found) this.#codec = this.#codecOf(found);
    return this.#codec;
  }

  async find(signal: AbortSignal): Promise<Codec> {
    const { known } = this;
    if (known) return known;
    const rest = this.#codecOf('V1');
    try {
      await this.#api('V1').ask({ path: 'domain', effect: false, what: 'the settings of the PBX', signal });
      return (this.#codec = rest);
    } catch (error) {
      const failure = PbxError.from(error);
      if (!WRONG_DIALECT.has(failure.code)) throw failure;
      return (this.#codec = await this.#legacy(failure, signal));
    }
  }

  async #legacy(first: PbxError, signal: AbortSignal): Promise<Codec> {
    const legacy = this.#codecOf('L');
    try {
      await legacy.accounts(signal);
      return legacy;
    } catch (error) {
      const second = PbxError.from(error);
      if (!WRONG_DIALECT.has(second.code)) throw second;
      // The one that knows the PBX and not the key tells more than the one that knows nothing.
      throw second.code === 'unauthorized' && first.code !== 'unauthorized' ? second : first;
    }
  }

  #codecOf(dialect: Dialect): Codec {
    const api = this.#api(dialect);
    const { unreadable } = this.#options;
    switch (dialect) {
      case 'L':
        return new LegacyCodec(api, unreadable);
      case 'V1':
        return new RestCodec(api, unreadable);
      case 'G1':
        return new GravitelCodec(api, unreadable);
    }
  }

  #api(dialect: Dialect): Api {
    const { account, url, key, http } = this.#options;
    return new Api({ account, dialect, url: endpointOf(addressOf(url), dialect), key, http });
  }
}
