/** A call asks where to go (FastAGI): the flow's answer counts, and without one the PBX does as it would. */
import assert from 'node:assert/strict';
import type { RouteRequest } from '../../../lib/index';
import { onEachAsterisk, rings, takes } from './suite';

const ASKS = '0220282033';

onEachAsterisk('route requests', (stage) => {
  it('a call goes where the flow says', async () => {
    const { account, log, jana, dan } = stage();
    const asked: RouteRequest[] = [];
    const stop = account.onRoute({ timeoutMs: 2_000 }, (request) => {
      asked.push(request);
      request.answer({ to: '1004', contactName: null });
    });
    try {
      const caller = jana.call(ASKS);
      await takes(dan);
      await caller.until('answered');
      const answer = await log.wait('call.answer');
      assert.equal(answer.call.answeredBy?.extension, '1004');
      assert.equal(asked.length, 1);
      assert.equal(asked[0]?.number, '+421900123456');
      assert.equal(account.call(asked[0]?.call ?? '')?.id, answer.call.id);
      await caller.hangUp();
      await log.wait('call.end');
    } finally {
      stop();
    }
  });

  it('the name that the flow gives is shown on the phone', async () => {
    const { account, jana, carol } = stage();
    const stop = account.onRoute({ timeoutMs: 2_000 }, (request) => {
      request.answer({ to: null, contactName: 'Jana of Acme' });
    });
    try {
      jana.call(ASKS);
      const call = await rings(carol);
      assert.equal(call.callerName, 'Jana of Acme');
    } finally {
      stop();
    }
  });

  it('without an answer in time the PBX routes the call itself', async () => {
    const { account, jana, carol } = stage();
    let late: RouteRequest | undefined;
    const stop = account.onRoute({ timeoutMs: 300 }, (request) => {
      late = request;
    });
    try {
      jana.call(ASKS);
      await rings(carol);
      assert.throws(() => late?.answer({ to: '1004', contactName: null }), /too late/);
    } finally {
      stop();
    }
  });

  it('without anybody who listens the PBX routes the call itself', async () => {
    const { jana, carol } = stage();
    jana.call(ASKS);
    await rings(carol);
  });
});
