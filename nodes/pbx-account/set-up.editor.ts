/**
 * The buttons for what must be done once at the PBX (integration, employees), made from the provider's descriptor. Nothing happens without
 * a click and a yes; what the PBX answers for a field is filled in, and stored when the person deploys.
 */

import type { ProviderDescriptor, SetupAction } from '../../lib/provider';
import { localized } from '../shared/editor';
import type { ProviderFields } from './provider-fields.editor';

interface Answer {
  ok: boolean;
  reason: string;
  fields: Readonly<Record<string, string>>;
}

/** The form as it stands, as the endpoints take it. */
export type EnteredForm = () => Readonly<Record<string, unknown>>;

export function showSetUp(
  node: PbxEditorNode,
  descriptor: ProviderDescriptor | undefined,
  fields: ProviderFields,
  entered: EnteredForm,
): void {
  const place = $('#pbx-account-setup').empty();
  for (const action of descriptor?.setupActions ?? []) place.append(rowsOf(node, action, fields, entered));
}

function rowsOf(node: PbxEditorNode, action: SetupAction, fields: ProviderFields, entered: EnteredForm): JQuery[] {
  const inputs = (action.inputs ?? []).map((field) => {
    const id = `pbx-account-setup-${action.name}-${field.name}`;
    const input = $('<input type="text" autocomplete="off">')
      .attr('id', id)
      .attr('placeholder', field.placeholder ?? '');
    const label = $('<label></label>').attr('for', id).text(localized(node, field.label));
    return { name: field.name, input, row: $('<div class="form-row"></div>').append(label, input) };
  });
  const button = $('<button type="button" class="red-ui-button"></button>')
    .attr('id', `pbx-account-setup-${action.name}`)
    .append('<i class="fa fa-magic"></i> ', document.createTextNode(localized(node, action.label)));
  const result = $('<div class="pbx-result" aria-live="polite"></div>');
  button.on('click', () => {
    // The browser's own question: it cannot be clicked away by accident together with the button.
    if (!globalThis.confirm(node._('account.setUp.sure', { action: localized(node, action.label) }))) return;
    const given = Object.fromEntries(inputs.map(({ name, input }) => [name, String(input.val() ?? '')]));
    button.prop('disabled', true);
    result.removeClass('pbx-result-ok pbx-result-failed').text(node._('account.setUp.running'));
    void send(node, { ...entered(), action: action.name, inputs: given }).then(({ ok, reason, fields: values }) => {
      button.prop('disabled', false);
      result.addClass(ok ? 'pbx-result-ok' : 'pbx-result-failed').text(reason);
      fields.fill(values);
    });
  });
  return [
    $('<div class="pbx-hint"></div>').text(localized(node, action.hint)),
    ...inputs.map(({ row }) => row),
    $('<div class="form-row pbx-top"></div>').append(button, result),
  ];
}

async function send(node: PbxEditorNode, body: object): Promise<Answer> {
  try {
    return (await $.ajax({
      url: 'pbx-account/setup',
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(body),
    })) as Answer;
  } catch (error) {
    const { status, responseJSON } = error as JQuery.jqXHR<{ reason?: string }>;
    const said = (responseJSON as { reason?: string } | undefined)?.reason;
    const reason = said ?? node._(status === 401 ? 'account.setUp.forbidden' : 'account.test.unreachable');
    return { ok: false, reason, fields: {} };
  }
}
