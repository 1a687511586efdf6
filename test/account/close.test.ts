/** Closing: within a second, whatever the PBX does. */

import assert from 'node:assert/strict';
import { PbxAccount, VirtualClock } from '../../lib/index';
import { openDesk } from './desk';

describe('account: close', () => {
  it('is done within a second although the provider never comes back', async function () {
    this.timeout(3_000);
    const desk = openDesk({ closing: () => new Promise(() => {}) });
    desk.say({ fact: 'call.begin', call: 'A' });
    const began = performance.now();
    await desk.close();
    const tookMs = performance.now() - began;
    assert.ok(tookMs < 1_000, `it took ${Math.round(tookMs)} ms`);
    assert.equal(desk.account.status.state, 'closed');
    assert.deepEqual(desk.account.calls(), []);
  });

  it('waits for a provider that says goodbye in time', async () => {
    let done = false;
    const desk = openDesk({
      closing: async () => {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        done = true;
      },
    });
    await desk.close();
    assert.equal(done, true);
  });

  it('is for good: what is opened afterwards stays closed', async () => {
    const clock = new VirtualClock();
    const account = new PbxAccount({ name: 'Office', provider: 'simulator', config: {}, clock });
    await account.close();
    account.open();
    await clock.run(0);
    assert.equal(account.status.state, 'closed');
    assert.equal(clock.pending, 0, 'no connection survives');
  });

  it('a provider that fails meanwhile is closed all the same', async () => {
    const desk = openDesk({ closing: () => Promise.reject(new Error('socket')) });
    await desk.close();
    assert.equal(desk.account.status.state, 'closed');
  });

  it('twice is once', async () => {
    let closes = 0;
    const desk = openDesk({
      closing: () => {
        closes++;
        return Promise.resolve();
      },
    });
    await Promise.all([desk.close(), desk.close()]);
    await desk.close();
    assert.equal(closes, 1);
  });

  it('says closed to the nodes, as its last word', async () => {
    const desk = openDesk();
    await desk.close();
    assert.deepEqual(
      desk.statuses().map(({ state }) => state),
      ['closed', 'connecting', 'connected', 'closed'],
    );
  });

  it('answers the calls that wait for a route, so that no PBX waits for nothing', async () => {
    const desk = openDesk();
    desk.account.onRoute({ timeoutMs: 10_000 }, () => {});
    const answer = desk.host.route({ call: 'A', number: null, budgetMs: 10_000 });
    await desk.close();
    assert.equal(await answer, null);
    assert.equal(desk.clock.pending, 0);
  });

  it('a webhook that comes afterwards finds nobody', async () => {
    const desk = openDesk();
    await desk.close();
    const request = { method: 'POST', path: '/', query: {}, headers: {}, body: null, remoteAddress: '' };
    assert.deepEqual(await desk.account.webhook(request), { status: 404 });
  });
});
