/** Paths as senders write them: some double a slash, end with one, or differ in letter case. */

/** Lower case, one slash between parts, none at the end; the root stays `/`. */
export function webhookPath(path: string): string {
  const plain = path.toLowerCase();
  if (!plain.includes('//') && !plain.endsWith('/') && plain.startsWith('/')) return plain;
  return `/${plain.split('/').filter(Boolean).join('/')}`;
}
