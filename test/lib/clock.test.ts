/** Time through the door. */

import assert from 'node:assert/strict';
import { systemClock, VirtualClock } from '../../lib/clock';

describe('virtual clock', () => {
  it('stands still until it is moved', () => {
    const clock = new VirtualClock(1_000);
    assert.equal(clock.now(), 1_000);
    clock.advance(500);
    assert.equal(clock.now(), 1_500);
  });

  it('fires in the order of time, ties in the order they were set', () => {
    const clock = new VirtualClock(0);
    const fired: string[] = [];
    clock.after(200, () => fired.push(`late ${clock.now()}`));
    clock.after(100, () => fired.push(`one ${clock.now()}`));
    clock.after(100, () => fired.push(`other ${clock.now()}`));
    clock.after(-5, () => fired.push(`at once ${clock.now()}`));
    clock.advance(150);
    assert.deepEqual(fired, ['at once 0', 'one 100', 'other 100']);
    assert.equal(clock.pending, 1);
    clock.advance(50);
    assert.deepEqual([fired.at(-1), clock.pending], ['late 200', 0]);
  });

  it('fires timers set by timers on the same way', () => {
    const clock = new VirtualClock(0);
    let ticks = 0;
    const tick = () => {
      ticks++;
      clock.after(10, tick);
    };
    clock.after(10, tick);
    clock.advance(100);
    assert.equal(ticks, 10);
  });

  it('a timer that is cancelled never fires', () => {
    const clock = new VirtualClock(0);
    const timer = clock.after(10, () => assert.fail());
    const other = clock.after(5, () => timer.cancel());
    clock.advance(100);
    other.cancel();
    assert.equal(clock.pending, 0);
  });

  it('runs: what a timer set going goes on before the time does', async () => {
    const clock = new VirtualClock(0);
    const steps: string[] = [];
    const sleep = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
    const work = (async () => {
      for (let step = 1; step <= 3; step++) {
        await sleep(100);
        steps.push(`${step} at ${clock.now()}`);
      }
    })();
    await clock.run(1_000);
    await work;
    assert.deepEqual(steps, ['1 at 100', '2 at 200', '3 at 300']);
    assert.equal(clock.now(), 1_000);
  });
});

describe('system clock', () => {
  it('tells the time', () => {
    const before = Date.now();
    const now = systemClock.now();
    assert.ok(now >= before && now <= Date.now());
  });

  it('fires once, and not when cancelled', async () => {
    let fired = 0;
    const cancelled = systemClock.after(1, () => assert.fail());
    cancelled.cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(1, () => {
        fired++;
        resolve();
      });
    });
    assert.equal(fired, 1);
  });

  it('does not fire at once what is meant for never', async () => {
    const timers = [Infinity, 2 ** 31, 1e15].map((delay) => systemClock.after(delay, () => assert.fail()));
    await new Promise<void>((resolve) => void systemClock.after(20, resolve));
    for (const timer of timers) timer.cancel();
  });
});
