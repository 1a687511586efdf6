/** What the vendor lets one PBX ask for (D26 sections 1.4.1, 1.4.2), on a virtual clock. */

import assert from 'node:assert/strict';
import { PbxError, VirtualClock } from '../../../lib/index';
import { plainPath, Quota, quotaOf } from '../../../lib/providers/mango/limits';

const signal = new AbortController().signal;

/** Milliseconds after the start at which each of `count` requests leaves. */
async function departures(paths: readonly string[]): Promise<number[]> {
  const clock = new VirtualClock(0);
  const quota = new Quota(clock);
  const times: number[] = [];
  for (const path of paths) void quota.turn(path, signal).then(() => times.push(clock.now()));
  await clock.run(15_000);
  return times;
}

const repeated = (path: string, count: number) => Array.from({ length: count }, () => path);

describe('the limits of MANGO', () => {
  for (const [path, count, perMs] of [
    ['commands/callback', 4, 1_000],
    ['commands/call/hangup', 4, 1_000],
    ['commands/recording/start', 4, 1_000],
    ['commands/transfer', 1, 2_000],
    ['commands/route', 1, 2_000],
    ['config/users/request', 1, 2_000],
    ['account/balance', 2, 1_000],
    ['stats/request', 1, 2_000],
    ['queries/recording/post', 10, 1_000],
    ['ab/contact', 50, 1_000],
    ['ab/contacts/create', 10, 1_000],
    ['/cc/get_presence', 10, 1_000],
  ] as const)
    it(`let ${path} out ${count} times in ${perMs} ms`, async () => {
      const times = await departures(repeated(path, count + 1));
      assert.equal(times[count - 1], 0);
      const next = times[count] ?? Infinity;
      assert.ok(next >= perMs && next <= perMs * 1.2, `the next one leaves after ${next} ms`);
    });

  it('count every kind against the limit of all', async () => {
    const times = await departures([...repeated('commands/callback', 4), ...repeated('groups', 6), 'incominglines']);
    assert.equal(times[9], 0);
    assert.ok((times[10] ?? 0) >= 1_000);
  });

  it('know a path by any spelling', () => {
    assert.equal(plainPath('Stats/Request/'), 'stats/request');
    assert.equal(plainPath('/vpbx/stats/request'), 'stats/request');
    assert.equal(plainPath('/cc/task/'), '/cc/task');
  });

  it('are shared by all connections to one PBX', () => {
    const clock = new VirtualClock();
    assert.equal(quotaOf('a', clock), quotaOf('a', clock));
    assert.notEqual(quotaOf('a', clock), quotaOf('b', clock));
    assert.notEqual(quotaOf('a', clock), quotaOf('a', new VirtualClock()));
  });

  it('put a request off for as long as the vendor asks', async () => {
    const clock = new VirtualClock(0);
    const quota = new Quota(clock);
    quota.pause(5_000);
    let at = -1;
    void quota.turn('groups', signal).then(() => (at = clock.now()));
    await clock.run(10_000);
    assert.equal(at, 5_000);
  });

  it('let nothing out into a penalty, also what was waiting before it', async () => {
    const clock = new VirtualClock(0);
    const quota = new Quota(clock);
    await quota.turn('commands/route', signal);
    const waiting = quota.turn('commands/route', signal).then(
      () => 'sent',
      (error: unknown) => (error instanceof PbxError ? error.code : 'other'),
    );
    quota.wrong();
    assert.equal(quota.mayErr, false, 'one more would block the API');
    quota.wrong();
    await clock.run(5_000);
    assert.equal(await waiting, 'rate-limited');
    await clock.run(115_000);
    assert.equal(quota.mayErr, true);
    await quota.turn('groups', signal);
  });
});
