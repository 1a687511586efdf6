/** Keeps secrets out of whatever is shown: messages, logs, errors. */

export const MASK = '***';

/** Keys that hold secrets with every vendor. Compared without letter case. */
const ALWAYS = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api_key',
  'apikey',
];

/** A copy with the values of secret keys masked, at any depth; other values are copied unchanged. */
export type Redact = (value: unknown) => unknown;

export function redactor(secretKeys: readonly string[] = []): Redact {
  const secret = new Set([...ALWAYS, ...secretKeys].map((key) => key.toLowerCase()));
  const copy = (value: unknown, depth: number): unknown => {
    if (depth > 20) return null;
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
    if (value === null || typeof value !== 'object') return value;
    if (Buffer.isBuffer(value)) return Buffer.from(value);
    if (value instanceof Date) return new Date(value);
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const masked = secret.has(key.toLowerCase()) && item !== null && item !== '' ? MASK : copy(item, depth + 1);
      // A vendor may send a key such as __proto__: it must become a property and nothing else.
      if (key === '__proto__')
        Object.defineProperty(result, key, { value: masked, enumerable: true, configurable: true, writable: true });
      else result[key] = masked;
    }
    return result;
  };
  return (value) => copy(value, 0);
}

/** The text with every one of the secrets replaced; for texts made by others, such as network errors. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, MASK);
  return clean;
}
