/**
 * The vocabulary of Asterisk 1.4 to 11, brought into that of 12 and later: Dial with SubEvent, Bridge, Join, Leave, Hold with Status,
 * MusicOnHold, Transfer. The old events carry no Linkedid, name some channels only by name, and tell the outcome of dialling once for
 * all legs and only when the call is over; what is missing is put together here. An event of the new vocabulary passes unchanged, so
 * a PBX of any age can be read through this.
 * Facts: main/manager, app_dial, app_queue, features and chan_sip of Asterisk 1.8 and 11, as documented in their event documentation.
 */

import type { ManagerEvent } from './event';
import { kept } from './event';
import { AMI_EVENTS } from './interpreter';

type Values = Readonly<Record<string, string | undefined>>;
type Rewrite = (legacy: Legacy, event: ManagerEvent) => void;

/** What is known of a channel of an old PBX. */
interface OldChannel {
  uid: string;
  name: string;
  linkedid: string;
  /** Its first event, kept back until it is known whether somebody calls it or Asterisk was told to. */
  pending: ManagerEvent | null;
  peer: string | null;
  dials: string[];
  held: boolean;
}

const MOST_CHANNELS = 50_000;
/** One of these is in every event about a channel since Asterisk 12. */
const LINKEDIDS = ['linkedid', 'destlinkedid', 'parkeelinkedid', 'localonelinkedid', 'transfererlinkedid'];

class Rewritten implements ManagerEvent {
  readonly name: string;
  readonly #values: Values;
  readonly #base: ManagerEvent;

  constructor(name: string, values: Values, base: ManagerEvent) {
    this.name = name;
    this.#values = values;
    this.#base = base;
  }

  get(key: string): string | undefined {
    return key in this.#values ? this.#values[key] : this.#base.get(key);
  }

  toObject(): unknown {
    const base = this.#base as { toObject?: () => unknown };
    return base.toObject ? base.toObject() : base;
  }
}

export class Legacy {
  readonly #apply: (event: ManagerEvent, receivedAt: number) => void;
  readonly #channels = new Map<string, OldChannel>();
  readonly #names = new Map<string, OldChannel>();
  /** A Linkedid was seen: this PBX is of today, nothing need be put together. */
  #modern = false;
  #at = 0;

  /** @param apply takes the events as Asterisk 12 and later would send them */
  constructor(apply: (event: ManagerEvent, receivedAt: number) => void) {
    this.#apply = apply;
  }

  apply(event: ManagerEvent, receivedAt: number): void {
    this.#at = receivedAt;
    if (this.#modern || this.#isModern(event)) {
      this.#apply(event, receivedAt);
      return;
    }
    const rewrite = REWRITES.get(event.name);
    if (rewrite) rewrite(this, event);
    else if (AMI_EVENTS.has(event.name)) this.forward(event.name, event);
  }

  #isModern(event: ManagerEvent): boolean {
    if (!LINKEDIDS.some((key) => event.get(key) !== undefined)) return false;
    this.#modern = true;
    this.#channels.clear();
    this.#names.clear();
    return true;
  }

  tell(name: string, values: Values, base: ManagerEvent): void {
    this.#apply(new Rewritten(name, values, base), this.#at);
  }

  /** An event that only lacks the Linkedid. */
  forward(name: string, event: ManagerEvent): void {
    const channel = this.of(event.get('uniqueid'));
    if (channel) this.begin(channel);
    this.tell(name, channel ? { linkedid: channel.linkedid } : {}, event);
  }

  of(uid: string | undefined): OldChannel | undefined {
    return uid === undefined ? undefined : this.#channels.get(uid);
  }

  named(name: string | undefined): OldChannel | undefined {
    return name === undefined ? undefined : this.#names.get(name);
  }

  add(givenUid: string, givenName: string, pending: ManagerEvent | null): OldChannel {
    const uid = kept(givenUid);
    const channel = { uid, name: kept(givenName), linkedid: uid, pending, peer: null, dials: [], held: false };
    if (this.#channels.size >= MOST_CHANNELS)
      for (const oldest of this.#channels.values()) {
        this.remove(oldest);
        break;
      }
    this.#channels.set(uid, channel);
    this.#names.set(channel.name, channel);
    return channel;
  }

  rename(channel: OldChannel, name: string): void {
    this.#names.delete(channel.name);
    channel.name = kept(name);
    this.#names.set(channel.name, channel);
  }

  remove(channel: OldChannel): void {
    this.#channels.delete(channel.uid);
    if (this.#names.get(channel.name) === channel) this.#names.delete(channel.name);
  }

  /** Tells the first event of a channel that was kept back; `caller`: who calls it. */
  begin(channel: OldChannel, caller?: OldChannel): void {
    if (caller) channel.linkedid = caller.linkedid;
    const { pending } = channel;
    channel.pending = null;
    if (pending) this.tell('Newchannel', { linkedid: channel.linkedid }, pending);
  }
}

const newchannel: Rewrite = (legacy, event) => {
  const uid = event.get('uniqueid');
  const name = event.get('channel');
  if (!uid || !name) return;
  const isCalled = event.get('channelstate') === '0';
  const channel = legacy.add(uid, name, event);
  if (!isCalled) legacy.begin(channel);
};

const dial: Rewrite = (legacy, event) => {
  const caller = legacy.of(event.get('uniqueid') ?? event.get('srcuniqueid'));
  const end = event.get('subevent') === 'End';
  if (end) {
    if (caller) dialEnds(legacy, event, caller);
    return;
  }
  const called = legacy.of(event.get('destuniqueid'));
  if (!called) return;
  if (caller) {
    legacy.begin(caller);
    caller.dials.push(called.uid);
  }
  legacy.begin(called, caller);
  legacy.tell(
    'DialBegin',
    {
      channel: caller?.name,
      uniqueid: caller?.uid,
      linkedid: caller?.linkedid,
      destchannel: called.name,
      destuniqueid: called.uid,
      destlinkedid: called.linkedid,
      // The caller's number and name stand in the plain keys of the old event.
      calleridnum: undefined,
      calleridname: undefined,
    },
    event,
  );
};

/** One outcome for all legs, told when the application ends: for an answered call that is long after the answer. */
function dialEnds(legacy: Legacy, event: ManagerEvent, caller: OldChannel): void {
  const status = event.get('dialstatus') ?? '';
  if (status !== 'ANSWER') for (const uid of caller.dials) legEnds(legacy, event, caller, uid, status);
  caller.dials = [];
}

function legEnds(legacy: Legacy, event: ManagerEvent, caller: OldChannel, uid: string, status: string): void {
  legacy.tell(
    'DialEnd',
    {
      channel: caller.name,
      uniqueid: caller.uid,
      linkedid: caller.linkedid,
      destuniqueid: uid,
      destlinkedid: legacy.of(uid)?.linkedid,
      dialstatus: status,
    },
    event,
  );
}

const link: Rewrite = (legacy, event) => {
  if (event.get('bridgestate') === 'Unlink') {
    unlink(legacy, event);
    return;
  }
  const one = legacy.of(event.get('uniqueid1'));
  const two = legacy.of(event.get('uniqueid2'));
  if (!one || !two) return;
  legacy.begin(one);
  legacy.begin(two);
  [one.peer, two.peer] = [two.uid, one.uid];
  for (const [caller, called] of [
    [one, two],
    [two, one],
  ] as const) {
    if (!caller.dials.includes(called.uid)) continue;
    // A bridge is the first sign that a dialled leg was taken.
    for (const uid of caller.dials) legEnds(legacy, event, caller, uid, uid === called.uid ? 'ANSWER' : 'CANCEL');
    caller.dials = [];
  }
  const linkedid = one.linkedid < two.linkedid ? one.linkedid : two.linkedid;
  for (const channel of [one, two]) {
    channel.linkedid = linkedid;
    legacy.tell('BridgeEnter', bridged(channel, one, two), event);
  }
};

const unlink: Rewrite = (legacy, event) => {
  const one = legacy.of(event.get('uniqueid1'));
  const two = legacy.of(event.get('uniqueid2'));
  if (!one || !two) return;
  for (const channel of [one, two]) {
    channel.peer = null;
    legacy.tell('BridgeLeave', bridged(channel, one, two), event);
  }
};

function bridged(channel: OldChannel, one: OldChannel, two: OldChannel): Values {
  return {
    bridgeuniqueid: `${one.uid}+${two.uid}`,
    channel: channel.name,
    uniqueid: channel.uid,
    linkedid: channel.linkedid,
    channelstate: '6',
  };
}

const hangup: Rewrite = (legacy, event) => {
  const channel = legacy.of(event.get('uniqueid'));
  if (!channel) return;
  // Called and gone before anybody was told who calls: the call of a leg Asterisk itself placed.
  legacy.begin(channel);
  legacy.tell('Hangup', { linkedid: channel.linkedid }, event);
  legacy.remove(channel);
};

const rename: Rewrite = (legacy, event) => {
  const channel = legacy.of(event.get('uniqueid'));
  const name = event.get('newname');
  if (!channel || !name) return;
  legacy.rename(channel, name);
  legacy.tell('Rename', { linkedid: channel.linkedid }, event);
};

const agentCalled: Rewrite = (legacy, event) => {
  const caller = legacy.named(event.get('channelcalling')) ?? legacy.of(event.get('uniqueid'));
  const agent = legacy.named(event.get('destinationchannel'));
  if (caller && agent) legacy.begin(agent, caller);
  legacy.tell(
    'AgentCalled',
    {
      ...plain(caller),
      destchannel: agent?.name,
      destuniqueid: agent?.uid,
      destlinkedid: agent?.linkedid,
      interface: event.get('agentcalled'),
      membername: event.get('agentname'),
    },
    event,
  );
};

const agentConnect: Rewrite = (legacy, event) => {
  const caller = legacy.of(event.get('uniqueid'));
  // "Channel" is the agent's here; the caller is told by Uniqueid only.
  const agent = legacy.named(event.get('channel')) ?? legacy.of(event.get('bridgedchannel'));
  legacy.tell(
    'AgentConnect',
    {
      ...plain(caller),
      destchannel: agent?.name,
      destuniqueid: agent?.uid,
      destlinkedid: agent?.linkedid,
      interface: event.get('member'),
    },
    event,
  );
};

/** chan_sip with callevents=yes: the phone that pressed hold. */
const hold: Rewrite = (legacy, event) => {
  const channel = legacy.of(event.get('uniqueid'));
  if (!channel) return;
  const on = event.get('status') !== 'Off';
  const peer = legacy.of(channel.peer ?? undefined);
  if (peer) peer.held = on;
  legacy.tell(on ? 'Hold' : 'Unhold', plain(channel), event);
};

/** Without call events of the phones, music to one side of a bridge tells that the other side put it on hold. */
const musicOnHold: Rewrite = (legacy, event) => {
  const channel = legacy.of(event.get('uniqueid'));
  const peer = legacy.of(channel?.peer ?? undefined);
  const on = event.get('state') !== 'Stop';
  if (!channel || !peer || channel.held === on) return;
  channel.held = on;
  legacy.tell(on ? 'Hold' : 'Unhold', plain(peer), event);
};

const transfer: Rewrite = (legacy, event) => {
  const by = legacy.of(event.get('uniqueid'));
  const other = legacy.of(event.get('targetuniqueid'));
  if (!by) return;
  if (event.get('transfertype') === 'Attended') {
    const values = { result: 'Success', origtransfereruniqueid: by.uid, secondtransfereruniqueid: other?.uid };
    legacy.tell('AttendedTransfer', values, event);
    return;
  }
  legacy.tell(
    'BlindTransfer',
    {
      result: 'Success',
      transfereruniqueid: by.uid,
      transfereeuniqueid: other?.uid,
      extension: event.get('transferexten'),
    },
    event,
  );
};

const parkedCall: Rewrite = (legacy, event) => {
  const parker = (event.get('from') ?? '').replace(/-[^-/]*$/, '');
  legacy.tell('ParkedCall', { parkeeuniqueid: event.get('uniqueid'), parkerdialstring: parker }, event);
};

const unparkedCall: Rewrite = (legacy, event) => {
  const parkee = legacy.of(event.get('uniqueid')) ?? legacy.named(event.get('channel'));
  const retriever = legacy.named(event.get('from'));
  legacy.tell('UnParkedCall', { parkeeuniqueid: parkee?.uid, retrieveruniqueid: retriever?.uid }, event);
};

const pickup: Rewrite = (legacy, event) => {
  const picker = legacy.named(event.get('channel'));
  legacy.tell('Pickup', { ...plain(picker), targetuniqueid: legacy.named(event.get('targetchannel'))?.uid }, event);
};

function plain(channel: OldChannel | undefined): Values {
  return { channel: channel?.name, uniqueid: channel?.uid, linkedid: channel?.linkedid };
}

const dtmf: Rewrite = (legacy, event) => {
  if (event.get('end') === 'Yes') legacy.forward('DTMFEnd', event);
};

const as =
  (name: string): Rewrite =>
  (legacy, event) =>
    legacy.forward(name, event);

const REWRITES: ReadonlyMap<string, Rewrite> = new Map(
  Object.entries({
    Newchannel: newchannel,
    Newcallerid: as('NewCallerid'),
    Dial: dial,
    Bridge: link,
    Link: link,
    Unlink: unlink,
    Hangup: hangup,
    Rename: rename,
    Join: as('QueueCallerJoin'),
    Leave: as('QueueCallerLeave'),
    AgentCalled: agentCalled,
    AgentConnect: agentConnect,
    QueueMemberPaused: as('QueueMemberPause'),
    Hold: hold,
    MusicOnHold: musicOnHold,
    Transfer: transfer,
    ParkedCall: parkedCall,
    UnParkedCall: unparkedCall,
    Pickup: pickup,
    DTMF: dtmf,
  }),
);

/** The events of both vocabularies. */
export const ALL_AMI_EVENTS: ReadonlySet<string> = new Set([...AMI_EVENTS, ...REWRITES.keys()]);
