/** Who may post webhooks: single addresses and ranges, IPv4 and IPv6. */

import { BlockList, isIP } from 'node:net';
import { PbxError } from '../../lib/index';

export type SourceFilter = (address: string) => boolean;

/** Throws `invalid-argument` when an entry is neither an address nor a range. An empty list lets everybody in. */
export function sourceFilter(entries: readonly string[]): SourceFilter {
  if (entries.length === 0) return () => true;
  const known = new BlockList();
  for (const entry of entries) add(known, entry);
  return (remote) => {
    const address = plain(remote);
    const family = isIP(address);
    return family !== 0 && known.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function add(known: BlockList, entry: string): void {
  const [address = '', bits] = entry.split('/');
  const family = isIP(address);
  const length = bits === undefined ? undefined : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
  if (family === 0 || (length !== undefined && !(length <= (family === 4 ? 32 : 128))))
    throw new PbxError('invalid-argument', `"${entry}" in the list of source addresses is no address and no range`);
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (length === undefined) known.addAddress(address, type);
  else known.addSubnet(address, length, type);
}

/** A dual-stack socket shows IPv4 clients as `::ffff:192.0.2.1`. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
