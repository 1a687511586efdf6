/**
 * CoreShowChannels of Asterisk 1.4 to 11, brought into the words of 12 and later: no Linkedid, the other side of a bridge by
 * BridgedUniqueID, `Extension` for `Exten`. `Legacy` is told of the channels too, so that their later events are understood.
 */

import { FlatEvent, known } from './event';
import type { ManagerEvent } from './event';
import type { Legacy } from './legacy';

export function modernChannels(items: readonly ManagerEvent[], legacy: Legacy): readonly ManagerEvent[] {
  if (items.some((item) => item.get('linkedid') !== undefined)) return items;
  const uids = new Set(items.map((item) => item.get('uniqueid')));
  return items.flatMap((item) => {
    const uid = known(item, 'uniqueid');
    const name = known(item, 'channel');
    if (!uid || !name) return [];
    const bridged = known(item, 'bridgeduniqueid');
    const peer = bridged && uids.has(bridged) ? bridged : null;
    // The one that was there first placed the call: ids begin with the time.
    const first = peer && Number(peer) < Number(uid) ? peer : uid;
    const channel = legacy.of(uid) ?? legacy.add(uid, name, null);
    if (peer) channel.peer = peer;
    // One that was known before keeps the call it belongs to.
    if (channel.linkedid === uid) channel.linkedid = legacy.of(first)?.linkedid ?? first;
    const { linkedid } = channel;
    const values: Record<string, string> = {
      Event: 'CoreShowChannel',
      Channel: name,
      Uniqueid: uid,
      Linkedid: linkedid,
      ChannelState: item.get('channelstate') ?? '',
      Context: item.get('context') ?? '',
      Exten: item.get('exten') ?? item.get('extension') ?? '',
      CallerIDNum: item.get('calleridnum') ?? '',
      CallerIDName: item.get('calleridname') ?? '',
      Duration: item.get('duration') ?? '',
    };
    if (peer) values['BridgeId'] = `${first}+${first === uid ? peer : uid}`;
    return [new FlatEvent(values)];
  });
}
