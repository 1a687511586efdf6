/** The words of the simulated PBX as facts: what a decoder is for a real one. */

import type { Fact } from '../../facts';
import { outcomeOf } from './pbx/causes';
import type { Cause } from './pbx/causes';
import type { SimulatorMessage } from './pbx/messages';

/** The facts of one message, in their order. */
export function factsOf(message: SimulatorMessage): Fact[] {
  const said = { at: message.time, raw: message };
  switch (message.event) {
    case 'CallCreated': {
      const { call, direction, from, to, dialed, line, reference } = message;
      const details = { direction, from, to, ...(dialed && { dialed }), ...(line && { line }) };
      return [{ ...said, fact: 'call.begin', call, details, ...(reference && { reference }) }];
    }
    case 'CallerNamed':
      return [{ ...said, fact: 'call.update', call: message.call, details: { from: { name: message.name } } }];
    case 'LegCreated':
      return [
        {
          ...said,
          fact: 'leg.begin',
          call: message.call,
          leg: message.leg,
          role: message.side,
          party: message.party,
        },
      ];
    case 'LegRinging':
    case 'LegAnswered': {
      const fact = message.event === 'LegRinging' ? ('leg.ringing' as const) : ('leg.answer' as const);
      return [{ ...said, fact, call: message.call, leg: message.leg, party: message.party }];
    }
    case 'LegGone':
      return [
        {
          ...said,
          fact: 'leg.end',
          call: message.call,
          leg: message.leg,
          result: { disposition: outcomeOf(message.cause.code), reason: reasonOf(message.cause) },
          lost: message.lost,
        },
      ];
    case 'CallHeld':
      return [{ ...said, fact: 'call.hold', call: message.call, by: message.by }];
    case 'CallResumed':
      return [{ ...said, fact: 'call.resume', call: message.call, by: message.by }];
    case 'CallRedirected':
      return [{ ...said, fact: 'call.update', call: message.call, details: { to: message.to }, elsewhere: true }];
    case 'CallTransferred': {
      const { call, mode, by, to } = message;
      return [{ ...said, fact: 'call.transfer', call, mode, by, to }];
    }
    case 'CallsJoined': {
      const { call, into, by, to } = message;
      return [{ ...said, fact: 'call.merge', call, into, transfer: { mode: 'attended', by, to } }];
    }
    case 'Digits':
      return [
        {
          ...said,
          fact: 'call.dtmf',
          call: message.call,
          press: message.press,
          digits: message.digits,
          by: message.by,
        },
      ];
    case 'CallOver':
      return [
        {
          ...said,
          fact: 'call.end',
          call: message.call,
          result: { disposition: message.outcome, reason: reasonOf(message.cause) },
        },
      ];
    default:
      return otherFactsOf(message);
  }
}

type OfCalls =
  | 'CallCreated'
  | 'CallerNamed'
  | 'LegCreated'
  | 'LegRinging'
  | 'LegAnswered'
  | 'LegGone'
  | 'CallHeld'
  | 'CallResumed'
  | 'CallRedirected'
  | 'CallTransferred'
  | 'CallsJoined'
  | 'Digits'
  | 'CallOver';

function otherFactsOf(message: Exclude<SimulatorMessage, { event: OfCalls }>): Fact[] {
  const said = { at: message.time, raw: message };
  switch (message.event) {
    case 'QueueJoined': {
      const { queue: id, name, call, position, waiting } = message;
      return [{ ...said, fact: 'queue.join', call, queue: { id, name, position, waiting, waitSeconds: 0 } }];
    }
    case 'QueueLeft': {
      const { queue: id, name, call, why, waitSeconds, waiting } = message;
      const left = { ...said, fact: 'queue.leave' as const, call, queue: { id, name, waitSeconds, waiting } };
      return [why === null ? left : { ...left, why }];
    }
    case 'MemberAdded':
    case 'MemberRemoved':
    case 'MemberPaused':
    case 'MemberUnpaused': {
      const { queue: id, name, member } = message;
      return [{ ...said, fact: MEMBER_FACTS[message.event], queue: { id, name }, member: { ...member } }];
    }
    case 'MemberRinging':
    case 'MemberConnected': {
      const { queue: id, name, member, call } = message;
      return [{ ...said, fact: MEMBER_FACTS[message.event], queue: { id, name }, member: { ...member }, call }];
    }
    case 'RecordingFailed': {
      const { call, recording, why } = message;
      const about = { id: recording.id, format: 'wav', startedAt: recording.startedAt };
      return [{ ...said, fact: 'recording.failed', call, recording: about, reason: { code: null, text: why } }];
    }
    case 'RecordingStarted':
    case 'RecordingReady': {
      const { call, recording } = message;
      const about = { id: recording.id, format: 'wav', startedAt: recording.startedAt };
      if (message.event === 'RecordingStarted') return [{ ...said, fact: 'recording.start', call, recording: about }];
      return [{ ...said, fact: 'recording.available', call, recording: { ...about, seconds: recording.seconds } }];
    }
    case 'TextSent':
      return [{ ...said, fact: 'sms.sent', message: message.text }];
    case 'TextDelivered':
      return [{ ...said, fact: 'sms.delivered', message: message.text }];
    case 'TextReceived':
      return [{ ...said, fact: 'sms.received', message: message.text }];
    case 'TextFailed':
      return [{ ...said, fact: 'sms.failed', message: { ...message.text, reason: { code: null, text: message.why } } }];
    case 'ExtensionState':
      return [{ ...said, fact: 'raw', name: message.event, message }];
  }
}

const MEMBER_FACTS = {
  MemberAdded: 'queue.member.add',
  MemberRemoved: 'queue.member.remove',
  MemberPaused: 'queue.member.pause',
  MemberUnpaused: 'queue.member.unpause',
  MemberRinging: 'queue.member.ringing',
  MemberConnected: 'queue.member.connect',
} as const;

function reasonOf(cause: Cause): { code: string; text: string } {
  return { code: String(cause.code), text: cause.text };
}
