/** What manager events of Asterisk mean: events in, facts out, whatever carries them. */

export { FlatEvent } from './event';
export type { ManagerEvent } from './event';
export { AMI_EVENTS, Interpreter } from './interpreter';
export { ALL_AMI_EVENTS, Legacy } from './legacy';
export type { InterpreterOptions } from './interpreter';
export { recordedChannel } from './find';
export {
  begun,
  callerToRedirect,
  callOf,
  hangUpEach,
  printable,
  recordedOf,
  recordingName,
  sidesToTransfer,
  toRecord,
} from './targets';
export type { Sides } from './targets';
export { extensionOf } from './channel-name';
export { known, nameIn, countIn } from './event';
export type { AsteriskCall, Channel, Leg } from './legs';
export { isPhone, members, pjsipEndpoint, queuesOf, shortVersion, sipPeer } from './listed';
export type { Endpoint } from './listed';
export type { Lists } from './reconcile';
export type { Expected } from './tables';
