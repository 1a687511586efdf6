/**
 * The part of the account form that is made from the provider's descriptor. Every provider's inputs are in the form from the
 * beginning (Node-RED fills and saves them); those of the chosen provider are taken out of the store and get their labels.
 */

import type { Field, ProviderDescriptor } from '../../lib/provider';
import { localized, property, textProperty } from '../shared/editor';

/** What Node-RED's editor shows in place of a stored secret. */
const UNCHANGED = '__PWRD__';

const ICONS: Readonly<Record<string, string>> = {
  host: 'fa-server',
  port: 'fa-hashtag',
  agiPort: 'fa-hashtag',
  username: 'fa-user',
  smsUsername: 'fa-user',
  login: 'fa-user',
  login2: 'fa-user',
  defaultUser: 'fa-user',
  extensions: 'fa-phone',
  queues: 'fa-users',
  smsExtension: 'fa-phone',
  context: 'fa-sitemap',
  smsVia: 'fa-comment-o',
  smsIdentity: 'fa-comment-o',
  silentSeconds: 'fa-clock-o',
};

export class ProviderFields {
  readonly #node: PbxEditorNode;
  readonly #stored: string;
  #shown: ProviderDescriptor | undefined;
  /** What was entered for a provider before another one was looked at. */
  readonly #entered = new Map<string, Map<string, string>>();

  constructor(node: PbxEditorNode) {
    this.#node = node;
    this.#stored = textProperty(node, 'provider');
  }

  show(descriptor: ProviderDescriptor | undefined): void {
    this.#putBack();
    this.#shown = descriptor;
    $('#pbx-account-advanced').toggle(Boolean(descriptor?.fields.some((field) => field.advanced)));
    if (!descriptor) return;
    const values = this.#entered.get(descriptor.id) ?? this.#initial(descriptor);
    for (const field of descriptor.fields) {
      const target = $(field.advanced ? '#pbx-account-advanced-fields' : '#pbx-account-fields');
      const input = inputOf(field.name).val(values.get(field.name) ?? '');
      target.append(rowOf(this.#node, field, control(this.#node, field, input)));
      if (field.hint) target.append($('<div class="pbx-hint"></div>').text(localized(this.#node, field.hint)));
    }
    // A required field may be filled in wrongly before: the editor marks it as soon as it is touched.
    if (this.#stored === descriptor.id) for (const { name } of descriptor.fields) inputOf(name).trigger('change');
  }

  /** The values of the shown fields, secrets as the form has them. */
  values(): { fields: Record<string, string>; credentials: Record<string, string> } {
    const fields: Record<string, string> = {};
    const credentials: Record<string, string> = {};
    for (const field of this.#shown?.fields ?? []) {
      const value = String(inputOf(field.name).val() ?? '');
      if (field.secret || field.credential) credentials[field.name] = value;
      else fields[field.name] = value;
    }
    return { fields, credentials };
  }

  /** What the PBX answered for a field of the form; it is shown, since a person should know what is saved. */
  fill(values: Readonly<Record<string, string>>): void {
    for (const { name, secret } of this.#shown?.fields ?? []) {
      const value = values[name];
      if (value === undefined) continue;
      if (secret) inputOf(name).attr('type', 'text');
      inputOf(name).val(value).trigger('change');
    }
  }

  /** The inputs go back to the store, empty: what belongs to another provider is not saved with this one. */
  #putBack(): void {
    const values = new Map<string, string>();
    for (const { name } of this.#shown?.fields ?? []) values.set(name, String(inputOf(name).val() ?? ''));
    if (this.#shown) this.#entered.set(this.#shown.id, values);
    for (const { name, secret } of this.#shown?.fields ?? []) if (secret) inputOf(name).attr('type', 'password');
    const inputs = $('#pbx-account-fields, #pbx-account-advanced-fields').find('input[id^="node-config-input-"]');
    inputs
      .filter((_, input) => $(input).next('.red-ui-typedInput-container').length > 0)
      .typedInput('destroy' as never);
    inputs.appendTo('#pbx-account-store');
    if (this.#shown) inputs.val('');
    $('#pbx-account-fields, #pbx-account-advanced-fields').empty();
  }

  #initial({ id, fields }: ProviderDescriptor): Map<string, string> {
    const { credentials } = this.#node;
    const credential = (name: string): string => textProperty(credentials, name);
    return new Map(
      fields.map((field) => {
        const { name } = field;
        if (id !== this.#stored) return [name, String(field.default ?? '')];
        if (field.secret) return [name, credential(name) || (property(credentials, `has_${name}`) ? UNCHANGED : '')];
        return [name, field.credential ? credential(name) : textProperty(this.#node, name)];
      }),
    );
  }
}

function inputOf(name: string): JQuery {
  return $(`#node-config-input-${name}`);
}

/** The element a person works with; it writes into the input that Node-RED saves. */
function control(node: PbxEditorNode, field: Field, input: JQuery): JQuery {
  const placeholder = field.placeholder ?? (field.default === undefined ? '' : String(field.default));
  input.attr('placeholder', placeholder).attr('autocomplete', field.secret ? 'new-password' : 'off');
  if (field.type === 'select') {
    const select = $('<select></select>');
    for (const { value, label } of field.options ?? [])
      select.append($('<option></option>').attr('value', value).text(localized(node, label)));
    select.val(String(input.val() || field.default || ''));
    select.on('change', () => input.val(String(select.val())).trigger('change'));
    return select.add(input.hide());
  }
  if (field.type === 'boolean') {
    const box = $('<input type="checkbox" style="width: auto;">').prop('checked', input.val() === 'true');
    box.on('change', () => input.val(String(box.prop('checked'))).trigger('change'));
    return box.add(input.hide());
  }
  return input.show();
}

function rowOf(node: PbxEditorNode, field: Field, element: JQuery): JQuery {
  const icon = ICONS[field.name] ?? (field.secret ? 'fa-key' : field.type === 'url' ? 'fa-link' : 'fa-sliders');
  const label = $('<label></label>')
    .attr('for', `node-config-input-${field.name}`)
    .append($('<i class="fa"></i>').addClass(icon), ' ', $('<span></span>').text(localized(node, field.label)));
  const row = $('<div class="form-row"></div>').append(label, element);
  if (field.ownSecret) row.append(makeUp(node, inputOf(field.name)));
  if (field.type === 'json') setTimeout(() => inputOf(field.name).typedInput({ types: ['json'], default: 'json' }), 0);
  return row;
}

/** Makes a secret up, shows it this once, and has it ready to be pasted at the PBX. */
function makeUp(node: PbxEditorNode, input: JQuery): JQuery {
  const button = $('<button type="button" class="red-ui-button"></button>')
    .attr('title', node._('account.hint.makeUp'))
    .append('<i class="fa fa-magic"></i> ', document.createTextNode(node._('account.label.makeUp')));
  return button.on('click', () => {
    const secret = randomSecret();
    input.attr('type', 'text').val(secret).trigger('change');
    RED.clipboard.copyText(secret, button, node._('account.copied'));
  });
}

/** 32 letters and digits, 190 bits: what every cabinet takes. */
function randomSecret(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const bytes = new Uint8Array(256);
  crypto.getRandomValues(bytes);
  // Bytes above the last whole multiple are left out, so that each letter is equally likely.
  const fair = [...bytes].filter((byte) => byte < 248);
  return fair.slice(0, 32).reduce((text, byte) => text + letters.charAt(byte % 62), '');
}
