/** What makes an account complete, by its provider's descriptor. While the descriptors are on their way everything passes. */

import type { Field } from '../../lib/provider';
import { areProvidersKnown, localized, property, providerById } from '../shared/editor';

/** The account whose form is open, and the provider chosen in it but not yet saved. */
const form: { node: string; provider: string } = { node: '', provider: '' };

export function formProvider(node: string, provider: string): void {
  form.node = node;
  form.provider = provider;
}

function descriptorOf(node: PbxEditorNode) {
  return providerById(form.node === node.id ? form.provider : property(node, 'provider'));
}

export function validProvider(node: PbxEditorNode, id: string): boolean | string {
  if (!id) return node._('account.invalid.provider');
  return !areProvidersKnown() || providerById(id) !== undefined || node._('account.invalid.unknownProvider', { id });
}

export function validLimit(node: PbxEditorNode, value: string): boolean | string {
  const limit = Number(value);
  return (value !== '' && Number.isInteger(limit) && limit >= 0) || node._('account.invalid.limit');
}

interface PropertyDef {
  value: '';
  validate(this: PbxEditorNode, value: string, opt?: unknown): boolean | string;
}

/** The definition of a property that belongs to some providers. */
export function providerField(name: string): PropertyDef {
  return {
    value: '',
    validate(value, _opt) {
      const field = descriptorOf(this)?.fields.find((other) => other.name === name);
      return field ? validValue(this, field, value ?? '') : true;
    },
  };
}

function validValue(node: PbxEditorNode, field: Field, value: string | number): boolean | string {
  const text = String(value).trim();
  const label = localized(node, field.label);
  if (text === '')
    return !field.required || field.default !== undefined || node._('account.invalid.required', { field: label });
  if (field.pattern && !new RegExp(field.pattern.source).test(text)) return localized(node, field.pattern.message);
  if (field.type === 'number') {
    const number = Number(text);
    const { min = -Infinity, max = Infinity } = field;
    if (!Number.isFinite(number) || number < min || number > max)
      return field.min !== undefined && field.max !== undefined
        ? node._('account.invalid.range', { field: label, min, max })
        : node._('account.invalid.number', { field: label });
  }
  if (field.type === 'url' && !URL.canParse(text)) return node._('account.invalid.url', { field: label });
  if (field.type === 'json' && !isJson(text)) return node._('account.invalid.json', { field: label });
  return true;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
