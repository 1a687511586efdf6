import { commandForm, validAccount } from '../shared/editor';

interface HangupProperties {
  name: string;
  account: string;
  call: string;
  callType: string;
  version: number;
}

RED.nodes.registerType<HangupProperties>('pbx-hangup', {
  category: 'telephony',
  color: '#7fba9c',
  icon: 'pbx-hangup.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('hangup.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-hangup', value);
      },
    },
    call: { value: 'payload', validate: RED.validators.typedInput('callType') },
    callType: { value: 'msg' },
    version: { value: 1 },
  },
  label() {
    return this.name || this._('hangup.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    commandForm(this, {
      type: 'pbx-hangup',
      group: 'hangup',
      inputs: {
        call: { kind: 'call' },
      },
    });
  },
});
