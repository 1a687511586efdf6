/** Every provider of the package, in the order the account form offers them. */

import type { ProviderModule } from '../provider';
import { asterisk } from './asterisk';
import { gravitel } from './gravitel';
import { mango } from './mango';
import { mangoClient } from './mango-client';
import { simulator } from './simulator';
import { viptel } from './viptel';
import { vwell } from './vwell';

export const PROVIDERS: readonly ProviderModule[] = [simulator, asterisk, viptel, mango, mangoClient, gravitel, vwell];
