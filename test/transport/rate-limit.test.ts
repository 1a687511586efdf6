/** The vendor's limits: nothing is sent too early, nothing waits for ever, nothing overtakes. */

import assert from 'node:assert/strict';
import { VirtualClock } from '../../lib/clock';
import { RateLimiter } from '../../lib/transport/rate-limit';
import type { Window } from '../../lib/transport/rate-limit';

describe('rate limit', () => {
  let clock: VirtualClock;
  beforeEach(() => {
    clock = new VirtualClock(0);
  });

  /** Asks for so many turns; the times at which they came, in order of asking. */
  const turns = (limiter: RateLimiter, count: number, counts?: (window: Window) => boolean): (number | string)[] => {
    const came: (number | string)[] = [];
    for (let number = 0; number < count; number++)
      limiter.turn(undefined, counts).then(
        () => came.push(clock.now()),
        (error: Error & { code: string }) => came.push(error.code),
      );
    return came;
  };
  const limited = (windows: Window[], bounds?: { maxWaiting?: number; maxWaitMs?: number }) =>
    new RateLimiter(windows, clock, bounds);

  it('lets as many pass as the window holds, the others when it has moved on', async () => {
    const came = turns(limited([{ count: 3, perMs: 1_000 }]), 8);
    await clock.run(10_000);
    assert.deepEqual(came, [0, 0, 0, 1_000, 1_000, 1_000, 2_000, 2_000]);
  });

  it('the window slides: at no time are there more in it', async () => {
    const limiter = limited([{ count: 2, perMs: 1_000 }]);
    const came = turns(limiter, 1);
    await clock.run(900);
    came.push(...turns(limiter, 0));
    const more = turns(limiter, 3);
    await clock.run(5_000);
    const all = [...came, ...more] as number[];
    assert.deepEqual(all, [0, 900, 1_000, 1_900]);
  });

  it('several windows count every request at once', async () => {
    const came = turns(
      limited([
        { count: 2, perMs: 1_000 },
        { count: 3, perMs: 10_000 },
      ]),
      5,
    );
    await clock.run(14_000);
    assert.deepEqual(came, [0, 0, 1_000, 10_000, 10_000]);
  });

  describe('with windows of which a request counts in some', () => {
    const windows = [
      { count: 2, perMs: 1_000 },
      { count: 4, perMs: 1_000 },
    ];
    const second = (window: Window) => window === windows[1];

    it('who waits for one window has not been counted in the other yet', async () => {
      const limiter = limited(windows);
      turns(limiter, 8, second);
      await clock.run(500);
      const came = turns(limiter, 6);
      await clock.run(20_000);
      assert.deepEqual(came, [2_000, 2_000, 3_000, 3_000, 4_000, 4_000]);
    });

    it('nobody waits behind one who waits for another window', async () => {
      const limiter = limited(windows);
      const slow = turns(limiter, 4);
      const quick = turns(limiter, 3, second);
      await clock.run(20_000);
      assert.deepEqual(
        [slow, quick],
        [
          [0, 0, 1_000, 1_000],
          [0, 0, 1_000],
        ],
      );
    });

    it('as many as are bound to wait may do so for each', async () => {
      const limiter = limited(windows, { maxWaiting: 1 });
      turns(limiter, 3);
      await assert.rejects(limiter.turn(), { code: 'rate-limited' });
      const came = turns(limiter, 3, second);
      await clock.run(20_000);
      assert.deepEqual(came, [0, 0, 1_000]);
    });
  });

  it('without a window nothing waits', async () => {
    const came = turns(limited([]), 100);
    await clock.run(0);
    assert.equal(came.length, 100);
    assert.equal(clock.pending, 0);
  });

  it('who comes later does not overtake who waits', async () => {
    const limiter = limited([{ count: 1, perMs: 1_000 }]);
    const order: string[] = [];
    const ask = (name: string) => limiter.turn().then(() => order.push(name));
    void ask('first');
    void ask('second');
    await clock.run(999);
    void ask('third');
    await clock.run(5_000);
    assert.deepEqual(order, ['first', 'second', 'third']);
  });

  it('not even who comes at the very moment when the next turn is due', async () => {
    const limiter = limited([{ count: 1, perMs: 1_000 }]);
    const order: string[] = [];
    const ask = (name: string) => limiter.turn().then(() => order.push(name));
    clock.after(1_000, () => void ask('third'));
    void ask('first');
    void ask('second');
    await clock.run(5_000);
    assert.deepEqual(order, ['first', 'second', 'third']);
  });

  it('too many that wait are refused at once', async () => {
    const limiter = limited([{ count: 1, perMs: 1_000 }], { maxWaiting: 2 });
    const came = turns(limiter, 4);
    await clock.run(0);
    assert.equal(limiter.waiting, 2);
    assert.deepEqual(came, [0, 'rate-limited']);
    await clock.run(5_000);
    assert.deepEqual(came, [0, 'rate-limited', 1_000, 2_000]);
  });

  it('who would wait too long is refused when his patience ends', async () => {
    const limiter = limited([{ count: 1, perMs: 60_000 }], { maxWaitMs: 15_000 });
    const came = turns(limiter, 2);
    await clock.run(15_000);
    assert.deepEqual(came, [0, 'rate-limited']);
    assert.equal(limiter.waiting, 0);
  });

  it('one that is refused leaves his place to the next', async () => {
    const limiter = limited([{ count: 1, perMs: 10_000 }], { maxWaitMs: 12_000 });
    const early = turns(limiter, 1);
    const gone = new AbortController();
    const aborted = assert.rejects(limiter.turn(gone.signal), { code: 'not-connected' });
    const late = turns(limiter, 1);
    gone.abort();
    await aborted;
    await clock.run(20_000);
    assert.deepEqual([early, late], [[0], [10_000]]);
  });

  it('a signal that is aborted already does not wait', async () => {
    const limiter = limited([{ count: 1, perMs: 10_000 }]);
    await limiter.turn();
    await assert.rejects(limiter.turn(AbortSignal.abort()), { code: 'not-connected' });
    assert.equal(limiter.waiting, 0);
  });

  it('a pause that the vendor asked for holds everybody', async () => {
    const limiter = limited([{ count: 10, perMs: 1_000 }]);
    limiter.pauseUntil(5_000);
    limiter.pauseUntil(3_000);
    const came = turns(limiter, 2);
    await clock.run(10_000);
    assert.deepEqual(came, [5_000, 5_000]);
  });

  it('a pause that comes while some wait holds them, too', async () => {
    const limiter = limited([{ count: 1, perMs: 1_000 }]);
    const came = turns(limiter, 2);
    await clock.run(500);
    limiter.pauseUntil(4_000);
    await clock.run(10_000);
    assert.deepEqual(came, [0, 4_000]);
  });

  it('closing refuses those who wait and leaves no timer', async () => {
    const limiter = limited([{ count: 1, perMs: 1_000 }]);
    const came = turns(limiter, 3);
    await clock.run(0);
    limiter.close();
    await clock.run(0);
    assert.deepEqual(came, [0, 'not-connected', 'not-connected']);
    assert.equal(clock.pending, 0);
  });

  it('remembers no more than the window needs', async () => {
    const limiter = limited([{ count: 5, perMs: 1_000 }]);
    let came = 0;
    for (let round = 0; round < 200; round++) {
      void limiter.turn().then(() => came++);
      await clock.run(250);
    }
    assert.equal(came, 200);
    assert.equal(clock.pending, 0);
  });

  it('whoever leaves leaves no timer behind', async () => {
    const limiter = limited([{ count: 1, perMs: 60_000 }]);
    await limiter.turn();
    const given = new AbortController();
    const waits = assert.rejects(limiter.turn(given.signal), { code: 'not-connected' });
    given.abort();
    await waits;
    assert.equal(clock.pending, 0);
  });

  it('a clock that is set back makes nobody wait for what was counted before', async () => {
    let now = 3_600_000;
    const limiter = new RateLimiter([{ count: 1, perMs: 1_000 }], {
      now: () => now,
      after: (ms, run) => clock.after(ms, run),
    });
    await limiter.turn();
    now = 0;
    await limiter.turn();
    assert.equal(limiter.waiting, 0);
  });
});
