import { eventForm, eventNodeName, tickedEvents, validAccount } from '../shared/editor';

interface AccountEventsProperties {
  name: string;
  account: string;
  events: string[];
  version: number;
}

RED.nodes.registerType<AccountEventsProperties>('pbx-account-events', {
  category: 'telephony',
  color: '#7fb3c8',
  icon: 'pbx-account-events.svg',
  inputs: 0,
  outputs: 1,
  paletteLabel() {
    return this._('accountEvents.palette');
  },
  defaults: {
    name: { value: '' },
    account: {
      value: '',
      type: 'pbx-account',
      required: true,
      validate(value, _opt) {
        return validAccount(this, 'pbx-account-events', value);
      },
    },
    events: {
      value: ['account.connected', 'account.disconnected', 'account.degraded', 'account.gap', 'account.warning'],
    },
    version: { value: 1 },
  },
  label() {
    return this.name || eventNodeName(this, this._('accountEvents.palette'));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    eventForm(this, 'pbx-account-events');
  },
  oneditsave() {
    this.events = tickedEvents();
  },
});
