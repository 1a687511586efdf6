/** What must hold for every recording, whatever happened in it. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { CallTopic } from '../../lib/model';
import { eventsOf, play, transcriptFolder } from './replay';
import type { Seen } from './replay';

/** The connection broke on purpose here: its calls are looked at in the tests of reconciliation. */
const CUT_OFF = 'y1-before-gap';

for (const version of ['22', '16'] as const) {
  describe(`every recording of Asterisk ${version}`, () => {
    const names = readdirSync(transcriptFolder(version))
      .filter((file) => file.endsWith('.txt'))
      .map((file) => file.slice(0, -4))
      .filter((name) => name !== CUT_OFF);

    it('is there', () => assert.ok(names.length > 80));

    for (const name of names) {
      it(`${name}: calls begin and end once, in order, and nothing is left`, () => {
        const seen = play(eventsOf(version, name));
        assertCalls(seen);
        assert.equal(seen.tracker.size, 0, 'live calls');
        assert.equal(seen.interpreter.tables.liveChannels, 0, 'live channels');
        assert.deepEqual([...seen.interpreter.tables.liveCalls()], []);
      });

      it(`${name}: no half of a Local channel and no machinery is a party`, () => {
        for (const { from, to, answeredBy } of partiesIn(play(eventsOf(version, name)))) {
          for (const party of [from, to, answeredBy])
            assert.doesNotMatch(JSON.stringify(party ?? ''), /Local|CBAnn|@|;[12]/);
        }
      });
    }
  });
}

function assertCalls({ emissions }: Seen): void {
  const topics = new Map<string, CallTopic[]>();
  for (const emission of emissions) {
    if (emission.kind !== 'call') continue;
    const told = topics.get(emission.call.id) ?? [];
    topics.set(emission.call.id, told);
    told.push(emission.topic);
    if (emission.topic === 'call.missed') assert.equal(emission.call.direction, 'inbound');
  }
  for (const [id, told] of topics) {
    assert.equal(told[0], 'call.begin', `${id} begins first`);
    assert.equal(told.filter((topic) => topic === 'call.begin').length, 1, `${id} begins once`);
    assert.equal(told.filter((topic) => topic === 'call.end').length, 1, `${id} ends once`);
    assert.ok(told.filter((topic) => topic === 'call.answer').length <= 1, `${id} is answered at most once`);
    const end = told.indexOf('call.end');
    const after = told.slice(end + 1);
    assert.ok(after.length === 0 || (after.length === 1 && after[0] === 'call.missed'), `${id}: ${told.join(', ')}`);
    if (told.includes('call.answer')) assert.ok(!told.includes('call.missed'), `${id} was answered and is not missed`);
  }
}

function partiesIn({ emissions }: Seen) {
  return emissions.flatMap((emission) => (emission.kind === 'call' ? [emission.call.snapshot()] : []));
}
