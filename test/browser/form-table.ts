/** What a person might enter into the form of each node, and the node as it is before. */
import type { FlowNode } from './harness';
import type { FormValues } from './form';

export interface FormCase {
  readonly values: FormValues;
  /** Events that are ticked instead of "all". */
  readonly events?: readonly string[];
  /** Properties the saved node has, where they are not the values themselves. */
  readonly saved?: Readonly<Record<string, unknown>>;
}

export const accountId = 'office';

export const account: FlowNode = {
  id: accountId,
  type: 'pbx-account',
  name: 'Office',
  provider: 'simulator',
  country: '',
  dialAllow: [],
  dialDeny: [],
  dialLimit: '30',
  tls: '',
  proxy: '',
  webhookPath: '',
  allowFrom: [],
  version: 1,
  seed: '1',
  callsPerMinute: '0',
  extensions: '21-26',
  queues: '500,501',
  names: '21=Jana, 22=Ivan',
  answerRatio: '75',
  speed: '1',
};

const filter = { extension: '22', number: '+4219*', queue: '500' };

/** Every node of the palette. */
export const forms: Readonly<Record<string, FormCase>> = {
  'pbx-call-events': {
    values: { ...filter, direction: 'inbound', raw: true, name: 'missed, to Ivan' },
    events: ['call.missed', 'call.end'],
  },
  'pbx-queue-events': { values: { ...filter, raw: true, name: 'queue' }, events: ['queue.abandon'] },
  'pbx-recording-events': {
    values: { ...filter, direction: 'outbound', raw: true, name: 'recordings' },
    events: ['recording.available'],
  },
  'pbx-message-events': { values: { number: '+4219*', raw: true, name: 'texts' }, events: ['sms.received'] },
  'pbx-account-events': { values: { name: 'the line' }, events: ['account.gap', 'raw'] },
  'pbx-call': {
    values: {
      from: ['str', '21'],
      to: ['msg', 'payload.number'],
      callerId: ['str', '+421220282000'],
      tag: ['msg', 'topic'],
      replyWhen: 'answered',
      timeout: ['num', '45'],
      name: 'call the customer',
    },
    saved: { outputs: 2 },
  },
  'pbx-hangup': { values: { call: ['msg', 'payload.call.id'], name: 'enough' } },
  'pbx-redirect': { values: { call: ['msg', 'payload'], to: ['str', '24'], name: 'to 24' } },
  'pbx-transfer': {
    values: {
      call: ['msg', 'payload'],
      to: ['str', '24'],
      mode: ['str', 'attended'],
      by: ['str', '21'],
      name: 'hand over',
    },
  },
  'pbx-sms': {
    values: { to: ['str', '+421900123456'], text: ['msg', 'payload'], from: ['str', '21'], name: 'text' },
  },
  'pbx-recording': {
    values: {
      action: ['str', 'fetch'],
      recording: ['msg', 'payload.recording'],
      folder: ['str', 'recordings'],
      name: 'fetch',
    },
  },
  'pbx-query': {
    values: { query: ['str', 'history'], params: ['json', '{"limit":10}'], name: 'last ten' },
  },
  'pbx-action': { values: { request: ['json', '{"do":"state"}'], name: 'raw' } },
  'pbx-route-request': { values: { number: '0220*', timeout: '900', name: 'who calls?' } },
  'pbx-route-reply': {
    values: { to: ['str', '24'], contactName: ['msg', 'payload.name'], name: 'to 24' },
  },
};
