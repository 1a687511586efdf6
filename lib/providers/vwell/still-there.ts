/**
 * Where no list comes through, the channels that live: Asterisk tells their names and what each is in its responses, which always come.
 * Facts from Asterisk's own documentation of the manager action Getvar and of the dialplan functions CHANNELS, EVAL, CHANNEL, CALLERID.
 */

import { FlatEvent } from '../../asterisk-events';
import type { Channel, Interpreter, Legacy, ManagerEvent } from '../../asterisk-events';
import { modernChannels } from '../../asterisk-events/legacy-lists';
import { PbxError } from '../../model';
import type { AmiLink } from './ami-link';

/** More than that many are not asked for one by one. */
const MOST_ASKED = 500;

/** Getvar answers with no more than that many bytes of a value. */
const LONGEST_VALUE = 1_023;

/** Names are asked for by their last signs when they are too many for one answer; the halves of a Local channel end with `;1` and `;2`. */
const LAST_SIGNS = '0123456789abcdef;';
const MOST_ENDING = 3;

/** Asterisk 1.8 to 11. */
const OLD_VERSION = /^(?:Asterisk )?(?:1\.|1[01]\.)/;

type Values = Readonly<Record<string, string>>;

/** What one channel is, in one answer. The name stands last: what comes from outside may hold anything. */
const PROFILE = {
  Uniqueid: 'UNIQUEID',
  Linkedid: 'CHANNEL(linkedid)',
  ChannelStateDesc: 'CHANNEL(state)',
  BridgePeer: 'BRIDGEPEER',
  Context: 'CONTEXT',
  Exten: 'EXTEN',
  CallerIDNum: 'CALLERID(num)',
  CallerIDName: 'CALLERID(name)',
} as const;
const SEPARATOR = '|';
const PROFILE_QUESTION = `EVAL(${Object.values(PROFILE)
  .map((variable) => `\${${variable}}`)
  .join(SEPARATOR)})`;

/** Numbers of channel states by their words in CHANNEL(state). */
const STATES: Readonly<Record<string, string>> = {
  Down: '0',
  Rsrvd: '1',
  OffHook: '2',
  Dialing: '3',
  Ring: '4',
  Ringing: '5',
  Up: '6',
  Busy: '7',
};

export interface Asked {
  ami: AmiLink;
  interpreter: Interpreter;
  legacy: Legacy;
  /** Of Asterisk: before 12 its events name no Linkedid. */
  version: string | null;
}

/** The channels that live, as items of CoreShowChannels; where Asterisk does not tell their names, those known before that still live. */
export async function stillThere(asked: Asked): Promise<readonly ManagerEvent[]> {
  const { ami, interpreter, legacy } = asked;
  const known = new Map(
    [...interpreter.tables.channels()].filter(({ alive }) => alive).map((channel) => [channel.name, channel]),
  );
  const found = new Map<string, Values>();
  for (const name of new Set([...known.keys(), ...((await liveNames(ami)) ?? [])])) {
    const channel = known.get(name);
    const values = found.size < MOST_ASKED ? await profileOf(ami, name, channel) : channel && believed(channel);
    if (values) found.set(name, values);
  }
  const isOld = OLD_VERSION.test(asked.version ?? '');
  const items = [...found.values()].map((values) => {
    const peer = found.get(values['BridgePeer'] ?? '');
    return new FlatEvent({
      ...values,
      ...(isOld ? { Linkedid: undefined, BridgedUniqueID: peer?.['Uniqueid'] } : { BridgeId: bridgeOf(values, peer) }),
    });
  });
  return modernChannels(items, legacy);
}

/** `null` where Asterisk does not tell. */
async function liveNames(ami: AmiLink, ending = ''): Promise<string[] | null> {
  const value = await valueOf(ami, { Variable: ending === '' ? 'CHANNELS()' : `CHANNELS(${ending}$)` });
  if (!value) return value === '' ? [] : null;
  if (Buffer.byteLength(value) < LONGEST_VALUE) return value.split(' ').filter(Boolean);
  if (ending.length >= MOST_ENDING) return null;
  const names: string[] = [];
  for (const sign of LAST_SIGNS) {
    const some = await liveNames(ami, `${sign}${ending}`);
    if (!some) return null;
    names.push(...some);
  }
  return names;
}

/** `null` when there is no such channel any more, or another one under its name. */
async function profileOf(ami: AmiLink, name: string, known: Channel | undefined): Promise<Values | null> {
  const value = await valueOf(ami, { Channel: name, Variable: PROFILE_QUESTION });
  if (value === null) return null;
  const told = (value ?? '').split(SEPARATOR);
  const keys = Object.keys(PROFILE);
  const last = keys.length - 1;
  const values: Record<string, string> = { Event: 'CoreShowChannel', Channel: name };
  for (const [at, key] of keys.entries())
    values[key] = at === last ? told.slice(last).join(SEPARATOR) : (told[at] ?? '');
  // An answer that does not say whose it is proves no end.
  if (!values['Uniqueid']) return known ? believed(known) : null;
  const state = STATES[values['ChannelStateDesc'] ?? ''];
  if (state !== undefined) values['ChannelState'] = state;
  if (known?.uid === values['Uniqueid']) values['Linkedid'] = known.linkedid;
  if (known?.bridge && values['BridgePeer']) values['BridgeId'] = known.bridge;
  return values;
}

function believed({ name, uid, linkedid, state, bridge }: Channel): Values {
  return {
    Event: 'CoreShowChannel',
    Channel: name,
    Uniqueid: uid,
    Linkedid: linkedid,
    ChannelState: String(state),
    ...(bridge && { BridgeId: bridge }),
  };
}

/** The name of the bridge is told by events only; two channels that name each other are in one all the same. */
function bridgeOf(values: Values, peer: Values | undefined): string | undefined {
  const known = values['BridgeId'] ?? peer?.['BridgeId'];
  if (known || !peer) return known;
  const [one = '', other = ''] = [values['Uniqueid'], peer['Uniqueid']];
  return one < other ? `${one}+${other}` : `${other}+${one}`;
}

/** `null`: there is no such channel. `undefined`: Asterisk does not say, or may not be asked. */
async function valueOf(ami: AmiLink, question: Record<string, string>): Promise<string | null | undefined> {
  try {
    const { response } = await ami.action({ Action: 'Getvar', ...question }, { effect: false, what: 'Getvar' });
    return response.get('value');
  } catch (thrown) {
    const error = PbxError.from(thrown);
    if (error.code === 'not-found') return null;
    if (error.code === 'forbidden' || error.code === 'not-supported') return undefined;
    throw error;
  }
}
