/** Calls that change hands: transfers, pick-up, redirects, parking. */

import { JANA } from './story';
import type { Story } from './story';

export const TALK = ['begin internal 1001 dials 1002', 'ringing 1002', 'answer 1002'];
export const JANA_TALKS = [`begin inbound ${JANA} dials 0220282028`, 'ringing 1001', 'answer 1001'];
/** The code *2 and the number, typed by 1002 or in its name. */
const ASKS_1003 = [
  'dtmf * by 1002',
  'dtmf 2 by 1002',
  'hold by 1002',
  ...'1003'.split('').map((digit) => `dtmf ${digit} by 1002`),
];

export const TRANSFERS: Record<string, Story> = {
  'sa-blindxfer-refer-caller': [
    ...TALK,
    'transfer blind by 1001 to 1003',
    'ringing 1003',
    'end answered (16) internal 1001>1003',
  ],
  'sb-blindxfer-refer-callee': [
    ...TALK,
    'transfer blind by 1002 to 1003',
    'ringing 1003',
    'end answered (16) internal 1001>1003',
  ],
  'sx-blindxfer-busy': [...TALK, 'transfer blind by 1002 to 1003', 'end answered (17) internal 1001>1003'],
  'sx2-blindxfer-noanswer': [
    ...TALK,
    'transfer blind by 1002 to 1003',
    'ringing 1003',
    'end answered (16) internal 1001>1003',
  ],
  // There is no such extension: nothing was transferred.
  'sx3-blindxfer-invalid': [...TALK, 'end answered (16) internal 1001>1002'],
  'sx4-blindxfer-trunk-in': [
    ...JANA_TALKS,
    'transfer blind by 1001 to 1002',
    'ringing 1002',
    `end answered (16) inbound ${JANA}>1002`,
  ],
  'sx5-blindxfer-ami': [
    ...TALK,
    'transfer blind by 1002 to 1003',
    'ringing 1003',
    'end answered (16) internal 1001>1003',
  ],
  'sc-attended-refer': {
    A: [
      ...TALK,
      'hold by 1001',
      'resume by 1001',
      'transfer attended by 1001 to 1003',
      'end answered (16) internal 1001>1003',
    ],
    B: ['begin internal 1001 dials 1003', 'ringing 1003', 'answer 1003', 'end answered (merged) internal 1001>1003'],
  },
  'sd-attended-refer-callee': {
    A: [
      ...TALK,
      'hold by 1002',
      'resume by 1002',
      'transfer attended by 1002 to 1003',
      'end answered (16) internal 1001>1003',
    ],
    B: ['begin internal 1002 dials 1003', 'ringing 1003', 'answer 1003', 'end answered (merged) internal 1002>1003'],
  },
  'sd2-attended-refer-trunk-in': {
    A: [
      ...JANA_TALKS,
      'hold by 1001',
      'resume by 1001',
      'transfer attended by 1001 to 1002',
      `end answered (16) inbound ${JANA}>1002`,
    ],
    B: ['begin internal 1001 dials 1002', 'ringing 1002', 'answer 1002', 'end answered (merged) internal 1001>1002'],
  },
  // By feature code the asked party is no call of its own, and joins when the transfer is done.
  'se-atxfer-ami': [...TALK, ...ASKS_1003, 'transfer attended by 1002 to 1003', 'end answered (16) internal 1001>1003'],
  'se4-attended-feature-code': [
    ...TALK,
    ...ASKS_1003,
    'transfer attended by 1002 to 1003',
    'end answered (16) internal 1001>1003',
  ],
  // "Blonde": transferred while 1003 still rings.
  'se2-blonde-refer': {
    A: [
      ...TALK,
      'hold by 1002',
      'resume by 1002',
      'transfer attended by 1002 to 1003',
      'end answered (16) internal 1001>1003',
    ],
    B: ['begin internal 1002 dials 1003', 'ringing 1003', 'end cancelled (merged) internal 1002>1003'],
  },
  'se3-blonde-feature-code': [
    ...TALK,
    ...ASKS_1003,
    'transfer attended by 1002 to 1003',
    'ringing 1003',
    'end answered (16) internal 1001>1003',
  ],
  'c1-pickup-group': {
    A: ['begin internal 1001 dials 1002', 'ringing 1002', 'answer 1003', 'end answered (16) internal 1001>1003'],
    B: ['begin internal 1003 dials *8', 'end cancelled (merged) internal 1003>-'],
  },
  'c1b-pickup-directed': {
    A: ['begin internal 1001 dials 1002', 'ringing 1002', 'answer 1003', 'end answered (16) internal 1001>1003'],
    B: ['begin internal 1003 dials **1002', 'end cancelled (merged) internal 1003>-'],
  },
  'r1-redirect-ringing': [
    'begin internal 1001 dials 1002',
    'ringing 1002',
    'ringing 1003',
    'answer 1003',
    'end answered (16) internal 1001>1003',
  ],
  'r1b-redirect-ringing-trunk-in': [
    `begin inbound ${JANA} dials 0220282028`,
    'ringing 1001',
    'ringing 1002',
    'answer 1002',
    `end answered (16) inbound ${JANA}>1002`,
  ],
  // Redirected by another program: Asterisk has no event for that.
  'r3-redirect-answered': [...TALK, 'ringing 1003', 'end answered (16) internal 1001>1003'],
};

export const PARKING: Record<string, Story> = {
  // The manager parks 1001 itself; 1003 dials 701 and has it.
  'c2-park-unpark': {
    A: [...TALK, 'hold by -', 'resume by 1003', 'end answered (16) internal 1001>1003'],
    B: ['begin internal 1003 dials 701', 'end cancelled (merged) internal 1003>701'],
  },
  'c3-park-timeout-comeback': [
    'begin internal 1002 dials 1001',
    'ringing 1001',
    'answer 1001',
    'transfer blind by 1001 to 750',
    'hold by 1001',
    'ringing 1001',
    'resume by 1001',
    'end answered (16) internal 1002>1001',
  ],
  'c3b-park-timeout-elsewhere': [
    ...JANA_TALKS,
    'transfer blind by 1001 to 770',
    'hold by 1001',
    'ringing 1004',
    'resume by 1004',
    `end answered (16) inbound ${JANA}>1004`,
  ],
  'c3c-park-retrieved-sip': {
    A: [
      ...JANA_TALKS,
      'transfer blind by 1001 to 700',
      'hold by 1001',
      'resume by 1002',
      `end answered (16) inbound ${JANA}>1002`,
    ],
    B: ['begin internal 1002 dials 701', 'end cancelled (merged) internal 1002>701'],
  },
  'c3d-park-caller-gives-up': [
    ...JANA_TALKS,
    'transfer blind by 1001 to 700',
    'hold by 1001',
    `end answered (16) inbound ${JANA}>700`,
  ],
  'c3e-park-feature-code': [
    ...JANA_TALKS,
    'dtmf # by 1001',
    'dtmf 7 by 1001',
    'dtmf 2 by 1001',
    'hold by 1001',
    `end answered (16) inbound ${JANA}>1001`,
  ],
};
