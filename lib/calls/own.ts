/** Texts that outlive the message they were cut from. */

/** V8 copies a piece up to this length; a longer one is a window on the whole received block and keeps it alive. */
const LONGEST_COPIED = 12;

/** Names and ids are short; writing them here and reading them back is the quickest copy there is. */
const scratch = Buffer.allocUnsafeSlow(256);

/** The text as a string of its own: for long-lived calls the block behind a piece would be ten times the memory. */
export function own<T extends string | null | undefined>(text: T): T {
  return (text && text.length > LONGEST_COPIED ? copied(text) : text) as T;
}

function copied(text: string): string {
  if (text.length <= scratch.length) {
    const size = scratch.write(text, 'latin1');
    const copy = scratch.toString('latin1', 0, size);
    // Not so when it has letters beyond Latin-1.
    if (copy === text) return copy;
  }
  return Buffer.from(text, 'utf8').toString('utf8');
}
