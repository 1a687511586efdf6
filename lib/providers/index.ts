/** Every provider of the package, in the order the account form offers them. */

import type { ProviderModule } from '../provider';
import { asterisk } from './asterisk';
import { simulator } from './simulator';

export const PROVIDERS: readonly ProviderModule[] = [simulator, asterisk];
