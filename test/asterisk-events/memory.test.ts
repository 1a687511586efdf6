/** What becomes of the memory of events. */

import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Interpreter } from '../../lib/asterisk-events';
import { AmiMessage } from '../../lib/transport/ami';

function collector(): (options?: { type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (options?: { type: 'minor' }) => void;
}

describe('the memory of events', () => {
  it('is free after the quick collections of V8 already: no fact holds on to its event', () => {
    const gc = collector();
    let facts = 0;
    const interpreter = new Interpreter({
      context: 'from-internal',
      rawOf: (event) => event,
      fact: () => {
        facts++;
      },
    });
    const channel =
      'Channel: PJSIP/1001-00000001\r\nChannelState: 4\r\nExten: 1002\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n';
    interpreter.apply(AmiMessage.parse(`Event: Newchannel\r\n${channel}`), 0);
    const padding = 'x'.repeat(2_000);
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let number = 0; number < 20_000; number++)
      interpreter.apply(
        AmiMessage.parse(`Event: DTMFEnd\r\n${channel}Digit: 5\r\nDirection: Received\r\nX: ${padding}`),
        0,
      );
    gc({ type: 'minor' });
    gc({ type: 'minor' });
    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(facts > 20_000);
    assert.ok(grown < 10_000_000, `the heap grew by ${grown} bytes`);
  });
});
