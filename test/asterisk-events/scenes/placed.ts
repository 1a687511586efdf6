/** Calls that Asterisk was told to place, Local channels, and recordings. */

import type { Story } from './story';
import { TALK } from './transfers';

/** Asterisk rings 1001 first, then calls on: 1001 is the caller, and "answered" means the far end. */
export const CLICK_TO_CALL: Record<string, Story> = {
  'sf-click2dial': ['begin unknown 1001', 'ringing 1002', 'answer 1002', 'end answered (16) internal 1001>1002'],
  'sg-click2dial-busy': ['begin unknown 1001', 'end busy (17) unknown 1001>-'],
  // 16 tells no code for a phone that rang out.
  'sh-click2dial-noanswer': ['begin unknown 1001', 'end no-answer (19?) unknown 1001>-'],
  'sh2-click2dial-callee-noanswer': [
    'begin unknown 1001',
    'ringing 1002', // The dialplan hangs up with that code.
    'end no-answer (19) internal 1001>1002',
  ],
  'o1-click2dial-channelid-pings': [
    'begin unknown 1001',
    'ringing 1002',
    'answer 1002',
    'end answered (16) internal 1001>1002',
  ],
  'o2-click2dial-callee-busy': ['begin unknown 1001', 'end busy (17) internal 1001>1002'],
  'o3-click2dial-out-trunk': [
    'begin unknown 1001',
    'ringing 0900123456',
    'answer 0900123456',
    'end answered (16) outbound 1001>0900123456',
  ],
  'o3b-click2dial-out-busy': ['begin unknown 1001', 'end busy (17) outbound 1001>0900123456'],
  'o4-click2dial-caller-declines': ['begin unknown 1001', 'end rejected (21) unknown 1001>-'],
};

/** Callers and called ones that are nothing but Local channels: who they are is unknown, but no half shows as a party. */
const ANN_TALKS = ['begin unknown 555', 'ringing 102', 'answer 102'];

export const LOCAL_CHANNELS: Record<string, Story> = {
  '30-originate-exten-async': ['begin unknown 555', 'end no-answer (16) unknown 555>-'],
  '32-originate-app': ['begin unknown 555', 'end no-answer unknown 555>-'],
  '33-originate-busy': ['begin unknown -', 'end busy (17) unknown ->-'],
  '34-originate-noanswer': ['begin unknown -', 'end no-answer (19?) unknown ->-'],
  '35-originate-congestion': ['begin unknown -', 'end failed (34) unknown ->-'],
  '36-originate-nonexistent': {},
  '37-originate-channelid': ['begin unknown 555', 'end no-answer (16) unknown 555>-'],
  // The second attempt with the same id fails and must not end the living call.
  '38-originate-duplicate-id': ['begin unknown 555', 'end no-answer unknown 555>-'],
  '40-call-answered': [...ANN_TALKS, 'end answered (16) unknown 555>102'],
  '41-call-busy': ['begin unknown 555', 'end busy (17) unknown 555>103'],
  '42-call-noanswer': ['begin unknown 555', 'ringing 104', 'end no-answer unknown 555>104'],
  '43-call-caller-cancels': ['begin unknown 555', 'ringing 104', 'end cancelled (16) unknown 555>104'],
  '46-call-rejected': ['begin unknown 555', 'end rejected (21) unknown 555>111'],
  '47-call-ringgroup': [
    'begin unknown 555',
    'ringing 102',
    'ringing 104',
    'answer 102',
    'end answered (16) unknown 555>102',
  ],
  '48-call-local-optimized': [...ANN_TALKS, 'end answered (16) unknown 555>102'],
  '4a-call-local-optimized-both': [...ANN_TALKS, 'end answered (16) unknown 555>102'],
  '50-redirect': [...ANN_TALKS, 'end answered (16) unknown 555>102'],
  '51-redirect-both': [...ANN_TALKS, 'end answered (16) unknown 555>102'],
  '52-blindtransfer': [...ANN_TALKS, 'transfer blind by 102 to 101', 'end answered (16) unknown 555>101'],
  '53-atxfer-complete': [
    ...ANN_TALKS,
    ...annAsks('102'),
    'transfer attended by 102 to 102',
    'end answered (16) unknown 555>102',
  ],
  // Asked, and then went back to the first party: nobody new is in the call.
  '54-atxfer-cancel': [
    ...ANN_TALKS,
    ...annAsks('102'),
    'dtmf * by 102',
    'dtmf 1 by 102',
    'resume by 102',
    'end answered (16) unknown 555>102',
  ],
  '55-atxfer-noanswer': [...ANN_TALKS, ...annAsks('103'), 'resume by 102?', 'end answered (16) unknown 555>102'],
  '56-dtmf-blindxfer': [
    ...ANN_TALKS,
    'dtmf # by 102',
    'dtmf 1 by 102',
    'hold by 102',
    ...'101'.split('').map((digit) => `dtmf ${digit} by 102`),
    'resume by 102',
    'transfer blind by 102 to 101',
    'end answered (16) unknown 555>101',
  ],
  // Two callers, each alone with the PBX, are connected by the manager: the second joins the first.
  '57-bridge-action': {
    A: ['begin unknown 555', 'answer 556', 'end answered (16) unknown 555>556'],
    B: ['begin unknown 556', 'end cancelled (merged) unknown 556>-'],
  },
  '58-park': [...ANN_TALKS, 'hold by 555', 'end answered (16) unknown 555>102'],
  '5a-dtmf': [
    'begin unknown 555',
    'dtmf 1 by 555',
    'dtmf 2 by 555',
    'dtmf # by 555',
    'end no-answer (16) unknown 555>-',
  ],
  '07-login-events-mask': ['begin unknown 555', 'end no-answer (16) unknown 555>-'],
  '25-variables': ['begin unknown 555', 'end no-answer unknown 555>-'],
  // Hung up by the manager with the code of a refusal.
  '4b-hangup-regex-cause': ['begin unknown 555', 'end rejected (21) unknown 555>-'],
  // Music on hold is no hold.
  '59-hold-moh': ['begin unknown 555', 'end no-answer unknown 555>-'],
  // The server stops in mid-call and still tells the end.
  '92-shutdown-with-call': [...ANN_TALKS, 'end answered (16) unknown 555>102'],
  '94-timestampevents-channelvars': ['begin unknown 555', 'end no-answer (16) unknown 555>-'],
  // A number with a line break in it: what follows the break is no field of the event.
  'c8-newlines-in-values': ['begin unknown 555', 'end no-answer unknown Eve>-'],
  // A conference is no person who answers; one is thrown out by the PBX, the other hangs up.
  '5b-confbridge': {
    A: ['begin unknown 555', 'end no-answer (16) unknown 555>-'],
    B: ['begin unknown 556', 'end cancelled (16) unknown 556>-'],
  },
};

function annAsks(number: string): string[] {
  return ['dtmf * by 102', 'dtmf 2 by 102', 'hold by 102', ...number.split('').map((digit) => `dtmf ${digit} by 102`)];
}

export const RECORDINGS: Record<string, Story> = {
  '60-mixmonitor-action': [
    ...ANN_TALKS,
    'recording.start manual-1.wav',
    'recording.available manual-1.wav',
    'end answered (16) unknown 555>102',
  ],
  '61-mixmonitor-dialplan': [
    'begin unknown 555',
    'recording.start <id>.wav',
    'recording.available <id>.wav',
    'end no-answer (16) unknown 555>-',
  ],
  '62-mixmonitor-call': [
    'begin unknown 555',
    'recording.start call-<id>.wav',
    'ringing 102',
    'answer 102',
    'recording.available call-<id>.wav',
    'end answered (16) unknown 555>102',
  ],
  '63-record-app': [
    'begin unknown 555',
    'recording.start rec-<id>',
    'recording.available rec-<id>',
    'end no-answer unknown 555>-',
  ],
  'sp-mixmonitor-sip': [
    ...TALK,
    'recording.start rec-<id>.wav',
    'recording.available rec-<id>.wav',
    'end answered (16) internal 1001>1002',
  ],
  'x1-mixmonitor-action-sip': [
    ...TALK,
    'recording.start scene-<id>.wav',
    'recording.available scene-<id>.wav',
    'end answered (16) internal 1001>1002',
  ],
  // Nothing tells the end of this one: it ends with the call.
  'x2-mixmonitor-until-hangup': [
    'begin internal 1001 dials 1902',
    'recording.start call-<id>.wav',
    'ringing 1002',
    'answer 1002',
    'recording.available call-<id>.wav',
    'end answered (16) internal 1001>1002',
  ],
};
