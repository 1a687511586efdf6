import assert from 'node:assert/strict';
import type { Command } from '../../../lib/model';
import { fails } from '../../transport/http/fails';
import { Bench, INBOUND } from './bench';

const BEGIN = { ...INBOUND, unique_id: '1700000000.12' };
const pickup = (unique_id = '1700000000.12') => ({ event: 'call.pickup', unique_id });
const end = (status: string, unique_id = '1700000000.12') => ({ event: 'call.end', unique_id, status });

describe('VIPTel commands', () => {
  let bench: Bench;
  const run = (command: Command) => bench.account.execute(command);
  const call = (more: object = {}) => run({ command: 'call', from: '21', to: '+421 900 000 001', ...more });

  beforeEach(async () => {
    bench = await Bench.open();
    await bench.play(...['21', '22'].map((member) => ({ event: 'queue.unpause', queue: 500, member })));
    bench.events.length = 0;
  });

  afterEach(() => bench.close());

  describe('make call', () => {
    it('asks for it in the words of VIPTel, and is accepted when the call was created', async () => {
      const { payload, raw } = await call({ callerId: '+421 2 2028 2028', tag: 'job 7' });
      const request = await bench.pbx.received('call.create');
      assert.match(String(request['call_random_id']), /^[0-9a-f]{32}$/);
      assert.deepEqual(request, {
        action: 'call.create',
        from: '21',
        to: '0900000001',
        caller_id: '0220282028',
        call_random_id: payload.reference,
      });
      assert.equal(payload.call?.direction, 'outbound');
      assert.equal(payload.call.from.extension, '21');
      assert.equal(payload.call.to.number, '0900000001');
      assert.equal((raw as { event: string }).event, 'call.create_response');
      await bench.play();
      assert.equal(bench.last('call.begin').call.tag, 'job 7');
    });

    it('the far end answers: begin, answer, end', async () => {
      const outcome = call({ replyWhen: 'ended' });
      await bench.pbx.received('call.create');
      const [id] = [...bench.pbx.calls.keys()] as [string];
      await bench.play(pickup(id));
      await bench.play(end('answer', id));
      const { payload } = await outcome;
      assert.equal(payload.reached, true);
      assert.deepEqual(bench.topics(), ['call.begin', 'call.answer', 'call.end']);
      assert.equal(bench.last('call.answer').call.answeredBy?.number, '0900000001');
    });

    it('the own phone that picks up is not the answer', async () => {
      let id = '';
      bench.pbx.onAction('call.create', (request) => {
        id = bench.pbx.create(request, { begin: false });
      });
      await call();
      const own = { event: 'call.begin', caller: '0900000001', callee: '21', callee_name: 'Eva', unique_id: id };
      await bench.play(own, pickup(id));
      assert.deepEqual(bench.topics(), ['call.begin']);
      await bench.play(
        { ...own, caller: '21', callee: '0900000001', called_number: '0900000001' },
        pickup(id),
        end('answer', id),
      );
      assert.deepEqual(bench.topics(), ['call.begin', 'call.answer', 'call.end']);
    });

    it('a colleague rings', async () => {
      await call({ to: '22' });
      await bench.play();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing']);
      assert.equal(bench.last('call.begin').call.direction, 'internal');
    });

    it('the id changes on the way: the call keeps its first, and only the end of the last one ends it', async () => {
      let id = '';
      bench.pbx.onAction('call.create', (request) => {
        id = bench.pbx.create(request, { ids: 2 });
      });
      const { payload } = await call();
      const first = payload.call?.id ?? '';
      assert.notEqual(first, id);
      await bench.play(end('cancel', first));
      assert.ok(!bench.topics().includes('call.end'), 'the end of an old id is none');
      await bench.play(end('chanunavail', id));
      assert.deepEqual(bench.topics(), ['call.begin', 'call.end']);
      assert.equal(bench.last('call.end').call.id, first);
      assert.equal(bench.last('call.end').call.disposition, 'unreachable');
    });

    it('hang up of such a call names the id in force', async () => {
      let id = '';
      bench.pbx.onAction('call.create', (request) => {
        id = bench.pbx.create(request, { ids: 2 });
      });
      const { payload } = await call();
      await run({ command: 'hangup', call: payload.call?.id ?? '' });
      assert.equal((await bench.pbx.received('call.hangup'))['unique_id'], id);
    });

    it('a begin that comes before the answer to the request is the same call, with its tag', async () => {
      const id = '1700000000.77';
      bench.pbx.onAction('call.create', ({ from, to, call_random_id }) => {
        bench.pbx.emit(
          { event: 'call.begin', caller: from, callee: to, called_number: to, unique_id: id },
          { event: 'call.create_response', unique_id: id, call_random_id },
        );
      });
      const { payload } = await call({ tag: 'job 8' });
      assert.equal(payload.call?.id, id);
      assert.equal(payload.call.tag, 'job 8');
      await bench.play(pickup(id));
      assert.deepEqual(bench.topics(), ['call.begin', 'call.answer']);
      assert.equal(bench.events[0]?.call.tag, 'job 8');
    });

    it('a begin under a new id before VIPTel ties it to the request is the same call', async () => {
      bench.pbx.onAction('call.create', ({ from, to, call_random_id }) => {
        bench.pbx.emit(
          { event: 'call.create_response', unique_id: '1.1', call_random_id },
          { event: 'call.begin', caller: from, callee: to, called_number: to, unique_id: '1.2' },
          { event: 'call.create_response', unique_id: '1.2', call_random_id },
        );
      });
      await call();
      await bench.play(pickup('1.2'), end('answer', '1.2'));
      assert.deepEqual(bench.topics(), ['call.begin', 'call.answer', 'call.end']);
    });

    it('a call that another client asked for is one call too, whatever its ids', async () => {
      const response = { event: 'call.create_response', call_random_id: 'theirs1' };
      await bench.play({ ...response, unique_id: '1.1' }, { ...response, unique_id: '1.2' });
      assert.deepEqual(bench.topics(), []);
      await bench.play({ ...BEGIN, caller: '21', callee: '22', called_number: '22', unique_id: '1.2' }, pickup('1.2'));
      await bench.play(end('answer', '1.2'));
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
    });

    it('replies when answered: not reached when busy', async () => {
      const outcome = call({ replyWhen: 'answered' });
      await bench.pbx.received('call.create');
      const [id] = [...bench.pbx.calls.keys()] as [string];
      await bench.play(end('busy', id));
      const { payload } = await outcome;
      assert.equal(payload.reached, false);
      assert.equal(payload.call?.disposition, 'busy');
    });

    it('refuses what is no extension and no number, before anything is sent', async () => {
      await fails(call({ from: 'Eva' }), 'invalid-argument');
      await fails(call({ to: 'sip:eva@example.sk' }), 'invalid-argument');
      await fails(call({ from: 'group:500' }), 'not-supported');
      assert.equal(bench.pbx.actions.length, 1, 'only the login');
    });

    it('hands on what VIPTel objects to', async () => {
      bench.pbx.onAction('call.create', (_request, client) =>
        client.reply(400, 'Inserted values are not valid', { errors: { caller_id: ['not yours'] } }),
      );
      const error = await fails(call({ callerId: '0999' }), 'invalid-argument');
      assert.match(error.message, /not yours/);
      assert.equal(error.cause.vendor?.code, '400');
      assert.equal(error.cause.command, 'call');
    });
  });

  describe('refusals', () => {
    for (const [code, text, expected] of [
      [403, 'You are not allowed to use this action', 'forbidden'],
      [404, 'Call not found', 'not-found'],
      [404, '  CALL NOT FOUND ', 'not-found'],
      [404, 'Unknown action', 'not-supported'],
      [404, 'Missing action', 'invalid-argument'],
      [404, 'Something new', 'not-found'],
      [400, 'Action has to be string', 'invalid-argument'],
      [500, 'Action failed', 'rejected'],
      [504, 'Can not connect to PBX, try your action again later', 'unavailable'],
      [418, 'I am a teapot', 'rejected'],
    ] as const)
      it(`${code} "${text}" is ${expected}, and the connection goes on`, async () => {
        bench.pbx.onAction('call.create', (_request, client) => client.reply(code, text));
        const error = await fails(call(), expected);
        assert.equal(error.cause.vendor?.code, String(code));
        assert.equal(error.cause.account, 'Office');
        await bench.play();
        assert.equal(bench.account.status.state, 'connected');
      });
  });

  describe('a fault in new words', () => {
    for (const code of [500, 599])
      it(`${code} is the answer to the action under way, when the connection goes on`, async () => {
        bench.pbx.onAction('call.create', (_request, client) => client.reply(code, 'PBX returned an error'));
        const outcome = fails(call(), 'rejected');
        await bench.pbx.received('call.create');
        await bench.play();
        await bench.pass(1_000);
        const error = await outcome;
        assert.equal(error.cause.retryable, false);
        assert.equal(error.cause.vendor?.code, String(code));
        assert.match(error.message, /PBX returned an error/);
        assert.equal(bench.account.status.state, 'connected');
        assert.ok(!bench.events.some(({ type }) => type === 'account.degraded'));
      });

    it('leaves the action uncertain when the connection ends of it, and is the reason of that', async () => {
      bench.pbx.onAction('call.create', (_request, client) => client.dismiss(500, 'Out of memory'));
      await fails(call(), 'uncertain');
      await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
      assert.match(bench.account.status.reason?.text ?? '', /Out of memory/);
    });

    it('leaves the action alone when its success comes all the same', async () => {
      bench.pbx.onAction('call.create', (request, client) => {
        client.reply(500, 'A passing trouble');
        bench.pbx.create(request);
      });
      await call();
      await bench.pass(2_000);
      assert.equal(bench.account.status.state, 'connected');
      bench.pbx.cut();
      await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
      assert.doesNotMatch(bench.account.status.reason?.text ?? '', /passing/);
    });

    it('degrades the account when no action is under way', async () => {
      bench.pbx.reply(500, 'Out of memory');
      await bench.until('degraded', () => bench.account.status.state === 'degraded');
    });
  });

  it('an action without permission is forbidden, others go on', async () => {
    await bench.close();
    bench = await Bench.open({ pbx: { users: { pbxapi: { password: 'Žltý kôň', permissions: ['call.hangup'] } } } });
    await fails(call(), 'forbidden');
    await bench.play(BEGIN);
    await run({ command: 'hangup', call: '1700000000.12' });
  });

  describe('one after the other', () => {
    it('the second waits for the first, and an error belongs to the one under way', async () => {
      bench.pbx.onAction('call.create', null);
      const [first, second] = [call({ to: '0900000001' }), call({ to: '0900000002' })];
      await bench.pbx.received('call.create');
      await bench.play();
      assert.equal(bench.pbx.actions.length, 2, 'the login and one call');
      bench.pbx.reply(500, 'Action failed');
      await fails(first, 'rejected');
      await bench.pbx.received('call.create', 2);
      bench.pbx.reply(403, 'You are not allowed to use this action');
      await fails(second, 'forbidden');
    });

    it('after 8 s without an error the next may go, and the first still waits for its event', async () => {
      const requests: Readonly<Record<string, unknown>>[] = [];
      bench.pbx.onAction('call.create', (request) => void requests.push(request));
      const [first, second] = [call({ to: '0900000001' }), call({ to: '0900000002' })];
      await bench.pbx.received('call.create');
      await bench.pass(8_000);
      await bench.pbx.received('call.create', 2);
      bench.pbx.reply(500, 'Action failed');
      await fails(second, 'rejected');
      bench.pbx.create(requests[0] ?? {});
      assert.equal((await first).payload.call?.to.number, '0900000001');
    });

    it('an action of which nothing was told for 90 s is uncertain and not repeated', async () => {
      bench.pbx.onAction('call.create', null);
      const outcome = call();
      await bench.pbx.received('call.create');
      await bench.pass(90_000);
      const error = await fails(outcome, 'uncertain');
      assert.equal(error.cause.retryable, false);
      assert.equal(bench.pbx.actions.length, 2);
    });

    it('an action that would be sent too late is not sent at all', async () => {
      bench.pbx.onAction('call.create', null);
      const all = Array.from({ length: 8 }, (_, i) => call({ to: `090000000${i}` }).catch((error: unknown) => error));
      await bench.pass(50_000);
      const sent = bench.pbx.actions.length - 1;
      assert.ok(sent < 8, `${sent} of 8 sent`);
      await bench.account.close();
      const codes = (await Promise.all(all)).map((error) => (error as { code: string }).code);
      assert.equal(codes.filter((code) => code === 'rate-limited').length, 8 - sent);
    });

    it('a connection that breaks leaves the sent one uncertain and the others unsent, for ever', async () => {
      bench.pbx.onAction('call.create', null);
      const [first, second] = [call(), call({ to: '0900000002' })];
      await bench.pbx.received('call.create');
      bench.pbx.break();
      await fails(first, 'uncertain');
      await fails(second, 'not-connected');
      await bench.untilInTime('back', () => bench.account.status.state === 'connected');
      await bench.play();
      assert.equal(bench.pbx.actions.filter(({ action }) => action === 'call.create').length, 1);
    });

    it('while there is no connection nothing is taken', async () => {
      bench.pbx.cut();
      await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
      await fails(call(), 'not-connected');
    });
  });

  describe('hang up', () => {
    it('is done when the call has ended', async () => {
      await bench.play(BEGIN, pickup());
      const { payload } = await run({ command: 'hangup', call: '1700000000.12' });
      assert.equal(payload.call?.state, 'ended');
      assert.equal(payload.call.disposition, 'answered');
    });

    it("of a waiting caller ends the caller's call, not the offer to an agent", async () => {
      const parent = { ...BEGIN, callee: '500', unique_id: '1.20' };
      await bench.play(parent, {
        event: 'queue.join',
        queue: 500,
        caller: '0900000001',
        unique_id: '1.20',
        position: 1,
      });
      await bench.play({ ...BEGIN, unique_id: '1.21', from_queue_unique_id: '1.20' });
      await run({ command: 'hangup', call: '1.20' });
      assert.equal((await bench.pbx.received('call.hangup'))['unique_id'], '1.20');
      assert.equal(bench.last('call.end').call.id, '1.20');
    });

    it('of a call from before this connection says that VIPTel cannot', async () => {
      await bench.play(BEGIN, pickup());
      bench.pbx.cut();
      await bench.untilInTime('back', () => bench.account.status.counters.reconnects === 1);
      const error = await fails(run({ command: 'hangup', call: '1700000000.12' }), 'not-found');
      assert.match(error.message, /before the present connection/);
      assert.equal(bench.account.calls().length, 1, 'the call goes on');
    });

    it('of a call that has ended says so without asking', async () => {
      await bench.play(BEGIN, end('cancel'));
      await fails(run({ command: 'hangup', call: '1700000000.12' }), 'not-found');
      assert.equal(bench.pbx.actions.length, 1);
    });
  });
});
