/**
 * Channels by Uniqueid and calls by Linkedid: finds them, creates them from whatever event names them first, follows a Linkedid that
 * changes, and forgets what is over. Uniqueid is one channel; Linkedid is the call, but it changes silently when calls come together.
 */

import type { ManagerEvent } from './event';
import { kept, known, nameIn } from './event';
import { isMachinery, pairOf, parseChannelName } from './channel-name';
import { NOBODY } from '../model';
import type { Directory } from './directory';
import { AsteriskCall, Channel, Leg, STATE } from './legs';
import { dialledNumber, learnParty, localDestination, settleByRoot } from './parties';

/** The keys of one channel within an event: the plain ones, or those with a prefix such as `Dest`. */
export interface ChannelKeys {
  channel: string;
  uid: string;
  linkedid: string;
  state: string;
  context: string;
  exten: string;
  number: string;
  name: string;
}

export function channelKeys(prefix: string): ChannelKeys {
  const key = (name: string) => (prefix + name).toLowerCase();
  return {
    channel: key('Channel'),
    uid: key('Uniqueid'),
    linkedid: key('Linkedid'),
    state: key('ChannelState'),
    context: key('Context'),
    exten: key('Exten'),
    number: key('CallerIDNum'),
    name: key('CallerIDName'),
  };
}

export const PLAIN = channelKeys('');
export const DEST = channelKeys('Dest');

/** Somebody said in advance what a call with this Uniqueid will be. */
export interface Expected {
  reference: string;
  from: string;
  to: string;
}

export interface TableLimits {
  /** Live channels; beyond, the oldest is given up. */
  channels: number;
  /** Channels and calls that ended are remembered this long, so that late events find them, in milliseconds. */
  rememberMs: number;
}

export interface TableHooks {
  /** A leg's Linkedid became that of another call. */
  together(leg: Leg, other: AsteriskCall): void;
  /** A call is known by the leg that placed it. */
  placed(call: AsteriskCall, root: Leg): void;
  /** Too many channels live: this one is given up. */
  overflow(channel: Channel): void;
}

const MOST_ENDED = 5_000;
/** Ids one call may have had; a real one has two or three. */
const MOST_LINKEDIDS = 50;

export class Tables {
  readonly #directory: Directory;
  readonly #hooks: TableHooks;
  readonly #limits: TableLimits;
  readonly #channels = new Map<string, Channel>();
  readonly #pairs = new Map<string, Leg>();
  readonly #calls = new Map<string, AsteriskCall>();
  /** In the order in which they ended. */
  readonly #endedChannels: Channel[] = [];
  readonly #endedCalls: AsteriskCall[] = [];
  readonly #expected = new Map<string, Expected>();
  #order = 0;
  #live = 0;

  constructor(directory: Directory, hooks: TableHooks, limits: TableLimits) {
    this.#directory = directory;
    this.#hooks = hooks;
    this.#limits = limits;
  }

  get liveChannels(): number {
    return this.#live;
  }

  expect(uid: string, expected: Expected): void {
    this.#expected.set(uid, expected);
    if (this.#expected.size > 1_000) {
      for (const oldest of this.#expected.keys()) {
        this.#expected.delete(oldest);
        break;
      }
    }
  }

  unexpect(uid: string): void {
    this.#expected.delete(uid);
  }

  /** A channel that lives or lately did. */
  channel(uid: string): Channel | undefined {
    return this.#channels.get(uid);
  }

  channels(): IterableIterator<Channel> {
    return this.#channels.values();
  }

  /** A call that lives or lately did, by any Linkedid or Uniqueid of it. */
  call(id: string): AsteriskCall | undefined {
    return this.#calls.get(id) ?? this.#channels.get(id)?.leg.call;
  }

  *liveCalls(): Generator<AsteriskCall> {
    const seen = new Set<AsteriskCall>();
    for (const call of this.#calls.values()) {
      if (call.ended || seen.has(call)) continue;
      seen.add(call);
      yield call;
    }
  }

  /** The channel an event names, as far as it is known; follows its Linkedid. */
  known(event: ManagerEvent, keys: ChannelKeys): Channel | null {
    const uid = event.get(keys.uid);
    if (uid === undefined) return null;
    const channel = this.#channels.get(uid);
    if (!channel) return null;
    if (channel.alive) this.#follow(channel, event.get(keys.linkedid));
    return channel;
  }

  /** The channel an event names, created if it was not heard of before; `null` when it is none of a call. */
  find(event: ManagerEvent, keys: ChannelKeys, at: number, isNew = false): Channel | null {
    const channel = this.known(event, keys);
    // Uniqueids chosen by clients come again.
    if (channel && (channel.alive || !isNew)) return channel;
    const uid = event.get(keys.uid);
    const name = event.get(keys.channel);
    if (!uid || !name || isMachinery(name)) return null;
    return this.#create(uid, name, event, keys, at, isNew);
  }

  ended(channel: Channel, at: number): void {
    if (channel.alive) this.#live--;
    channel.alive = false;
    channel.endedAt = at;
    channel.bridge = null;
    this.#endedChannels.push(channel);
    const { leg } = channel;
    if (leg.local && !leg.alive) this.#pairs.delete(pairOf(channel.name));
  }

  callEnded(call: AsteriskCall, at: number): void {
    call.ended = true;
    call.endedAt = at;
    this.#endedCalls.push(call);
  }

  /** From now on everything of `gone` is of `stays`. */
  absorb(gone: AsteriskCall, stays: AsteriskCall): void {
    for (const id of gone.linkedids) this.#calls.set(id, stays);
    stays.linkedids.push(...gone.linkedids);
    for (const leg of gone.legs) {
      leg.call = stays;
      stays.legs.add(leg);
    }
    gone.legs.clear();
    gone.ended = true;
  }

  clear(): void {
    for (const table of [this.#channels, this.#pairs, this.#calls]) table.clear();
    this.#endedChannels.length = 0;
    this.#endedCalls.length = 0;
    this.#live = 0;
  }

  #follow(channel: Channel, linkedid: string | undefined): void {
    if (linkedid === undefined || linkedid === channel.linkedid || linkedid === '') return;
    const { leg } = channel;
    const other = this.#calls.get(linkedid);
    channel.linkedid = other ? (other.linkedids.find((id) => id === linkedid) ?? kept(linkedid)) : kept(linkedid);
    if (other === leg.call) return;
    if (other && !other.ended) this.#hooks.together(leg, other);
    else if (leg.call.linkedids.length < MOST_LINKEDIDS) {
      leg.call.linkedids.push(channel.linkedid);
      this.#calls.set(channel.linkedid, leg.call);
    }
  }

  #create(
    givenUid: string,
    givenName: string,
    event: ManagerEvent,
    keys: ChannelKeys,
    at: number,
    isNew: boolean,
  ): Channel {
    this.#forget(at);
    const uid = kept(givenUid);
    const name = kept(givenName);
    const linkedid = event.get(keys.linkedid) || uid;
    const parsed = parseChannelName(name);
    const isRoot = uid === linkedid;
    const pair = parsed.half ? this.#pairs.get(pairOf(name)) : undefined;
    const leg = pair ?? this.#leg(uid, name, this.#callOf(linkedid, isRoot, at), event, keys);
    const channel = new Channel(uid, name, parsed.half, leg, linkedid === uid ? uid : kept(linkedid));
    channel.state = Number(event.get(keys.state)) || STATE.down;
    leg.channels.push(channel);
    this.#channels.set(uid, channel);
    this.#live++;
    if (isRoot && parsed.half !== 2) this.#root(leg, channel, isNew, event, keys);
    if (this.liveChannels > this.#limits.channels) this.#giveUpOldest();
    return channel;
  }

  #leg(uid: string, name: string, call: AsteriskCall, event: ManagerEvent, keys: ChannelKeys): Leg {
    const parsed = parseChannelName(name);
    const local = parsed.technology === 'Local';
    const context = event.get(keys.context) ?? null;
    const inside = local ? this.#directory.isPhones(context) : this.#directory.isInside(parsed.peer, context);
    const leg = new Leg(uid, parsed, inside, call);
    call.legs.add(leg);
    if (parsed.half) this.#pairs.set(pairOf(name), leg);
    if (local) learnParty(leg, localDestination(parsed.peer, inside, this.#directory));
    else if (inside) leg.party = { number: null, extension: parsed.peer, name: null };
    const person = local ? null : nameIn(event, keys.name);
    if (person) learnParty(leg, { name: kept(person) });
    return leg;
  }

  #callOf(linkedid: string, isRoot: boolean, at: number): AsteriskCall {
    const existing = this.#calls.get(linkedid);
    if (existing && !(existing.ended && isRoot)) {
      existing.ended = false;
      return existing;
    }
    const id = kept(linkedid);
    // The id was used before: facts about the new call must not meet the old one.
    const call = new AsteriskCall(existing ? `${id}/${at}` : id, ++this.#order, id);
    this.#calls.set(id, call);
    return call;
  }

  #root(leg: Leg, channel: Channel, isNew: boolean, event: ManagerEvent, keys: ChannelKeys): void {
    const { call } = leg;
    leg.root = true;
    // Found in a list, a leg that rings is one that Asterisk called.
    leg.originated = channel.state === STATE.down || (!isNew && channel.state === STATE.ringing);
    // Behind a Local channel that places a call may be anybody; its caller id tells who.
    if (leg.local && !leg.inside) leg.party = NOBODY;
    call.root ??= leg;
    const expected = this.#expected.get(channel.uid);
    if (expected) {
      this.#expected.delete(channel.uid);
      call.reference = expected.reference;
      call.dialed = expected.to;
    } else if (!leg.originated) {
      const dialed = dialledNumber(known(event, keys.exten));
      if (dialed) call.dialed = kept(dialed);
    }
    if (!leg.inside && !leg.originated) {
      const number = known(event, keys.number);
      const name = nameIn(event, keys.name);
      learnParty(leg, { number: number && kept(number), name: name && kept(name) });
    }
    settleByRoot(call, leg, this.#directory);
    this.#hooks.placed(call, leg);
  }

  #giveUpOldest(): void {
    for (const channel of this.#channels.values()) {
      if (!channel.alive) continue;
      this.#hooks.overflow(channel);
      return;
    }
  }

  #forget(at: number): void {
    const before = at - this.#limits.rememberMs;
    for (let channel = this.#endedChannels[0]; channel; channel = this.#endedChannels[0]) {
      if (channel.endedAt > before && this.#endedChannels.length <= MOST_ENDED) break;
      this.#endedChannels.shift();
      if (this.#channels.get(channel.uid) === channel) this.#channels.delete(channel.uid);
    }
    for (let call = this.#endedCalls[0]; call; call = this.#endedCalls[0]) {
      if (call.endedAt > before && this.#endedCalls.length <= MOST_ENDED) break;
      this.#endedCalls.shift();
      // It lives again since, by a leg that came late.
      if (!call.ended) continue;
      for (const id of call.linkedids) if (this.#calls.get(id) === call) this.#calls.delete(id);
    }
  }
}
