/** Every command of the package on the simulated PBX. */

import assert from 'node:assert/strict';
import type { CallEvent, CommandOutcome, HistoryEntry, Member, MessageEvent } from '../../../lib/index';
import { openOffice } from './office';
import type { Office } from './office';

const CUSTOMER = '+421900123456';

describe('simulator: commands', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const incoming = async (more: Record<string, unknown> = {}): Promise<string> => {
    const { call } = await office.act({ do: 'incoming', from: CUSTOMER, to: '21', manual: true, ...more });
    return String(call);
  };
  const answered = async (): Promise<string> => {
    const call = await incoming();
    await office.act({ do: 'answer', call });
    return call;
  };
  /** The command's outcome while the time goes on. */
  const whileTimeGoes = async (outcome: Promise<CommandOutcome>, ms: number): Promise<CommandOutcome> => {
    await office.clock.run(ms);
    return outcome;
  };

  const query = async <T>(name: 'members' | 'calls' | 'history' | 'balance', params?: Record<string, unknown>) => {
    const command = { command: 'query', query: name, ...(params && { params }) } as const;
    return (await office.account.execute(command)).payload.result as T;
  };

  describe('call', () => {
    it('rings the own phone first, then the destination', async () => {
      await office.act({ do: 'behave', party: '21', answerSeconds: 3 });
      const { payload } = await office.account.execute({
        command: 'call',
        from: '21',
        to: CUSTOMER,
        callerId: '+421220282000',
        tag: 'order 7',
      });
      const [begin] = office.of<CallEvent>('call.begin');
      assert.equal(payload.call?.id, begin?.call.id);
      assert.equal(begin?.call.tag, 'order 7');
      assert.equal(begin?.call.from.number, '+421220282000');
      await office.clock.run(2_900);
      assert.deepEqual(office.of('call.ringing'), []);
      await office.clock.run(2_000);
      assert.equal(office.of<CallEvent>('call.ringing')[0]?.ringing?.number, CUSTOMER);
    });

    it('tells whether the far end was reached', async () => {
      await office.act({ do: 'behave', party: CUSTOMER, answerSeconds: 5 });
      const { payload } = await whileTimeGoes(
        office.account.execute({ command: 'call', from: '21', to: CUSTOMER, replyWhen: 'answered' }),
        20_000,
      );
      assert.equal(payload.reached, true);
      assert.equal(payload.call?.state, 'answered');
      assert.equal(payload.call?.answeredBy?.number, CUSTOMER);
    });

    it('is not reached when the own phone is engaged', async () => {
      await answered();
      const { payload } = await whileTimeGoes(
        office.account.execute({ command: 'call', from: '21', to: CUSTOMER, replyWhen: 'answered' }),
        1_000,
      );
      assert.deepEqual([payload.reached, payload.call?.disposition], [false, 'busy']);
    });

    it('from a group: the agent who has been idle longest', async () => {
      await office.act({ do: 'pause', queue: '500', extension: '21' });
      const { payload } = await office.account.execute({ command: 'call', from: 'group:500', to: CUSTOMER });
      assert.equal(payload.call?.from.extension, '22');
    });

    it('from a group where nobody is free is unavailable', async () => {
      for (const member of ['21', '22', '23', '24', '25', '26'])
        await office.act({ do: 'pause', queue: '500', extension: member });
      await assert.rejects(office.account.execute({ command: 'call', from: 'group:500', to: CUSTOMER }), {
        code: 'unavailable',
      });
    });

    it('from an extension that is none is not-found', async () => {
      await assert.rejects(office.account.execute({ command: 'call', from: '77', to: CUSTOMER }), {
        code: 'not-found',
        message: /77 is no extension/,
      });
    });
  });

  describe('hangup', () => {
    it('ends an answered call as answered', async () => {
      const call = await answered();
      await office.account.execute({ command: 'hangup', call });
      assert.equal(office.account.call(call)?.disposition, 'answered');
    });

    it('refuses a ringing call from outside', async () => {
      const call = await incoming();
      await office.account.execute({ command: 'hangup', call });
      assert.equal(office.account.call(call)?.disposition, 'rejected');
    });

    it('of a call that is over is not-found', async () => {
      const call = await incoming();
      await office.account.execute({ command: 'hangup', call });
      await assert.rejects(office.account.execute({ command: 'hangup', call }), { code: 'not-found', message: /over/ });
    });
  });

  describe('redirect', () => {
    it('moves a ringing call', async () => {
      const call = await incoming();
      await office.account.execute({ command: 'redirect', call, to: '25' });
      assert.deepEqual(
        office.of<CallEvent>('call.ringing').map(({ ringing }) => ringing?.extension),
        ['21', '25'],
      );
      await office.act({ do: 'answer', call });
      assert.equal(office.account.call(call)?.answeredBy?.extension, '25');
    });

    it('leaves nothing of whom the call was for, inside or outside', async () => {
      const call = await incoming();
      await office.account.execute({ command: 'redirect', call, to: '+421900000016' });
      const { number, extension } = office.account.call(call)?.to ?? {};
      assert.deepEqual([number, extension], ['+421900000016', null]);
      await office.account.execute({ command: 'redirect', call, to: '25' });
      assert.deepEqual(office.of<CallEvent>('call.ringing').at(-1)?.call.to, {
        number: null,
        extension: '25',
        name: office.of<CallEvent>('call.ringing').at(-1)?.ringing?.name,
      });
    });

    it('moves a waiting call out of its queue, which is no abandonment', async () => {
      const call = await incoming({ to: '500' });
      await office.account.execute({ command: 'redirect', call, to: '25' });
      const [left] = office.of('queue.leave');
      assert.equal(left && 'reason' in left ? left.reason : undefined, 'redirected');
      await office.act({ do: 'hangup', call });
      assert.deepEqual(office.of('queue.abandon'), []);
      assert.equal(office.account.call(call)?.disposition, 'cancelled');
    });

    it('of an answered call is rejected, and to nowhere invalid', async () => {
      const ringing = await incoming({ to: '22' });
      await assert.rejects(office.account.execute({ command: 'redirect', call: ringing, to: 'nobody' }), {
        code: 'invalid-argument',
      });
      assert.equal(office.account.call(ringing)?.state, 'ringing');
      const call = await answered();
      await assert.rejects(office.account.execute({ command: 'redirect', call, to: '25' }), {
        code: 'rejected',
        message: /transferred, not redirected/,
      });
    });
  });

  describe('transfer', () => {
    it('blind: the extension leaves at once, the customer hears the colleague ring', async () => {
      const call = await answered();
      await office.account.execute({ command: 'transfer', call, to: '25', mode: 'blind', by: '21' });
      const [transfer] = office.of<CallEvent>('call.transfer');
      assert.deepEqual([transfer?.transfer?.by?.extension, transfer?.transfer?.to.extension], ['21', '25']);
      await office.act({ do: 'answer', call });
      assert.equal(office.account.call(call)?.to.extension, '25');
      assert.equal(office.account.call(call)?.answeredBy?.extension, '21', 'a transfer does not change who answered');
      await office.act({ do: 'hangup', call });
      assert.equal(office.account.call(call)?.disposition, 'answered');
    });

    it('attended: on hold, a consultation, then one call', async () => {
      const call = await answered();
      const { raw } = await office.account.execute({ command: 'transfer', call, to: '25', mode: 'attended' });
      const { consultation } = raw as { consultation: string };
      assert.equal(office.account.call(call)?.state, 'held');
      await office.act({ do: 'answer', call: consultation });
      await office.clock.run(3_000);
      assert.deepEqual(
        office.account.calls().map(({ id, state, to }) => [id, state, to.extension]),
        [[call, 'answered', '25']],
      );
      const [end] = office.of<CallEvent>('call.end');
      assert.deepEqual([end?.call.id, end?.call.reason?.code], [consultation, 'merged']);
      const free = (await query<Member[]>('members')).filter(({ state }) => state === 'idle');
      assert.ok(
        free.some(({ extension }) => extension === '21'),
        'who transferred is free again',
      );
      await office.act({ do: 'hangup', call });
      assert.equal(office.of('call.end').length, 2);
    });

    it('attended: back to the customer when the colleague does not answer', async () => {
      const call = await answered();
      await office.account.execute({ command: 'transfer', call, to: '25', mode: 'attended' });
      await office.clock.run(31_000);
      assert.equal(office.account.call(call)?.state, 'answered');
      assert.deepEqual(office.of('call.transfer'), []);
      assert.equal(office.of('call.resume').length, 1);
    });

    it('attended: meanwhile nobody else transfers the call, neither a flow nor a lively person', async () => {
      for (let seed = 0; seed < 25; seed++) {
        const other = await openOffice({ seed: String(seed) });
        await other.act({ do: 'behave', party: '25', answerSeconds: false });
        const { call } = await other.act({
          do: 'incoming',
          from: CUSTOMER,
          to: '21',
          answerSeconds: 1,
          talkSeconds: 60,
          lively: true,
        });
        await other.clock.run(8_000);
        const command = { command: 'transfer', call: String(call), to: '25', by: '21' } as const;
        await other.account.execute({ ...command, mode: 'attended' });
        await assert.rejects(other.account.execute({ ...command, mode: 'blind' }), { code: 'rejected' });
        await other.clock.run(120_000);
        await other.close();
      }
    });

    it('attended: back to the customer when the consultation is hung up before the transfer is done', async () => {
      const call = await answered();
      const { raw } = await office.account.execute({ command: 'transfer', call, to: '25', mode: 'attended' });
      const { consultation } = raw as { consultation: string };
      await office.act({ do: 'answer', call: consultation });
      await office.clock.run(500);
      await office.account.execute({ command: 'hangup', call: consultation });
      assert.equal(office.account.call(call)?.state, 'answered');
      assert.equal(office.of('call.resume').length, 1);
    });

    it('attended: the consultation is over when the customer gives up', async () => {
      const call = await answered();
      await office.account.execute({ command: 'transfer', call, to: '25', mode: 'attended' });
      await office.act({ do: 'hangup', call });
      assert.deepEqual(office.account.calls(), []);
    });

    it('refuses what cannot be transferred', async () => {
      const ringing = await incoming({ to: '22' });
      await assert.rejects(office.account.execute({ command: 'transfer', call: ringing, to: '25', mode: 'blind' }), {
        code: 'rejected',
        message: /not answered/,
      });
      const call = await answered();
      await assert.rejects(office.account.execute({ command: 'transfer', call, to: '25', mode: 'blind', by: '26' }), {
        code: 'rejected',
        message: /26 does not take part/,
      });
      await assert.rejects(office.account.execute({ command: 'transfer', call, to: 'x', mode: 'blind' }), {
        code: 'invalid-argument',
      });
      assert.equal(office.account.call(call)?.state, 'answered');
    });
  });

  describe('sms', () => {
    it('is sent, then delivered or not', async () => {
      for (let count = 0; count < 60; count++)
        await office.account.execute({ command: 'sms', to: CUSTOMER, text: `text ${count}` });
      await office.clock.run(10_000);
      const [sent, delivered, failed] = (['sms.sent', 'sms.delivered', 'sms.failed'] as const).map(
        (topic) => office.of(topic).length,
      );
      assert.equal(sent, 60);
      assert.equal((delivered ?? 0) + (failed ?? 0), 60);
      assert.ok(failed && failed < 15, `${failed} failed`);
      const [reason] = office.of<MessageEvent>('sms.failed');
      assert.equal(reason?.message.reason?.text, 'Absent subscriber');
    });

    it('comes in', async () => {
      await office.act({ do: 'sms', from: CUSTOMER, text: 'Ďakujem' });
      const [received] = office.of<MessageEvent>('sms.received');
      assert.deepEqual([received?.message.from, received?.message.text], [CUSTOMER, 'Ďakujem']);
    });
  });

  describe('query', () => {
    it('members: with state and queues', async () => {
      await answered();
      await office.act({ do: 'pause', extension: '22' });
      await incoming({ to: '23' });
      const members = await query<Member[]>('members');
      assert.deepEqual(
        members.slice(0, 4).map(({ extension, state, queues }) => [extension, state, queues]),
        [
          ['21', 'busy', ['500']],
          ['22', 'paused', ['500']],
          ['23', 'ringing', ['500']],
          ['24', 'idle', ['500']],
        ],
      );
      assert.ok(members.every(({ name }) => name));
    });

    it('calls: the same as the account knows', async () => {
      await answered();
      await incoming({ to: '500' });
      await office.account.execute({ command: 'call', from: '23', to: CUSTOMER, tag: 'mine' });
      assert.deepEqual(await query('calls'), office.account.calls());
    });

    it('history: newest first, filtered, and each as its last event had it', async () => {
      const first = await answered();
      await office.clock.run(20_000);
      await office.act({ do: 'hangup', call: first });
      const from = new Date(office.clock.now()).toISOString();
      await office.clock.run(60_000);
      const second = await incoming({ to: '22' });
      await office.act({ do: 'reject', call: second });
      const all = await query<HistoryEntry[]>('history');
      assert.deepEqual(all, [
        { ...office.account.call(second), recordings: [] },
        { ...office.account.call(first), recordings: [] },
      ]);
      const ids = async (params: Record<string, unknown>) =>
        (await query<HistoryEntry[]>('history', params)).map(({ id }) => id);
      assert.deepEqual(await ids({ from }), [second]);
      assert.deepEqual(await ids({ to: new Date(Date.parse(from)) }), [first]);
      assert.deepEqual(await ids({ extension: 21 }), [first]);
      assert.deepEqual(await ids({ disposition: 'rejected' }), [second]);
      assert.deepEqual(await ids({ number: CUSTOMER, limit: 1 }), [second]);
      assert.deepEqual(await ids({ direction: 'outbound' }), []);
      await assert.rejects(ids({ from: 'yesterday' }), { code: 'invalid-argument' });
    });

    it('balance: calls to outside cost', async () => {
      const before = await query<{ amount: number; currency: string }>('balance');
      await office.act({ do: 'dial', from: '21', to: '+421900000016', talkSeconds: 90 });
      await office.clock.run(120_000);
      const after = await query<{ amount: number }>('balance');
      assert.deepEqual([before, after.amount], [{ amount: 100, currency: 'EUR' }, 99.94]);
    });
  });
});
