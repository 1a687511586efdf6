import { commandForm, commandNodeName, validAccount } from '../shared/editor';

interface SmsProperties {
  name: string;
  account: string;
  to: string;
  toType: string;
  text: string;
  textType: string;
  from: string;
  fromType: string;
  version: number;
}

RED.nodes.registerType<SmsProperties>('pbx-sms', {
  category: 'telephony',
  color: '#7fba9c',
  icon: 'pbx-sms.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('sms.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-sms', value);
      },
    },
    to: { value: '', validate: RED.validators.typedInput('toType') },
    toType: { value: 'str' },
    text: { value: 'payload', validate: RED.validators.typedInput('textType') },
    textType: { value: 'msg' },
    from: { value: '', validate: RED.validators.typedInput('fromType') },
    fromType: { value: 'str' },
    version: { value: 1 },
  },
  label() {
    return this.name || commandNodeName(this, this._('sms.palette'), 'to');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    commandForm(this, {
      type: 'pbx-sms',
      group: 'sms',
      inputs: {
        to: { kind: 'text' },
        text: { kind: 'text' },
        from: { kind: 'text' },
      },
    });
  },
});
