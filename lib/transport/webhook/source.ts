/** Who may post: a list of addresses and ranges, and the sender's address behind reverse proxies. */

import { BlockList, isIP } from 'node:net';
import { PbxError } from '../../model';
import type { WebhookRequest } from '../../provider';

export class SourceList {
  readonly #list = new BlockList();
  readonly #empty: boolean;

  /** Addresses and CIDR ranges, IPv4 and IPv6; `invalid-argument` for anything else. */
  constructor(sources: readonly string[]) {
    const entries = sources.map((source) => source.trim()).filter(Boolean);
    this.#empty = entries.length === 0;
    for (const entry of entries) this.#add(entry);
  }

  /** An empty list restricts nothing. */
  get empty(): boolean {
    return this.#empty;
  }

  contains(address: string): boolean {
    const plain = bareAddress(address);
    const version = isIP(plain);
    return version !== 0 && this.#list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
  }

  #add(entry: string): void {
    const [address = '', prefix, ...rest] = entry.split('/');
    const version = isIP(address);
    const bits = prefix === undefined ? null : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    const most = version === 6 ? 128 : 32;
    if (version === 0 || rest.length > 0 || (bits !== null && !(bits <= most)))
      throw new PbxError(
        'invalid-argument',
        `"${entry.slice(0, 60)}" is neither an address nor a range like 10.0.0.0/8`,
      );
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (bits === null) this.#list.addAddress(address, family);
    else this.#list.addSubnet(address, bits, family);
  }
}

/**
 * The address a request came from. Only a listed proxy is believed about whom it spoke for: from the right of `X-Forwarded-For` the first
 * address that is no such proxy; what stands left of it may be made up by the sender.
 */
export function clientAddress(
  request: Pick<WebhookRequest, 'headers' | 'remoteAddress'>,
  proxies: SourceList | null = null,
): string {
  const peer = bareAddress(request.remoteAddress);
  if (!proxies || !proxies.contains(peer)) return peer;
  const hops = (request.headers['x-forwarded-for'] ?? '').split(',').map((hop) => bareAddress(hop.trim()));
  for (const hop of hops.toReversed()) {
    if (isIP(hop) === 0) return peer;
    if (!proxies.contains(hop)) return hop;
  }
  return peer;
}

/** Without the wrapping of IPv4 in IPv6, brackets, a port or a zone. */
function bareAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address);
  if (bracketed?.[1]) return bareAddress(bracketed[1]);
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address);
  if (withPort?.[1]) return withPort[1];
  return address.split('%', 1)[0] ?? address;
}
