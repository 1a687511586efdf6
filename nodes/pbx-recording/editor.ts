import { choiceNodeName, commandForm, isEmpty, validAccount } from '../shared/editor';

interface RecordingProperties {
  name: string;
  account: string;
  action: string;
  actionType: string;
  call: string;
  callType: string;
  recording: string;
  recordingType: string;
  folder: string;
  folderType: string;
  expires: string;
  expiresType: string;
  version: number;
}

RED.nodes.registerType<RecordingProperties>('pbx-recording', {
  category: 'telephony',
  color: '#7fba9c',
  icon: 'pbx-recording.svg',
  inputs: 1,
  outputs: 1,
  align: 'right',
  paletteLabel() {
    return this._('recording.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-recording', value);
      },
    },
    action: { value: 'start', validate: RED.validators.typedInput('actionType') },
    actionType: { value: 'str' },
    call: { value: 'payload', validate: RED.validators.typedInput('callType') },
    callType: { value: 'msg' },
    recording: { value: 'payload', validate: RED.validators.typedInput('recordingType') },
    recordingType: { value: 'msg' },
    folder: { value: '', validate: RED.validators.typedInput('folderType') },
    folderType: { value: 'str' },
    expires: { value: '', validate: RED.validators.typedInput('expiresType') },
    expiresType: { value: 'str' },
    version: { value: 1 },
  },
  label() {
    return this.name || choiceNodeName(this, this._('recording.palette'), 'recording', 'action');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    commandForm(this, {
      type: 'pbx-recording',
      group: 'recording',
      inputs: {
        action: { kind: 'text', choices: ['start', 'stop', 'fetch', 'link'] },
        call: { kind: 'call' },
        recording: { kind: 'recording' },
        folder: { kind: 'text' },
        expires: { kind: 'text' },
      },
      useless: ({ capabilities: { recording, linkExpires } }) => [
        ...(!recording.includes('fetch') && isEmpty('folder') ? ['folder'] : []),
        ...(!linkExpires && isEmpty('expires') ? ['expires'] : []),
      ],
      hint: ({ label, capabilities }, chosen) => {
        const action = chosen('action');
        return action && !capabilities.recording.some((known) => known === action)
          ? this._('recording.hint.noAction', { pbx: label, action: this._(`recording.action.${action}`) })
          : undefined;
      },
    });
    const refresh = (): void => {
      // An action that comes with the message may need any of the fields.
      const action = $('#node-input-actionType').val() === 'str' ? String($('#node-input-action').val()) : '';
      const ofCall = action === 'start' || action === 'stop';
      $('#pbx-recording-call').toggle(action === '' || ofCall);
      $('#pbx-recording-recording').toggle(!ofCall);
      $('#pbx-recording-folder').toggle(action === '' || action === 'fetch');
      $('#pbx-recording-expires').toggle(action === '' || action === 'link');
      $('#pbx-recording-hint').text(action === 'fetch' || action === 'link' ? this._(`recording.hint.${action}`) : '');
    };
    $('#node-input-action').on('change', refresh);
    refresh();
  },
});
