import assert from 'node:assert/strict';
import type { Command } from '../../../lib/model';
import { fails } from '../../transport/http/fails';
import { PbxError } from '../../../lib/model';
import { Bench, INBOUND } from './bench';

const BEGIN = { ...INBOUND, unique_id: '1700000000.12' };
const pickup = (unique_id = '1700000000.12') => ({ event: 'call.pickup', unique_id });
const end = (status: string, unique_id = '1700000000.12') => ({ event: 'call.end', unique_id, status });

describe('VIPTel redirect, transfer and raw actions', () => {
  let bench: Bench;
  const run = (command: Command) => bench.account.execute(command);

  beforeEach(async () => {
    bench = await Bench.open();
    await bench.play(...['21', '22'].map((member) => ({ event: 'queue.unpause', queue: 500, member })));
    bench.events.length = 0;
  });

  afterEach(() => bench.close());

  describe('redirect and transfer', () => {
    it('a ringing call goes elsewhere', async () => {
      await bench.play(BEGIN);
      await run({ command: 'redirect', call: '1700000000.12', to: '22' });
      assert.deepEqual(await bench.pbx.received('call.redirect'), {
        action: 'call.redirect',
        unique_id: '1700000000.12',
        destination: '22',
      });
      await bench.play(pickup(), end('answer'));
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.ringing', 'call.answer', 'call.end']);
      assert.equal(bench.last('call.answer').call.answeredBy?.extension, '22');
      assert.equal(bench.last('call.end').call.from.number, '0900000001');
    });

    it('a call from before this connection cannot be sent elsewhere, and goes on', async () => {
      await bench.play(BEGIN);
      bench.pbx.cut();
      await bench.untilInTime('back', () => bench.account.status.counters.reconnects === 1);
      await assert.rejects(
        run({ command: 'redirect', call: '1700000000.12', to: '22' }),
        (error) => error instanceof PbxError && error.code === 'not-found',
      );
      assert.equal(bench.account.calls().length, 1);
    });

    it('a waiting caller goes elsewhere: leaving the queue is told as that, and is no success yet', async () => {
      await bench.play({ event: 'queue.join', queue: 500, caller: '0900000001', unique_id: '1.20', position: 1 });
      let redirected = false;
      bench.pbx.onAction('call.redirect', () =>
        bench.pbx.emit({ event: 'queue.left', queue: 500, unique_id: '1.20', holdtime: 5 }),
      );
      const outcome = run({ command: 'redirect', call: '1.20', to: '0911000009' }).then(() => (redirected = true));
      await bench.pbx.received('call.redirect');
      await bench.play();
      assert.equal(redirected, false);
      assert.equal(bench.last('queue.leave').reason, 'redirected');
      assert.equal(bench.last('queue.leave').queue.waitSeconds, 5);
      await bench.play({ ...BEGIN, caller: '0220282028', callee: '00421911000009', unique_id: '1.20' });
      await outcome;
      await bench.play(end('noanswer', '1.20'));
      assert.ok(!bench.topics().includes('queue.abandon'));
    });

    it('a caller who gives up long after a redirect of which nothing came has abandoned the queue', async () => {
      await bench.play({ event: 'queue.join', queue: 500, caller: '0900000001', unique_id: '1.20', position: 1 });
      bench.pbx.onAction('call.redirect', null);
      const outcome = fails(run({ command: 'redirect', call: '1.20', to: '22' }), 'uncertain');
      await bench.pbx.received('call.redirect');
      await bench.pass(90_000);
      await outcome;
      await bench.play(
        { event: 'queue.left', queue: 500, unique_id: '1.20', holdtime: 100 },
        { event: 'call.end', unique_id: '1.20', status: 'cancel' },
      );
      assert.deepEqual(bench.topics().slice(-4), ['queue.leave', 'queue.abandon', 'call.end', 'call.missed']);
      assert.equal(bench.last('queue.leave').reason, null);
    });

    it('a redirect that is carried out after that is told as one', async () => {
      await bench.play({ event: 'queue.join', queue: 500, caller: '0900000001', unique_id: '1.20', position: 1 });
      bench.pbx.onAction('call.redirect', null);
      const outcome = fails(run({ command: 'redirect', call: '1.20', to: '22' }), 'uncertain');
      await bench.pbx.received('call.redirect');
      await bench.pass(90_000);
      await outcome;
      bench.pbx.redirect('1.20', '22');
      await bench.play(pickup('1.20'), end('answer', '1.20'));
      assert.ok(!bench.topics().includes('queue.abandon'));
      assert.equal(bench.last('call.end').call.answeredBy?.extension, '22');
    });

    it('a call that rang at an extension and is redirected outside is for the number outside alone', async () => {
      await bench.play({ ...BEGIN, callee_name: 'Ivan' });
      assert.deepEqual(bench.last('call.ringing').call.to, { number: null, extension: '21', name: 'Ivan' });
      await bench.play({ ...BEGIN, caller: '0220282028', callee: '00421911000009', callee_name: '' });
      await bench.play(end('noanswer'));
      assert.deepEqual(bench.last('call.missed').call.to, { number: '00421911000009', extension: null, name: null });
    });

    it('an answered call is handed on by its agent', async () => {
      await bench.play(BEGIN, pickup());
      await run({ command: 'transfer', call: '1700000000.12', to: '22', mode: 'blind', by: '21' });
      await bench.play();
      const { transfer } = bench.last('call.transfer');
      assert.deepEqual([transfer?.mode, transfer?.by?.extension, transfer?.to.extension], ['blind', '21', '22']);
    });

    it('the leg of the agent who talks stands for a call from a queue', async () => {
      await bench.play({ event: 'queue.join', queue: 500, caller: '0900000001', unique_id: '1.20', position: 1 });
      await bench.play({ ...BEGIN, unique_id: '1.21', from_queue_unique_id: '1.20' }, pickup('1.21'));
      await run({ command: 'transfer', call: '1.20', to: '22', mode: 'blind' });
      assert.equal((await bench.pbx.received('call.redirect'))['unique_id'], '1.21');
      await bench.play(pickup('1.21'), end('answer', '1.21'), end('answer', '1.20'));
      assert.equal(bench.topics().filter((topic) => topic === 'call.transfer').length, 1);
      assert.equal(bench.last('call.end').call.id, '1.20');
    });

    it('an outgoing call is refused, since the customer would be lost', async () => {
      const { payload } = await run({ command: 'call', from: '21', to: '0900000001' });
      await bench.play({
        ...BEGIN,
        caller: '22',
        callee: '0900000005',
        called_number: '0900000005',
        unique_id: '3.3',
      });
      for (const id of [payload.call?.id ?? '', '3.3'])
        for (const command of [
          { command: 'redirect', call: id, to: '22' } as const,
          { command: 'transfer', call: id, to: '22', mode: 'blind' } as const,
        ]) {
          const error = await fails(run(command), 'invalid-argument');
          assert.match(error.message, /would lose the person outside/);
        }
      assert.ok(!bench.pbx.actions.some(({ action }) => action === 'call.redirect'));
    });

    it('transfer wants an answered call, and the side that was called', async () => {
      await bench.play(BEGIN);
      await fails(run({ command: 'transfer', call: '1700000000.12', to: '22', mode: 'blind' }), 'invalid-argument');
      await bench.play(pickup());
      await fails(
        run({ command: 'transfer', call: '1700000000.12', to: '22', mode: 'blind', by: '23' }),
        'invalid-argument',
      );
      await fails(run({ command: 'transfer', call: '1700000000.12', to: '22', mode: 'attended' }), 'not-supported');
      await fails(run({ command: 'redirect', call: '4.4', to: '22' }), 'not-found');
    });

    it('a flow can route a call at its begin', async () => {
      bench.account.onRoute({ timeoutMs: 1_000 }, (request) => {
        assert.equal(request.number, '0900000001');
        request.answer({ to: '22', contactName: 'Jana' });
      });
      await bench.play(BEGIN);
      assert.equal((await bench.pbx.received('call.redirect'))['destination'], '22');
      await bench.play();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.ringing']);
    });

    for (const [after, events] of [
      ['the answer', [pickup()]],
      ['the end', [end('cancel')]],
    ] as const)
      it(`a route that comes after ${after} of the call changes nothing, which the flow is told`, async () => {
        let answer!: () => void;
        bench.account.onRoute({ timeoutMs: 1_000 }, (request) => {
          answer = () => request.answer({ to: '22', contactName: null });
        });
        await bench.play(BEGIN, ...events);
        assert.throws(() => answer(), { code: 'timeout' });
        await bench.play();
        assert.ok(!bench.pbx.actions.some(({ action }) => action === 'call.redirect'));
      });
  });

  describe('raw actions', () => {
    it('are sent as they are; the event that tells the success is the result', async () => {
      await bench.play(BEGIN);
      const { payload } = await run({
        command: 'action',
        request: { action: 'call.hangup', unique_id: '1700000000.12' },
      });
      assert.deepEqual(payload.result, end('cancel'));
    });

    it('fail with what VIPTel says', async () => {
      const error = await fails(run({ command: 'action', request: { action: 'no.such.thing' } }), 'not-supported');
      assert.equal(error.cause.vendor?.message, 'Unknown action');
      await fails(run({ command: 'action', request: { action: 'call.hangup', unique_id: 'x' } }), 'invalid-argument');
      await fails(run({ command: 'action', request: { action: '' } }), 'invalid-argument');
      await fails(run({ command: 'action', request: { action: 7 } }), 'invalid-argument');
    });

    it('without an event to wait for are done when no error came', async () => {
      bench.pbx.onAction('future.action', null);
      const outcome = run({ command: 'action', request: { action: 'future.action', x: 1 } });
      await bench.pbx.received('future.action');
      await bench.pass(8_000);
      assert.equal((await outcome).payload.result, null);
    });

    it('take a positive reply, should there be one', async () => {
      bench.pbx.onAction('future.action', (_request, client) => client.reply(200, 'Done'));
      const { payload } = await run({ command: 'action', request: { action: 'future.action' } });
      assert.deepEqual(payload.result, { code: 200, message: 'Done' });
    });

    it('cannot log in or out, and need a request', async () => {
      for (const request of [{ action: 'user.logout' }, { action: 'user.login' }, {}])
        await fails(run({ command: 'action', request }), 'invalid-argument');
    });

    it('a raw call is followed as well', async () => {
      const request = { action: 'call.create', from: '21', to: '22', call_random_id: 'abc123' };
      const { payload } = await run({ command: 'action', request });
      assert.equal((payload.result as { call_random_id: string }).call_random_id, 'abc123');
      await bench.play();
      assert.equal(bench.last('call.begin').call.direction, 'internal');
    });
  });
});
