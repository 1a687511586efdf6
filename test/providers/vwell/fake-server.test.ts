/**
 * The fake server against what the real one was seen to do: replies and the bytes it writes to Asterisk, as they were captured. What the
 * client is tested with is worth no more than this.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { FakeAmi, ok, refuse } from '../../fakes/ami-server';
import { FakeVwell } from '../../fakes/vwell-server';
import type { FakeVwellOptions } from '../../fakes/vwell-server';

type Json = Record<string, unknown>;
const secret = 'labsecret';

/** A client that knows nothing: what it gets, in order. */
class Client {
  readonly got: Json[] = [];
  readonly #socket: WebSocket;
  #count = 0;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data: Buffer) => this.got.push(JSON.parse(data.toString('utf8')) as Json));
  }

  async opened(): Promise<this> {
    await once(this.#socket, 'open');
    return this;
  }

  say(text: string): void {
    this.#socket.send(text);
  }

  /** Sends a request and resolves with the reply to it. */
  async ask(method: string, argument: Json = {}, reqId: unknown = `r-${++this.#count}`): Promise<Json> {
    const before = this.got.length;
    this.say(JSON.stringify({ method, reqId, argument: { secret, ...argument } }));
    return this.next(({ err }) => err !== undefined, before);
  }

  async next(test: (message: Json) => boolean, from = 0): Promise<Json> {
    for (;;) {
      const found = this.got.slice(from).find(test);
      if (found) return found;
      await once(this.#socket, 'message');
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}

describe('vwell: the fake server does what the real one was seen to do', () => {
  let asterisk: FakeAmi;
  let server: FakeVwell;
  let client: Client;

  const open = async (options: Partial<FakeVwellOptions> = {}) => {
    asterisk = await FakeAmi.listen();
    const ami = { host: asterisk.host, port: asterisk.port, username: 'tester', password: 's3cret' };
    server = await FakeVwell.listen({ ami, secret, ...options });
    client = await new Client(server.url).opened();
  };
  const written = (name: string) =>
    asterisk.actions
      .filter((action) => action.name.toLowerCase() === name.toLowerCase())
      .map(({ lines }) => lines.map(([key, value]) => `${key}: ${value}`));
  /** What Asterisk sent before has been read: its answer comes behind it. */
  const passedBy = (argument: Json = {}) =>
    client.ask('send', { callbackAwait: 1, fields: { action: 'ping' }, ...argument });
  const web = async (query: string, init?: RequestInit) => {
    const response = await fetch(`${server.ajaxUrl}${query}`, init);
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
  };

  const decoded = async (fb64json: string): Promise<unknown> =>
    JSON.parse((await web(`?fb64json=${encodeURIComponent(fb64json)}`)).text);

  afterEach(async () => {
    client.close();
    await server.close();
    await asterisk.close();
  });

  it('takes the id of a request from the top level only, whatever its type (A1)', async () => {
    await open();
    const ping = { callbackAwait: 1, fields: { action: 'ping' } };
    assert.equal((await client.ask('send', ping, 'r-1'))['reqId'], 'r-1');
    assert.equal((await client.ask('send', ping, 42))['reqId'], 42);
    assert.equal((await client.ask('send', ping, null))['reqId'], null);
    client.say(JSON.stringify({ method: 'send', argument: { secret, reqId: 'r-2', ...ping } }));
    const reply = await client.next(({ reqId }) => typeof reqId === 'string' && /^\d+$/.test(reqId));
    assert.equal(reply['err'], null);
  });

  it('waits for Asterisk only when told so, or when the id is written just so (A1)', async () => {
    await open();
    assert.ok(!('event' in (await client.ask('send', { fields: { action: 'ping' } }))));
    assert.ok(!('event' in (await client.ask('send', { fields: { Action: 'Ping', ActionID: 'my-2' } }))));
    const waited = await client.ask('send', { fields: { action: 'ping', actionId: 'my-1' } });
    assert.equal((waited['event'] as Json)['ActionID'], 'my-1');
    const twoIds = { callbackAwait: 1, timeout: 100, fields: { Action: 'Ping', ActionID: 'my-3' } };
    assert.equal((await client.ask('send', twoIds))['err'], 'send(): timeout');
    assert.equal((await client.ask('send'))['err'], 'EgPBX.send(): fields argument are empty');
  });

  it('says err null when Asterisk refuses, with the text up to the second colon (A1)', async () => {
    await open();
    asterisk.onAction('nosuch', () => refuse('Invalid/unknown command: nosuch. Use Action: ListCommands'));
    const { err, event } = await client.ask('send', { callbackAwait: 1, fields: { action: 'nosuch' } });
    assert.equal(err, null);
    assert.equal((event as Json)['Response'], 'Error');
    assert.equal((event as Json)['Message'], 'Invalid/unknown command');
  });

  it('makes keys of the lines of a command (A1)', async () => {
    await open();
    asterisk.onAction('command', (action) => {
      asterisk.emitRaw(
        `Response: Follows\r\nPrivilege: Command\r\nActionID: ${action.id}\r\nNo such command\n--END COMMAND--\r\n\r\n`,
      );
      return undefined;
    });
    const { event } = await client.ask('send', { callbackAwait: 1, fields: { action: 'command', command: 'x' } });
    assert.equal((event as Json)['No such command'], '');
    assert.equal((event as Json)['--END COMMAND--'], '');
  });

  it('writes dial and redirect in these words (A3, A4)', async () => {
    await open();
    asterisk.onAction('Originate', () => ok());
    asterisk.onAction('Redirect', () => ok());
    await client.ask('dial', { from: '269', to: '+7 100 200 30 40', timeout: 5000, actionId: 'dial-abc' });
    assert.deepEqual(written('Originate'), [
      [
        'action: Originate',
        'channel: SIP/269',
        'context: DLPN_DialPlan269',
        'exten: 81002003040',
        'priority: 1',
        'async: YES',
        'timeout: 5000',
        'callerid: 81002003040',
        'actionId: dial-abc',
      ],
    ]);
    await client.ask('redirect', { channel: 'SIP/1-1', toTel: '+7 269', actionId: 'x' });
    assert.deepEqual(written('Redirect'), [
      [
        'action: Redirect',
        'channel: SIP/1-1',
        'exten: +7 269',
        'priority: 1',
        'context: DLPN_DialPlan+7 269',
        'extraPriority: 1',
        'actionId: x',
      ],
    ]);
  });

  it('checks an empty number, not a missing one (A3, A4)', async () => {
    await open();
    asterisk.onAction('Originate', () => ok());
    assert.equal((await client.ask('dial', { from: '', to: '1' }))['err'], 'arg.from supposed to be not empty string');
    await client.ask('dial', { to: '1' });
    assert.equal(written('Originate')[0]?.[1], 'channel: SIP/undefined');
    assert.equal((await client.ask('redirect', {}))['err'], 'arg.channel supposed to be not empty string');
    assert.equal((await client.ask('gsmSendSMS', { msg: 'x' }))['err'], 'arg.tel suppose to be not empty string');
  });

  it('splits a long text, all parts under one id, and escapes nothing (A2)', async () => {
    await open();
    asterisk.onAction('command', () => ok());
    await client.ask('gsmSendSMS', { tel: '+7 (100) 200-30-40', msg: 'say "hi"' });
    await client.ask('gsmSendSMS', { tel: '100', msg: `${'я'.repeat(67)}юююю` });
    await asterisk.until(() => written('command').length === 3);
    const commands = written('command').map((lines) => lines[2]);
    assert.equal(commands[0], 'command: gsm send sms 1 81002003040 "say "hi""');
    assert.match(commands[1] ?? '', /^command: gsm send sync csms 1 100 "я{67}" \d{3} 2 1 20$/);
    assert.match(commands[2] ?? '', /^command: gsm send sync csms 1 100 "ю{4}" \d{3} 2 2 20$/);
    assert.equal(written('command')[1]?.[1], written('command')[2]?.[1]);
  });

  it('delivers an event as often as it was subscribed, and filters exact keys whatever the case of values (A5, K)', async () => {
    await open();
    await client.ask('onEvent', { name: 'HANGUP' });
    await client.ask('onEvent', { name: 'hangup' });
    await client.ask('onEvent', { name: 'hangup', event: { name: 'ignored', Channel: 'sip/21-1' } });
    await client.ask('onEvent', { name: '*' });
    asterisk.emit({ Event: 'Hangup', Channel: 'SIP/21-1' }, { Event: 'Hangup', Channel: 'SIP/22-1' });
    await passedBy();
    await client.ask('rmEvent', { name: 'hangup' });
    const heard = () => client.got.filter(({ name }) => name === 'hangup').map(({ Channel }) => Channel);
    assert.deepEqual(heard(), ['SIP/21-1', 'SIP/21-1', 'SIP/21-1', 'SIP/22-1', 'SIP/22-1']);
    assert.equal(server.subscriptions, 1, 'only that of the literal star is left');
  });

  it('forgets a subscription for one event even when the event does not fit (A5)', async () => {
    await open();
    await client.ask('onceEvent', { name: 'hangup', event: { Cause: '16' } });
    asterisk.emit({ Event: 'Hangup', Cause: '17' }, { Event: 'Hangup', Cause: '16' });
    await passedBy();
    assert.equal(server.subscriptions, 0);
    assert.ok(!client.got.some(({ name }) => name === 'hangup'));
  });

  it('delivers nothing with an empty secret, and takes none then (C)', async () => {
    await open({ secret: '', logins: () => ({}) });
    assert.equal((await client.ask('onEvent', { name: 'hangup' }))['err'], 'Ошибка авторизации');
    assert.equal((await client.ask('onEvent', { secret: '', name: 'hangup' }))['err'], null);
    asterisk.emit({ Event: 'Hangup', Cause: '16' });
    await passedBy({ secret: '' });
    assert.ok(!client.got.some(({ name }) => name === 'hangup'));
  });

  it('is spoilt by a frame that is no JSON: nothing is answered any more, events still come (A6, B1)', async () => {
    await open();
    await client.ask('onEvent', {});
    client.say('no json');
    client.say(JSON.stringify({ method: 'send', reqId: 'late', argument: { secret, fields: { action: 'ping' } } }));
    const other = await new Client(server.url).opened();
    await other.ask('send', { callbackAwait: 1, fields: { action: 'ping' } });
    asterisk.emit({ Event: 'Reload' });
    await client.next(({ name }) => name === 'reload');
    assert.ok(!client.got.some(({ reqId }) => reqId === 'late'));
    other.close();
  });

  it('names an unknown method in two ways, and stumbles over names that every object has (A6, A8)', async () => {
    await open();
    const { err } = await client.ask('nosuch');
    assert.equal(err, 'vwell-pbx-srv: метод "nosuch" не существует');
    assert.match(String((await client.ask('constructor'))['err']), /^TypeError: /);
    const unknown = await web('?method=nosuch');
    assert.deepEqual(JSON.parse(unknown.text), { err: 'Метод "nosuch" не существует' });
    assert.match(unknown.type, /^text\/html/);
    assert.deepEqual(JSON.parse((await web('')).text), { err: 'Отсутствует ключ request.method' });
    assert.equal((await web('?method=constructor')).status, 500);
  });

  it('answers over HTTP without an id, and does nothing for events there (A8)', async () => {
    await open();
    const request = {
      method: 'send',
      reqId: 'h-1',
      argument: { secret, callbackAwait: 1, fields: { action: 'ping' } },
    };
    const post = (body: string) => web('', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const reply = JSON.parse((await post(JSON.stringify(request))).text) as Json;
    assert.deepEqual([reply['err'], 'reqId' in reply], [null, false]);
    assert.deepEqual(JSON.parse((await web('?method=onEvent')).text), { err: null });
    const bad = await post('{');
    assert.deepEqual([bad.status, bad.type.split(';')[0]], [400, 'text/html']);
    assert.equal((await post(JSON.stringify({ x: 'y'.repeat(120_000) }))).status, 413);
    assert.equal((await fetch(`${server.ajaxUrl}x`)).status, 404);
    const bracketed = `?method=send&argument[secret]=${secret}&argument[callbackAwait]=1&argument[fields][action]=ping`;
    assert.equal((JSON.parse((await web(bracketed)).text) as Json)['err'], null);
  });

  it('throws the first character of fb64json away (A8)', async () => {
    await open({ secret: 's' });
    const vector = 'XeyJtZXRob2QiOiJzZW5kIiwiYXJndW1lbnQiOnsic2VjcmV0IjoicyIsImZpZWxkcyI6eyJhY3Rpb24iOiJwaW5nIn19fQ==';
    assert.deepEqual(await decoded(vector), { err: null });
    assert.deepEqual(await decoded(vector.slice(1)), { err: 'Отсутствует ключ request.method' });
    assert.deepEqual(await decoded(vector.replaceAll('=', '')), { err: 'Отсутствует ключ request.method' });
  });

  it('does not notice that Asterisk is gone: a success that is none, and silence (A11, B4)', async () => {
    await open();
    await asterisk.close();
    assert.deepEqual(await client.ask('send', { fields: { action: 'ping' } }, 'gone'), { err: null, reqId: 'gone' });
    const waited = await client.ask('send', { callbackAwait: 1, timeout: 100, fields: { action: 'ping' } });
    assert.equal(waited['err'], 'send(): timeout');
  });

  it('opens a connection for each of the first calls after a minute without any, and hears only the first of all (B3, K)', async () => {
    await open();
    await client.ask('onEvent', {});
    server.forgetCommands();
    const ping = { callbackAwait: 1, fields: { action: 'ping' } };
    await Promise.all([1, 2, 3].map(() => client.ask('send', ping)));
    assert.equal(server.amiConnections, 4);
    asterisk.emit({ Event: 'Reload' });
    await client.next(({ name }) => name === 'reload');
    await passedBy();
    assert.equal(client.got.filter(({ name }) => name === 'reload').length, 1);
  });
});
