/** File names that come from a server are never trusted: no path, nothing hidden, nothing that Windows or a shell takes amiss. */

const LONGEST_BYTES = 180;
/** Device names of Windows, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** `wish` as a name of a file in a folder, on every system; `fallback` when nothing of it is left. */
export function safeFileName(wish: string, fallback: string): string {
  const name = wish
    .normalize('NFC')
    // oxlint-disable-next-line no-control-regex -- control characters are what must go
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"/\\|?*]+/g, '_')
    .replace(/^[.\s_]+|[.\s]+$/g, '');
  if (!name) return fallback;
  return shortened(DEVICE.test(name) ? `_${name}` : name);
}

/** The file name of a `content-disposition` header (RFC 6266), as sent; undefined when there is none. */
export function fileNameOf(header: string | undefined): string | undefined {
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header ?? '')?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // Badly encoded: the plain one is taken.
    }
  }
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header ?? '');
  return plain ? (plain[1]?.replace(/\\(.)/g, '$1') ?? plain[2]) : undefined;
}

/** Cuts the middle out of what is too long for a file system, so that the ending stays. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_BYTES) return name;
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
  const letters = Array.from(name.slice(0, name.length - ending.length));
  let bytes = Buffer.byteLength(ending);
  let kept = '';
  for (const letter of letters) {
    bytes += Buffer.byteLength(letter);
    if (bytes > LONGEST_BYTES) break;
    kept += letter;
  }
  return kept + ending;
}
