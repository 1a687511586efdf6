import { commandForm, commandNodeName, isEmpty, validAccount } from '../shared/editor';

interface TransferProperties {
  name: string;
  account: string;
  call: string;
  callType: string;
  to: string;
  toType: string;
  mode: string;
  modeType: string;
  by: string;
  byType: string;
  version: number;
}

RED.nodes.registerType<TransferProperties>('pbx-transfer', {
  category: 'telephony',
  color: '#7fba9c',
  icon: 'pbx-transfer.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('transfer.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-transfer', value);
      },
    },
    call: { value: 'payload', validate: RED.validators.typedInput('callType') },
    callType: { value: 'msg' },
    to: { value: '', validate: RED.validators.typedInput('toType') },
    toType: { value: 'str' },
    mode: { value: 'blind', validate: RED.validators.typedInput('modeType') },
    modeType: { value: 'str' },
    by: { value: '', validate: RED.validators.typedInput('byType') },
    byType: { value: 'str' },
    version: { value: 1 },
  },
  label() {
    return this.name || commandNodeName(this, this._('transfer.palette'), 'to');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    commandForm(this, {
      type: 'pbx-transfer',
      group: 'transfer',
      inputs: {
        call: { kind: 'call' },
        to: { kind: 'destination' },
        mode: { kind: 'text', choices: ['blind', 'attended'] },
        by: { kind: 'extension' },
      },
      useless: ({ capabilities: { transfer } }, chosen) => [
        ...(transfer.length === 1 && chosen('mode') === transfer[0] ? ['mode'] : []),
        ...(!transfer.includes('attended') && isEmpty('by') ? ['by'] : []),
      ],
      hint: ({ label, capabilities }, chosen) => {
        const mode = chosen('mode');
        return mode && !capabilities.transfer.some((known) => known === mode)
          ? this._('transfer.hint.noMode', { pbx: label, mode: this._(`transfer.mode.${mode}`) })
          : undefined;
      },
    });
  },
});
