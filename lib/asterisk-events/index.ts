/** What manager events of Asterisk mean: events in, facts out, whatever carries them. */

export { FlatEvent } from './event';
export type { ManagerEvent } from './event';
export { AMI_EVENTS, Interpreter } from './interpreter';
export { ALL_AMI_EVENTS, Legacy } from './legacy';
export type { InterpreterOptions } from './interpreter';
export { callerChannel, channelOf, channelsToEnd, channelToRecord, recordedChannel } from './find';
export { connectedSides } from './connected';
export { extensionOf } from './channel-name';
export { known, nameIn, countIn } from './event';
export type { AsteriskCall, Channel, Leg } from './legs';
export type { Lists } from './reconcile';
export type { Expected } from './tables';
