/** Waits between tries: they grow, they vary, they end at a bound. */

import assert from 'node:assert/strict';
import { Backoff } from '../../lib/transport/backoff';

const most = () => 0.999_999;
const least = () => 0;

describe('back-off', () => {
  it('doubles its bound from one second to a minute', () => {
    const backoff = new Backoff(most);
    const waits = Array.from({ length: 9 }, () => Math.round(backoff.next() / 1000));
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('varies down to a tenth, and never hammers', () => {
    const backoff = new Backoff(least);
    const waits = Array.from({ length: 8 }, () => backoff.next());
    assert.deepEqual(waits, [100, 200, 400, 800, 1_600, 3_200, 6_000, 6_000]);
  });

  it('begins anew when it is told that all is well', () => {
    const backoff = new Backoff(most);
    for (let count = 0; count < 5; count++) backoff.next();
    assert.equal(backoff.tries, 5);
    backoff.reset();
    assert.deepEqual([backoff.tries, backoff.next()], [0, 1_000]);
  });

  it('stays at its bound after any number of tries', () => {
    const backoff = new Backoff(most, { firstMs: 10, maxMs: 500 });
    for (let count = 0; count < 5_000; count++) assert.ok(backoff.next() <= 500);
  });
});
