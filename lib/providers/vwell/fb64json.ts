/**
 * `fb64json`, the form in which the server takes a request in the query of a GET: base64 of the JSON text with one more character in
 * front, which the server throws away. Its decoder knows characters of up to three bytes only, hence the JSON is written in ASCII.
 */

export function fb64json(request: unknown): string {
  const json = JSON.stringify(request).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const text = Buffer.from(json, 'ascii').toString('base64');
  // Any character would do; this one is what the server's own clients put there.
  return (text[5] ?? 'x') + text;
}
