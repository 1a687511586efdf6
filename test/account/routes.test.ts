/** Calls that ask a flow where to go. */

import assert from 'node:assert/strict';
import type { RouteRequest } from '../../lib/index';
import { openDesk, settled } from './desk';
import type { Desk } from './desk';

describe('account: route requests', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk({ country: 'SK' });
  });
  afterEach(() => desk.close());

  const ask = (number: string | null = '+421900123456', budgetMs = 5_000) =>
    desk.host.route({ call: 'A', number, budgetMs });
  const listen = (timeoutMs = 1_000, numbers: string[] = []): RouteRequest[] => {
    const requests: RouteRequest[] = [];
    desk.account.onRoute({ timeoutMs, numbers }, (request) => requests.push(request));
    return requests;
  };

  it('nobody listens: the PBX is answered at once', async () => {
    assert.equal(await ask(), null);
    assert.equal(desk.clock.pending, 0);
  });

  it('the first answer counts', async () => {
    const [one, other] = [listen(), listen()];
    const answer = ask();
    one[0]?.answer({ to: '22', contactName: 'Eva' });
    assert.deepEqual(await answer, { to: '22', contactName: 'Eva' });
    assert.throws(() => other[0]?.answer({ to: '23', contactName: null }), { code: 'rejected' });
    assert.equal(desk.clock.pending, 0);
  });

  it('nobody answers in time: the PBX routes, and a late answer is an error', async () => {
    const requests = listen(800);
    const answer = ask();
    assert.equal(requests[0]?.deadline, desk.clock.now() + 800);
    await desk.clock.run(800);
    assert.equal(await answer, null);
    assert.throws(() => requests[0]?.answer({ to: '22', contactName: null }), { code: 'timeout' });
  });

  it('each flow has its own time', async () => {
    const [quick, slow] = [listen(200), listen(900)];
    const answer = ask();
    assert.equal(quick[0]?.deadline, desk.clock.now() + 200);
    await desk.clock.run(200);
    assert.throws(() => quick[0]?.answer({ to: '22', contactName: null }), { code: 'timeout' });
    slow[0]?.answer({ to: '23', contactName: null });
    assert.equal((await answer)?.to, '23');
  });

  it('no way to write it gets a destination past the dialling rules', async () => {
    await desk.close();
    desk = openDesk({ dialDeny: ['0900*'] });
    const requests = listen();
    const answer = ask();
    for (const to of ['0900/123456', '0900 / 123 456', 'trunk/0900123456/', ' trunk/0900123456 '])
      assert.throws(() => requests[0]?.answer({ to, contactName: null }), { code: 'forbidden' }, to);
    requests[0]?.answer({ to: '02/2028 2028', contactName: null });
    assert.deepEqual(await answer, { to: '0220282028', contactName: null }, 'what was checked is what is sent');
  });

  it('a destination that the dialling rules refuse is an error, and the question stays open', async () => {
    await desk.close();
    desk = openDesk({ dialDeny: ['0900*'], dialLimit: 0 });
    const requests = listen();
    const answer = ask();
    for (const to of ['0900 999 999', 'from-internal/0900999999'])
      assert.throws(() => requests[0]?.answer({ to, contactName: null }), { code: 'forbidden' }, to);
    requests[0]?.answer({ to: 'from-internal/22', contactName: null });
    assert.equal((await answer)?.to, 'from-internal/22', 'and an incoming call does not count to the ceiling');
  });

  for (const [what, facts] of [
    ['answered', [{ fact: 'leg.answer', call: 'A', leg: 'l', party: { extension: '21' } }]],
    ['over', [{ fact: 'call.end', call: 'A' }]],
  ] as const)
    it(`a call that is ${what} by the time of the answer can be led nowhere: an error, not silence`, async () => {
      const requests = listen();
      const answer = ask();
      desk.say({ fact: 'call.begin', call: 'A', details: { direction: 'inbound' } });
      desk.say(...facts);
      assert.throws(() => requests[0]?.answer({ to: '22', contactName: null }), {
        code: 'timeout',
        message: /too late/,
      });
      assert.equal(await answer, null);
    });

  it('the PBX’s own patience is a limit, too', async () => {
    const requests = listen(10_000);
    const answer = ask(undefined, 500);
    assert.equal(requests[0]?.deadline, desk.clock.now() + 500);
    await desk.clock.run(500);
    assert.equal(await answer, null);
  });

  it('only numbers that were asked for, in whatever spelling they come', async () => {
    const requests = listen(1_000, ['+421900*']);
    assert.equal(await ask('+7495'), null);
    assert.equal(await ask(null), null);
    const answer = ask('0900 123 456');
    assert.equal(requests[0]?.number, '+421900123456');
    requests[0]?.answer({ to: null, contactName: 'Eva' });
    assert.deepEqual(await answer, { to: null, contactName: 'Eva' });
  });

  it('an empty filter is none', async () => {
    const requests = listen(1_000, ['', ' ']);
    const answer = ask();
    requests[0]?.answer({ to: '22', contactName: null });
    assert.equal((await answer)?.to, '22');
  });

  it('a flow that fails does not keep the PBX waiting for ever, nor the other flows from answering', async () => {
    desk.account.onRoute({ timeoutMs: 1_000 }, () => {
      throw new Error('spoiled flow');
    });
    const requests = listen();
    const answer = ask();
    requests[0]?.answer({ to: '22', contactName: null });
    assert.equal((await answer)?.to, '22');
    assert.match(desk.log.join(), /spoiled flow/);
  });

  it('too many calls wait already: the PBX routes the others', async () => {
    const requests = listen();
    const answers = Array.from({ length: 201 }, () => ask());
    assert.equal(requests.length, 200);
    assert.equal(await answers[200], null);
    await desk.clock.run(1_000);
    await Promise.all(answers);
    const answer = ask();
    await settled();
    assert.equal(requests.length, 201, 'there is room again');
    requests[200]?.answer({ to: '22', contactName: null });
    await answer;
  });

  it('who ends listening is not asked any more', async () => {
    let asked = 0;
    const end = desk.account.onRoute({ timeoutMs: 1_000 }, () => asked++);
    end();
    assert.equal(await ask(), null);
    assert.equal(asked, 0);
  });
});
