/**
 * Where no list comes through, which of the channels that are known still live: Asterisk says it channel by channel in its response,
 * which always comes. Calls that began unheard stay unknown.
 */

import { FlatEvent } from '../../asterisk-events';
import type { Channel, Interpreter, ManagerEvent } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { AmiLink } from './ami-link';

/** More than that many are not asked for one by one. */
const MOST_ASKED = 500;

/** The channels that live, as items of CoreShowChannels. */
export async function stillThere(ami: AmiLink, interpreter: Interpreter): Promise<ManagerEvent[]> {
  const items: ManagerEvent[] = [];
  let asked = 0;
  for (const channel of [...interpreter.tables.channels()].filter(({ alive }) => alive))
    if (asked++ >= MOST_ASKED || (await lives(ami, channel))) items.push(itemOf(channel));
  return items;
}

async function lives(ami: AmiLink, { name, uid }: Channel): Promise<boolean> {
  try {
    const { response } = await ami.action(
      { Action: 'Getvar', Channel: name, Variable: 'UNIQUEID' },
      { effect: false, what: 'Getvar' },
    );
    const value = response.get('value');
    // A name can be in use again; an answer that does not say is no proof of that.
    return value === undefined || value === '' || value === uid;
  } catch (thrown) {
    const error = PbxError.from(thrown);
    if (error.code === 'not-found') return false;
    if (error.code === 'forbidden' || error.code === 'not-supported') return true;
    throw error;
  }
}

function itemOf({ name, uid, linkedid, state, bridge }: Channel): ManagerEvent {
  return new FlatEvent({
    Event: 'CoreShowChannel',
    Channel: name,
    Uniqueid: uid,
    Linkedid: linkedid,
    ChannelState: state,
    ...(bridge && { BridgeId: bridge }),
  });
}
