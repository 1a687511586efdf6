/**
 * Recordings: the history record brings a link, and the file is there some time after it (specification 4.9, 5.10). The key of the PBX
 * goes to the PBX's own hosts only, and nothing is fetched from inside this network because a push says so.
 */

import { isIP } from 'node:net';
import type { Clock, Timer } from '../../clock';
import type { RecordingFact } from '../../facts';
import { PbxError } from '../../model';
import type { Download, HttpClient } from '../../transport/http';
import { RecentKeys, RecentMap } from '../../transport/webhook';
import type { RecentOptions } from '../../transport/webhook';
import type { Codec } from './codec';
import type { HistoryNotice } from './notice';
import { talkOf, timesOf } from './outcome';
import { isBelow } from './profile';
import type { VendorProfile } from './profile';

/** Waits before each look for the file. */
const LADDER_MS = [20_000, 60_000, 60_000, 60_000] as const;
/** A list of a whole day at once; the pool of connections keeps the looks in turn. */
const MAX_WAITING = 5_000;
const KEPT: RecentOptions = { max: 20_000, ttlMs: 7 * 24 * 3_600_000 };

export interface RecordingsOptions {
  clock: Clock;
  http: HttpClient;
  /** The tenant. */
  base: URL;
  profile: VendorProfile;
  codec: () => Codec | null;
  tell: (fact: RecordingFact) => void;
  wanted: () => boolean;
}

interface Known {
  link: URL;
  seconds: number | null;
  startedAt: number | null;
}

export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #known: RecentMap<Known>;
  /** Calls whose recording is told of, or will be: a query that lists one before tells nobody. */
  readonly #announced: RecentKeys;
  readonly #waits = new Map<string, Timer>();
  readonly #closing = new AbortController();

  constructor(options: RecordingsOptions) {
    this.#options = options;
    this.#known = new RecentMap(options.clock, KEPT);
    this.#announced = new RecentKeys(options.clock, KEPT);
  }

  /** A record of a call, told by the PBX or found in its list. */
  note(notice: HistoryNotice): void {
    const link = notice.link && this.#resolved(notice.link);
    if (!link || !this.#announced.first(notice.call)) return;
    this.#keep(notice, link);
    this.#await(notice, 0);
  }

  /** A record from a query: its recording can be asked for, and nobody is told. */
  remember(notice: HistoryNotice): void {
    const link = notice.link && this.#resolved(notice.link);
    if (link && !this.#known.get(notice.call)) this.#keep(notice, link);
  }

  /** The counterpart of ELMA365's VoipGetCallLink. */
  async link(recording: string, signal: AbortSignal): Promise<{ id: string; url: string; format: string }> {
    const url = await this.#locate(recording, signal);
    return { id: recording, url: url.href, format: formatOf(url) };
  }

  async fetch(recording: string, folder: string | undefined, signal: AbortSignal): Promise<Download> {
    const url = await this.#locate(recording, signal);
    const name = /^https?:/i.test(recording) ? 'recording' : recording;
    return this.#options.http.download(
      { url, headers: this.#headersFor(url), redirects: 0, signal },
      { folder, name: `${name}.${formatOf(url)}`, what: `the recording ${name}` },
    );
  }

  close(): void {
    this.#closing.abort();
    for (const timer of this.#waits.values()) timer.cancel();
    this.#waits.clear();
  }

  async #locate(recording: string, signal: AbortSignal): Promise<URL> {
    const known = this.#known.get(recording)?.link;
    if (known) return known;
    const given = /^https?:\/\//i.test(recording) ? this.#resolved(recording) : null;
    if (given) return given;
    const notice = await this.#options.codec()?.find?.(recording, signal);
    const link = notice?.link ? this.#resolved(notice.link) : null;
    if (notice && link) {
      this.#keep(notice, link);
      return link;
    }
    throw new PbxError(
      'not-found',
      `no recording of the call ${recording.slice(0, 128)} is known: its record has not come yet, or the call was not recorded. "query history" over its time finds older ones`,
    );
  }

  #keep(notice: HistoryNotice, link: URL): void {
    const { startedAt, answeredAt } = timesOf(notice);
    this.#known.set(notice.call, { link, seconds: talkOf(notice), startedAt: answeredAt ?? startedAt });
  }

  #await(notice: HistoryNotice, rung: number): void {
    const waitMs = LADDER_MS[rung];
    const { clock } = this.#options;
    if (this.#closing.signal.aborted) return;
    if (waitMs === undefined) return this.#tell(notice, 'recording.failed', 'the file did not appear');
    if (this.#waits.size >= MAX_WAITING)
      return this.#tell(notice, 'recording.failed', 'too many recordings are waited for; fetch it later');
    this.#waits.set(
      notice.call,
      clock.after(waitMs, () => {
        this.#waits.delete(notice.call);
        void this.#look(notice, rung);
      }),
    );
  }

  async #look(notice: HistoryNotice, rung: number): Promise<void> {
    const { wanted } = this.#options;
    const known = this.#known.get(notice.call);
    if (!known) return;
    const there = wanted() ? await this.#isThere(known.link) : true;
    if (this.#closing.signal.aborted) return;
    if (there) this.#tell(notice, 'recording.available');
    else this.#await(notice, rung + 1);
  }

  /** Whether the file is there; a server that does not let one look is taken at its word. */
  async #isThere(url: URL): Promise<boolean> {
    try {
      const headers = this.#headersFor(url);
      const { http } = this.#options;
      const { signal } = this.#closing;
      const response = await http.request({ url, method: 'HEAD', headers, redirects: 0, signal });
      const { status, contentType } = response;
      if (response.ok) return contentType !== 'text/html' && response.headers['content-length'] !== '0';
      return status < 500 && ![404, 409, 410, 423, 425, 429].includes(status);
    } catch {
      return false;
    }
  }

  #tell(notice: HistoryNotice, fact: 'recording.available' | 'recording.failed', why: string | null = null): void {
    const { clock, tell } = this.#options;
    const known = this.#known.get(notice.call);
    tell({
      fact,
      at: clock.now(),
      call: notice.call,
      recording: {
        id: notice.call,
        ...(known && { url: known.link.href, format: formatOf(known.link) }),
        ...(known && known.startedAt !== null && { startedAt: known.startedAt }),
        ...(known && known.seconds !== null && { seconds: known.seconds }),
      },
      ...(why && { reason: { code: null, text: why } }),
      raw: notice.raw,
    });
  }

  /** Absolute, by a web address, and not into this network unless the PBX itself is there. */
  #resolved(link: string): URL | null {
    const { base } = this.#options;
    if (!URL.canParse(link, base)) return null;
    const url = new URL(link, base);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
    if (url.host === base.host) return url;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isName = isIP(host) === 0 && host.includes('.') && !/\.(?:local|internal|lan|home|localhost)$/i.test(host);
    return isName && url.username === '' ? url : null;
  }

  #headersFor(url: URL): Readonly<Record<string, string>> {
    const { base, profile, codec } = this.#options;
    const host = url.hostname.toLowerCase();
    const ours = url.host === base.host || profile.recordHosts.some((allowed) => isBelow(host, allowed));
    const safe = url.protocol === 'https:' || url.origin === base.origin;
    // Some storages answer nothing to what does not look like a browser (specification 6).
    const agent = { 'user-agent': 'Mozilla/5.0 (compatible; node-red-pbx)' };
    return ours && safe && profile.recordKey ? { ...agent, ...codec()?.keyHeader } : agent;
  }
}

function formatOf(url: URL): string {
  return /\.(mp3|wav|ogg)$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? 'mp3';
}
