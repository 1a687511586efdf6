/** The table of scenarios: what each scene must look like to a flow, whatever the PBX. */

import type { QueryName, Topic } from '../../lib/index';
import type { Scene } from './stage';

export interface Scenario {
  scene: Scene;
  title: string;
  /** What the flow does, where a scene can be asked for in several ways. */
  act?: 'make-call-accepted';
  /** The provider must be able to do this, else the scene is not its business. */
  needs: {
    topics?: readonly Topic[];
    commands?: readonly ('call' | 'hangup' | 'redirect' | 'sms' | 'transfer')[];
    queries?: readonly QueryName[];
  };
  /** The events of the call the scene is about, in order; a step with `?` may be missing. */
  call?: readonly string[];
  /** More calls, where there are several of equal right. */
  calls?: readonly (readonly string[])[];
  queue?: readonly string[];
}

const CALL: readonly Topic[] = ['call.begin', 'call.end'];
const QUEUE: readonly Topic[] = ['queue.join', 'queue.leave'];

export const SCENARIOS: readonly Scenario[] = [
  {
    scene: 'inbound-answered',
    title: 'a call from outside that is answered',
    needs: { topics: CALL },
    call: ['begin inbound from customer', 'ringing first?', 'answer by first', 'end answered'],
  },
  {
    scene: 'inbound-missed',
    title: 'a call from outside that nobody takes is missed',
    needs: { topics: CALL },
    call: ['begin inbound from customer', 'ringing first?', 'end no-answer', 'missed'],
  },
  {
    scene: 'inbound-busy',
    title: 'a call from outside to a busy extension is missed',
    needs: { topics: CALL },
    call: ['begin inbound from customer', 'ringing first?', 'end busy', 'missed'],
  },
  {
    scene: 'inbound-rejected',
    title: 'a call from outside that is rejected is missed',
    needs: { topics: CALL },
    call: ['begin inbound from customer', 'ringing first?', 'end rejected', 'missed'],
  },
  {
    scene: 'inbound-cancelled',
    title: 'a caller from outside who gives up is missed',
    needs: { topics: CALL },
    call: ['begin inbound from customer', 'ringing first?', 'end cancelled', 'missed'],
  },
  {
    scene: 'internal-answered',
    title: 'a call between two extensions',
    needs: { topics: CALL },
    call: ['begin internal from first', 'ringing second?', 'answer by second', 'end answered'],
  },
  {
    scene: 'outbound-answered',
    title: 'a call to outside from a phone',
    needs: { topics: CALL },
    call: ['begin outbound from first', 'ringing customer?', 'answer by customer', 'end answered'],
  },
  {
    scene: 'ring-group',
    title: 'a leg of a ring group that loses is no missed call',
    needs: { topics: CALL },
    call: [
      'begin inbound from customer',
      'ringing second?',
      'ringing first?',
      'ringing second?',
      'answer by first',
      'end answered',
    ],
  },
  {
    scene: 'queue-answered',
    title: 'a caller waits in a queue and an agent answers',
    needs: { topics: [...CALL, ...QUEUE] },
    call: [
      'begin inbound from customer',
      'ringing second?',
      'ringing first?',
      'ringing second?',
      'answer by first',
      'end answered',
    ],
    queue: [
      'join queue',
      'member.ringing second?',
      'member.ringing first?',
      'member.ringing second?',
      'leave queue',
      'member.connect first?',
    ],
  },
  {
    scene: 'queue-abandoned',
    title: 'a caller gives up in a queue',
    needs: { topics: [...CALL, ...QUEUE, 'queue.abandon'] },
    call: [
      'begin inbound from customer',
      'ringing second?',
      'ringing first?',
      'ringing second?',
      'end cancelled',
      'missed',
    ],
    queue: [
      'join queue',
      'member.ringing second?',
      'member.ringing first?',
      'member.ringing second?',
      'leave queue',
      'abandon queue',
    ],
  },
  {
    scene: 'queue-timeout',
    title: 'a queue that times out is left, not abandoned',
    needs: { topics: [...CALL, ...QUEUE] },
    call: [
      'begin inbound from customer',
      'ringing second?',
      'ringing first?',
      'ringing second?',
      'end no-answer',
      'missed',
    ],
    queue: ['join queue', 'member.ringing second?', 'member.ringing first?', 'member.ringing second?', 'leave queue'],
  },
  {
    scene: 'blind-transfer',
    title: 'a blind transfer keeps the call',
    needs: { topics: ['call.transfer'] },
    call: [
      'begin inbound from customer',
      'ringing first?',
      'answer by first',
      'hold?',
      'resume?',
      'ringing second?',
      'transfer blind to second',
      'ringing second?',
      'end answered',
    ],
  },
  {
    scene: 'attended-transfer',
    title: 'an attended transfer keeps the call',
    needs: { topics: ['call.transfer'] },
    call: [
      'begin inbound from customer',
      'ringing first?',
      'answer by first',
      'hold?',
      'ringing second?',
      'resume?',
      'transfer attended to second',
      'resume?',
      'end answered',
    ],
  },
  {
    scene: 'hold-resume',
    title: 'hold and resume once each',
    needs: { topics: ['call.hold', 'call.resume'] },
    call: ['begin inbound from customer', 'ringing first?', 'answer by first', 'hold', 'resume', 'end answered'],
  },
  {
    scene: 'dtmf',
    title: 'digits pressed in a call',
    needs: { topics: ['call.dtmf'] },
  },
  { scene: 'recording', title: 'a recorded call', needs: { topics: ['recording.available'] } },
  {
    scene: 'simultaneous',
    title: 'calls at the same time do not mix',
    needs: { topics: CALL },
    calls: [
      ['begin inbound from customer', 'ringing first?', 'answer by first', 'end answered'],
      ['begin internal from first', 'ringing second?', 'answer by second', 'end answered'],
    ],
  },
  {
    scene: 'told-twice',
    title: 'what the PBX says twice is told once',
    needs: { topics: CALL },
    call: ['begin inbound from customer', 'ringing first?', 'answer by first', 'end answered'],
  },
  {
    scene: 'member-pause',
    title: 'an agent pauses and comes back',
    needs: { topics: ['queue.member.pause', 'queue.member.unpause'] },
    queue: ['member.pause first', 'member.unpause first'],
  },
  {
    scene: 'reconnect',
    title: 'a call that ended while the link was down gets an inferred end',
    needs: { topics: CALL },
    call: ['begin inbound from customer', 'ringing first?', 'answer by first', 'end answered (inferred)'],
  },
  {
    scene: 'make-call-answered',
    title: 'make call: the far end answers',
    needs: { topics: CALL, commands: ['call'] },
    call: ['begin outbound from first', 'ringing customer?', 'answer by customer', 'end answered'],
  },
  {
    scene: 'make-call-answered',
    act: 'make-call-accepted',
    title: 'make call: it is enough that the PBX takes it',
    needs: { topics: CALL, commands: ['call'] },
    call: ['begin outbound from first', 'ringing customer?', 'answer by customer', 'end answered'],
  },
  {
    scene: 'make-call-busy',
    title: 'make call: the far end is busy',
    needs: { topics: CALL, commands: ['call'] },
    call: ['begin outbound from first', 'ringing customer?', 'end busy'],
  },
  {
    scene: 'make-call-unanswered',
    title: 'make call: nobody answers in time',
    needs: { topics: CALL, commands: ['call', 'hangup'] },
  },
  {
    scene: 'hangup',
    title: 'hang up ends the call',
    needs: { topics: CALL, commands: ['hangup'] },
    call: ['begin inbound from customer', 'ringing first?', 'answer by first', 'end answered'],
  },
  {
    scene: 'redirect-ringing',
    title: 'a ringing call is redirected and answered elsewhere',
    needs: { topics: CALL, commands: ['redirect'] },
    call: ['begin inbound from customer', 'ringing first?', 'ringing second?', 'answer by second', 'end answered'],
  },
  { scene: 'sms', title: 'a text is sent', needs: { topics: ['sms.sent'], commands: ['sms'] } },
];
