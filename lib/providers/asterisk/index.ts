/** Asterisk through its manager interface (AMI): FreePBX, Issabel and every other PBX built on it. */

import type { ProviderModule } from '../../provider';
import { descriptor } from './descriptor';
import { AsteriskProvider } from './provider';

export const asterisk: ProviderModule = {
  descriptor,
  create: (config, host) => new AsteriskProvider(config, host),
};
