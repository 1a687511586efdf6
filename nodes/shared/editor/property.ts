/** Properties of a node by their name, whatever they hold. */

export function property(node: object | null | undefined, name: string): unknown {
  return (node as Readonly<Record<string, unknown>> | null | undefined)?.[name];
}

/** As a text; empty for what is not there, JSON for what is no text. */
export function textProperty(node: object | null | undefined, name: string): string {
  const value = property(node, name) ?? '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}
