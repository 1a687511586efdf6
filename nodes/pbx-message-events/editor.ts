import { eventForm, eventNodeName, tickedEvents, validAccount } from '../shared/editor';

interface MessageEventsProperties {
  name: string;
  account: string;
  events: string[];
  number: string;
  raw: boolean;
  version: number;
}

RED.nodes.registerType<MessageEventsProperties>('pbx-message-events', {
  category: 'telephony',
  color: '#7fb3c8',
  icon: 'pbx-message-events.svg',
  inputs: 0,
  outputs: 1,
  paletteLabel() {
    return this._('messageEvents.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-message-events', value);
      },
    },
    events: { value: [] },
    number: { value: '' },
    raw: { value: false },
    version: { value: 1 },
  },
  label() {
    return this.name || eventNodeName(this, this._('messageEvents.palette'));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    eventForm(this, 'pbx-message-events');
  },
  oneditsave() {
    this.events = tickedEvents();
  },
});
