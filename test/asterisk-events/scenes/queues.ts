/** Queues and their agents: phones, and Local channels with nobody behind. */

import { JANA } from './story';
import type { Story } from './story';

const WAITS_IN_SALES = [
  `begin inbound ${JANA} dials 0220282029`,
  'join sales',
  'member.ringing sales 1003 Carol',
  'member.ringing sales 1002 Bob',
];

export const QUEUES: Record<string, Story> = {
  'qa-queue-ringall-answered': [
    ...WAITS_IN_SALES,
    'ringing 1003',
    'ringing 1002',
    'answer 1002',
    'leave sales connected',
    'member.connect sales 1002 Bob',
    `end answered (16) inbound ${JANA}>1002`,
  ],
  'qb-queue-abandoned-sip': [
    ...WAITS_IN_SALES,
    'ringing 1002',
    'ringing 1003',
    'leave sales abandoned',
    'abandon sales',
    `end cancelled (16?) inbound ${JANA}>1003`,
    'missed',
  ],
  // Two seconds in the queue, then 1004 rings: not abandoned.
  'qc-queue-timeout-then-phone': [
    `begin inbound ${JANA} dials 0220282032`,
    ...WAITS_IN_SALES.slice(1),
    'ringing 1002',
    'ringing 1003',
    'leave sales timeout',
    'ringing 1004',
    'answer 1004',
    `end answered (16) inbound ${JANA}>1004`,
  ],
  'qd-queue-timeout-hangup': [
    'begin internal 1001 dials 522',
    ...WAITS_IN_SALES.slice(1),
    'ringing 1002',
    'ringing 1003',
    'leave sales timeout',
    'end no-answer internal 1001>1003',
  ],
  'qd2-queue-timeout-hangup-trunk-in': [
    `begin inbound ${JANA} dials 0220282035`,
    ...WAITS_IN_SALES.slice(1),
    'ringing 1002',
    'ringing 1003',
    'leave sales timeout',
    `end no-answer inbound ${JANA}>1003`,
    'missed',
  ],
  'qe-queue-agent-attended-transfer': {
    A: [
      ...WAITS_IN_SALES,
      'ringing 1002',
      'answer 1002',
      'leave sales connected',
      'member.connect sales 1002 Bob',
      'hold by 1002',
      'resume by 1002',
      'transfer attended by 1002 to 1004',
      `end answered (16) inbound ${JANA}>1004`,
    ],
    B: ['begin internal 1002 dials 1004', 'ringing 1004', 'answer 1004', 'end answered (merged) internal 1002>1004'],
  },
  'qf-queue-three-callers': {
    A: [
      ...WAITS_IN_SALES,
      'ringing 1002',
      'ringing 1003',
      'answer 1002',
      'leave sales connected',
      'member.connect sales 1002 Bob',
      `end answered (16) inbound ${JANA}>1002`,
    ],
    B: [
      'begin internal 1001 dials 520',
      'join sales',
      'leave sales abandoned',
      'abandon sales',
      'end cancelled (16?) internal 1001>520',
    ],
    C: [
      'begin internal 1004 dials 520',
      'join sales',
      'member.ringing sales 1003 Carol',
      'ringing 1003',
      'answer 1003',
      'leave sales connected',
      'member.connect sales 1003 Carol',
      'end answered (16) internal 1004>1003',
    ],
  },
  'r2-redirect-queued': [
    ...WAITS_IN_SALES,
    'ringing 1002',
    'ringing 1003',
    'leave sales redirected',
    'ringing 1004',
    'answer 1004',
    `end answered (16) inbound ${JANA}>1004`,
  ],
  'sl-queue-sip-agent': {
    '-': ['member.add empty 1002 Bob', 'member.remove empty 1002 Bob'],
    A: [
      'begin internal 1001 dials 503',
      'join empty',
      'member.ringing empty 1002 Bob',
      'ringing 1002',
      'answer 1002',
      'leave empty connected',
      'member.connect empty 1002 Bob',
      'hold by 1002',
      'resume by 1002',
      'end answered (16) internal 1001>1002',
    ],
  },
  // The agent is busy; the caller waits on and gives up.
  'sm-queue-sip-agent-rejects': {
    '-': ['member.add empty 1002 Bob', 'member.remove empty 1002 Bob'],
    A: [
      'begin internal 1001 dials 503',
      'join empty',
      'member.ringing empty 1002 Bob',
      'ringing 1002',
      'leave empty abandoned',
      'abandon empty',
      'end cancelled (16?) internal 1001>1002',
    ],
  },
  'sn-queue-agent-transfers': {
    '-': ['member.add empty 1002 Bob', 'member.remove empty 1002 Bob'],
    A: [
      'begin internal 1001 dials 503',
      'join empty',
      'member.ringing empty 1002 Bob',
      'ringing 1002',
      'answer 1002',
      'leave empty connected',
      'member.connect empty 1002 Bob',
      'transfer blind by 1002 to 1003',
      'ringing 1003',
      'end answered (16) internal 1001>1003',
    ],
  },
  '70-queue-members': {
    '-': [
      'member.add empty agent-quick Dyn Agent',
      'member.pause empty agent-quick Dyn Agent',
      'member.unpause empty agent-quick Dyn Agent',
      'member.pause empty agent-quick Dyn Agent',
      'member.remove empty agent-quick Dyn Agent',
    ],
  },
  '71-queue-answered': queueTaken('agent-ok-1', 'Agent One'),
  '72-queue-answered-agent-hangs': queueTaken('agent-ok-1', 'Agent One'),
  '73-queue-abandon': [
    'begin unknown 555',
    'join deaf',
    'member.ringing deaf agent-noanswer Agent Deaf',
    'ringing agent-noanswer',
    'leave deaf abandoned',
    'abandon deaf',
    'end cancelled unknown 555>agent-noanswer',
  ],
  // Eight seconds, three tries at the same agent, and no abandon.
  '74-queue-ringnoanswer-timeout': [
    'begin unknown 555',
    'join deaf',
    ...[1, 2, 3].flatMap(() => ['member.ringing deaf agent-noanswer Agent Deaf', 'ringing agent-noanswer']),
    'leave deaf timeout',
    'end no-answer unknown 555>agent-noanswer',
  ],
  '76-queue-wait-then-agent-added': {
    '-': ['member.add empty agent-quick Dyn Agent', 'member.remove empty agent-quick Dyn Agent'],
    A: waitsForQuick('555'),
    B: waitsForQuick('556'),
  },
  '77-queue-agent-blindtransfer': [
    ...queueTaken('agent-ok-1', 'Agent One').slice(0, -1),
    'transfer blind by agent-ok-1 to 101',
    'end answered (16) unknown 555>101',
  ],
  // The queue holds one caller; the second is turned away and was never in it.
  '78-queue-full': {
    A: ['begin unknown 555', 'join full', 'leave full abandoned', 'abandon full', 'end cancelled unknown 555>-'],
    B: ['begin unknown 556', 'end no-answer (16) unknown 556>-'],
  },
};

function queueTaken(agent: string, name: string): string[] {
  return [
    'begin unknown 555',
    'join support',
    `member.ringing support ${agent} ${name}`,
    `ringing ${agent}`,
    `answer ${agent}`,
    'leave support connected',
    `member.connect support ${agent} ${name}`,
    `end answered (16) unknown 555>${agent}`,
  ];
}

function waitsForQuick(caller: string): string[] {
  return [
    `begin unknown ${caller}`,
    'join empty',
    'member.ringing empty agent-quick Dyn Agent',
    'answer agent-quick',
    'leave empty connected',
    'member.connect empty agent-quick Dyn Agent',
    `end answered (16) unknown ${caller}>agent-quick`,
  ];
}
