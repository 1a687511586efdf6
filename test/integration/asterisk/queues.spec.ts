/** Queues and their members as a flow sees them, on a real PBX. */
import assert from 'node:assert/strict';
import type { QueueStatus } from '../../../lib/index';
import { onEachAsterisk, rings } from './suite';

onEachAsterisk('queues', (stage) => {
  it('a caller waits, both phones ring, one agent takes the call', async () => {
    const { log, jana, bob, carol } = stage();
    const caller = jana.call('0220282029');
    const loser = await rings(carol);
    const agent = await rings(bob);
    const join = await log.wait('queue.join');
    assert.equal(join.queue.id, 'sales');
    assert.equal(join.queue.position, 1);
    assert.equal(join.call?.from.number, '+421900123456');
    await log.wait('queue.member.ringing', (event) => event.member?.extension === '1002');
    await log.wait('queue.member.ringing', (event) => event.member?.extension === '1003');
    agent.answer();
    await loser.ended;
    const connect = await log.wait('queue.member.connect');
    assert.equal(connect.member?.extension, '1002');
    const leave = await log.wait('queue.leave');
    assert.equal(leave.reason, 'connected');
    const answer = await log.wait('call.answer');
    assert.equal(answer.call.answeredBy?.extension, '1002');
    assert.equal(answer.call.queue, 'sales');
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.disposition, 'answered');
    assert.equal(log.all('queue.abandon').length, 0);
    assert.equal(log.all('call.missed').length, 0);
    assert.equal(log.callIds.length, 1);
  });

  it('a caller who gives up has abandoned the queue and is missed', async () => {
    const { log, jana, bob, carol } = stage();
    const caller = await jana.call('0220282029').until('answered');
    await rings(bob);
    await rings(carol);
    await log.wait('queue.join');
    await caller.hangUp();
    const abandon = await log.wait('queue.abandon');
    assert.equal(abandon.queue.id, 'sales');
    const leave = await log.wait('queue.leave');
    assert.equal(leave.reason, 'abandoned');
    const missed = await log.wait('call.missed');
    assert.equal(missed.call.queue, 'sales');
    assert.equal(missed.call.answeredBy, null);
  });

  it('a queue that times out is left, not abandoned', async () => {
    const { log, jana, bob, carol, dan } = stage();
    const caller = jana.call('0220282032');
    await rings(bob);
    await rings(carol);
    const outside = await rings(dan);
    const leave = await log.wait('queue.leave');
    assert.equal(leave.reason, 'timeout');
    assert.equal(log.all('queue.abandon').length, 0);
    outside.answer();
    const answer = await log.wait('call.answer');
    assert.equal(answer.call.answeredBy?.extension, '1004');
    await caller.hangUp();
    await log.wait('call.end');
    assert.equal(log.all('call.missed').length, 0);
  });

  it('members are added, paused, unpaused and removed', async () => {
    const { pbx, log } = stage();
    const member = { Queue: 'empty', Interface: 'PJSIP/1004' };
    await pbx.tap.action({ Action: 'QueueAdd', ...member, MemberName: 'Dan' });
    const added = await log.wait('queue.member.add');
    assert.equal(added.queue.id, 'empty');
    assert.equal(added.member?.extension, '1004');
    assert.equal(added.member?.name, 'Dan');
    await pbx.tap.action({ Action: 'QueuePause', ...member, Paused: 'true', Reason: 'Lunch' });
    const paused = await log.wait('queue.member.pause');
    assert.equal(paused.member?.paused, true);
    await pbx.tap.action({ Action: 'QueuePause', ...member, Paused: 'false' });
    const unpaused = await log.wait('queue.member.unpause');
    assert.equal(unpaused.member?.paused, false);
    await pbx.tap.action({ Action: 'QueueRemove', ...member });
    const removed = await log.wait('queue.member.remove');
    assert.equal(removed.member?.extension, '1004');
  });

  it('the queues can be listed while somebody waits', async () => {
    const { account, log, jana, bob, carol } = stage();
    await jana.call('0220282029').until('answered');
    await rings(bob);
    await rings(carol);
    const join = await log.wait('queue.join');
    const { payload } = await account.execute({ command: 'query', query: 'queues' });
    const queues = payload.result as QueueStatus[];
    const sales = queues.find((queue) => queue.id === 'sales');
    assert.equal(sales?.waiting, 1);
    assert.deepEqual(new Set(sales?.members.map((member) => member.extension)), new Set(['1002', '1003']));
    assert.equal(sales?.callers[0]?.from, '+421900123456');
    assert.equal(sales?.callers[0]?.call, join.call?.id);
    assert.equal(queues.find((queue) => queue.id === 'empty')?.waiting, 0);
  });
});
