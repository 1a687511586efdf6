import { eventForm, eventNodeName, tickedEvents, validAccount } from '../shared/editor';

interface RecordingEventsProperties {
  name: string;
  account: string;
  events: string[];
  extension: string;
  number: string;
  queue: string;
  direction: string;
  raw: boolean;
  version: number;
}

RED.nodes.registerType<RecordingEventsProperties>('pbx-recording-events', {
  category: 'telephony',
  color: '#7fb3c8',
  icon: 'pbx-recording-events.svg',
  inputs: 0,
  outputs: 1,
  paletteLabel() {
    return this._('recordingEvents.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-recording-events', value);
      },
    },
    events: { value: [] },
    extension: { value: '' },
    number: { value: '' },
    queue: { value: '' },
    direction: { value: '' },
    raw: { value: false },
    version: { value: 1 },
  },
  label() {
    return this.name || eventNodeName(this, this._('recordingEvents.palette'));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    eventForm(this, 'pbx-recording-events');
  },
  oneditsave() {
    this.events = tickedEvents();
  },
});
