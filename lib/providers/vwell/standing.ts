/** What the account shows, from all that can be wrong at once: no socket, no events, no link from the server to Asterisk. */

import type { PbxError } from '../../model';
import type { LinkState } from '../../provider';

export class Standing {
  readonly #show: (state: LinkState, reason?: PbxError) => void;
  #link: LinkState = 'connecting';
  #linkReason: PbxError | undefined;
  #ajax: PbxError | null = null;
  #trouble: PbxError | null = null;
  #deaf: PbxError | null = null;

  constructor(show: (state: LinkState, reason?: PbxError) => void) {
    this.#show = show;
  }

  get link(): LinkState {
    return this.#link;
  }

  get deaf(): boolean {
    return this.#deaf !== null;
  }

  setLink(state: LinkState, reason: PbxError | undefined): void {
    this.#link = state;
    this.#linkReason = reason;
    if (state !== 'reconnecting') this.#ajax = null;
    this.#tell();
  }

  /** The socket cannot be had, but commands go by AJAX. */
  setAjax(reason: PbxError | null): void {
    if (this.#ajax === reason) return;
    this.#ajax = reason;
    this.#tell();
  }

  /** The server's link to Asterisk. */
  setTrouble(reason: PbxError | null): void {
    this.#trouble = reason;
    this.#tell();
  }

  /** No events come. */
  setDeaf(reason: PbxError | null): void {
    this.#deaf = reason;
    this.#tell();
  }

  #tell(): void {
    if (this.#link !== 'connected') {
      if (this.#ajax) this.#show('degraded', this.#ajax);
      else this.#show(this.#link, this.#linkReason);
      return;
    }
    const reason = this.#trouble ?? this.#deaf;
    if (reason) this.#show('degraded', reason);
    else this.#show('connected');
  }
}
