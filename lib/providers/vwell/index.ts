/** vwell-bpx-srv: a WebSocket and AJAX server in front of the manager interface of one Asterisk. */

import type { ProviderModule } from '../../provider';
import { descriptor } from './descriptor';
import { silenceOf } from '../../transport/silence';
import { VwellProvider } from './provider';
import { TIMES } from './times';

export const vwell: ProviderModule = {
  descriptor,
  create: (config, host) => new VwellProvider(config, host, { ...TIMES, ...silenceOf(config) }),
};
