/** Every provider of the package, in the order the account form offers them. */

import type { ProviderModule } from '../provider';

export const PROVIDERS: readonly ProviderModule[] = [];
