/**
 * What waits to be written. As long as the socket takes bytes they go straight through; when it does not, they wait here,
 * bounded, so that it stays known which actions have certainly not reached the PBX.
 */

interface Entry {
  frame: Buffer;
  sent: () => void;
}

export class Outbox {
  readonly #write: (frame: Buffer) => boolean;
  readonly #maxBytes: number;
  #queue: Entry[] = [];
  #bytes = 0;
  #blocked = false;

  /** @param write hands bytes to the socket; false = no more until `drained` */
  constructor(write: (frame: Buffer) => boolean, maxBytes: number) {
    this.#write = write;
    this.#maxBytes = maxBytes;
  }

  /**
   * @param sent called when the bytes are handed to the socket, perhaps at once
   * @returns a function that takes the bytes back if they still wait, or null when there is no room
   */
  put(frame: Buffer, sent: () => void): (() => void) | null {
    if (!this.#blocked) {
      sent();
      this.#blocked = !this.#write(frame);
      return () => undefined;
    }
    if (this.#bytes + frame.length > this.#maxBytes) return null;
    const entry = { frame, sent };
    this.#queue.push(entry);
    this.#bytes += frame.length;
    return () => this.#takeBack(entry);
  }

  drained(): void {
    this.#blocked = false;
    for (let entry = this.#queue.shift(); entry; entry = this.#queue.shift()) {
      this.#bytes -= entry.frame.length;
      entry.sent();
      if (!this.#write(entry.frame)) {
        this.#blocked = true;
        return;
      }
    }
  }

  #takeBack(entry: Entry): void {
    const at = this.#queue.indexOf(entry);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    this.#bytes -= entry.frame.length;
  }
}
