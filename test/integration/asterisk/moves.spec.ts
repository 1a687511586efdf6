/** Calls that move: transfers by phone, by feature code and by command, redirects, parking. One call stays one call. */
import assert from 'node:assert/strict';
import { onEachAsterisk, rings, takes, talk } from './suite';

onEachAsterisk('calls that move', (stage) => {
  it('a blind transfer by the phone keeps the call and who answered it', async () => {
    const { log, jana, alice, bob } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const answer = await log.wait('call.answer');
    assert.equal(await callee.transferTo('1002'), 202);
    await takes(bob);
    const transfer = await log.wait('call.transfer');
    assert.equal(transfer.call.id, answer.call.id);
    assert.equal(transfer.transfer?.mode, 'blind');
    assert.equal(transfer.transfer?.by?.extension, '1001');
    assert.equal(transfer.transfer?.to.extension, '1002');
    await callee.ended;
    assert.equal(log.open.length, 1);
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.id, answer.call.id);
    assert.equal(end.call.answeredBy?.extension, '1001');
    assert.equal(end.call.to.extension, '1002');
    assert.equal(end.call.disposition, 'answered');
    assert.equal(log.callIds.length, 1);
  });

  it('a blind transfer to a busy phone ends the call, which was answered all the same', async () => {
    const { log, jana, alice, bob } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    await callee.transferTo('1002');
    (await bob.incoming.take()).reject(486, 'Busy Here');
    await caller.ended;
    const end = await log.wait('call.end');
    assert.equal(end.call.disposition, 'answered');
    assert.equal(log.all('call.missed').length, 0);
    assert.equal(log.all('call.transfer').length, 1);
  });

  it('an attended transfer joins the two calls into the first', async () => {
    const { log, jana, alice, bob } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const answer = await log.wait('call.answer');
    await callee.hold();
    const consult = alice.call('1002');
    const target = await takes(bob);
    await consult.until('answered');
    await log.wait('call.answer', (event) => event.call.direction === 'internal');
    assert.equal(await callee.transferToCall(consult), 202);
    const transfer = await log.wait('call.transfer');
    assert.equal(transfer.call.id, answer.call.id);
    assert.equal(transfer.transfer?.mode, 'attended');
    assert.equal(transfer.transfer?.to.extension, '1002');
    await callee.ended;
    await target.hangUp();
    await caller.ended;
    const end = await log.wait('call.end', (event) => event.call.id === answer.call.id);
    assert.equal(end.call.direction, 'inbound');
    assert.equal(end.call.to.extension, '1002');
    assert.equal(log.all('call.missed').length, 0);
  });

  it('an attended transfer while the target still rings (blonde) goes on when the target answers', async () => {
    const { log, jana, alice, bob } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const answer = await log.wait('call.answer');
    await callee.hold();
    const consult = alice.call('1002');
    const target = await rings(bob);
    await consult.until('ringing');
    await callee.transferToCall(consult);
    const transfer = await log.wait('call.transfer');
    assert.equal(transfer.call.id, answer.call.id);
    await callee.ended;
    target.answer();
    await target.until('answered');
    await caller.hangUp();
    await target.ended;
    const end = await log.wait('call.end', (event) => event.call.id === answer.call.id);
    assert.equal(end.call.disposition, 'answered');
  });

  it('a transfer by feature code is told like one by the phone', async () => {
    const { log, pbx, alice, bob, carol } = stage();
    const { caller, callee } = await talk(alice, '1002', bob);
    const answer = await log.wait('call.answer');
    await callee.dial('#1');
    await pbx.tap.event('MusicOnHoldStart', {}, { from: 0 });
    await callee.dial('1003');
    await takes(carol);
    const transfer = await log.wait('call.transfer');
    assert.equal(transfer.call.id, answer.call.id);
    assert.equal(transfer.transfer?.mode, 'blind');
    assert.equal(transfer.transfer?.to.extension, '1003');
    await callee.ended;
    await caller.hangUp();
    await log.wait('call.end');
    assert.equal(log.callIds.length, 1);
  });

  it('the transfer command moves an answered call blindly', async () => {
    const { log, account, jana, alice, carol } = stage();
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

  it('the transfer command starts an attended transfer that the extension completes by hanging up', async () => {
    const { log, account, pbx, jana, alice, carol } = stage();
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
    const end = await log.wait('call.end', (event) => event.call.id === call.id);
    assert.equal(end.call.disposition, 'answered');
  });

  it('a call is transferred at once after its answer, before the PBX has connected the two', async () => {
    const { log, account, jana, alice, carol } = stage();
    const caller = jana.call('0220282028');
    const callee = await takes(alice);
    const { call } = await log.wait('call.answer');
    await account.execute({ command: 'transfer', call: call.id, to: '1003', mode: 'blind' });
    await takes(carol);
    await callee.ended;
    const transfer = await log.wait('call.transfer');
    assert.equal(transfer.call.id, call.id);
    await caller.hangUp();
    await log.wait('call.end');
    assert.equal(log.callIds.length, 1);
  });

  it('a ringing call is redirected to another phone', async () => {
    const { log, account, jana, alice, carol } = stage();
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

  it('a waiting caller is redirected out of the queue, which is no abandon', async () => {
    const { log, account, jana, bob, carol, dan } = stage();
    const caller = jana.call('0220282029');
    await rings(bob);
    await rings(carol);
    const join = await log.wait('queue.join');
    assert.ok(join.call !== null);
    await account.execute({ command: 'redirect', call: join.call.id, to: '1004' });
    await takes(dan);
    const leave = await log.wait('queue.leave');
    assert.equal(leave.reason, 'redirected');
    assert.equal(log.all('queue.abandon').length, 0);
    const answer = await log.wait('call.answer');
    assert.equal(answer.call.id, join.call.id);
    assert.equal(answer.call.answeredBy?.extension, '1004');
    await caller.hangUp();
    await log.wait('call.end');
    assert.equal(log.all('call.missed').length, 0);
  });

  it('a parked call is one call until somebody retrieves and ends it', async () => {
    const { log, pbx, jana, alice, bob } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    const from = pbx.tap.position;
    await callee.transferTo('700');
    const parked = await pbx.tap.event('ParkedCall', {}, { from });
    const hold = await log.wait('call.hold');
    assert.equal(hold.call.id, call.id);
    const taker = await bob.call(parked.fields['ParkingSpace'] ?? '').until('answered');
    const resume = await log.wait('call.resume');
    assert.equal(resume.call.id, call.id);
    await taker.hangUp();
    await caller.ended;
    const end = await log.wait('call.end', (event) => event.call.id === call.id);
    assert.equal(end.call.disposition, 'answered');
  });

  it('a parked call that nobody retrieves comes back to the phone that parked it', async () => {
    const { log, jana, alice } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    await callee.transferTo('750');
    await callee.ended;
    await takes(alice);
    const resume = await log.wait('call.resume');
    assert.equal(resume.call.id, call.id);
    await caller.hangUp();
    await log.wait('call.end', (event) => event.call.id === call.id);
    assert.equal(log.callIds.length, 1);
  });
});
