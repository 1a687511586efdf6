/** Forgiving readers of what stands in flow files and messages. */

/** A list from a list or from a text with commas, semicolons or line breaks; blanks and empty entries are dropped. */
export function list(value: unknown): string[] {
  const entries = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[,;\n]/) : [value];
  return entries.flatMap((entry) => {
    const text = typeof entry === 'string' || typeof entry === 'number' ? String(entry).trim() : '';
    return text ? [text] : [];
  });
}

/** A text, number or truth value as a trimmed text; anything else is none. */
export function scalar(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value).trim()
    : null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/** Without the properties that are `undefined`. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
