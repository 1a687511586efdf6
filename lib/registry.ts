/** The providers by id. The list itself is `providers/index.ts`: one line a provider. */

import { PbxError } from './model';
import type { ProviderDescriptor, ProviderModule } from './provider';
import { PROVIDERS } from './providers';

export function providerOf(id: string, providers: readonly ProviderModule[] = PROVIDERS): ProviderModule {
  const found = providers.find((module) => module.descriptor.id === id);
  if (found) return found;
  const known = providers.map((module) => module.descriptor.id).join(', ');
  throw new PbxError('invalid-argument', `there is no provider "${id}"; this version has ${known}`);
}

export function descriptors(providers: readonly ProviderModule[] = PROVIDERS): readonly ProviderDescriptor[] {
  return providers.map((module) => module.descriptor);
}
