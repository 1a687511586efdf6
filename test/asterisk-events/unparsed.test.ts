/** Events that are judged by their bytes and never parsed: what follows from a recording must not depend on it. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Interpreter } from '../../lib/asterisk-events';
import { CallTracker } from '../../lib/calls';
import { VirtualClock } from '../../lib/clock';
import { AmiParser } from '../../lib/transport/ami';
import type { AmiParserCounters } from '../../lib/transport/ami';
import { lineOf, transcriptFolder } from './replay';

/** What a recording tells when everything is parsed, or only what is of use. */
function told(bytes: Buffer, judged: boolean): { lines: string[]; counters: AmiParserCounters } {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const tracker = new CallTracker({ clock, emit: (emission) => lines.push(lineOf(emission)) });
  const interpreter = new Interpreter({ context: 'from-internal', fact: (fact) => tracker.apply(fact) });
  const parser = new AmiParser({
    message: (message) => {
      if (message.kind === 'event') interpreter.apply(message, clock.now());
    },
    malformed: () => undefined,
    ...(judged && { wants: (name, block) => interpreter.wants(name, block) }),
  });
  parser.push(bytes);
  clock.advance(10_000);
  return { lines, counters: parser.counters };
}

function varSet(variable: string): string {
  return `Event: VarSet\r\nUniqueid: 1.1\r\nVariable: ${variable}\r\nValue: x\r\n\r\n`;
}

describe('events that are not parsed', () => {
  for (const version of ['22', '16'] as const)
    it(`make no difference in any recording of Asterisk ${version}`, () => {
      const folder = transcriptFolder(version);
      const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
      assert.ok(files.length > 20);
      let lines = 0;
      let filtered = 0;
      for (const name of files) {
        const bytes = readFileSync(join(folder, name));
        const all = told(bytes, false);
        const judged = told(bytes, true);
        assert.deepEqual(judged.lines, all.lines, name);
        lines += all.lines.length;
        filtered += judged.counters.filtered;
      }
      assert.ok(lines > 100, `${lines} events of calls`);
      assert.ok(filtered > 1_000, `${filtered} events not parsed`);
    });

  it('are variables of no use; the first one is parsed, since it tells that this user is shown them', () => {
    const seen: string[] = [];
    const interpreter = new Interpreter({ fact: () => undefined });
    const parser = new AmiParser({
      message: (message) => {
        seen.push(message.get('variable') ?? '');
        interpreter.apply(message, 0);
      },
      malformed: () => undefined,
      wants: (name, bytes) => interpreter.wants(name, bytes),
    });
    parser.push(Buffer.from(['ONE', 'TWO', 'QUEUESTATUS', 'MIXMONITOR_FILENAME', 'MIXMONITOR'].map(varSet).join('')));
    assert.deepEqual(seen, ['ONE', 'QUEUESTATUS', 'MIXMONITOR_FILENAME']);
    // Spelled in another way it is not found in the bytes, so it is read.
    parser.push(Buffer.from('Event: VarSet\r\nVARIABLE: TWO\r\n\r\n'));
    assert.deepEqual(seen.at(-1), 'TWO');
  });
});
