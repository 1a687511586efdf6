/** The address to which the PBX posts its webhooks, for copying into the PBX's own settings, and whether any arrive. */

import type { ProviderDescriptor } from '../../lib/provider';
import { accountStatus, languageOf, localized } from '../shared/editor';
import { webhookPathOf } from './webhook-path';

const LOOK_EVERY_MS = 5_000;
let looking: ReturnType<typeof setInterval> | undefined;

export function showWebhook(node: PbxEditorNode, descriptor: ProviderDescriptor | undefined): void {
  hideWebhook();
  const webhook = descriptor?.webhook;
  $('#pbx-account-webhook').toggle(webhook !== undefined);
  if (!webhook) return;
  const root = RED.settings.httpNodeRoot;
  const path = $('#node-config-input-webhookPath').attr('placeholder', node.id);
  const show = (): void => {
    if (root === false) {
      $('#pbx-account-address').text(node._('account.hint.noHttpNode'));
      return;
    }
    const name = webhookPathOf(path.val(), node.id);
    const address = `${location.origin}/${root ?? ''}/pbx/${encodeURIComponent(name)}`.replace(/([^:])\/{2,}/g, '$1/');
    $('#pbx-account-address').text(address);
  };
  path.off('.pbx').on('change.pbx keyup.pbx', show);
  show();
  const paths = webhook.paths.join(' ');
  $('#pbx-account-address-hint').text(`${localized(node, webhook.where)} ${node._('account.hint.address', { paths })}`);
  $('#pbx-account-private-hint').toggle(root !== false && isPrivate(location.hostname));
  $('#pbx-account-allowFrom-hint').text(
    webhook.allowFrom?.length
      ? `${node._('account.hint.allowFromKnown', { addresses: webhook.allowFrom.join(', ') })} ${node._('account.hint.allowFrom')}`
      : node._('account.hint.allowFrom'),
  );
  const copy = $('#pbx-account-copy');
  copy.off('.pbx').on('click.pbx', () => {
    RED.clipboard.copyText($('#pbx-account-address').text(), copy, node._('account.copied'));
  });
  const look = (): void => void showLast(node);
  look();
  looking = setInterval(look, LOOK_EVERY_MS);
}

/** The addresses that a provider is known to send from, as they stand in the form. */
export function knownAddresses(descriptor: ProviderDescriptor | undefined): string {
  return descriptor?.webhook?.allowFrom?.join(', ') ?? '';
}

/**
 * Enters the addresses for a provider just chosen, unless the person has entered others.
 * @param offered what the form entered so for the provider before
 * @returns what it entered last
 */
export function offerAddresses(addresses: string, offered: string): string {
  const field = $('#pbx-account-allowFrom');
  const entered = String(field.val() ?? '').trim();
  if (entered !== '' && entered !== offered) return offered;
  field.val(addresses);
  return addresses;
}

/** Ends what the shown form does by itself. */
export function hideWebhook(): void {
  clearInterval(looking);
}

async function showLast(node: PbxEditorNode): Promise<void> {
  const last = $('#pbx-account-last .pbx-result');
  try {
    const status = await accountStatus(node);
    last.text(status ? age(node, status.lastWebhook) : node._('account.lastWebhook.undeployed'));
  } catch {
    last.text('');
  }
}

function age(node: PbxEditorNode, lastWebhook: string | null): string {
  if (lastWebhook === null) return node._('account.lastWebhook.none');
  const at = new Date(lastWebhook);
  const seconds = Math.max(0, Math.round((Date.now() - at.getTime()) / 1000));
  const [unit, count] =
    seconds < 120 ? ['seconds', seconds] : seconds < 7200 ? ['minutes', seconds / 60] : ['hours', seconds / 3600];
  return node._('account.lastWebhook.ago', {
    age: node._(`account.lastWebhook.${unit}`, { count: Math.round(count) }),
    time: at.toLocaleString(languageOf(node)),
  });
}

/** Whether a name or address leads nowhere but into the network it is used in (RFC 1918, 4193, 3927, 6762). */
function isPrivate(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (name.includes(':')) return name === '::1' || /^f[cd]|^fe[89ab]/.test(name);
  if (/^[\d.]+$/.test(name)) return /^(10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(name);
  return !name.includes('.') || /\.(local|lan|internal|home\.arpa|localhost)$/.test(name);
}
