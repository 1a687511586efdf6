/** Every topic of the package, by the node it belongs to. Flows switch on these texts: they never change. */

export const TOPICS = {
  call: [
    'call.begin',
    'call.ringing',
    'call.answer',
    'call.hold',
    'call.resume',
    'call.transfer',
    'call.end',
    'call.missed',
    'call.dtmf',
  ],
  queue: [
    'queue.join',
    'queue.leave',
    'queue.abandon',
    'queue.member.add',
    'queue.member.remove',
    'queue.member.pause',
    'queue.member.unpause',
    'queue.member.ringing',
    'queue.member.connect',
  ],
  recording: ['recording.start', 'recording.available', 'recording.failed'],
  message: ['sms.sent', 'sms.delivered', 'sms.failed', 'sms.received'],
  account: ['account.connected', 'account.disconnected', 'account.degraded', 'account.gap', 'account.warning', 'raw'],
} as const;

export type TopicKind = keyof typeof TOPICS;
export type CallTopic = (typeof TOPICS.call)[number];
export type QueueTopic = (typeof TOPICS.queue)[number];
export type RecordingTopic = (typeof TOPICS.recording)[number];
export type MessageTopic = (typeof TOPICS.message)[number];
export type AccountTopic = (typeof TOPICS.account)[number];
export type Topic = CallTopic | QueueTopic | RecordingTopic | MessageTopic | AccountTopic;

export const ALL_TOPICS: readonly Topic[] = Object.values(TOPICS).flat();
