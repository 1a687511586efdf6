/**
 * Every recorded scene, as a flow should see it. Written from what people did in the scene (its name, its log, the dialplan of the test
 * PBX), not from what the code makes of it. A step with `?` may be missing and `(16?)` is a cause that only one version tells.
 */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventsOf, play, storiesOf, transcriptFolder } from './replay';
import type { AsteriskVersion } from './replay';
import { BETWEEN_PHONES, TRUNK } from './scenes/phones';
import { CLICK_TO_CALL, LOCAL_CHANNELS, RECORDINGS } from './scenes/placed';
import { QUEUES } from './scenes/queues';
import type { Story } from './scenes/story';
import { PARKING, TRANSFERS } from './scenes/transfers';

const NO_CALLS: Record<string, Story> = {
  's0-register': {},
  // The number is unknown to the dialplan: no event at all.
  's7-nosuch-extension': {},
  's8-bad-password': {},
  'sj-message': {},
  '80-messagesend': {},
  '90-shutdown-idle': {},
};

const CHAPTERS: Readonly<Record<string, Record<string, Story>>> = {
  'between phones': BETWEEN_PHONES,
  'with the telephone company': TRUNK,
  'transfers, pick-up and redirects': TRANSFERS,
  parking: PARKING,
  queues: QUEUES,
  'click to call': CLICK_TO_CALL,
  'Local channels': LOCAL_CHANNELS,
  recordings: RECORDINGS,
  'what is no call': NO_CALLS,
};

for (const version of ['22', '16'] as const) {
  describe(`recorded scenes of Asterisk ${version}`, () => {
    for (const [chapter, scenes] of Object.entries(CHAPTERS)) {
      describe(chapter, () => {
        for (const [name, story] of Object.entries(scenes)) {
          if (!recorded(version, name)) continue;
          it(name.replaceAll('-', ' '), () => {
            assertStories(storiesOf(play(eventsOf(version, name))), byCall(story));
          });
        }
      });
    }
  });
}

function byCall(story: Story): Readonly<Record<string, readonly string[]>> {
  return isPlain(story) ? { A: story } : story;
}

function isPlain(story: Story): story is readonly string[] {
  return Array.isArray(story);
}

/** A few scenes were recorded with one version only. */
function recorded(version: AsteriskVersion, name: string): boolean {
  return existsSync(join(transcriptFolder(version), `${name}.txt`));
}

function assertStories(seen: Record<string, string[]>, expected: Readonly<Record<string, readonly string[]>>): void {
  assert.deepEqual(Object.keys(seen).sort(), Object.keys(expected).sort(), `calls seen: ${JSON.stringify(seen)}`);
  for (const [label, steps] of Object.entries(expected)) {
    const lines = (seen[label] ?? []).map((line) => line.replaceAll(/\d{10}\.\d+/g, '<id>'));
    const wanted = steps.flatMap((step) => {
      const plain = step.replace(/ \((\d+)\?\)/, lines.includes(step.replace('?)', ')')) ? ' ($1)' : '');
      return plain.endsWith('?') ? (lines.includes(plain.slice(0, -1)) ? [plain.slice(0, -1)] : []) : [plain];
    });
    assert.deepEqual(lines, wanted, `call ${label}`);
  }
}
