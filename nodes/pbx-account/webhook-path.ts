/** The part of the webhook address that is the account's own; the form shows the address, the runtime serves it. */

/** @param id of the account node, which serves where nothing was entered */
export function webhookPathOf(entered: unknown, id: string): string {
  const text = typeof entered === 'string' || typeof entered === 'number' ? String(entered).trim() : '';
  // Whoever knows Node-RED's "http in" begins a path with a slash.
  return text.replace(/^\/+|\/+$/g, '') || id;
}
