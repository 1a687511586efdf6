/** A peer that has gone silent is found, whatever the clock does. */

import assert from 'node:assert/strict';
import { VirtualClock } from '../../lib/clock';
import { Heartbeat } from '../../lib/transport/heartbeat';

describe('heartbeat', () => {
  it('asks a silent peer once, then gives it up', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const on = { ping: () => told.push('ping'), dead: (ms: number) => told.push(`dead after ${ms}`) };
    const heartbeat = new Heartbeat(clock, 10_000, 25_000, on);
    heartbeat.start();
    await clock.run(9_000);
    heartbeat.heard();
    await clock.run(60_000);
    assert.deepEqual(told, ['ping', 'dead after 25000']);
    assert.equal(clock.pending, 0);
  });

  it('a clock that is set back by an hour does not hide the silence for an hour', async () => {
    const clock = new VirtualClock();
    let back = 0;
    const told: string[] = [];
    const on = { ping: () => told.push('ping'), dead: () => told.push('dead') };
    const heartbeat = new Heartbeat(
      { now: () => clock.now() - back, after: (ms, run) => clock.after(ms, run) },
      10_000,
      25_000,
      on,
    );
    heartbeat.start();
    back = 3_600_000;
    await clock.run(45_000);
    assert.deepEqual(told, ['ping', 'dead']);
  });

  it('a clock that is set forward by an hour does not kill a live connection', async () => {
    const clock = new VirtualClock();
    let ahead = 0;
    const told: string[] = [];
    const on = { ping: () => told.push('ping'), dead: () => told.push('dead') };
    const heartbeat = new Heartbeat(
      { now: () => clock.now() + ahead, after: (ms, run) => clock.after(ms, run) },
      10_000,
      25_000,
      on,
    );
    heartbeat.start();
    await clock.run(5_000);
    heartbeat.heard();
    ahead = 3_600_000;
    await clock.run(5_000);
    assert.deepEqual(told, []);
    await clock.run(45_000);
    assert.deepEqual(told, ['ping', 'dead'], 'one that stays silent is found as ever');
  });

  it('an event loop that was held up, so that nothing could be read, does not kill a live connection', () => {
    let now = 0;
    const timers: (() => void)[] = [];
    const told: string[] = [];
    const on = { ping: () => told.push('ping'), dead: () => told.push('dead') };
    const clock = {
      now: () => now,
      after: (_ms: number, run: () => void) => {
        timers.push(run);
        return { cancel: () => {} };
      },
    };
    const heartbeat = new Heartbeat(clock, 10_000, 25_000, on);
    heartbeat.start();
    now = 9_000;
    heartbeat.heard();
    // Timers go before sockets: the answers of these 60 seconds are read after this.
    now = 69_000;
    timers.shift()?.();
    assert.deepEqual(told, []);
    heartbeat.heard();
    now = 79_000;
    timers.shift()?.();
    assert.deepEqual(told, ['ping']);
  });
});
