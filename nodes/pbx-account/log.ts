/** The account's log on Node-RED's levels. Whatever a network library or a PBX says, no secret of the account gets into it. */

import type { Node } from 'node-red';
import { withoutSecrets } from '../../lib/index';
import type { Logger, ProviderConfig, ProviderDescriptor } from '../../lib/index';

/** Replaces every secret of the account in a text. */
export type Mask = (text: string) => string;

export function maskOf(descriptor: ProviderDescriptor, config: ProviderConfig, proxy?: string): Mask {
  const secrets = [
    ...descriptor.fields.filter((field) => field.secret).map((field) => config[field.name]),
    ...(proxy ? [decodeURIComponent(new URL(proxy).password)] : []),
  ].filter((value): value is string => typeof value === 'string' && value !== '');
  const spellings = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return (text) => withoutSecrets(text, spellings);
}

export function loggerOf(node: Node, mask: Mask): Logger {
  return {
    error: (text) => node.error(mask(text)),
    warn: (text) => node.warn(mask(text)),
    info: (text) => node.log(mask(text)),
    debug: (text) => node.debug(mask(text)),
  };
}
