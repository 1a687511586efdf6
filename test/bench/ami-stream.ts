/**
 * The reference stream of the AMI benchmarks: calls into a queue, answered by agents, forty of them at a time, as
 * Asterisk 22 sends them (fields and order of a recorded queue call, 15 event types). Uniqueid and Linkedid are coherent,
 * so a call model can run over it. Names are Cyrillic, every fourth event repeats ChanVariable. The same seed gives the
 * same bytes.
 */

export type Line = readonly [key: string, value: string];
/** Lines of one event in the order sent. */
export type StreamEvent = readonly Line[];

const CALLS_AT_ONCE = 40;
const NAMES = ['Иван Петров', 'Юлия Щёголева', 'Анна', 'Jana Kováčová', 'Отдел продаж', 'Олег Ёлкин', 'Reception'];
const QUEUES = ['support', 'sales', 'Бухгалтерия'];
/** Call of eight: the caller gives up. */
const ABANDONS = 8;

export function* amiEvents(count: number, seed = 1): Generator<StreamEvent> {
  const next = random(seed);
  const calls: Iterator<StreamEvent>[] = [];
  let serial = 0;
  for (let made = 0; made < count;) {
    while (calls.length < CALLS_AT_ONCE) calls.push(queueCall(serial++, next));
    const at = Math.floor(next() * calls.length);
    const step = (calls[at] as Iterator<StreamEvent>).next();
    if (step.done) {
      calls[at] = calls[calls.length - 1] as Iterator<StreamEvent>;
      calls.pop();
      continue;
    }
    made++;
    yield made % 4 === 0 ? [...step.value, ...variables(serial, next)] : step.value;
  }
}

/** The bytes of the stream, without greeting and login. */
export function amiStream(count: number, seed = 1): Buffer {
  const parts: Buffer[] = [];
  let text = '';
  for (const event of amiEvents(count, seed)) {
    for (const [key, value] of event) text += `${key}: ${value}\r\n`;
    text += '\r\n';
    if (text.length > 1_000_000) {
      parts.push(Buffer.from(text));
      text = '';
    }
  }
  parts.push(Buffer.from(text));
  return Buffer.concat(parts);
}

/** Cuts the stream into writes of 32 to 96 KiB, with no regard for lines or characters. */
export function writesOf(stream: Buffer, seed = 1): Buffer[] {
  const next = random(seed);
  const writes: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const size = 32 * 1024 + Math.floor(next() * 64 * 1024);
    writes.push(stream.subarray(at, at + size));
    at += size;
  }
  return writes;
}

/** A small reproducible source of randomness (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Leg {
  channel: string;
  state: number;
  number: string;
  name: string;
  peerNumber: string;
  peerName: string;
  exten: string;
  context: string;
  uniqueid: string;
  linkedid: string;
}

const STATES: Readonly<Record<number, string>> = { 0: 'Down', 4: 'Ring', 5: 'Ringing', 6: 'Up' };

/** `Channel`, `ChannelState` ...; with a prefix `DestChannel` and so on. */
function snapshot(leg: Leg, prefix = ''): Line[] {
  return [
    [`${prefix}Channel`, leg.channel],
    [`${prefix}ChannelState`, String(leg.state)],
    [`${prefix}ChannelStateDesc`, STATES[leg.state] ?? 'Unknown'],
    [`${prefix}CallerIDNum`, leg.number],
    [`${prefix}CallerIDName`, leg.name],
    [`${prefix}ConnectedLineNum`, leg.peerNumber],
    [`${prefix}ConnectedLineName`, leg.peerName],
    [`${prefix}Language`, 'ru'],
    [`${prefix}AccountCode`, ''],
    [`${prefix}Context`, leg.context],
    [`${prefix}Exten`, leg.exten],
    [`${prefix}Priority`, '1'],
    [`${prefix}Uniqueid`, leg.uniqueid],
    [`${prefix}Linkedid`, leg.linkedid],
  ];
}

function event(name: string, privilege: string, ...lines: readonly (readonly Line[])[]): StreamEvent {
  return [['Event', name], ['Privilege', `${privilege},all`], ...lines.flat()];
}

function variables(serial: number, next: () => number): Line[] {
  return [
    ['ChanVariable', `CRM_ID=${serial}`],
    ['ChanVariable', `CRM_NAME=ООО "Ромашка № ${Math.floor(next() * 1000)}"`],
    ['ChanVariable', 'X_EMPTY='],
  ];
}

function hex(n: number): string {
  return n.toString(16).padStart(8, '0');
}

function* queueCall(serial: number, next: () => number): Generator<StreamEvent> {
  const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)] ?? '';
  const second = 1_795_212_000 + Math.floor(serial / 4);
  const linkedid = `${second}.${serial * 2}`;
  const queue = pick(QUEUES);
  const extension = String(1001 + Math.floor(next() * 60));
  const bridge = `${hex(serial)}-0000-4000-8000-${hex(Math.floor(next() * 0xffffffff))}0000`;
  const caller: Leg = {
    channel: `PJSIP/trunk-${hex(serial * 2)}`,
    state: 4,
    number: `+7495${String(1_000_000 + Math.floor(next() * 8_999_999))}`,
    name: pick(NAMES),
    peerNumber: '<unknown>',
    peerName: '<unknown>',
    exten: '500',
    context: 'from-trunk',
    uniqueid: linkedid,
    linkedid,
  };
  const agent: Leg = {
    channel: `PJSIP/${extension}-${hex(serial * 2 + 1)}`,
    state: 0,
    number: extension,
    name: pick(NAMES),
    peerNumber: caller.number,
    peerName: caller.name,
    exten: '500',
    context: 'from-internal',
    uniqueid: `${second}.${serial * 2 + 1}`,
    linkedid,
  };
  const exten = (leg: Leg, application: string, data: string): StreamEvent =>
    event('Newexten', 'dialplan', snapshot(leg), [
      ['Extension', leg.exten],
      ['Application', application],
      ['AppData', data],
    ]);
  const hangup = (leg: Leg, cause: string, text: string): StreamEvent =>
    event('Hangup', 'call', snapshot(leg), [
      ['Cause', cause],
      ['Cause-txt', text],
      ['TechCause', ''],
    ]);
  const member: Line[] = [
    ['Queue', queue],
    ['Interface', `PJSIP/${extension}`],
    ['MemberName', agent.name],
  ];

  yield event('Newchannel', 'call', snapshot(caller));
  yield event('VarSet', 'dialplan', snapshot(caller), [
    ['Variable', 'SIPDOMAIN'],
    ['Value', 'pbx.example'],
  ]);
  yield exten(caller, 'Answer', '');
  caller.state = 6;
  yield event('Newstate', 'call', snapshot(caller));
  yield exten(caller, 'Set', `CHANNEL(accountcode)=${serial}`);
  yield exten(caller, 'Queue', `${queue},tT,,,30`);
  yield event('QueueCallerJoin', 'agent', snapshot(caller), [
    ['Queue', queue],
    ['Position', '1'],
    ['Count', '1'],
  ]);
  yield event('Newchannel', 'call', snapshot(agent));
  yield exten(agent, 'AppQueue', '(Outgoing Line)');
  yield event('AgentCalled', 'agent', snapshot(caller), snapshot(agent, 'Dest'), member);
  yield event('DialBegin', 'call', snapshot(caller), snapshot(agent, 'Dest'), [['DialString', extension]]);
  agent.state = 5;
  yield event('Newstate', 'call', snapshot(agent));
  const gone = next() * ABANDONS < 1;
  if (!gone) {
    agent.state = 6;
    yield event('Newstate', 'call', snapshot(agent));
  }
  yield event('DialEnd', 'call', snapshot(caller), snapshot(agent, 'Dest'), [
    ['DialStatus', gone ? 'CANCEL' : 'ANSWER'],
  ]);
  if (gone) yield hangup(agent, '0', 'Unknown');
  yield event('QueueCallerLeave', 'agent', snapshot(caller), [
    ['Queue', queue],
    ['Count', '0'],
    ['Position', '1'],
  ]);
  if (!gone) {
    caller.peerNumber = extension;
    caller.peerName = agent.name;
    yield event('AgentConnect', 'agent', snapshot(caller), snapshot(agent, 'Dest'), member, [
      ['HoldTime', '4'],
      ['RingTime', '3'],
    ]);
    const bridged = (leg: Leg, name: string, channels: number): StreamEvent =>
      event(
        name,
        'call',
        [
          ['BridgeUniqueid', bridge],
          ['BridgeType', 'basic'],
          ['BridgeTechnology', 'simple_bridge'],
          ['BridgeCreator', '<unknown>'],
          ['BridgeName', '<unknown>'],
          ['BridgeNumChannels', String(channels)],
          ['BridgeVideoSourceMode', 'none'],
        ],
        snapshot(leg),
      );
    yield bridged(agent, 'BridgeEnter', 1);
    yield bridged(caller, 'BridgeEnter', 2);
    yield event('VarSet', 'dialplan', snapshot(caller), [
      ['Variable', 'BRIDGEPEER'],
      ['Value', agent.channel],
    ]);
    yield event('AgentComplete', 'agent', snapshot(caller), snapshot(agent, 'Dest'), member, [
      ['HoldTime', '4'],
      ['TalkTime', '61'],
      ['Reason', 'caller'],
    ]);
    yield bridged(caller, 'BridgeLeave', 1);
    yield bridged(agent, 'BridgeLeave', 0);
  }
  yield exten(caller, 'NoOp', 'hangup');
  yield event('Cdr', 'cdr', [
    ['AccountCode', ''],
    ['Source', caller.number],
    ['Destination', '500'],
    ['DestinationContext', caller.context],
    ['CallerID', `"${caller.name}" <${caller.number}>`],
    ['Channel', caller.channel],
    ['DestinationChannel', gone ? '' : agent.channel],
    ['LastApplication', 'Queue'],
    ['LastData', `${queue},tT,,,30`],
    ['StartTime', '2026-11-20 22:07:12'],
    ['AnswerTime', gone ? '' : '2026-11-20 22:07:16'],
    ['EndTime', '2026-11-20 22:08:17'],
    ['Duration', '65'],
    ['BillableSeconds', gone ? '0' : '61'],
    ['Disposition', gone ? 'NO ANSWER' : 'ANSWERED'],
    ['AMAFlags', 'DOCUMENTATION'],
    ['UniqueID', caller.uniqueid],
    ['UserField', ''],
  ]);
  yield hangup(caller, '16', 'Normal Clearing');
  if (!gone) yield hangup(agent, '16', 'Normal Clearing');
}
