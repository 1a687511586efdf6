/** The forms of the command nodes: a typed input for each field, with live suggestions and with hints by the account's PBX. */

import type { ProviderDescriptor } from '../../../lib/provider';
import type { CommandNodeType } from '../capability';
import { accountHint, onAccount } from './account';
import { offerAtClick, prefetch, suggestFrom } from './lists';
import type { ListName } from './lists';

export type InputKind =
  | 'text'
  /** An extension of the PBX. */
  | 'extension'
  /** An extension, or `group:NUMBER` where the PBX calls from groups. */
  | 'caller'
  /** Whom to call or where to send: a number or an extension. */
  | 'destination'
  | 'number'
  /** A call: usually out of the message. */
  | 'call'
  /** A recording: usually out of the message. */
  | 'recording'
  | 'object';

export interface CommandInput {
  kind: InputKind;
  /** A fixed choice instead of free text: the values; labels are `<group>.<field>.<value>` of the node's catalog. */
  choices?: readonly string[];
}

const TEXT = ['msg', 'flow', 'global', 'env', 'jsonata'] as const;
const TYPES: Readonly<Record<InputKind, readonly string[]>> = {
  text: ['str', ...TEXT],
  extension: ['str', ...TEXT],
  caller: ['str', ...TEXT],
  destination: ['str', ...TEXT],
  number: ['num', ...TEXT],
  call: ['msg', 'str', 'flow', 'global', 'jsonata'],
  recording: ['msg', 'str', 'flow', 'global', 'jsonata'],
  object: ['json', 'msg', 'flow', 'global', 'jsonata'],
};
const SUGGEST: Readonly<Partial<Record<InputKind, ListName>>> = {
  extension: 'members',
  caller: 'callers',
  destination: 'members',
  recording: 'recordings',
};

export interface CommandForm {
  type: CommandNodeType;
  /** Group of the node's labels. */
  group: string;
  inputs: Readonly<Record<string, CommandInput>>;
  /** Fields that the PBX of the account has no use for; they are hidden while they hold nothing of their own. */
  useless?(descriptor: ProviderDescriptor, chosen: (field: string) => string): readonly string[];
  /** What the PBX of the account cannot do with what is chosen now, as a text; called at each change. */
  hint?(descriptor: ProviderDescriptor, chosen: (field: string) => string): string | undefined;
}

export function commandForm(node: PbxEditorNode, form: CommandForm): void {
  $('#node-input-account').closest('.form-row').parent().addClass('pbx-form');
  for (const [name, input] of Object.entries(form.inputs)) {
    $(`#node-input-${name}`).typedInput({
      types: typesOf(node, form.group, name, input) as never,
      typeField: `#node-input-${name}Type`,
    });
  }
  const show = accountHint(node, form.type);
  let descriptor: ProviderDescriptor | undefined;
  const refresh = (): void => {
    show(descriptor && form.hint?.(descriptor, chosen));
    const useless = (descriptor && form.useless?.(descriptor, chosen)) ?? [];
    for (const name of Object.keys(form.inputs)) rowOf(name).toggleClass('pbx-useless', useless.includes(name));
  };
  onAccount((found) => {
    descriptor = found;
    refresh();
    if (found?.capabilities.queries.includes('members')) prefetch('members');
  });
  $('.pbx-form').on('change', 'input, select', refresh);
  offerAtClick();
}

function rowOf(field: string): JQuery {
  return $(`#node-input-${field}`).closest('.form-row');
}

/** Whether nothing stands in a field, and nothing is to come from somewhere else. */
export function isEmpty(field: string): boolean {
  return $(`#node-input-${field}Type`).val() === 'str' && $(`#node-input-${field}`).val() === '';
}

/** The value of a field that stands in the form itself; empty when it comes from somewhere else. */
function chosen(field: string): string {
  return $(`#node-input-${field}Type`).val() === 'str' ? String($(`#node-input-${field}`).val() ?? '') : '';
}

function typesOf(
  node: PbxEditorNode,
  group: string,
  name: string,
  input: CommandInput,
): (string | PbxTypedInputType)[] {
  const { kind, choices } = input;
  if (choices) {
    const options = choices.map((value) => ({ value, label: node._(`${group}.${name}.${value}`) }));
    return [{ value: 'str', label: node._('common.choice'), icon: 'fa fa-list', options }, ...TEXT];
  }
  const list = SUGGEST[kind];
  return TYPES[kind].map((type) =>
    type === 'str' && list
      ? {
          value: 'str',
          label: node._('common.text'),
          icon: 'red/images/typedInput/az.svg',
          autoComplete: suggestFrom(list),
        }
      : type,
  );
}
