/** MANGO OFFICE Virtual PBX. */

import type { ProviderModule } from '../../provider';
import { descriptor } from './descriptor';
import { MangoProvider } from './provider';

export const mango: ProviderModule = {
  descriptor,
  create: (config, host) => new MangoProvider(config, host),
};
