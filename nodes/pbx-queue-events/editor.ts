import { eventForm, eventNodeName, tickedEvents, validAccount } from '../shared/editor';

interface QueueEventsProperties {
  name: string;
  account: string;
  events: string[];
  queue: string;
  extension: string;
  number: string;
  raw: boolean;
  version: number;
}

RED.nodes.registerType<QueueEventsProperties>('pbx-queue-events', {
  category: 'telephony',
  color: '#7fb3c8',
  icon: 'pbx-queue-events.svg',
  inputs: 0,
  outputs: 1,
  paletteLabel() {
    return this._('queueEvents.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-queue-events', value);
      },
    },
    events: { value: [] },
    queue: { value: '' },
    extension: { value: '' },
    number: { value: '' },
    raw: { value: false },
    version: { value: 1 },
  },
  label() {
    return this.name || eventNodeName(this, this._('queueEvents.palette'));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    eventForm(this, 'pbx-queue-events');
  },
  oneditsave() {
    this.events = tickedEvents();
  },
});
