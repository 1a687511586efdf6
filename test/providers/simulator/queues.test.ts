/** The queue and its agents. */

import assert from 'node:assert/strict';
import type { CallEvent, QueueEvent } from '../../../lib/index';
import { openOffice } from './office';
import type { Office } from './office';

describe('simulator: queues', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice({ extensions: '21-23', queues: '500,501' });
  });
  afterEach(() => office.close());

  const caller = async (number = 1, more: Record<string, unknown> = {}) => {
    const { call } = await office.act({
      do: 'incoming',
      from: `+42190010000${number}`,
      to: '500',
      manual: true,
      ...more,
    });
    return String(call);
  };
  const offered = () => office.of<QueueEvent>('queue.member.ringing').map(({ member }) => member?.extension);

  it('tells the place in the queue and how many wait', async () => {
    for (const extension of ['21', '22', '23']) await office.act({ do: 'pause', queue: '500', extension });
    await caller(1);
    await caller(2);
    const joins = office.of<QueueEvent>('queue.join');
    assert.deepEqual(
      joins.map(({ queue }) => [queue.id, queue.position, queue.waiting]),
      [
        ['500', 1, 1],
        ['500', 2, 2],
      ],
    );
    assert.deepEqual(joins[0]?.call?.state, 'queued');
  });

  it('tries the next agent when one does not answer', async () => {
    await caller();
    await office.clock.run(60_000);
    assert.deepEqual(offered().slice(0, 4), ['21', '22', '23', '21']);
  });

  it('passes over an agent whose phone cannot be reached, until it can', async () => {
    await office.act({ do: 'behave', party: '21', unreachable: true });
    await caller();
    await office.clock.run(1_000);
    assert.deepEqual(offered(), ['22']);
    for (const extension of ['22', '23']) await office.act({ do: 'behave', party: extension, busy: true });
    await caller(2);
    await office.clock.run(20_000);
    assert.deepEqual(offered(), ['22']);
    await office.act({ do: 'behave', party: '21' });
    await office.clock.run(2_000);
    assert.deepEqual(offered(), ['22', '21']);
  });

  it('gives the next caller to whoever has been idle longest', async () => {
    for (const number of [1, 2, 3]) {
      const call = await caller(number, { manual: false, answerSeconds: 2, talkSeconds: 5 });
      await office.clock.run(20_000);
      assert.equal(office.account.call(call)?.disposition, 'answered');
    }
    assert.deepEqual(offered(), ['21', '22', '23']);
  });

  it('passes over agents on a break and those who talk', async () => {
    await office.act({ do: 'pause', queue: '500', extension: '21' });
    await office.act({ do: 'dial', from: '22', to: '+421900000016', talkSeconds: 300 });
    await caller();
    assert.deepEqual(offered(), ['23']);
  });

  it('serves the first in line as soon as an agent comes back', async () => {
    for (const extension of ['21', '22', '23']) await office.act({ do: 'pause', queue: '500', extension });
    const first = await caller(1);
    await caller(2);
    await office.clock.run(10_000);
    await office.act({ do: 'unpause', queue: '500', extension: '22' });
    await office.clock.run(1_000);
    const [ringing] = office.of<QueueEvent>('queue.member.ringing');
    assert.deepEqual([ringing?.member?.extension, ringing?.call?.id], ['22', first]);
    await office.act({ do: 'answer', call: first });
    const [left] = office.of<QueueEvent>('queue.leave');
    assert.deepEqual([left?.reason, left?.queue.waitSeconds, left?.queue.waiting], ['connected', 11, 1]);
  });

  it('sends a caller away after two minutes, which is no abandonment', async () => {
    const call = await caller();
    await office.clock.run(121_000);
    assert.equal(office.of<QueueEvent>('queue.leave')[0]?.reason, 'timeout');
    assert.deepEqual(office.of('queue.abandon'), []);
    assert.equal(office.account.call(call)?.disposition, 'no-answer');
  });

  it('tells an abandonment after the leave and before the end', async () => {
    await caller(1, { giveUpSeconds: 12 });
    await office.clock.run(12_000);
    assert.deepEqual(office.topics().slice(-4), ['queue.leave', 'queue.abandon', 'call.end', 'call.missed']);
    assert.equal(office.of<QueueEvent>('queue.abandon')[0]?.queue.waitSeconds, 12);
  });

  it('a waiting caller who is hung up on by a flow has not abandoned', async () => {
    const call = await caller();
    await office.account.execute({ command: 'hangup', call });
    assert.equal(office.of<QueueEvent>('queue.leave')[0]?.reason, null);
    assert.deepEqual(office.of('queue.abandon'), []);
    assert.equal(office.account.call(call)?.disposition, 'rejected');
  });

  it('takes a ringing call into a queue', async () => {
    const call = await caller(1, { to: '21' });
    await office.act({ do: 'join', call, queue: '501' });
    assert.equal(office.of<QueueEvent>('queue.join')[0]?.queue.id, '501');
    assert.equal(office.account.call(call)?.queue, '501');
  });

  it('tells every change of the members once', async () => {
    const changes = ['remove', 'add', 'pause', 'pause', 'unpause', 'unpause'];
    for (const change of changes) await office.act({ do: change, queue: '500', extension: '23' });
    const told = office.events.filter(({ type }) => type.startsWith('queue.member.')) as QueueEvent[];
    assert.deepEqual(
      told.map(({ type, member }) => [type, member?.extension, member?.paused]),
      [
        ['queue.member.remove', '23', false],
        ['queue.member.add', '23', false],
        ['queue.member.pause', '23', true],
        ['queue.member.unpause', '23', false],
      ],
    );
  });

  it('without a queue in the request all queues of the agent are meant', async () => {
    const { queues } = await office.act({ do: 'pause', extension: '21' });
    assert.deepEqual(queues, ['500', '501']);
  });

  it('lists the queues with who waits and who serves', async () => {
    for (const extension of ['21', '22', '23']) await office.act({ do: 'pause', queue: '500', extension });
    const call = await caller();
    await office.clock.run(4_000);
    const { payload } = await office.account.execute({ command: 'query', query: 'queues' });
    const [queue, other] = payload.result as { id: string; members: unknown[]; callers: unknown[] }[];
    assert.deepEqual(queue?.callers, [{ call, from: '+421900100001', position: 1, waitSeconds: 4 }]);
    assert.equal(queue?.members.length, 3);
    assert.equal(other?.id, '501');
  });

  it('who gives up after a transfer into the queue has abandoned it', async () => {
    for (const extension of ['21', '22', '23']) await office.act({ do: 'pause', queue: '500', extension });
    const call = await caller(1, { to: '21' });
    await office.act({ do: 'answer', call });
    await office.account.execute({ command: 'transfer', call, to: '500', mode: 'blind', by: '21' });
    await office.act({ do: 'hangup', call });
    assert.deepEqual(office.topics().slice(-3), ['queue.leave', 'queue.abandon', 'call.end']);
  });

  it('follows a transfer into the queue', async () => {
    const call = await caller(1, { to: '21' });
    await office.act({ do: 'answer', call });
    await office.account.execute({ command: 'transfer', call, to: '500', mode: 'blind', by: '21' });
    const [transfer] = office.of<CallEvent>('call.transfer');
    assert.equal(transfer?.transfer?.to.extension, '500');
    await office.clock.run(2_000);
    assert.equal(office.of<QueueEvent>('queue.join')[0]?.call?.id, call);
    await office.act({ do: 'answer', call });
    assert.equal(office.of('call.answer').length, 1);
    assert.equal(office.of<QueueEvent>('queue.leave')[0]?.reason, 'connected');
  });
});
