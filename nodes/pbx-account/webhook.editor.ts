/** The address to which the PBX posts its webhooks, for copying into the PBX's own settings. */

import type { ProviderDescriptor } from '../../lib/provider';

export function showWebhook(node: PbxEditorNode, descriptor: ProviderDescriptor | undefined): void {
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
    const name = String(path.val() ?? '').trim() || node.id;
    const address = `${location.origin}/${root ?? ''}/pbx/${encodeURIComponent(name)}`.replace(/([^:])\/{2,}/g, '$1/');
    $('#pbx-account-address').text(address);
  };
  path.off('.pbx').on('change.pbx keyup.pbx', show);
  show();
  $('#pbx-account-address-hint').text(node._('account.hint.address', { paths: webhook.paths.join(' ') }));
  $('#pbx-account-allowFrom-hint').text(
    webhook.allowFrom?.length
      ? node._('account.hint.allowFromKnown', { addresses: webhook.allowFrom.join(', ') })
      : node._('account.hint.allowFrom'),
  );
  const copy = $('#pbx-account-copy');
  copy.off('.pbx').on('click.pbx', () => {
    RED.clipboard.copyText($('#pbx-account-address').text(), copy, node._('account.copied'));
  });
}
