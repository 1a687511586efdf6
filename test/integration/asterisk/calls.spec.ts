/** Calls as a flow sees them, on a real PBX: who called whom, who answered, how it ended, and who missed it. */
import assert from 'node:assert/strict';
import { onEachAsterisk, rings, takes, talk } from './suite';

const JANA = '+421900123456';

onEachAsterisk('calls', (stage) => {
  it('a call from outside is told from its begin to its end', async () => {
    const { log, jana, alice } = stage();
    const { caller } = await talk(jana, '0220282028', alice);
    const answer = await log.wait('call.answer');
    assert.equal(answer.call.state, 'answered');
    assert.equal(answer.call.answeredBy?.extension, '1001');
    assert.ok(answer.call.waitSeconds !== null);
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(log.story(end.call.id), 'begin ringing answer end');
    assert.equal(end.call.direction, 'inbound');
    assert.equal(end.call.from.number, JANA);
    assert.equal(end.call.from.name, 'Jana');
    assert.equal(end.call.dialed, '0220282028');
    assert.equal(end.call.to.extension, '1001');
    assert.equal(end.call.disposition, 'answered');
    assert.ok(end.call.answeredAt !== null && end.call.endedAt !== null && end.call.talkSeconds !== null);
  });

  it('a call that rings out is missed', async () => {
    const { log, jana, alice } = stage();
    const caller = jana.call('0220282028');
    await rings(alice);
    const missed = await log.wait('call.missed');
    assert.equal(missed.call.disposition, 'no-answer');
    assert.equal(log.story(missed.call.id), 'begin ringing end missed');
    assert.equal(missed.call.talkSeconds, null);
    await caller.until('ended');
  });

  it('a call to a busy phone is missed, and busy', async () => {
    const { log, jana, alice } = stage();
    jana.call('0220282028');
    (await alice.incoming.take()).reject(486, 'Busy Here');
    const missed = await log.wait('call.missed');
    assert.equal(missed.call.disposition, 'busy');
    assert.match(missed.call.reason?.code ?? '', /17/);
  });

  it('a call that the called person rejects is missed, and rejected', async () => {
    const { log, jana, alice } = stage();
    jana.call('0220282028');
    (await rings(alice)).reject(603, 'Decline');
    const missed = await log.wait('call.missed');
    assert.equal(missed.call.disposition, 'rejected');
  });

  it('a caller who gives up has cancelled, and the call is missed', async () => {
    const { log, jana, alice } = stage();
    const caller = jana.call('0220282028');
    await rings(alice);
    await caller.until('ringing');
    await log.wait('call.ringing', (event) => event.ringing?.extension === '1001');
    await caller.cancel();
    const missed = await log.wait('call.missed');
    assert.equal(missed.call.disposition, 'cancelled');
    assert.equal(log.story(missed.call.id), 'begin ringing end missed');
  });

  it('a call between two phones is internal', async () => {
    const { log, alice, bob } = stage();
    const { callee } = await talk(alice, '1002', bob);
    await log.wait('call.answer');
    await callee.hangUp();
    const end = await log.wait('call.end');
    assert.equal(log.story(end.call.id), 'begin ringing answer end');
    assert.equal(end.call.direction, 'internal');
    assert.equal(end.call.from.extension, '1001');
    assert.equal(end.call.to.extension, '1002');
    assert.equal(end.call.disposition, 'answered');
  });

  it('an internal call that nobody takes ends unanswered and is not missed', async () => {
    const { log, alice, bob } = stage();
    const caller = alice.call('1002');
    await rings(bob);
    await caller.until('ringing');
    await caller.cancel();
    const end = await log.wait('call.end');
    assert.equal(end.call.disposition, 'cancelled');
    assert.equal(log.all('call.missed').length, 0);
  });

  it('a call to outside is outbound', async () => {
    const { log, alice, jana } = stage();
    const { caller } = await talk(alice, '0900123456', jana);
    await log.wait('call.answer');
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.direction, 'outbound');
    assert.equal(end.call.from.extension, '1001');
    assert.equal(end.call.to.number, '0900123456');
    assert.equal(end.call.dialed, '0900123456');
    assert.equal(log.story(end.call.id), 'begin ringing answer end');
  });

  it('a busy number outside ends the call as busy', async () => {
    const { log, alice, jana } = stage();
    alice.call('0900123456');
    (await jana.incoming.take()).reject(486, 'Busy Here');
    const end = await log.wait('call.end');
    assert.equal(end.call.disposition, 'busy');
    assert.equal(end.call.direction, 'outbound');
  });

  it('a number outside that does not exist is an invalid number', async () => {
    const { log, alice, jana } = stage();
    alice.call('0999');
    (await jana.incoming.take()).reject(404, 'Not Found');
    const end = await log.wait('call.end');
    assert.equal(end.call.disposition, 'invalid-number');
  });

  it('a phone that is not registered is unreachable', async () => {
    const { log, alice, dan } = stage();
    assert.equal(await dan.register(0), 200);
    try {
      alice.call('1004');
      const end = await log.wait('call.end');
      assert.equal(end.call.disposition, 'unreachable');
    } finally {
      assert.equal(await dan.register(), 200);
    }
  });

  it('in a ring group one answers, and the phone that lost has missed nothing', async () => {
    const { log, jana, bob, carol } = stage();
    const caller = jana.call('0220282030');
    const loser = await rings(carol);
    const winner = await rings(bob);
    await log.wait('call.ringing', (event) => event.ringing?.extension === '1002');
    await log.wait('call.ringing', (event) => event.ringing?.extension === '1003');
    winner.answer();
    await loser.ended;
    await caller.until('answered');
    const answer = await log.wait('call.answer');
    assert.equal(answer.call.answeredBy?.extension, '1002');
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.disposition, 'answered');
    assert.equal(log.callIds.length, 1);
    assert.equal(log.all('call.missed').length, 0);
  });

  it('a phone that forwards the call (302) does not end it', async () => {
    const { log, alice, bob, carol } = stage();
    const caller = alice.call('1002');
    (await bob.incoming.take()).forward('1003');
    await takes(carol);
    await caller.until('answered');
    const answer = await log.wait('call.answer');
    assert.equal(answer.call.answeredBy?.extension, '1003');
    await caller.hangUp();
    await log.wait('call.end');
    assert.equal(log.callIds.length, 1);
  });

  it('a colleague picks the call up', async () => {
    const { log, jana, alice, carol } = stage();
    const caller = jana.call('0220282028');
    const ringing = await rings(alice);
    await caller.until('ringing');
    const taker = await carol.call('*8').until('answered');
    await ringing.ended;
    await caller.until('answered');
    const answer = await log.wait('call.answer', (event) => event.call.direction === 'inbound');
    assert.equal(answer.call.answeredBy?.extension, '1003');
    await taker.hangUp();
    const end = await log.wait('call.end', (event) => event.call.id === answer.call.id);
    assert.equal(end.call.disposition, 'answered');
    assert.equal(log.all('call.missed').length, 0);
  });

  it('hold and resume are told once each, with who did it', async () => {
    const { log, jana, alice } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    await callee.hold();
    const hold = await log.wait('call.hold');
    assert.equal(hold.call.state, 'held');
    assert.equal(hold.by?.extension, '1001');
    await callee.unhold();
    const resume = await log.wait('call.resume');
    assert.equal(resume.call.state, 'answered');
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(log.story(end.call.id), 'begin ringing answer hold resume end');
  });

  it('digits that a caller presses are told in their order', async () => {
    const { log, jana } = stage();
    const caller = await jana.call('0220282031').until('answered');
    await caller.dial('42#');
    await log.wait('call.dtmf', (event) => event.digits === '#');
    assert.equal(
      log
        .all('call.dtmf')
        .map((event) => event.digits)
        .join(''),
      '42#',
    );
    await caller.until('ended');
    const end = await log.wait('call.end');
    assert.equal(end.call.direction, 'inbound');
  });

  it('two calls at the same time do not mix', async () => {
    const { log, jana, alice, bob, carol } = stage();
    const outside = await talk(jana, '0220282028', alice);
    const inside = await talk(bob, '1003', carol);
    await outside.caller.hangUp();
    const first = await log.wait('call.end');
    assert.equal(first.call.from.number, JANA);
    assert.equal(log.open.length, 1);
    await inside.callee.hangUp();
    const second = await log.wait('call.end', (event) => event.call.direction === 'internal');
    assert.equal(second.call.from.extension, '1002');
    assert.equal(second.call.to.extension, '1003');
    assert.equal(log.callIds.length, 2);
  });

  it('a call through a Local channel that Asterisk optimizes away stays one call', async () => {
    const { pbx, log, alice, bob } = stage();
    const optimized = pbx.tap.event('LocalOptimizationEnd');
    const { caller, callee } = await talk(alice, '1903', bob);
    caller.talk();
    callee.talk();
    await optimized;
    await callee.hangUp();
    const end = await log.wait('call.end');
    assert.equal(log.story(end.call.id), 'begin ringing answer end');
    assert.equal(end.call.answeredBy?.extension, '1002');
    assert.equal(log.callIds.length, 1);
  });
});
