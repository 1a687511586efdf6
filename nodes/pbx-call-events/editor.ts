import { eventForm, eventNodeName, tickedEvents, validAccount } from '../shared/editor';

interface CallEventsProperties {
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

RED.nodes.registerType<CallEventsProperties>('pbx-call-events', {
  category: 'telephony',
  color: '#7fb3c8',
  icon: 'pbx-call-events.svg',
  inputs: 0,
  outputs: 1,
  paletteLabel() {
    return this._('callEvents.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-call-events', value);
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
    return this.name || eventNodeName(this, this._('callEvents.palette'));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    eventForm(this, 'pbx-call-events');
  },
  oneditsave() {
    this.events = tickedEvents();
  },
});
