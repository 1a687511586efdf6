import { commandForm, commandNodeName, validAccount } from '../shared/editor';

interface CallProperties {
  name: string;
  account: string;
  from: string;
  fromType: string;
  to: string;
  toType: string;
  callerId: string;
  callerIdType: string;
  tag: string;
  tagType: string;
  replyWhen: string;
  timeout: string;
  timeoutType: string;
  outputs: number;
  version: number;
}

RED.nodes.registerType<CallProperties>('pbx-call', {
  category: 'telephony',
  color: '#7fba9c',
  icon: 'pbx-call.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('call.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-call', value);
      },
    },
    from: { value: '', validate: RED.validators.typedInput('fromType') },
    fromType: { value: 'str' },
    to: { value: 'payload', validate: RED.validators.typedInput('toType') },
    toType: { value: 'msg' },
    callerId: { value: '', validate: RED.validators.typedInput('callerIdType') },
    callerIdType: { value: 'str' },
    tag: { value: '', validate: RED.validators.typedInput('tagType') },
    tagType: { value: 'str' },
    replyWhen: { value: 'accepted' },
    timeout: { value: '60', validate: RED.validators.typedInput('timeoutType') },
    timeoutType: { value: 'num' },
    outputs: { value: 1 },
    version: { value: 1 },
  },
  label() {
    return this.name || commandNodeName(this, this._('call.palette'), 'to');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  outputLabels(index) {
    if (this.outputs < 2) return this._('call.output.accepted');
    return this._(index === 0 ? 'call.output.reached' : 'call.output.notReached');
  },
  oneditprepare() {
    commandForm(this, {
      type: 'pbx-call',
      group: 'call',
      inputs: {
        from: { kind: 'caller' },
        to: { kind: 'destination' },
        callerId: { kind: 'text' },
        tag: { kind: 'text' },
        timeout: { kind: 'number' },
      },
      hint: ({ label, capabilities }, chosen) =>
        chosen('from').startsWith('group:') && !capabilities.callFromGroup
          ? this._('call.hint.noGroup', { pbx: label })
          : undefined,
    });
    const replyWhen = $('#node-input-replyWhen');
    replyWhen.on('change', () => {
      const waits = replyWhen.val() !== 'accepted';
      $('#pbx-call-timeout').toggle(waits);
      $('#node-input-outputs').val(waits ? 2 : 1);
      $('#pbx-call-reply-hint').text(this._(`call.replyHint.${String(replyWhen.val())}`));
    });
  },
});
