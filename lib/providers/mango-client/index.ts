/** MANGO OFFICE "server-client": REST and a WebSocket per employee, for sites that no webhook can reach. */

import type { ProviderModule } from '../../provider';
import { descriptor } from './descriptor';
import { MangoClientProvider } from './provider';

export const mangoClient: ProviderModule = {
  descriptor,
  create: (config, host) => new MangoClientProvider(config, host),
};
