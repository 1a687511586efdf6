import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { viptel } from '../../../lib/providers/viptel';
import { loginHash } from '../../../lib/providers/viptel/login-hash';
import { closeServers, webServer } from '../../transport/http/servers';
import { Bench } from './bench';
import type { BenchOptions } from './bench';

describe('VIPTel login', () => {
  let bench: Bench;
  const open = async (options: BenchOptions = {}) => (bench = await Bench.open(options));

  afterEach(() => bench?.close());

  it('hashes user, password and nonce as the document says, in UTF-8', () => {
    assert.equal(loginHash('demo', 's3cret', 'n0nce42'), 'e3c57a0195b994db47f9bf6510562dc9391ec5c8');
    assert.equal(loginHash('pbxapi', 'Žltý kôň', '5f1e9c'), '227ecaae94cecb2adbe9b1136c9dcaf4dd78e5fe');
  });

  it('waits for the greeting, logs in with its nonce and says goodbye at the end', async () => {
    await open({ pbx: { nonce: '5f1e9c' } });
    assert.deepEqual(bench.pbx.actions, [
      { action: 'user.login', username: 'pbxapi', password: '227ecaae94cecb2adbe9b1136c9dcaf4dd78e5fe' },
    ]);
    await bench.account.close();
    assert.equal(bench.pbx.logouts, 1);
    assert.equal(bench.clock.pending, 0);
  });

  it('takes codes as texts too', async () => {
    await open({ pbx: { loose: true } });
    assert.equal(bench.account.status.state, 'connected');
  });

  it('a wrong password waits minutes and says what to do, without the secret', async () => {
    await open({ config: { password: 'wrong-secret' }, waitFor: 'nothing' });
    await bench.until('refused', () => bench.account.status.state === 'unauthorized');
    const { reason } = bench.account.status;
    assert.match(reason?.text ?? '', /user name or password of the API is wrong/);
    assert.doesNotMatch(JSON.stringify([reason, bench.log, bench.events]), /wrong-secret/);
    bench.clock.advance(4 * 60_000);
    assert.equal(bench.pbx.connections, 1, 'never hammers');
    bench.clock.advance(61_000);
    await bench.until('tried again', () => bench.pbx.connections === 2);
  });

  it('neither password nor hash is ever told', async () => {
    await open();
    bench.pbx.dismiss(503, 'Server is restarting, please reconnect');
    await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
    const hashes = bench.pbx.actions.map(({ password }) => String(password));
    assert.match(hashes[0] ?? '', /^[0-9a-f]{40}$/);
    const told = JSON.stringify([bench.log, bench.told, bench.account.status]);
    for (const secret of ['Žltý kôň', ...hashes]) assert.ok(!told.includes(secret));
  });

  it('is a new hash for each connection', async () => {
    await open();
    bench.pbx.cut();
    await bench.untilInTime('back', () => bench.pbx.logins === 2);
    const [first, second] = bench.pbx.actions.map(({ password }) => password);
    assert.notEqual(first, second);
  });

  it('a login that came too late for VIPTel is tried again soon, not after minutes', async () => {
    const web = await webServer((_request, response) => response.end());
    let connections = 0;
    new WebSocketServer({ server: web.server }).on('connection', (socket) => {
      connections++;
      for (const [code, message] of [
        [408, 'Login timeout'],
        [110, 'Closing connection, bye'],
      ])
        socket.send(JSON.stringify({ code, message }));
      socket.close();
    });
    await open({ waitFor: 'nothing', config: { url: web.url.replace('http', 'ws') } });
    await bench.until('refused', () => bench.account.status.state === 'reconnecting');
    assert.match(bench.account.status.reason?.text ?? '', /waited in vain for the login.*Login timeout/);
    bench.clock.advance(1_000);
    await bench.until('tried again', () => connections === 2);
    await bench.account.close();
    await closeServers();
  });

  it('a session that VIPTel no longer regards as logged in is begun anew', async () => {
    await open();
    bench.pbx.reply(401, 'You have to login with action: user.login, username and password');
    await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
    await bench.untilInTime('back', () => bench.pbx.logins === 2);
  });

  it('an inactive user waits as long', async () => {
    await open({ pbx: { users: { pbxapi: { password: 'Žltý kôň', active: false } } }, waitFor: 'nothing' });
    await bench.until('refused', () => bench.account.status.state === 'unauthorized');
    assert.match(bench.account.status.reason?.text ?? '', /not activated/);
  });

  it('without user or password it does not even try', async () => {
    await open({ config: { password: '' }, waitFor: 'nothing' });
    assert.equal(bench.account.status.state, 'unauthorized');
    assert.equal(bench.pbx.connections, 0);
  });

  it('an address that is none says so', async () => {
    await open({ config: { url: 'https://pbxmanager.viptel.sk' }, waitFor: 'nothing' });
    assert.equal(bench.account.status.reason?.code, 'invalid-argument');
  });

  it('a server that is not there: tries again, sooner at first, and says what VIPTel must have done', async () => {
    await open({ waitFor: 'nothing' });
    bench.pbx.refuse();
    bench.pbx.break();
    await bench.until('given up', () => bench.account.status.state === 'reconnecting');
    bench.clock.advance(1_000);
    await bench.until('tried in vain', () => /IP address/.test(bench.account.status.reason?.text ?? ''));
    await bench.pbx.accept();
    await bench.untilInTime('connected', () => bench.account.status.state === 'connected', 1_000);
  });

  it('a server that does not admit the address waits minutes as well', async () => {
    const web = await webServer((_request, response) => response.end());
    web.server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n'));
    await open({ waitFor: 'nothing', config: { url: web.url.replace('http', 'ws') } });
    await bench.until('refused', () => bench.account.status.state === 'unauthorized');
    assert.match(bench.account.status.reason?.text ?? '', /registered addresses/);
    await closeServers();
  });

  it('gives up a server that does not greet', async () => {
    const web = await webServer((_request, response) => response.end());
    const mute = new WebSocketServer({ server: web.server });
    await open({ waitFor: 'nothing', config: { url: web.url.replace('http', 'ws') } });
    await once(mute, 'connection');
    await bench.untilInTime('given up', () => bench.account.status.state === 'reconnecting', 10);
    assert.match(bench.account.status.reason?.text ?? '', /did not greet within 10 s/);
    await closeServers();
  });

  it('a restart is told as the reason, and the next connection logs in again', async () => {
    await open();
    bench.pbx.dismiss(503, 'Server is restarting, please reconnect');
    await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
    assert.match(bench.account.status.reason?.text ?? '', /is restarting/);
    bench.clock.advance(1_000);
    await bench.until('back', () => bench.account.status.state === 'connected');
    assert.equal(bench.pbx.logins, 2);
    assert.equal(bench.account.status.counters.reconnects, 1);
  });

  it('a login that is accepted and followed by "no PBX" is not taken for sound', async () => {
    await open();
    bench.pbx.dismiss(503, 'Unable to connect to PBX');
    await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
    assert.match(bench.account.status.reason?.text ?? '', /cannot reach the PBX/);
  });

  it('a fault of the server ends the connection with its reason', async () => {
    await open();
    bench.pbx.dismiss(500, 'An unexpected error has occurred, closing connection');
    await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
    assert.match(bench.account.status.reason?.text ?? '', /unexpected error/);
  });

  it('goodbye without the end of the connection ends it from here', async () => {
    await open();
    bench.pbx.reply(110, 'Closing connection, bye');
    await bench.play();
    bench.clock.advance(2_000);
    await bench.until('ended', () => bench.account.status.state === 'reconnecting');
  });

  it('a refusal of the user in the middle of a session waits minutes', async () => {
    await open();
    bench.pbx.reply(401, 'User is not activated');
    await bench.until('refused', () => bench.account.status.state === 'unauthorized');
  });

  it('504 degrades, and the next event shows that the PBX is back', async () => {
    await open();
    bench.pbx.reply(504, 'Can not connect to PBX, try your action again later');
    await bench.until('degraded', () => bench.account.status.state === 'degraded');
    assert.match(bench.account.status.reason?.text ?? '', /keeps trying/);
    await bench.play();
    assert.equal(bench.account.status.state, 'connected');
  });

  it('504 and then 503: the PBX is given up, and the next connection looks again', async () => {
    await open();
    bench.pbx.reply(504, 'Can not connect to PBX, try your action again later');
    await bench.until('degraded', () => bench.account.status.state === 'degraded');
    bench.pbx.dismiss(503, 'Unable to connect to PBX');
    await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
    await bench.untilInTime('back', () => bench.account.status.state === 'connected');
    assert.equal(bench.pbx.logins, 2);
  });

  it('an address that nobody changed is that of VIPTel', () => {
    const url = viptel.descriptor.fields.find(({ name }) => name === 'url');
    assert.equal(url?.default, 'wss://pbxwssv1.viptel.sk:8088/');
  });

  it('a dead connection is noticed within 30 seconds', async () => {
    await open({ pbx: { autoPong: false } });
    bench.clock.advance(29_000);
    await bench.until('noticed', () => bench.account.status.state === 'reconnecting');
    assert.match(bench.account.status.reason?.text ?? '', /silent/);
  });

  it('a server that never answers pings is not given up a third time for it', async () => {
    await open({ pbx: { autoPong: false } });
    for (let i = 0; i < 2; i++) {
      bench.clock.advance(29_000);
      await bench.until('given up', () => bench.account.status.state === 'reconnecting');
      await bench.untilInTime('back', () => bench.account.status.state === 'connected', 200);
    }
    assert.match(
      String(bench.last('account.warning').reason && JSON.stringify(bench.last('account.warning'))),
      /pings/,
    );
    bench.clock.advance(3_600_000);
    await bench.play();
    assert.equal(bench.account.status.state, 'connected');
  });

  it('an error that belongs to nothing is a warning', async () => {
    await open();
    bench.pbx.reply(500, 'Action failed');
    await bench.until('warned', () => bench.events.some(({ type }) => type === 'account.warning'));
    assert.equal(bench.account.status.state, 'connected');
  });

  it('replies without a meaning pass through', async () => {
    await open();
    bench.pbx.reply(299, 'Something new');
    bench.pbx.emitRaw('{"hello":"world"}');
    await bench.play();
    assert.deepEqual(
      bench.events.filter(({ type }) => type === 'raw').map(({ name }) => name),
      ['reply 299', null],
    );
  });

  it('a message that is too long ends the connection, not the process', async () => {
    await open();
    bench.pbx.emitRaw(`{"event":"${'x'.repeat(1_100_000)}"}`);
    await bench.until('ended', () => bench.account.status.state === 'reconnecting');
    assert.match(bench.account.status.reason?.text ?? '', /too long/);
  });

  it('closes within a second, whatever VIPTel does', async () => {
    await open();
    for (const client of bench.pbx.clients) client.socket.pause();
    const begun = performance.now();
    await bench.account.close();
    assert.ok(performance.now() - begun < 1_000);
  });

  it('leaves nothing behind of events that come between its logout and the goodbye', async () => {
    await open();
    const begin = { event: 'call.begin', caller: '0900000001', called_number: '0220282028' };
    const closed = bench.account.close();
    bench.pbx.emit(
      { ...begin, callee: '21', unique_id: '1.1' },
      { event: 'queue.join', queue: 500, caller: '0900000001', unique_id: '1.20', position: 1 },
      { ...begin, callee: '21', unique_id: '1.21', from_queue_unique_id: '1.20' },
      { event: 'call.pickup', unique_id: '1.21' },
      { event: 'call.end', unique_id: '1.21', status: 'answer' },
    );
    await closed;
    assert.equal(bench.clock.pending, 0);
  });

  it('closes while it connects', async () => {
    await open({ waitFor: 'nothing' });
    await bench.account.close();
    assert.equal(bench.clock.pending, 0);
  });
});
