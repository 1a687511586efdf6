/** Real calls on a real PBX, heard and moved through vwell-bpx-srv: the whole way from a phone to the flow. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { Call, Member, QueueStatus } from '../../../lib/index';
import { rings, stateOf, takes, talk } from '../asterisk/suite';
import { onEachAsteriskBehindVwell, ownContexts } from './suite';

const JANA = '+421900123456';

onEachAsteriskBehindVwell('calls', (on) => {
  it('a call from outside is told from its begin to its end', async () => {
    const { log, jana, alice } = on().stage;
    const { caller } = await talk(jana, '0220282028', alice);
    const answer = await log.wait('call.answer');
    assert.equal(answer.provider, 'vwell');
    assert.equal(answer.call.answeredBy?.extension, '1001');
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(log.story(end.call.id), 'begin ringing answer end');
    assert.equal(end.call.direction, 'inbound');
    assert.equal(end.call.from.number, JANA);
    assert.equal(end.call.dialed, '0220282028');
    assert.equal(end.call.to.extension, '1001');
    assert.equal(end.call.disposition, 'answered');
  });

  it('a call that nobody takes is missed', async () => {
    const { log, jana, alice } = on().stage;
    const caller = jana.call('0220282028');
    await rings(alice);
    await log.wait('call.ringing');
    await caller.cancel();
    const missed = await log.wait('call.missed');
    assert.equal(missed.call.disposition, 'cancelled');
    assert.equal(log.story(missed.call.id), 'begin ringing end missed');
  });

  it('a caller waits in a queue and an agent takes the call', async () => {
    const { log, jana, bob, carol } = on().stage;
    const caller = jana.call('0220282029');
    const loser = await rings(carol);
    const agent = await rings(bob);
    const join = await log.wait('queue.join');
    assert.equal(join.queue.id, 'sales');
    assert.equal(join.call?.from.number, JANA);
    agent.answer();
    await loser.ended;
    const connect = await log.wait('queue.member.connect');
    assert.equal(connect.member?.extension, '1002');
    assert.equal((await log.wait('queue.leave')).reason, 'connected');
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.answeredBy?.extension, '1002');
    assert.equal(end.call.queue, 'sales');
  });

  it('a caller who gives up in a queue has abandoned it', async () => {
    const { log, jana, bob, carol } = on().stage;
    const caller = await jana.call('0220282029').until('answered');
    await rings(bob);
    await rings(carol);
    await log.wait('queue.join');
    await caller.hangUp();
    assert.equal((await log.wait('queue.leave')).reason, 'abandoned');
    await log.wait('queue.abandon');
    const missed = await log.wait('call.missed');
    assert.equal(missed.call.queue, 'sales');
  });
});

onEachAsteriskBehindVwell('commands', (on) => {
  it('make call rings the own phone first, and is answered when the far end answers', async () => {
    const { account, alice, bob, log } = on().stage;
    const made = account.execute({
      command: 'call',
      from: '1001',
      to: '1002',
      tag: 'order 17',
      replyWhen: 'answered',
      timeout: 40,
    });
    const first = await takes(alice);
    await takes(bob);
    const { payload } = await made;
    assert.equal(payload.reached, true);
    assert.equal(payload.call?.answeredBy?.extension, '1002');
    assert.equal(payload.call?.tag, 'order 17');
    const dials = on().server.requests.filter(({ method }) => method === 'dial');
    assert.equal(dials.length, 1, 'it went as the method of the server, and once');
    await first.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.id, payload.call?.id);
    assert.equal(end.call.disposition, 'answered');
    assert.equal(log.callIds.length, 1);
  });

  it('make call with a caller id is an Originate of its own', async () => {
    const { account, alice, bob } = on().stage;
    await account.execute({ command: 'call', from: '1001', to: '1002', callerId: '0220282028' });
    await takes(alice);
    const far = await rings(bob);
    assert.equal(far.callerNumber, '0220282028');
  });

  it('a phone that is not registered cannot place a call', async () => {
    const { account, dan } = on().stage;
    assert.equal(await dan.register(0), 200);
    try {
      await assert.rejects(
        account.execute({ command: 'call', from: '1004', to: '1002' }),
        (error) => error instanceof Error && 'code' in error && error.code === 'rejected',
      );
    } finally {
      assert.equal(await dan.register(), 200);
    }
  });

  it('hang up ends a call', async () => {
    const { account, log, jana, alice } = on().stage;
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    await account.execute({ command: 'hangup', call: call.id });
    await callee.ended;
    assert.equal((await caller.ended).by, 'pbx');
    assert.equal((await log.wait('call.end')).call.disposition, 'answered');
  });

  it('redirect moves a ringing call to another phone, under the same id', async () => {
    const { account, log, jana, alice, carol } = on().stage;
    const caller = jana.call('0220282028');
    const first = await rings(alice);
    const { call } = await log.wait('call.ringing');
    await account.execute({ command: 'redirect', call: call.id, to: '1003' });
    await first.ended;
    await takes(carol);
    await caller.until('answered');
    const answer = await log.wait('call.answer');
    assert.equal(answer.call.id, call.id);
    assert.equal(answer.call.answeredBy?.extension, '1003');
    await caller.hangUp();
    await log.wait('call.end');
    assert.equal(log.callIds.length, 1);
    assert.equal(log.all('call.missed').length, 0);
  });

  it('a blind transfer by a raw manager action moves an answered call', async () => {
    const { account, log, jana, alice, carol } = on().stage;
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    await account.execute({ command: 'transfer', call: call.id, to: '1003', mode: 'blind', by: '1001' });
    await takes(carol);
    await callee.ended;
    const transfer = await log.wait('call.transfer');
    assert.equal(transfer.call.id, call.id);
    assert.equal(transfer.transfer?.to.extension, '1003');
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.id, call.id);
    assert.equal(end.call.to.extension, '1003');
  });

  it('an attended transfer is completed by the extension that hangs up', async () => {
    const { account, log, pbx, jana, alice, carol } = on().stage;
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    const from = pbx.tap.position;
    await account.execute({ command: 'transfer', call: call.id, to: '1003', mode: 'attended', by: '1001' });
    const target = await takes(carol);
    await pbx.tap.event('DialEnd', { DialStatus: 'ANSWER' }, { from });
    await callee.hangUp();
    const transfer = await log.wait('call.transfer');
    assert.equal(transfer.call.id, call.id);
    assert.equal(transfer.transfer?.mode, 'attended');
    await target.hangUp();
    await caller.ended;
    await log.wait('call.end', (event) => event.call.id === call.id);
  });

  it('a recording is started and stopped, and its file is on the PBX', async () => {
    const { account, log, pbx, jana, alice } = on().stage;
    const { caller, callee } = await talk(jana, '0220282028', alice);
    caller.talk();
    callee.talk();
    const { call } = await log.wait('call.answer');
    await account.execute({ command: 'recording', action: 'start', call: call.id });
    const started = await log.wait('recording.start');
    assert.equal(started.call?.id, call.id);
    await account.execute({ command: 'recording', action: 'stop', call: call.id });
    const available = await log.wait('recording.available');
    assert.equal(available.recording.id, started.recording.id);
    const name = available.recording.id.split('/').at(-1) ?? '';
    assert.ok(existsSync(`${pbx.addresses.spool}/monitor/${name}`), name);
    await callee.hangUp();
  });

  it('members, queues and live calls are listed', async () => {
    const { account, log, jana, alice } = on().stage;
    const { caller } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    const ask = async (query: 'members' | 'queues' | 'calls') =>
      (await account.execute({ command: 'query', query })).payload.result;
    const members = (await ask('members')) as Member[];
    assert.deepEqual(members.find(({ extension }) => extension === '1002')?.queues, ['sales']);
    const queues = (await ask('queues')) as QueueStatus[];
    assert.ok(queues.some(({ id }) => id === 'sales'));
    assert.deepEqual(
      ((await ask('calls')) as Call[]).map(({ id }) => id),
      [call.id],
    );
    await caller.hangUp();
  });

  it('a text is not supported where Asterisk has no GSM ports, in whatever words it says so', async () => {
    await assert.rejects(
      on().stage.account.execute({ command: 'sms', to: '0900123456', text: 'Ahoj' }),
      (error) => error instanceof Error && 'code' in error && error.code === 'not-supported',
    );
  });

  it('any manager action can be sent through the server, and a refusal has the words of Asterisk up to a colon', async () => {
    const { account } = on().stage;
    const send = (fields: Record<string, string>) =>
      account.execute({ command: 'action', request: { method: 'send', argument: { fields } } });
    const { payload } = await send({ Action: 'CoreSettings' });
    assert.match(JSON.stringify(payload.result), /AsteriskVersion/);
    await assert.rejects(send({ Action: 'NoSuchAction' }), /Invalid\/unknown command/);
  });
});

onEachAsteriskBehindVwell('what the server cannot', (on) => {
  it('a call goes on under its id when the connection to the server is lost', async () => {
    const { stage, server } = on();
    const { account, log, jana, alice } = stage;
    const { caller } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    server.cut();
    const gap = await log.wait('account.gap');
    assert.equal(gap.gap?.recovered, true);
    await stateOf(account, 'connected');
    assert.deepEqual(
      account.calls().map(({ id }) => id),
      [call.id],
    );
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.id, call.id);
    assert.equal(end.inferred, undefined);
  });

  it('calls that began and ended while the server could not be reached are put right', async () => {
    await putRight(true);
  });

  it('and also once the server no longer lets lists through', async () => {
    on().server.forgetCommands();
    await putRight(false);
    await on().server.restart();
    await on().stage.log.wait('account.gap', ({ gap }) => gap?.recovered === true);
  });

  /** A call ends, and another begins and is answered, while nothing is heard. */
  async function putRight(recovered: boolean): Promise<void> {
    const { stage, server } = on();
    const { account, pbx, log, jana, alice, bob, carol, dan } = stage;
    const goes = await talk(jana, '0220282028', alice);
    const outside = await log.wait('call.answer', (event) => event.call.direction === 'inbound');
    const stays = await talk(bob, '1003', carol);
    const inside = await log.wait('call.answer', (event) => event.call.direction === 'internal');
    server.refuseSockets();
    await log.wait('account.disconnected');
    const gone = pbx.tap.event('Hangup', { Channel: /^PJSIP\/trunk/ });
    await goes.caller.hangUp();
    await gone;
    const fresh = await talk(dan, '1001', alice);
    server.allowSockets();
    const gap = await log.wait('account.gap');
    assert.equal(gap.gap?.recovered, recovered);
    await stateOf(account, 'connected');
    const end = await log.wait('call.end');
    assert.equal(end.call.id, outside.call.id);
    assert.equal(end.inferred, true);
    const begin = await log.wait('call.begin', (event) => event.call.from.extension === '1004');
    assert.equal(begin.inferred, true);
    assert.deepEqual(new Set(log.open), new Set([inside.call.id, begin.call.id]));
    const found = account.calls().find(({ id }) => id === begin.call.id);
    assert.equal(found?.state, 'answered');
    assert.equal(found?.answeredBy?.extension, '1001');
    await fresh.caller.hangUp();
    await stays.caller.hangUp();
    await log.wait('call.end', (event) => event.call.id === begin.call.id);
    await log.wait('call.end', (event) => event.call.id === inside.call.id);
    assert.equal(log.callIds.length, 3);
  }

  it('two messages that the server made one cost the first of them, and the calls are read anew', async () => {
    const { stage, server } = on();
    const { account, pbx, log, jana, alice } = stage;
    const { caller } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    await stage.caughtUp();
    const before = account.status.counters.malformed;
    server.meltNext();
    const orders = ['Order-1', 'Order-2', 'Order-3'];
    for (const UserEvent of orders) await pbx.tap.action({ Action: 'UserEvent', UserEvent });
    const gap = await log.wait('account.gap');
    assert.equal(gap.gap?.recovered, true);
    assert.equal(account.status.counters.malformed, before + 1);
    const raw = JSON.stringify(log.all('raw'));
    assert.ok(orders.filter((order) => raw.includes(order)).length >= 2);
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.id, call.id);
    assert.equal(end.inferred, undefined);
  });

  it('a text is cut at its second colon', async () => {
    const { log, pbx } = on().stage;
    await pbx.tap.action({ Action: 'UserEvent', UserEvent: 'Order', Note: 'first: second', Last: '' });
    const told = await log.wait('raw', ({ message }) => JSON.stringify(message).includes('"Order"'));
    assert.equal((told.message as Record<string, string>)['Note'], 'first');
  });

  it('an Asterisk that goes down ends its calls; the server must be restarted, and all is well again', async () => {
    const { stage, server } = on();
    const { account, pbx, log, jana, alice } = stage;
    await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    await pbx.stop('orderly');
    const end = await log.wait('call.end');
    assert.equal(end.call.id, call.id);
    const warning = await log.wait('account.warning', ({ reason }) => /restart/i.test(JSON.stringify(reason)));
    assert.ok(warning);
    await pbx.startAgain();
    await ownContexts(stage);
    await server.restart();
    await log.wait('account.gap');
    await stateOf(account, 'connected');
    log.clear();
    const { caller } = await talk(jana, '0220282028', alice);
    await log.wait('call.answer');
    await caller.hangUp();
    await log.wait('call.end');
  });
});
