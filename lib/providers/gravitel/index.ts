/** Gravitel, MegaFon, Kcell, Moldcell, MTT Exolve, Telroi: cloud PBXs with the same "CRM API" in three dialects. */

import type { ProviderModule } from '../../provider';
import { descriptor } from './descriptor';
import { GravitelProvider } from './provider';

export { contactResponse, parseWebhook } from './parse-webhook';
export type { ParsedWebhook, WebhookConfig } from './parse-webhook';
export type { ContactNotice, EventNotice, HistoryNotice, OtherNotice } from './notice';

export const gravitel: ProviderModule = {
  descriptor,
  create: (config, host) => new GravitelProvider(config, host),
};
