/** Calls from outside to the phone 21, in the words of Asterisk 13. */

import type { Office } from './office';

/** A call from outside that 21 has answered. */
export function answeredCall(office: Office): Promise<unknown> {
  const trunk = { Channel: 'SIP/trunk-1', Uniqueid: '1.1', Linkedid: '1.1', CallerIDNum: '0900123456', Exten: '21' };
  const phone = { DestChannel: 'SIP/21-2', DestUniqueid: '1.2', DestLinkedid: '1.1' };
  const bridged = { BridgeUniqueid: 'b1', ChannelState: 6 };
  office.asterisk.emit(
    { Event: 'Newchannel', ...trunk, ChannelState: 4 },
    { Event: 'Newchannel', Channel: 'SIP/21-2', Uniqueid: '1.2', Linkedid: '1.1', ChannelState: 0 },
    { Event: 'DialBegin', ...trunk, ...phone, ChannelState: 4 },
    { Event: 'Newstate', Channel: 'SIP/21-2', Uniqueid: '1.2', Linkedid: '1.1', ChannelState: 5 },
    { Event: 'Newstate', Channel: 'SIP/21-2', Uniqueid: '1.2', Linkedid: '1.1', ChannelState: 6 },
    { Event: 'DialEnd', ...trunk, ...phone, DialStatus: 'ANSWER' },
    { Event: 'Newstate', ...trunk, ChannelState: 6 },
    { Event: 'BridgeEnter', ...bridged, Channel: 'SIP/21-2', Uniqueid: '1.2', Linkedid: '1.1' },
    { Event: 'BridgeEnter', ...bridged, ...trunk },
  );
  return office.event('call.answer');
}

/** It rings at 21. */
export function ringingCall(office: Office): Promise<unknown> {
  const trunk = { Channel: 'SIP/trunk-1', Uniqueid: '1.1', Linkedid: '1.1', CallerIDNum: '0900123456', Exten: '21' };
  const phone = { DestChannel: 'SIP/21-2', DestUniqueid: '1.2', DestLinkedid: '1.1' };
  office.asterisk.emit(
    { Event: 'Newchannel', ...trunk, ChannelState: 4 },
    { Event: 'Newchannel', Channel: 'SIP/21-2', Uniqueid: '1.2', Linkedid: '1.1', ChannelState: 0 },
    { Event: 'DialBegin', ...trunk, ...phone, ChannelState: 4 },
    { Event: 'Newstate', Channel: 'SIP/21-2', Uniqueid: '1.2', Linkedid: '1.1', ChannelState: 5 },
  );
  return office.event('call.ringing');
}
