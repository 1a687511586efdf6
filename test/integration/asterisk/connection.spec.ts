/** The link to a real PBX: what a flow is told when it refuses, dies, comes back, or goes silent. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PbxAccount, type Clock } from '../../../lib/index';
import { onEachAsterisk, stateOf, talk } from './suite';

/** How much faster time goes for heartbeats and back-off, so that they need not be waited for in full. */
const HASTE = 4;
const hastyClock: Clock = {
  now: () => Date.now() * HASTE,
  after(delayMs, callback) {
    const handle = setTimeout(callback, delayMs / HASTE);
    return {
      cancel: () => {
        clearTimeout(handle);
      },
    };
  },
};

onEachAsterisk('the connection', (stage) => {
  it('a wrong password is told as unauthorized, without the password', async () => {
    const account = new PbxAccount(stage().optionsOf({ config: { password: 'wr0ng-secret' } }));
    try {
      account.open();
      await stateOf(account, 'unauthorized');
      const text = JSON.stringify(account.status);
      assert.equal(account.status.reason?.code, 'unauthorized');
      assert.ok(!text.includes('wr0ng-secret'));
    } finally {
      await account.close();
    }
  });

  it('a user without the right to originate is told so when it places a call', async () => {
    const account = new PbxAccount(stage().optionsOf({ config: { username: 'agentonly' } }));
    try {
      account.open();
      await stateOf(account, 'connected');
      await assert.rejects(
        account.execute({ command: 'call', from: '1001', to: '1002' }),
        (error) => error instanceof Error && 'code' in error && error.code === 'forbidden',
      );
    } finally {
      await account.close();
    }
  });

  it('AMI over TLS works with the certificate of the PBX, and is refused without it', async () => {
    const { amiTlsPort, run } = stage().pbx.addresses;
    const ca = await readFile(join(run, 'keys', 'crt.pem'));
    const config = { port: amiTlsPort };
    const trusting = new PbxAccount(stage().optionsOf({ config, tls: { ca } }));
    const strict = new PbxAccount(stage().optionsOf({ config, tls: {} }));
    try {
      trusting.open();
      strict.open();
      await stateOf(trusting, 'connected');
      const { payload } = await trusting.execute({ command: 'query', query: 'queues' });
      assert.ok(Array.isArray(payload.result) && payload.result.length > 0);
      assert.notEqual(strict.status.state, 'connected');
    } finally {
      await trusting.close();
      await strict.close();
    }
  });

  it('calls that were up before the account are known to it', async () => {
    const { jana, alice, log } = stage();
    const { caller, callee } = await talk(jana, '0220282028', alice);
    const before = await log.wait('call.answer');
    await stage().reopen({});
    const [call] = stage().account.calls();
    assert.equal(call?.from.number, '+421900123456');
    assert.equal(call?.state, 'answered');
    assert.equal(call?.direction, 'inbound');
    log.clear(); // the first account's begin has no end: it was closed
    await stage().account.execute({ command: 'hangup', call: call?.id ?? before.call.id });
    await caller.ended;
    await callee.ended;
    await log.wait('call.end');
    log.clear();
  });

  it('a PBX that restarts in the middle of a call ends it as inferred and reports the gap', async () => {
    const { pbx, jana, alice, log, account } = stage();
    await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    await pbx.stop('kill');
    await log.wait('account.disconnected');
    await pbx.startAgain();
    await stateOf(account, 'connected');
    const end = await log.wait('call.end');
    assert.equal(end.call.id, call.id);
    assert.equal(end.inferred, true);
    assert.equal(end.call.disposition, 'answered');
    const gap = await log.wait('account.gap');
    assert.ok(gap.gap !== undefined && gap.gap.from <= gap.gap.to);
    assert.equal(account.calls().length, 0);
    // It waits until the PBX has started, so it comes back once, and for good.
    assert.equal(account.status.counters.reconnects, 1);
    assert.equal(log.all('account.gap').length, 1);
    assert.equal(log.all('call.end').length, 1);
    const sessions = await pbx.tap.action({ Action: 'Command', Command: 'manager show connected' });
    assert.equal(sessions.lines.filter((line) => /^Output:\s+flow\s/.test(line)).length, 1, sessions.lines.join('\n'));
  });

  it('a PBX that shuts down in good order is told the same way', async () => {
    const { pbx, jana, alice, log, account } = stage();
    await talk(jana, '0220282028', alice);
    await log.wait('call.answer');
    await pbx.stop('orderly');
    await log.wait('account.disconnected');
    await pbx.startAgain();
    await stateOf(account, 'connected');
    await log.wait('call.end');
  });

  it('a call goes on under its id over a lost connection', async () => {
    const { cable, jana, alice, log, account } = stage();
    const { caller } = await talk(jana, '0220282028', alice);
    const { call } = await log.wait('call.answer');
    cable.cut();
    await log.wait('account.disconnected');
    await log.wait('account.gap');
    await stateOf(account, 'connected');
    assert.deepEqual(
      account.calls().map((each) => each.id),
      [call.id],
    );
    await caller.hangUp();
    const end = await log.wait('call.end');
    assert.equal(end.call.id, call.id);
    assert.equal(end.inferred, undefined);
  });

  it('what changed while the connection was lost is put right: ended calls end as inferred, new ones are told', async () => {
    const { cable, pbx, jana, alice, bob, carol, dan, log, account } = stage();
    const goes = await talk(jana, '0220282028', alice);
    const outside = await log.wait('call.answer', (event) => event.call.direction === 'inbound');
    const stays = await talk(bob, '1003', carol);
    const inside = await log.wait('call.answer', (event) => event.call.direction === 'internal');
    cable.unplug();
    await log.wait('account.disconnected');
    const gone = pbx.tap.event('Hangup', { Channel: /^PJSIP\/trunk/ });
    await goes.caller.hangUp();
    await gone;
    const fresh = await talk(dan, '1001', alice);
    cable.plug();
    await stateOf(account, 'connected');
    const end = await log.wait('call.end');
    assert.equal(end.call.id, outside.call.id);
    assert.equal(end.inferred, true);
    const begin = await log.wait('call.begin', (event) => event.call.from.extension === '1004');
    assert.deepEqual(new Set(log.open), new Set([inside.call.id, begin.call.id]));
    await fresh.caller.hangUp();
    await stays.caller.hangUp();
  });

  it('a PBX that goes silent is noticed within half a minute, and found again', async () => {
    await stage().reopen({ clock: hastyClock });
    const { cable, log, account } = stage();
    log.clear();
    const silentSince = Date.now();
    cable.silence();
    await log.wait('account.disconnected');
    const lateness = 1_000; // of the machine's own timers
    assert.ok((Date.now() - silentSince - lateness) * HASTE < 30_000, 'half a minute of the account');
    cable.restore();
    await stateOf(account, 'connected');
    await stage().reopen({});
    log.clear();
  });
});
