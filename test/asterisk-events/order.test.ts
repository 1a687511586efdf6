/**
 * Asterisk keeps the order of events for each channel only: between channels they come as its threads happen to run. So the same scene
 * is played in many orders that keep that of each channel, and must always look the same.
 */

import assert from 'node:assert/strict';
import type { AmiMessage } from '../../lib/transport/ami';
import { eventsOf, play, storiesOf } from './replay';

const SCENES = [
  's1-answered-caller-hangs',
  's2-answered-callee-hangs',
  's3-busy',
  's4-declined',
  's5-cancel',
  's6-unregistered',
  's9-hold-unhold',
  't1-trunk-in-answered',
  't2-trunk-in-missed',
  't4-trunk-in-caller-cancels',
  't6-trunk-out-answered',
  't7-trunk-out-busy',
  'o1-click2dial-channelid-pings',
  'o2-click2dial-callee-busy',
  'si-local-optimization',
  'so-forward-302',
  '40-call-answered',
  '41-call-busy',
  '42-call-noanswer',
  'sl-queue-sip-agent',
];

const PARKED_BY_TRANSFER = [
  'c3-park-timeout-comeback',
  'c3b-park-timeout-elsewhere',
  'c3c-park-retrieved-sip',
  'c3d-park-caller-gives-up',
];

const SHUFFLES = 60;
/** By how many events another may be late. */
const LAG = 5;

/** Every channel (and member, which has none) that an event tells about: its order within each of these is kept. */
const SUBJECTS = ['uniqueid', 'destuniqueid', 'interface'];

describe('the order between channels', () => {
  for (const version of ['22', '16'] as const) {
    for (const scene of SCENES) {
      it(`does not matter in ${scene} of Asterisk ${version}`, () => {
        const events = eventsOf(version, scene);
        const expected = canonical(events);
        for (let seed = 1; seed <= SHUFFLES; seed++) {
          const shuffled = shuffle(events, randomOf(seed));
          assert.deepEqual(canonical(shuffled), expected, `seed ${seed}`);
        }
      });
    }

    for (const scene of PARKED_BY_TRANSFER) {
      it(`of parking and of the transfer that leads there does not matter in ${scene} of Asterisk ${version}`, () => {
        const events = eventsOf(version, scene);
        assert.deepEqual(canonical(parkedFirst(events)), canonical(events));
      });
    }
  }
});

/** One thread of Asterisk parks the call, another tells of the transfer. */
function parkedFirst(events: readonly AmiMessage[]): AmiMessage[] {
  const transfer = events.findIndex(({ name }) => name === 'BlindTransfer');
  const parked = events.findIndex(({ name }, index) => name === 'ParkedCall' && index > transfer);
  assert.ok(transfer >= 0 && parked > transfer, 'the recording has the transfer first');
  const swapped = [...events];
  swapped.splice(transfer, 0, ...swapped.splice(parked, 1));
  return swapped;
}

/** Simultaneous steps of one call may change places; what happens, and how it ends, may not. */
function canonical(events: readonly AmiMessage[]): Record<string, string[]> {
  const stories = storiesOf(play(events));
  return Object.fromEntries(Object.entries(stories).map(([call, steps]) => [call, [...steps].sort()]));
}

/** An order that Asterisk's threads could have produced: no event is overtaken by more than a few others. */
function shuffle(events: readonly AmiMessage[], random: () => number): AmiMessage[] {
  const waiting = events.map((event) => ({ event, subjects: subjectsOf(event), overtaken: 0 }));
  const result: AmiMessage[] = [];
  while (waiting.length > 0) {
    const ahead = new Set<string>();
    const free: number[] = [];
    for (const [index, { subjects, overtaken }] of waiting.entries()) {
      if (!subjects.some((subject) => ahead.has(subject))) free.push(index);
      for (const subject of subjects) ahead.add(subject);
      if (overtaken >= LAG) break;
    }
    const chosen = free[Math.floor(random() * free.length)] ?? 0;
    const [next] = waiting.splice(chosen, 1);
    for (let index = 0; index < chosen; index++) {
      const passed = waiting[index];
      if (passed) passed.overtaken++;
    }
    if (next) result.push(next.event);
  }
  return result;
}

function subjectsOf(event: AmiMessage): string[] {
  return SUBJECTS.flatMap((key) => event.get(key) ?? []);
}

function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_769;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}
