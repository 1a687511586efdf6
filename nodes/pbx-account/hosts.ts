/** The hosts an account talks to, from its address fields: Node-RED's proxy settings have exceptions by host. */

import type { ProviderConfig, ProviderDescriptor } from '../../lib/index';

export function hostsOf(descriptor: ProviderDescriptor, config: ProviderConfig): string[] {
  return descriptor.fields.flatMap(({ name, type }) => {
    const value = config[name];
    if (typeof value !== 'string' || value === '') return [];
    if (name === 'host') return [value];
    return type === 'url' && URL.canParse(value) ? [new URL(value).hostname] : [];
  });
}
