/** Recordings (overview 2.5): told when they can be fetched; the vendor advises to keep the link and not the file. */

import { createHash } from 'node:crypto';
import type { Clock } from '../../clock';
import type { Fact } from '../../facts';
import { RecentMap } from '../../transport/webhook';
import { isOne } from './call-notice';
import type { Notice } from './envelope';
import type { Profile } from './profile';
import { textAt } from './read';

export class Recordings {
  readonly #profile: Profile;
  readonly #fact: (fact: Fact) => void;
  readonly #urls: RecentMap<string>;

  constructor(clock: Clock, profile: Profile, fact: (fact: Fact) => void) {
    this.#profile = profile;
    this.#fact = fact;
    this.#urls = new RecentMap(clock, { max: 5_000, ttlMs: 14 * 86_400_000 });
  }

  /** The link told for a recording. */
  url(id: string): string | undefined {
    return this.#urls.get(id);
  }

  /** Whether a recording is there; other news of it have no topic. */
  apply({ body, at, raw }: Notice): boolean {
    const { record, words } = this.#profile;
    const url = textAt(body, record.url);
    if (!isOne(textAt(body, record.status), words.available) || !url || !/^https?:\/\//i.test(url)) return false;
    const call = textAt(body, record.call);
    const id = textAt(body, record.id) ?? createHash('sha256').update(url).digest('base64url').slice(0, 16);
    this.#urls.set(id, url);
    this.#fact({ fact: 'recording.available', at, raw, recording: { id, url }, ...(call !== null && { call }) });
    return true;
  }
}
