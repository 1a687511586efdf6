/** What a flow can make a real PBX do: place and end calls, record, send texts, ask. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call, Member, PbxErrorCode } from '../../../lib/index';
import { onEachAsterisk, rings, takes, talk } from './suite';

function coded(code: PbxErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof Error && 'code' in error && error.code === code;
}

onEachAsterisk('commands', (stage) => {
  it('make call answers when the PBX has accepted it', async () => {
    const { account, log, alice, bob } = stage();
    const { payload } = await account.execute({ command: 'call', from: '1001', to: '1002', tag: 'order 17' });
    assert.ok(payload.reference !== null || payload.call !== null);
    const first = await takes(alice);
    await takes(bob);
    const begin = await log.wait('call.begin');
    assert.equal(begin.call.tag, 'order 17');
    const answer = await log.wait('call.answer');
    assert.equal(answer.call.tag, 'order 17');
    await first.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.from.extension, '1001');
    assert.equal(end.call.to.extension, '1002');
    assert.equal(end.call.disposition, 'answered');
    assert.equal(log.callIds.length, 1);
  });

  it('make call that waits for the answer says that the far end was reached', async () => {
    const { account, alice, jana } = stage();
    const made = account.execute({
      command: 'call',
      from: '1001',
      to: '0900123456',
      replyWhen: 'answered',
      timeout: 20,
    });
    await takes(alice);
    await takes(jana);
    const { payload } = await made;
    assert.equal(payload.reached, true);
    assert.equal(payload.call?.state, 'answered');
    assert.equal(payload.call?.to.number, '0900123456');
    assert.equal(payload.call?.direction, 'outbound');
  });

  it('the far end is not reached while only the own phone has answered', async () => {
    const { account, log, alice, bob } = stage();
    const made = account.execute({ command: 'call', from: '1001', to: '1002', replyWhen: 'answered', timeout: 20 });
    await takes(alice);
    const far = await rings(bob);
    await log.wait('call.ringing', (event) => event.ringing?.extension === '1002');
    assert.equal(log.all('call.answer').length, 0);
    far.answer();
    const { payload } = await made;
    assert.equal(payload.reached, true);
    assert.equal(payload.call?.answeredBy?.extension, '1002');
  });

  it('make call that waits for the end tells how it went', async () => {
    const { account, alice, bob } = stage();
    const made = account.execute({ command: 'call', from: '1001', to: '1002', replyWhen: 'ended', timeout: 20 });
    await takes(alice);
    await (await takes(bob)).hangUp();
    const { payload } = await made;
    assert.equal(payload.reached, true);
    assert.equal(payload.call?.state, 'ended');
    assert.equal(payload.call?.disposition, 'answered');
  });

  it('a busy far end is not reached', async () => {
    const { account, alice, bob } = stage();
    const made = account.execute({ command: 'call', from: '1001', to: '1002', replyWhen: 'answered', timeout: 20 });
    await takes(alice);
    (await bob.incoming.take()).reject(486, 'Busy Here');
    const { payload } = await made;
    assert.equal(payload.reached, false);
    assert.equal(payload.call?.disposition, 'busy');
  });

  it('an own phone that does not answer is not reached, and the call does not ring on', async () => {
    const { account, alice } = stage();
    const made = account.execute({ command: 'call', from: '1001', to: '1002', replyWhen: 'answered', timeout: 2 });
    const ringing = await rings(alice);
    const { payload } = await made;
    assert.equal(payload.reached, false);
    await ringing.ended;
  });

  it('an own phone that declines is not reached', async () => {
    const { account, alice } = stage();
    const made = account.execute({ command: 'call', from: '1001', to: '1002', replyWhen: 'answered', timeout: 20 });
    (await alice.incoming.take()).reject(603, 'Decline');
    const { payload } = await made;
    assert.equal(payload.reached, false);
    assert.equal(payload.call?.disposition, 'rejected');
  });

  it('the number shown to the far end can be chosen', async () => {
    const { account, alice, bob } = stage();
    await account.execute({ command: 'call', from: '1001', to: '1002', callerId: '0220282028' });
    await takes(alice);
    const far = await rings(bob);
    assert.equal(far.callerNumber, '0220282028');
  });

  it('hang up ends a call that is answered', async () => {
    const { account, log, jana, alice } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    await account.execute({ command: 'hangup', call: call.id });
    await callee.ended;
    assert.equal((await caller.ended).by, 'pbx');
    const end = await log.wait('call.end');
    assert.equal(end.call.disposition, 'answered');
  });

  it('hang up ends a call that rings', async () => {
    const { account, log, jana, alice } = stage();
    const caller = jana.call('0220282028');
    const ringing = await rings(alice);
    const { call } = await log.wait('call.ringing');
    await account.execute({ command: 'hangup', call: call.id });
    await ringing.ended;
    await caller.ended;
    await log.wait('call.end');
  });

  it('a call that does not exist cannot be hung up', async () => {
    await assert.rejects(stage().account.execute({ command: 'hangup', call: 'no-such-call' }), coded('not-found'));
  });

  it('a recording is started, stopped, and its file is there', async () => {
    const { account, log, jana, alice } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    caller.talk();
    callee.talk();
    const { call } = await log.wait('call.answer');
    await account.execute({ command: 'recording', action: 'start', call: call.id });
    const started = await log.wait('recording.start');
    assert.equal(started.call?.id, call.id);
    assert.equal(started.recording.call, call.id);
    await account.execute({ command: 'recording', action: 'stop', call: call.id });
    const available = await log.wait('recording.available');
    assert.equal(available.recording.id, started.recording.id);
    assert.equal(available.recording.ready, true);
    assert.ok(available.recording.url !== null && existsSync(available.recording.url), 'the recorded file');
    await callee.hangUp();
  });

  it('a recording that nobody stops is available after the call', async () => {
    const { log, alice, bob } = stage();
    const { caller } = await talk(alice, '1902', bob);
    const started = await log.wait('recording.start');
    await caller.hangUp();
    const available = await log.wait('recording.available');
    assert.equal(available.recording.id, started.recording.id);
    assert.equal(available.recording.format, 'wav');
  });

  it('a finished recording can be fetched', async () => {
    const { account, log, alice, bob } = stage();
    if (!account.descriptor.capabilities.recording.includes('fetch')) return;
    const folder = await mkdtemp(join(tmpdir(), 'recording-'));
    try {
      const { caller } = await talk(alice, '1902', bob);
      await caller.hangUp();
      const { recording } = await log.wait('recording.available');
      await account.execute({ command: 'recording', action: 'fetch', recording: recording.id, folder });
      const bytes = await readFile(join(folder, recording.id.split('/').at(-1) ?? ''));
      assert.equal(bytes.subarray(0, 4).toString('latin1'), 'RIFF');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('a text reaches a phone as it was written', async () => {
    const { account, log, bob } = stage();
    const text = 'Dobrý deň, vaša objednávka 17 je pripravená ✓\nĎakujeme';
    await account.execute({ command: 'sms', from: '1001', to: '1002', text });
    const received = await bob.texts.take();
    assert.equal(received.body.replaceAll('\r\n', '\n'), text);
    const sent = await log.wait('sms.sent');
    assert.equal(sent.message.to, '1002');
  });

  it('the members are the phones and the queues they are in', async () => {
    const { account } = stage();
    const { payload } = await account.execute({ command: 'query', query: 'members' });
    const members = payload.result as Member[];
    const bob = members.find((member) => member.extension === '1002');
    assert.equal(bob?.state, 'idle');
    assert.deepEqual(bob?.queues, ['sales']);
    assert.equal(members.find((member) => member.extension === '1005')?.state, 'unavailable');
  });

  it('the live calls can be listed', async () => {
    const { account, log, jana, alice } = stage();
    const { caller } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    const { payload } = await account.execute({ command: 'query', query: 'calls' });
    const calls = payload.result as Call[];
    assert.deepEqual(
      calls.map((each) => each.id),
      [call.id],
    );
    await caller.hangUp();
  });

  it('any AMI action can be sent, and its answer comes back', async () => {
    const { account } = stage();
    const { raw, payload } = await account.execute({ command: 'action', request: { Action: 'CoreSettings' } });
    assert.match(JSON.stringify([raw, payload.result]), /AsteriskVersion/);
  });

  it('an action that the PBX refuses fails with the words of the PBX', async () => {
    const refused = stage().account.execute({ command: 'action', request: { Action: 'NoSuchAction' } });
    await assert.rejects(refused, /Invalid\/unknown command/);
  });

  it('a line break in a raw action cannot smuggle in another action', async () => {
    const { account, pbx } = stage();
    const from = pbx.tap.position;
    const smuggled = account.execute({
      command: 'action',
      request: { Action: 'UserEvent', UserEvent: 'Mine', Text: 'x\r\n\r\nAction: UserEvent\r\nUserEvent: Smuggled' },
    });
    await assert.rejects(smuggled, coded('invalid-argument'));
    await stage().caughtUp();
    const seen = pbx.tap.messages.slice(from).map((message) => message.fields['UserEvent']);
    assert.ok(!seen.includes('Smuggled'));
  });
});
