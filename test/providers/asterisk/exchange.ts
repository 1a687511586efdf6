/**
 * A small Asterisk 22 in the words of its manager interface: channels that come, ring, talk and go, each step with the events that the
 * recordings in test/data/ami show for it. What is dialled and who answers is decided by the test.
 */

import type { Block } from '../../fakes/ami-blocks';
import { list, ok, refuse } from '../../fakes/ami-blocks';
import { FakeAmi } from '../../fakes/ami-server';
import type { FakeAmiOptions } from '../../fakes/ami-server';

const STATES: Readonly<Record<number, string>> = { 0: 'Down', 4: 'Ring', 5: 'Ringing', 6: 'Up' };

export interface Chan {
  name: string;
  uid: string;
  linkedid: string;
  state: number;
  number: string;
  callerName: string;
  context: string;
  exten: string;
  bridge: string | null;
}

export class Exchange {
  readonly ami: FakeAmi;
  readonly channels = new Set<Chan>();
  readonly waiting: { queue: string; channel: Chan }[] = [];
  readonly members: Block[] = [];
  #serial = 0;
  #bridges = 0;

  private constructor(ami: FakeAmi) {
    this.ami = ami;
    ami.onAction('CoreSettings', () => ok({ AMIversion: '11.0.0', AsteriskVersion: '22.10.1+dfsg-1' }));
    ami.onAction('CoreShowChannels', () => list('CoreShowChannel', this.#listed(), 'CoreShowChannelsComplete'));
    ami.onAction('QueueStatus', () => ({ ...list('QueueParams', [], 'QueueStatusComplete'), items: this.#queues() }));
    ami.onAction('PJSIPShowEndpoints', () => list('EndpointList', endpoints(), 'EndpointListComplete'));
    ami.onAction('Hangup', (action) => {
      const channel = this.named(action.get('Channel'));
      if (!channel) return refuse('No such channel');
      setImmediate(() => this.over(channel));
      return ok({ Message: 'Channel Hungup' });
    });
  }

  static async open(options: FakeAmiOptions = {}): Promise<Exchange> {
    return new Exchange(await FakeAmi.listen(options));
  }

  named(name: string | undefined): Chan | undefined {
    return [...this.channels].find((channel) => channel.name === name);
  }

  emit(name: string, privilege: string, fields: Block): void {
    this.ami.emit({ Event: name, Privilege: `${privilege},all`, ...fields });
  }

  /** Somebody outside calls `exten` through the trunk. */
  incoming(number: string, name: string, exten: string): Chan {
    return this.#create('trunk', 4, number, name, 'from-trunk', exten, null);
  }

  /** A phone of the house dials. */
  phone(extension: string, exten: string): Chan {
    return this.#create(extension, 4, extension, `Phone ${extension}`, 'from-internal', exten, null);
  }

  /** Asterisk is told to call a phone in order to place a call: no caller in DialBegin. */
  originated(extension: string, uid: string): Chan {
    const channel = this.#create(extension, 0, extension, `Phone ${extension}`, 'from-internal', 's', null, uid);
    this.emit('DialBegin', 'call', { ...prefixed('Dest', channel), DialString: extension });
    return channel;
  }

  originatedRings(channel: Chan): void {
    this.#state(channel, 5);
    this.emit('DialState', 'call', { ...prefixed('Dest', channel), DialStatus: 'RINGING' });
  }

  originatedAnswers(channel: Chan, exten: string): void {
    this.#state(channel, 6);
    this.emit('DialEnd', 'call', { ...prefixed('Dest', channel), DialStatus: 'ANSWER' });
    channel.exten = exten;
  }

  /** `caller` reaches a phone, or a number through the trunk. */
  dial(caller: Chan, target: string): Chan {
    const called = this.#called(caller, target);
    this.#dials(caller, called, target);
    return called;
  }

  rings(caller: Chan, called: Chan): void {
    this.#state(called, 5);
    this.emit('DialState', 'call', { ...prefixed('', caller), ...prefixed('Dest', called), DialStatus: 'RINGING' });
  }

  answers(caller: Chan, called: Chan): void {
    this.taken(caller, called);
    this.bridge(called, caller);
  }

  /** Answered, and not connected yet. */
  taken(caller: Chan, called: Chan): void {
    this.#state(called, 6);
    this.emit('DialEnd', 'call', { ...prefixed('', caller), ...prefixed('Dest', called), DialStatus: 'ANSWER' });
    if (caller.state !== 6) this.#state(caller, 6);
  }

  bridge(...talking: Chan[]): void {
    const bridge = `bridge-${++this.#bridges}`;
    for (const [index, channel] of talking.entries()) {
      channel.bridge = bridge;
      const fields = { BridgeUniqueid: bridge, BridgeType: 'basic', BridgeNumChannels: index + 1 };
      this.emit('BridgeEnter', 'call', { ...fields, ...prefixed('', channel) });
    }
  }

  /** The called leg ends without an answer: the dial status of its caller and its own hang-up code. */
  fails(caller: Chan, called: Chan, status: string, cause: number, text: string): void {
    if (cause === 17 || cause === 21) this.emit('HangupRequest', 'call', { ...prefixed('', called), Cause: cause });
    this.emit('DialEnd', 'call', { ...prefixed('', caller), ...prefixed('Dest', called), DialStatus: status });
    this.gone(called, cause, text);
  }

  /** The device of `channel` hangs up, and everybody who talks with it goes too. */
  hangs(channel: Chan, cause = 16): void {
    this.emit('HangupRequest', 'call', { ...prefixed('', channel), Cause: cause });
    this.over(channel, cause);
  }

  /** Ends the channel and everybody of its call. */
  over(channel: Chan, cause = 16): void {
    const all = [...this.channels].filter((other) => other.linkedid === channel.linkedid);
    for (const other of all) {
      if (other === channel || other.state !== 5) continue;
      this.emit('DialEnd', 'call', { ...prefixed('', channel), ...prefixed('Dest', other), DialStatus: 'CANCEL' });
    }
    for (const other of all) this.gone(other, cause, cause === 16 ? 'Normal Clearing' : 'Interworking, unspecified');
  }

  gone(channel: Chan, cause: number, text: string): void {
    if (channel.bridge) {
      this.emit('BridgeLeave', 'call', { BridgeUniqueid: channel.bridge, ...prefixed('', channel) });
      channel.bridge = null;
    }
    this.channels.delete(channel);
    this.emit('Hangup', 'call', { ...prefixed('', channel), Cause: cause, 'Cause-txt': text });
  }

  /** Not a word: the connection is down while it happens. */
  vanishes(...channels: Chan[]): void {
    for (const channel of channels) this.channels.delete(channel);
  }

  joins(caller: Chan, queue: string): void {
    if (caller.state !== 6) this.#state(caller, 6);
    this.waiting.push({ queue, channel: caller });
    this.emit('QueueCallerJoin', 'agent', { ...prefixed('', caller), Queue: queue, Position: 1, Count: 1 });
  }

  /** The queue rings an agent. */
  rouses(caller: Chan, queue: string, extension: string, name: string): Chan {
    const agent = this.#called(caller, extension);
    const fields = { Queue: queue, Interface: `PJSIP/${extension}`, MemberName: name };
    this.emit('AgentCalled', 'agent', { ...prefixed('', caller), ...prefixed('Dest', agent), ...fields });
    this.#dials(caller, agent, `PJSIP/${extension}`);
    this.rings(caller, agent);
    return agent;
  }

  takes(caller: Chan, agent: Chan, queue: string, name: string): void {
    this.#state(agent, 6);
    this.emit('DialEnd', 'call', { ...prefixed('', caller), ...prefixed('Dest', agent), DialStatus: 'ANSWER' });
    this.#leaves(caller, queue);
    this.emit('AgentConnect', 'agent', {
      ...prefixed('', caller),
      ...prefixed('Dest', agent),
      Queue: queue,
      Interface: agent.name.replace(/-[^-]*$/, ''),
      MemberName: name,
      HoldTime: 4,
      RingTime: 2,
    });
    this.bridge(agent, caller);
  }

  /** The caller gives up in the queue. */
  abandons(caller: Chan, agent: Chan, queue: string): void {
    this.emit('HangupRequest', 'call', prefixed('', caller));
    this.emit('DialEnd', 'call', { ...prefixed('', caller), ...prefixed('Dest', agent), DialStatus: 'CANCEL' });
    this.gone(agent, 0, 'Unknown');
    this.emit('QueueCallerAbandon', 'agent', { ...prefixed('', caller), Queue: queue, Position: 1, HoldTime: 3 });
    this.#leaves(caller, queue);
    this.gone(caller, 0, 'Unknown');
  }

  /** The time of the queue is over, and the dialplan hangs up. */
  timesOut(caller: Chan, agent: Chan, queue: string): void {
    this.fails(caller, agent, 'NOANSWER', 0, 'Unknown');
    this.emit('QueueCallerAbandon', 'agent', { ...prefixed('', caller), Queue: queue, Position: 1, HoldTime: 8 });
    this.#leaves(caller, queue);
    this.variable(caller, 'QUEUESTATUS', 'TIMEOUT');
    this.gone(caller, 16, 'Normal Clearing');
  }

  variable(channel: Chan, variable: string, value: string): void {
    this.emit('VarSet', 'dialplan', { ...prefixed('', channel), Variable: variable, Value: value });
  }

  about(name: string, privilege: string, channel: Chan, more: Block = {}): void {
    this.emit(name, privilege, { ...prefixed('', channel), ...more });
  }

  /** `by` sends `stays` elsewhere and leaves. */
  blindTransfer(by: Chan, stays: Chan, exten: string): void {
    this.emit('BlindTransfer', 'call', {
      Result: 'Success',
      ...prefixed('Transferer', by),
      ...prefixed('Transferee', stays),
      IsExternal: 'Yes',
      Context: 'from-internal',
      Extension: exten,
    });
    stays.bridge = null;
    stays.exten = exten;
    this.gone(by, 16, 'Normal Clearing');
  }

  /** REFER with Replaces: `first` and `second` are the two legs of the transferring phone. */
  attendedTransfer(first: Chan, second: Chan, stays: Chan, target: Chan): void {
    this.bridge(target, stays);
    this.emit('AttendedTransfer', 'call', {
      Result: 'Success',
      ...prefixed('OrigTransferer', first),
      ...prefixed('SecondTransferer', second),
      ...prefixed('Transferee', stays),
      IsExternal: 'No',
      DestType: 'Bridge',
      ...prefixed('TransferTarget', target),
    });
    target.linkedid = stays.linkedid;
    this.gone(second, 16, 'Normal Clearing');
    this.gone(first, 16, 'Normal Clearing');
  }

  async close(): Promise<void> {
    await this.ami.close();
  }

  #create(
    endpoint: string,
    state: number,
    number: string,
    callerName: string,
    context: string,
    exten: string,
    linkedid: string | null,
    givenUid?: string,
  ): Chan {
    const serial = ++this.#serial;
    const uid = givenUid ?? `1795300000.${serial}`;
    const name = `PJSIP/${endpoint}-${serial.toString(16).padStart(8, '0')}`;
    const channel = { name, uid, linkedid: linkedid ?? uid, state, number, callerName, context, exten, bridge: null };
    this.channels.add(channel);
    this.emit('Newchannel', 'call', prefixed('', channel));
    return channel;
  }

  #called(caller: Chan, target: string): Chan {
    const inside = target.length <= 4;
    const [endpoint, number, name, context] = inside
      ? [target, target, `Phone ${target}`, 'from-internal']
      : ['trunk', target, '', 'from-trunk'];
    return this.#create(endpoint, 0, number, name, context, 's', caller.linkedid);
  }

  #dials(caller: Chan, called: Chan, target: string): void {
    const dialString = called.context === 'from-trunk' ? `${target}@trunk` : target;
    this.emit('DialBegin', 'call', { ...prefixed('', caller), ...prefixed('Dest', called), DialString: dialString });
  }

  #state(channel: Chan, state: number): void {
    channel.state = state;
    this.emit('Newstate', 'call', prefixed('', channel));
  }

  #leaves(caller: Chan, queue: string): void {
    this.waiting.splice(
      this.waiting.findIndex(({ channel }) => channel === caller),
      1,
    );
    this.emit('QueueCallerLeave', 'agent', { ...prefixed('', caller), Queue: queue, Position: 1, Count: 0 });
  }

  #listed(): Block[] {
    return [...this.channels].map((channel) => ({
      ...prefixed('', channel),
      Application: 'Dial',
      Duration: '00:00:07',
      BridgeId: channel.bridge ?? '',
    }));
  }

  #queues(): Block[] {
    return [
      { Event: 'QueueParams', Queue: 'sales', Calls: this.waiting.length },
      ...this.members.map((member) => ({ Event: 'QueueMember', ...member })),
      ...this.waiting.map(({ queue, channel }, index) => ({
        Event: 'QueueEntry',
        Queue: queue,
        Position: index + 1,
        Channel: channel.name,
        Uniqueid: channel.uid,
        CallerIDNum: channel.number,
        Wait: 5,
      })),
    ];
  }
}

/** The fields of a channel in an event; with a prefix where the event is about several. */
export function prefixed(prefix: string, channel: Chan): Block {
  const fields: Record<string, string> = {
    Channel: channel.name,
    ChannelState: String(channel.state),
    ChannelStateDesc: STATES[channel.state] ?? '',
    CallerIDNum: channel.number || '<unknown>',
    CallerIDName: channel.callerName || '<unknown>',
    ConnectedLineNum: '<unknown>',
    ConnectedLineName: '<unknown>',
    Context: channel.context,
    Exten: channel.exten,
    Uniqueid: channel.uid,
    Linkedid: channel.linkedid,
  };
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [prefix + key, value]));
}

function endpoint(name: string): Block {
  return { ObjectName: name, Auths: name, OutboundAuths: '', DeviceState: 'Not in use' };
}

/** Three phones, and a trunk that logs in elsewhere. */
function endpoints(): Block[] {
  const trunk = { ObjectName: 'trunk', Auths: '', OutboundAuths: 'trunk', DeviceState: 'Not in use' };
  return [...['1001', '1002', '1003'].map(endpoint), trunk];
}
