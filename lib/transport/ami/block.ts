/** A block as it came, for whoever decides whether it is parsed at all. To be looked at only while that is asked. */

const CR = 13;
const NONE = Buffer.alloc(0);

export class AmiBlock {
  #bytes: Buffer = NONE;
  #from = 0;
  #end = 0;

  /** From now on this block is the one between these places, without its closing empty line. */
  moveTo(bytes: Buffer, from: number, end: number): this {
    this.#bytes = bytes;
    this.#from = from;
    this.#end = end;
    return this;
  }

  /**
   * The first value of this key, undecoded.
   * @param line how its line begins, as Asterisk spells it; see {@link beginningOf}. `undefined` does not mean that the block has no
   *   such key in other letters.
   */
  value(line: Buffer): string | undefined {
    const bytes = this.#bytes;
    const at = bytes.indexOf(line, this.#from);
    if (at < 0 || at >= this.#end) return undefined;
    const from = at + line.length;
    let end = from;
    while (end < this.#end && bytes[end] !== CR) end++;
    return bytes.toString('latin1', from, end);
  }
}

/** How the line of this key begins, which is not the first one. */
export function beginningOf(key: string): Buffer {
  return Buffer.from(`\r\n${key}: `);
}
