/**
 * Fetches a recording (specification 7.1): one signed request for a link that works once, one plain request for the file. The link leads
 * to the vendor's storage; it is followed nowhere else, and only with what every stranger would send.
 */

import { PbxError } from '../../model';
import type { Download, HttpClient } from '../../transport/http';
import type { MangoApi } from './api';

const VENDOR = 'mango-office.ru';

export interface FetchWish {
  recording: string;
  folder: string | undefined;
  signal: AbortSignal;
}

export class RecordingFiles {
  readonly #api: MangoApi;
  readonly #http: HttpClient;
  #asking = false;

  constructor(api: MangoApi, http: HttpClient) {
    this.#api = api;
    this.#http = http;
  }

  async fetch({ recording, folder, signal }: FetchWish): Promise<Download> {
    const location = await this.#locate(recording, 'download', signal);
    return this.#http.download(
      { url: location, signal },
      { folder, name: `${recording}.mp3`, what: `the recording ${recording}` },
    );
  }

  /** Whether the file is there; `null` when the question would risk a block of the API, or got no answer. */
  async probe(recording: string, signal: AbortSignal): Promise<boolean | null> {
    if (this.#asking || !this.#api.quota.mayErr) return null;
    this.#asking = true;
    try {
      await this.#locate(recording, 'download', signal);
      return true;
    } catch (error) {
      const { code } = PbxError.from(error);
      if (code === 'not-found') return false;
      // Whatever the answer was, it may have been that the question was wrong.
      if (code !== 'rate-limited') this.#api.quota.doubt();
      return null;
    } finally {
      this.#asking = false;
    }
  }

  /** The address is good for one opening and a short time: never kept, never looked at twice. */
  async #locate(recording: string, action: 'download' | 'play', signal: AbortSignal): Promise<URL> {
    const { location } = await this.#api.post(
      'queries/recording/post',
      { recording_id: recording, action },
      { signal, effect: false, other: 'redirect' },
    );
    if (!location)
      throw new PbxError('not-found', `MANGO gave no file for the recording ${recording}; it may not be ready yet`);
    this.#mustBeVendors(location);
    return location;
  }

  #mustBeVendors(location: URL): void {
    const { base } = this.#api;
    const host = location.hostname.toLowerCase();
    const ownHost = host === base.hostname.toLowerCase();
    const vendors = host === VENDOR || host.endsWith(`.${VENDOR}`);
    const safe = location.protocol === 'https:' || (ownHost && location.protocol === base.protocol);
    if (safe && (ownHost || vendors)) return;
    throw new PbxError(
      'protocol',
      `MANGO redirected to ${location.host}, which is not its own; the recording was not fetched`,
    );
  }
}
