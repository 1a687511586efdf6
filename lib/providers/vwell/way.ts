/** How requests get to the server: over the WebSocket, or by AJAX where the socket cannot be had. */

import type { Json, Reply } from './wire';

export interface RequestOptions {
  /** For the reply. */
  timeoutMs: number;
  /** Whether it changes something. */
  effect: boolean;
  /** For texts: `Hangup`, `dial`. */
  what: string;
  signal?: AbortSignal | undefined;
}

export interface Way {
  /** Whether events come this way. */
  readonly events: boolean;
  /**
   * Resolves with whatever the server replies, also with its errors.
   * @throws PbxError not-connected, unavailable (surely not sent), uncertain, timeout
   */
  request(method: string, argument: Json, options: RequestOptions): Promise<Reply>;
}
