/** Calls between the phones of the house, and with the telephone company. */

import { JANA } from './story';
import type { Story } from './story';

export const BETWEEN_PHONES: Record<string, Story> = {
  's1-answered-caller-hangs': [
    'begin internal 1001 dials 1002',
    'ringing 1002',
    'answer 1002',
    'end answered (16) internal 1001>1002',
  ],
  's2-answered-callee-hangs': [
    'begin internal 1001 dials 1002',
    'ringing 1002',
    'answer 1002',
    'end answered (16) internal 1001>1002',
  ],
  's3-busy': ['begin internal 1001 dials 1002', 'ringing 1002', 'end busy (17) internal 1001>1002'],
  's4-declined': ['begin internal 1001 dials 1002', 'ringing 1002', 'end rejected (21) internal 1001>1002'],
  's5-cancel': ['begin internal 1001 dials 1002', 'ringing 1002', 'end cancelled (127) internal 1001>1002'],
  // No contact of 1003 is known: it never rings, and no event of the called side comes.
  's6-unregistered': ['begin internal 1001 dials 1003', 'end unreachable (3) internal 1001>1003'],
  's9-hold-unhold': [
    'begin internal 1001 dials 1002',
    'ringing 1002',
    'answer 1002',
    'hold by 1001',
    'resume by 1001',
    'end answered (16) internal 1001>1002',
  ],
  'sq-early-media-183': ['begin internal 1001 dials 1002', 'answer 1002', 'end answered (16) internal 1001>1002'],
  // 1002 answers "302, moved to 1003" and never rings.
  'so-forward-302': [
    'begin internal 1001 dials 1002',
    'ringing 1003',
    'answer 1003',
    'end answered (16) internal 1001>1003',
  ],
  // 1903 rings 1002 through a Local channel, which disappears in mid-call.
  'si-local-optimization': [
    'begin internal 1001 dials 1903',
    'ringing 1002',
    'answer 1002',
    'end answered (16) internal 1001>1002',
  ],
  // 1900 rings 1002 and 1003; 1002 is quicker, and 1003 has missed nothing.
  'sr-ringgroup-sip': [
    'begin internal 1001 dials 1900',
    'ringing 1003',
    'ringing 1002',
    'answer 1002',
    'end answered (16) internal 1001>1002',
  ],
  // Nobody takes the group call: one is busy in the end.
  'sr2-ringgroup-nobody': [
    'begin internal 1001 dials 1900',
    'ringing 1003',
    'ringing 1002',
    'end busy (17) internal 1001>1002',
  ],
  'sr3-rings-two-in-turn': [
    'begin internal 1001 dials 1901',
    'ringing 1002',
    'ringing 1003',
    'answer 1003',
    'end answered (16) internal 1001>1003',
  ],
  'sk-dtmf-info': [
    'begin internal 1001 dials 108',
    'dtmf 4 by 1001',
    'dtmf 2 by 1001',
    'dtmf # by 1001',
    // A voice menu answered, no person did; the PBX hung up.
    'end no-answer (16) internal 1001>108',
  ],
};

export const TRUNK: Record<string, Story> = {
  't1-trunk-in-answered': [
    `begin inbound ${JANA} dials 0220282028`,
    'ringing 1001',
    'answer 1001',
    `end answered (16) inbound ${JANA}>1001`,
  ],
  't2-trunk-in-missed': [
    `begin inbound ${JANA} dials 0220282028`,
    'ringing 1001',
    `end no-answer inbound ${JANA}>1001`,
    'missed',
  ],
  't3-trunk-in-busy': [`begin inbound ${JANA} dials 0220282028`, `end busy (17) inbound ${JANA}>1001`, 'missed'],
  't3b-trunk-in-declined': [
    `begin inbound ${JANA} dials 0220282028`,
    `end rejected (21) inbound ${JANA}>1001`,
    'missed',
  ],
  't4-trunk-in-caller-cancels': [
    `begin inbound ${JANA} dials 0220282028`,
    'ringing 1001',
    `end cancelled (127) inbound ${JANA}>1001`,
    'missed',
  ],
  // A phone for two seconds, then a recorded voice: nobody answered.
  't5-trunk-in-voicemail': [
    `begin inbound ${JANA} dials 0220282034`,
    'ringing 1001',
    `end no-answer inbound ${JANA}>1001`,
    'missed',
  ],
  't6-trunk-out-answered': [
    'begin outbound 1001 dials 0900123456',
    'ringing 0900123456',
    'answer 0900123456',
    'end answered (16) outbound 1001>0900123456',
  ],
  't7-trunk-out-busy': ['begin outbound 1001 dials 0900123456', 'end busy (17) outbound 1001>0900123456'],
  't8-trunk-out-cancelled': [
    'begin outbound 1001 dials 0900123456',
    'ringing 0900123456',
    'end cancelled (127) outbound 1001>0900123456',
  ],
  // Four digits look like an extension until the trunk is called.
  't9-trunk-out-invalid-number': ['begin internal 1001 dials 0999', 'end invalid-number (1) outbound 1001>0999'],
  'ta-trunk-in-ringgroup': [
    `begin inbound ${JANA} dials 0220282030`,
    'ringing 1002',
    'ringing 1003',
    'answer 1003',
    `end answered (16) inbound ${JANA}>1003`,
  ],
  'tb-trunk-in-voice-menu': [
    `begin inbound ${JANA} dials 0220282031`,
    `dtmf 4 by ${JANA}`,
    `dtmf 2 by ${JANA}`,
    `dtmf # by ${JANA}`,
    `end no-answer (16) inbound ${JANA}>-`,
    'missed',
  ],
  'tc-trunk-in-hold': [
    `begin inbound ${JANA} dials 0220282028`,
    'ringing 1001',
    'answer 1001',
    'hold by 1001',
    'resume by 1001',
    `end answered (16) inbound ${JANA}>1001`,
  ],
};
