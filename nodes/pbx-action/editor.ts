import { commandForm, validAccount } from '../shared/editor';

interface ActionProperties {
  name: string;
  account: string;
  request: string;
  requestType: string;
  version: number;
}

RED.nodes.registerType<ActionProperties>('pbx-action', {
  category: 'telephony',
  color: '#a3a6cf',
  icon: 'pbx-action.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('action.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-action', value);
      },
    },
    request: { value: 'payload', validate: RED.validators.typedInput('requestType') },
    requestType: { value: 'msg' },
    version: { value: 1 },
  },
  label() {
    return this.name || this._('action.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    commandForm(this, {
      type: 'pbx-action',
      group: 'action',
      inputs: {
        request: { kind: 'object' },
      },
    });
  },
});
