/** TLS and proxy settings out of Node-RED's own configuration nodes, which people use for their other connections already. */

import type { Node, NodeAPI } from 'node-red';
import { PbxError } from '../../lib/index';
import type { TlsOptions } from '../../lib/index';
import type { Problem } from '../shared/account-node';

interface TlsConfigNode extends Node {
  /** Whether its files could be read. */
  valid: boolean;
  addTLSOptions(options: TlsOptions): void;
}

interface HttpProxyNode extends Node<{ username?: string; password?: string }> {
  url?: string;
  noproxy?: readonly string[];
}

export interface Network {
  tls?: TlsOptions;
  /** `http://user:password@host:port`. */
  proxy?: string;
}

/** The settings of the nodes with these ids; `hosts` are the addresses of the PBX, for the proxy's exceptions. */
export function networkOf(
  RED: NodeAPI,
  ids: { tls?: string | undefined; proxy?: string | undefined },
  hosts: readonly string[],
): Network | Problem {
  const network: Network = {};
  if (ids.tls) {
    const node: Node | null = RED.nodes.getNode(ids.tls);
    if (!isTlsConfig(node))
      return broken('the TLS configuration chosen in the account does not exist or is not deployed');
    if (!node.valid)
      return broken('a certificate or key of the TLS configuration chosen in the account cannot be read');
    const options: TlsOptions = {};
    node.addTLSOptions(options);
    network.tls = options;
  }
  if (ids.proxy) {
    const node: Node | null = RED.nodes.getNode(ids.proxy);
    if (!isHttpProxy(node)) return broken('the HTTP proxy chosen in the account does not exist or is not deployed');
    const address = proxyAddress(node, hosts);
    if (address) network.proxy = address;
  }
  return network;
}

export function isProblem(value: Network | Problem): value is Problem {
  return 'error' in value;
}

function isTlsConfig(node: Node | null): node is TlsConfigNode {
  return node?.type === 'tls-config' && 'addTLSOptions' in node;
}

function isHttpProxy(node: Node | null): node is HttpProxyNode {
  return node?.type === 'http proxy';
}

function broken(text: string): Problem {
  return { key: 'common.status.incomplete', error: new PbxError('invalid-argument', text) };
}

function proxyAddress(node: HttpProxyNode, hosts: readonly string[]): string | null {
  const exceptions = (node.noproxy ?? []).map((entry) => entry.trim().toLowerCase()).filter(Boolean);
  if (!node.url || hosts.some((host) => exceptions.some((entry) => isExcepted(host, entry)))) return null;
  const text = /^[a-z]+:\/\//i.test(node.url) ? node.url : `http://${node.url}`;
  if (!URL.canParse(text)) return null;
  const address = new URL(text);
  const { username, password } = node.credentials ?? {};
  if (username) {
    // The setters of URL leave a percent sign as it is, and whoever reads the address takes it for an escape.
    address.username = encodeURIComponent(username);
    address.password = encodeURIComponent(password ?? '');
  }
  return address.href.replace(/\/$/, '');
}

/** As Node-RED's own nodes read the list: `*` is everything, `example.com` also stands for what is below it. */
function isExcepted(host: string, entry: string): boolean {
  const name = host.toLowerCase();
  const suffix = entry.replace(/^\*?\./, '');
  return entry === '*' || name === suffix || name.endsWith(`.${suffix}`);
}
