/** What happens when the socket cannot be had, and when the server's own link to Asterisk is dead. */

import assert from 'node:assert/strict';
import { fb64json } from '../../../lib/providers/vwell/fb64json';
import type { Command } from '../../../lib/model';
import { ok } from '../../fakes/ami-server';
import { Office } from './office';

const sendFields = (fields: Record<string, unknown>, more: Record<string, unknown> = {}): Command => ({
  command: 'action',
  request: { method: 'send', argument: { ...more, fields } },
});
const PING = sendFields({ Action: 'Ping' });

describe('vwell: without the socket', () => {
  let office: Office;
  afterEach(() => office.close());

  it('commands go by POST, the account shows why, and the socket takes over again', async () => {
    office = await Office.open();
    const { server, account } = office;
    server.refuseSockets();
    await office.event('account.degraded');
    assert.match(account.status.reason?.text ?? '', /Commands go by AJAX/);
    const { payload } = await account.execute(PING);
    assert.match(JSON.stringify(payload.result), /Pong/);
    assert.equal(server.requests.at(-1)?.way, 'post');
    server.allowSockets();
    await office.until('connected', () => account.status.state === 'connected');
    await account.execute(PING);
    assert.equal(server.requests.at(-1)?.way, 'socket');
    assert.ok(office.topics().includes('account.gap'));
  });

  it('commands go by GET with fb64json where no POST gets through', async () => {
    office = await Office.open({ server: { refusePost: true } });
    office.server.refuseSockets();
    await office.event('account.degraded');
    const text = 'Увидимся 😀 у «входа»';
    office.asterisk.onAction('command', () => ok());
    await office.account.execute({ command: 'sms', to: '0900123456', text });
    const request = office.server.requests.at(-1);
    assert.equal(request?.way, 'get');
    assert.equal(request?.argument['msg'], text);
  });

  it('the credentials go to no address at which the server has not answered', async () => {
    office = await Office.open();
    office.server.refuseSockets();
    await office.event('account.degraded');
    const probe = office.server.requests.find(({ way }) => way === 'post');
    assert.deepEqual(probe, { method: 'onEvent', argument: {}, way: 'post' });
  });

  it('a call placed meanwhile is not looked for among those heard later', async () => {
    office = await Office.open();
    const { asterisk, server, account } = office;
    asterisk.onAction('Originate', () => ok({ Message: 'Originate successfully queued' }));
    server.refuseSockets();
    await office.event('account.degraded');
    await account.execute({ command: 'call', from: '21', to: '0900111111', tag: 'order 4711' });
    server.allowSockets();
    await office.until('connected', () => account.status.state === 'connected');
    // Another program has the phone called.
    const channel = { Channel: 'SIP/21-00000007', ChannelState: 0, Uniqueid: '9.7', Linkedid: '9.7' };
    asterisk.emit({ Event: 'Newchannel', ...channel, Context: 'DLPN_DialPlan21' });
    const begin = await office.event('call.begin');
    assert.deepEqual([begin.call.tag, begin.call.dialed], [null, null]);
  });

  it('lists are not to be had, and say why', async () => {
    office = await Office.open();
    office.server.refuseSockets();
    await office.event('account.degraded');
    await assert.rejects(office.account.execute({ command: 'query', query: 'queues' }), /needs the WebSocket/);
  });

  it('fb64json is as the server wants it', () => {
    assert.equal(
      fb64json({ method: 'send', argument: { secret: 's', fields: { action: 'ping' } } }),
      'XeyJtZXRob2QiOiJzZW5kIiwiYXJndW1lbnQiOnsic2VjcmV0IjoicyIsImZpZWxkcyI6eyJhY3Rpb24iOiJwaW5nIn19fQ==',
    );
  });
});

describe('vwell: a dead link between server and Asterisk', () => {
  let office: Office;
  afterEach(() => office.close());

  it('holds commands back after silence, tries once after the rest, and goes on', async () => {
    office = await Office.open({ times: { amiMs: 40, restMs: 150 } });
    const { asterisk, account, server } = office;
    asterisk.goSilent();
    // What was asked at the begin may still be answered after the first of these was sent: then it tells nothing yet.
    while (account.status.state !== 'degraded')
      await assert.rejects(account.execute(PING), (error: Error & { code: string }) => error.code === 'uncertain');
    assert.match(account.status.reason?.text ?? '', /restart vwell-bpx-srv/);
    const sent = server.requests.length;
    await assert.rejects(account.execute(PING), (error: Error & { code: string }) => {
      assert.match(error.message, /was not sent/);
      return error.code === 'unavailable';
    });
    assert.equal(server.requests.length, sent, 'whatever is sent keeps the dead link in use');
    // By then the server has forgotten the dead connection.
    server.forgetCommands();
    await office.until('it tries', () => server.requests.length > sent);
    assert.match(JSON.stringify(server.requests[sent]?.argument), /Ping/);
    await office.until('commands are taken again', () => !/held back/.test(account.status.reason?.text ?? ''));
    await account.execute(PING);
    // The events' own connection is as dead as before.
    await office.event('account.warning');
    assert.match(account.status.reason?.text ?? '', /delivers no events/);
  });

  it('does not suspect the link when other answers of Asterisk came meanwhile', async () => {
    office = await Office.open({ times: { amiMs: 100 } });
    office.asterisk.onAction('Slow', () => undefined);
    const slow = office.account.execute(sendFields({ Action: 'Slow' }, { timeout: 100 }));
    slow.catch(() => undefined);
    await office.asterisk.received('Slow');
    await office.account.execute(PING);
    await assert.rejects(slow, (error: Error & { code: string }) => error.code === 'uncertain');
    assert.equal(office.account.status.state, 'connected');
  });

  it('looks whether events still come when a command meets long silence', async () => {
    office = await Office.open({ times: { idleMs: 0 } });
    office.asterisk.onAction('UserEvent', () => ok({ Message: 'Event Sent' }));
    await office.account.execute(PING);
    await office.event('account.warning');
    assert.equal(office.account.status.state, 'degraded');
    assert.equal(office.server.subscriptions, 1, 'subscribed anew, not twice');
    assert.ok(office.server.requests.some(({ method }) => method === 'rmEvent'));
  });
});
