/** What is to be done when the address of an account's webhooks changes. */

import { PbxError } from './model';
import type { LocalizedText, ProviderModule } from './provider';
import { providerOf } from './registry';

export interface WebhookAddress {
  /** As it is to be entered at the PBX. */
  address: string;
  /** What the PBX puts behind it. */
  paths: readonly string[];
  /** Where a person enters it. */
  where: LocalizedText;
}

/**
 * The counterpart of ELMA365's `VoipOnWebhookUpdated`. No PBX served here lets the address be set by a request, so this says where a
 * person enters it; `null` where the PBX posts nothing.
 * @param provider id of the provider, for example `gravitel`
 * @param url the new address, as the account form shows it
 * @throws PbxError `invalid-argument` for a provider that is not there, or for what is no address
 */
export function webhookAddressChanged(
  provider: string,
  url: string,
  providers?: readonly ProviderModule[],
): WebhookAddress | null {
  const { webhook } = providerOf(provider, providers).descriptor;
  if (!webhook) return null;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new PbxError('invalid-argument', 'the address of the webhooks must begin with http:// or https://');
  return { address: url.replace(/\/+$/, ''), paths: webhook.paths, where: { ...webhook.where } };
}
