/** The simulator: a small PBX in the process, for trying flows, for examples and for tests. */

import type { ProviderModule } from '../../provider';
import { descriptor } from './descriptor';
import { SimulatorProvider } from './provider';

export const simulator: ProviderModule = {
  descriptor,
  create: (config, host) => new SimulatorProvider(config, host),
};
