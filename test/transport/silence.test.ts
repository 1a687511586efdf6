/** How long a connection may be silent is set the same way for every PBX that keeps one open. */

import assert from 'node:assert/strict';
import { descriptors } from '../../lib/index';
import { SILENCE_FIELD, silenceOf } from '../../lib/transport/silence';

describe('the silence that is borne', () => {
  it('is 25 s with a sign of life asked for after 10, unless it is set', () => {
    assert.deepEqual(silenceOf({}), { pingAfterMs: 10_000, deadAfterMs: 25_000 });
    assert.deepEqual(silenceOf({ silentSeconds: 60 }), { pingAfterMs: 24_000, deadAfterMs: 60_000 });
  });

  it('is what it was where the setting is nonsense', () => {
    for (const silentSeconds of [0, -1, 4, 301, Number.NaN, Infinity, '20', null])
      assert.deepEqual(silenceOf({ silentSeconds }), silenceOf({}), String(silentSeconds));
  });

  it('is a field of every PBX that keeps a connection open, and of no other', () => {
    const having = descriptors().filter(({ fields }) => fields.includes(SILENCE_FIELD));
    assert.deepEqual(having.map(({ id }) => id).sort(), ['asterisk', 'mango-client', 'viptel', 'vwell']);
  });
});
