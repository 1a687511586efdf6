/** The account form: provider, its fields, rules, webhook address, network, and what works with it. */

import type { ProviderDescriptor } from '../../lib/provider';
import { languageOf, loadProviders, localized, property, servedNodes, textProperty } from '../shared/editor';
import { COUNTRIES } from './countries.editor';
import { unwatchState, watchState } from './state.editor';
import { ProviderFields } from './provider-fields.editor';
import { showSetUp } from './set-up.editor';
import { formProvider } from './validate.editor';
import { hideWebhook, knownAddresses, offerAddresses, showWebhook } from './webhook.editor';

const TABS = ['connection', 'numbers', 'network', 'served'] as const;

export function openAccountForm(node: PbxEditorNode): void {
  const select = $('#node-config-input-provider');
  const fields = new ProviderFields(node);
  let chosen: ProviderDescriptor | undefined;
  const stored = textProperty(node, 'provider');
  const storedAddresses = listText(property(node, 'allowFrom'));
  prepareTabs(node);
  prepareNumbers(node);
  $('#pbx-account-allowFrom').val(storedAddresses);
  watchState(node);
  $('#pbx-account-test').on('click', () => void runTest(node, fields));

  formProvider(node.id, stored);
  loadProviders().then(
    (descriptors) => {
      select.append($('<option value=""></option>').text(node._('account.placeholder.provider')));
      for (const { id, label } of descriptors) select.append($('<option></option>').attr('value', id).text(label));
      // What the form entered for a provider; the stored one was once chosen too.
      let offered = knownAddresses(descriptors.find(({ id }) => id === stored));
      // A flow of a later version, or of one with other providers, must not lose its choice by being looked at.
      if (stored && !descriptors.some(({ id }) => id === stored))
        select.append($('<option></option>').attr('value', stored).text(stored));
      select.val(stored);
      select.on('change', () => {
        chosen = descriptors.find(({ id }) => id === select.val());
        formProvider(node.id, String(select.val() ?? ''));
        fields.show(chosen);
        $('#pbx-account-description').text(
          chosen ? localized(node, chosen.description) : node._('account.hint.provider'),
        );
        $('#pbx-account-test-row').toggle(chosen !== undefined);
        $('#pbx-account-test-result').empty();
        showSetUp(node, chosen, fields, () => enteredForm(node, fields));
        showWebhook(node, chosen);
        const addresses = select.val() === stored ? storedAddresses : knownAddresses(chosen);
        offered = offerAddresses(addresses, offered);
        showServed(node, chosen);
      });
      select.trigger('change');
    },
    () => {
      // The stored choice must survive a form that could not ask the runtime.
      select.append($('<option></option>').attr('value', stored).text(stored));
      $('#pbx-account-description').addClass('pbx-hint-warning').text(node._('account.hint.noProviders'));
    },
  );
}

/** The properties that are lists, as the flow file holds them. */
export function saveAccountForm(): { dialAllow: string[]; dialDeny: string[]; allowFrom: string[] } {
  return {
    dialAllow: listOf('#pbx-account-dialAllow'),
    dialDeny: listOf('#pbx-account-dialDeny'),
    allowFrom: listOf('#pbx-account-allowFrom'),
  };
}

export function closeAccountForm(): void {
  unwatchState();
  hideWebhook();
  formProvider('', '');
}

function prepareTabs(node: PbxEditorNode): void {
  const tabs = RED.tabs.create({
    element: $('#pbx-account-tabs'),
    onchange: ({ id }) => $('.pbx-tab').hide().filter(`#pbx-account-tab-${id}`).show(),
  });
  for (const id of TABS) tabs.addTab({ id, label: node._(`account.tab.${id}`) });
  tabs.activateTab('connection');
}

function prepareNumbers(node: PbxEditorNode): void {
  $('#pbx-account-dialAllow').val(listText(property(node, 'dialAllow')));
  $('#pbx-account-dialDeny').val(listText(property(node, 'dialDeny')));
  const language = languageOf(node);
  const names = new Intl.DisplayNames([language], { type: 'region' });
  const country = $('#node-config-input-country');
  country.append($('<option value=""></option>').text(node._('account.placeholder.country')));
  COUNTRIES.map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((one, other) => one.name.localeCompare(other.name, language))
    .forEach(({ code, name }) => country.append($('<option></option>').attr('value', code).text(`${name} (${code})`)));
  country.val(textProperty(node, 'country'));
}

function showServed(node: PbxEditorNode, descriptor: ProviderDescriptor | undefined): void {
  const table = $('#pbx-account-served').empty();
  for (const { label, served, has, lacks } of descriptor ? servedNodes(descriptor) : []) {
    const details = served ? limits(node, has, lacks) : node._('account.served.no');
    $('<tr></tr>')
      .toggleClass('pbx-no', !served)
      .append($('<td></td>').append($('<i class="fa"></i>').addClass(served ? 'fa-check' : 'fa-minus')))
      .append($('<td></td>').text(label), $('<td></td>').text(details))
      .appendTo(table);
  }
}

/** What of a node's choices there is: whichever list is shorter. */
function limits(node: PbxEditorNode, has: readonly string[], lacks: readonly string[]): string {
  if (lacks.length === 0) return '';
  return lacks.length <= has.length
    ? node._('account.served.without', { list: lacks.join(', ') })
    : node._('account.served.only', { list: has.join(', ') });
}

async function runTest(node: PbxEditorNode, fields: ProviderFields): Promise<void> {
  const provider = $('#node-config-input-provider');
  const tried = provider.val();
  const button = $('#pbx-account-test').prop('disabled', true);
  const result = $('#pbx-account-test-result').empty().removeClass('pbx-result-ok pbx-result-failed');
  result.append('<i class="fa fa-spinner fa-spin"></i> ', document.createTextNode(node._('account.test.running')));
  let ok = false;
  let reason: string;
  try {
    const answer = (await $.ajax({
      url: 'pbx-account/test',
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(enteredForm(node, fields)),
    })) as { ok: boolean; reason: string };
    ({ ok, reason } = answer);
  } catch (error) {
    const { status, responseJSON } = error as JQuery.jqXHR<{ reason?: string }>;
    const said = (responseJSON as { reason?: string } | undefined)?.reason;
    reason = said ?? node._(status === 401 ? 'account.test.forbidden' : 'account.test.unreachable');
  }
  button.prop('disabled', false);
  // What was found of one PBX says nothing of another that was chosen meanwhile.
  if (provider.val() !== tried) return;
  result
    .empty()
    .addClass(ok ? 'pbx-result-ok' : 'pbx-result-failed')
    .append($('<i class="fa"></i>').addClass(ok ? 'fa-check-circle' : 'fa-exclamation-circle'), ' ')
    .append(document.createTextNode(reason));
}

/** What the endpoints that try something out take: the form as it stands. */
function enteredForm(node: PbxEditorNode, fields: ProviderFields): Record<string, unknown> {
  const { fields: values, credentials } = fields.values();
  return {
    id: node.id,
    type: node.type,
    name: $('#node-config-input-name').val(),
    provider: $('#node-config-input-provider').val(),
    tls: configId('#node-config-input-tls'),
    proxy: configId('#node-config-input-proxy'),
    ...values,
    credentials,
  };
}

function configId(selector: string): string {
  const value = String($(selector).val() ?? '');
  return value === '_ADD_' ? '' : value;
}

function listText(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : '';
}

function listOf(selector: string): string[] {
  return String($(selector).val() ?? '')
    .split(/[,;\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean);
}
