import { commandForm, commandNodeName, validAccount } from '../shared/editor';

interface RedirectProperties {
  name: string;
  account: string;
  call: string;
  callType: string;
  to: string;
  toType: string;
  version: number;
}

RED.nodes.registerType<RedirectProperties>('pbx-redirect', {
  category: 'telephony',
  color: '#7fba9c',
  icon: 'pbx-redirect.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('redirect.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-redirect', value);
      },
    },
    call: { value: 'payload', validate: RED.validators.typedInput('callType') },
    callType: { value: 'msg' },
    to: { value: '', validate: RED.validators.typedInput('toType') },
    toType: { value: 'str' },
    version: { value: 1 },
  },
  label() {
    return this.name || commandNodeName(this, this._('redirect.palette'), 'to');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    commandForm(this, {
      type: 'pbx-redirect',
      group: 'redirect',
      inputs: {
        call: { kind: 'call' },
        to: { kind: 'destination' },
      },
    });
  },
});
