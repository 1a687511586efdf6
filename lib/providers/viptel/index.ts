/** VIPTel, the Slovak cloud PBX: WebSocket API 1.0.8, REST, SMS. */

import type { ProviderModule } from '../../provider';
import { descriptor } from './descriptor';
import { ViptelProvider } from './provider';

export const viptel: ProviderModule = {
  descriptor,
  create: (config, host) => new ViptelProvider(config, host),
};
