/** How the account gets to the server, hears through it, and finds out what is wrong with it. */

import assert from 'node:assert/strict';
import { testAccount } from '../../../lib';
import { ok, refuse } from '../../fakes/ami-server';
import { moduleWith, Office } from './office';
import type { OfficeOptions } from './office';

describe('vwell: the connection', () => {
  let office: Office;
  const open = async (options: OfficeOptions = {}) => {
    office = await Office.open(options);
    return office;
  };
  afterEach(() => office.close());

  it('is connected once events are seen to come through, and has one subscription only', async () => {
    const { server } = await open();
    assert.equal(server.subscriptions, 1);
    assert.deepEqual(server.requests.find(({ method }) => method === 'onEvent')?.argument['name'], undefined);
    assert.ok(server.requests.some(({ argument }) => JSON.stringify(argument).includes('UserEvent')));
  });

  it('sends one request ahead after a pause, so that the server opens one connection to Asterisk and not several', async () => {
    await open({ times: { idleMs: 0 } });
    const { server } = office;
    const before = server.amiConnections;
    server.forgetCommands();
    await Promise.all(
      ['one', 'two', 'three'].map((text) => office.account.execute({ command: 'sms', to: '0900123456', text })),
    ).catch(() => undefined);
    assert.equal(server.amiConnections, before + 1);
  });

  it('goes on without lists where the server asks Asterisk on another connection than it hears', async () => {
    await open({ prepare: (_, server) => server.forgetCommands() });
    assert.equal(office.server.amiConnections, 2);
    assert.deepEqual(
      office.topics().filter((topic) => topic === 'account.warning'),
      [],
    );
    await assert.rejects(
      office.account.execute({ command: 'query', query: 'queues' }),
      (error: Error & { code: string }) => error.code === 'unavailable' && /does not come through/.test(error.message),
    );
  });

  it('subscribes again after the connection was cut, and says for which span events may be missing', async () => {
    const { server } = await open();
    server.cut();
    const gap = await office.event('account.gap');
    assert.equal(gap.gap?.recovered, true);
    await office.until('connected again', () => office.account.status.state === 'connected');
    assert.equal(server.subscriptions, 1);
    office.asterisk.emit({
      Event: 'Newchannel',
      Channel: 'SIP/trunk-1',
      ChannelState: 4,
      CallerIDNum: '0900',
      Exten: '21',
      Uniqueid: '1.1',
      Linkedid: '1.1',
    });
    await office.event('call.begin');
  });

  it('gives up a server that answers no ping', async () => {
    const { server } = await open({ times: { pingAfterMs: 20, deadAfterMs: 60 } });
    server.goSilent();
    await office.event('account.disconnected');
    await office.until('connected again', () => office.account.status.state === 'connected');
  });

  it('does not try again for minutes after its secret was refused', async () => {
    await open({ config: { secret: 'wrong' }, waitFor: 'nothing' });
    await office.until('refused', () => office.account.status.state === 'unauthorized');
    assert.match(office.account.status.reason?.text ?? '', /does not accept the credentials/);
    assert.ok(!office.account.status.reason?.text.includes('wrong'));
    assert.equal(office.server.requests.filter(({ method }) => method === 'onEvent').length, 1);
  });

  it('logs in with login, login2 and sha1', async () => {
    const asked: string[][] = [];
    await open({
      config: { secret: '', login: 'Agent', login2: 'Иванов И.И.', sha1: 'a9de7c00' },
      server: {
        logins: (...given) => {
          asked.push(given);
          return {};
        },
      },
    });
    assert.deepEqual(asked[0], ['Agent', 'Иванов И.И.', 'a9de7c00']);
  });

  it('says what the login server said', async () => {
    await open({
      config: { secret: '', login: 'Agent', sha1: 'ff00' },
      server: { logins: () => ({ Err: 'no such agent' }) },
      waitFor: 'nothing',
    });
    await office.until('refused', () => office.account.status.state === 'unauthorized');
    assert.match(office.account.status.reason?.text ?? '', /no such agent/);
  });

  it('tries again when the login server cannot be reached', async () => {
    let down = true;
    await open({
      config: { secret: '', login: 'Agent', sha1: 'ff00' },
      server: { logins: () => (down ? new Error('connect ECONNREFUSED 127.0.0.1:19000') : {}) },
      waitFor: 'nothing',
    });
    await office.until('it failed', () => office.states.some((state) => state === 'reconnecting: unavailable'));
    down = false;
    await office.until('connected', () => office.account.status.state === 'connected');
  });

  it('does not wait for ever for a login server that answers with a web page', async () => {
    await open({
      config: { secret: '', login: 'Agent', sha1: 'ff00' },
      server: { logins: () => 'html' },
      times: { replyMs: 50 },
      waitFor: 'nothing',
    });
    await office.until('given up', () => office.states.includes('reconnecting: timeout'));
  });

  it('warns when a server without a secret delivers no events, and takes commands all the same', async () => {
    await open({
      config: { secret: '', login: 'Agent', sha1: 'ff00' },
      server: { secret: '', logins: () => ({}) },
      waitFor: 'degraded',
    });
    const warning = await office.event('account.warning');
    assert.match(JSON.stringify(warning.reason), /Set .*secret.* in its config\/app-config\.js/);
    const { payload } = await office.account.execute({
      command: 'action',
      request: { method: 'send', argument: { fields: { Action: 'Ping' } } },
    });
    assert.match(JSON.stringify(payload.result), /Pong/);
    assert.equal(office.events.filter(({ type }) => type === 'account.warning').length, 1);
  });

  it('says that the server must be restarted when its events broke although it has a secret', async () => {
    // The server was started before Asterisk: its first connection, that of the events, failed.
    await open({
      ami: { users: { tester: { secret: 's3cret', refused: true } } },
      prepare: async (asterisk) => {
        Object.assign(asterisk.users['tester'] ?? {}, { refused: false });
      },
      waitFor: 'degraded',
    });
    assert.match(office.account.status.reason?.text ?? '', /Restart vwell-bpx-srv/);
  });

  it('is connected without a warning where the manager user may send no event of its own', async () => {
    await open({ prepare: (asterisk) => asterisk.onAction('UserEvent', () => refuse('Permission denied')) });
    assert.deepEqual(
      office.topics().filter((topic) => topic === 'account.warning'),
      [],
    );
  });

  it('is well again with the first event that comes after all', async () => {
    await open({
      prepare: (asterisk) => asterisk.onAction('UserEvent', () => ok({ Message: 'Event Sent' })),
      waitFor: 'degraded',
    });
    office.asterisk.onAction('UserEvent', () => refuse('Permission denied'));
    office.asterisk.emit({ Event: 'Reload', Privilege: 'system,all' });
    await office.until('connected', () => office.account.status.state === 'connected');
  });

  it('shows that the server cannot reach Asterisk, and looks again by itself', async () => {
    const users = { tester: { secret: 'another' } };
    await open({ ami: { users }, waitFor: 'degraded' });
    assert.match(office.account.status.reason?.text ?? '', /refused by Asterisk/);
    users.tester.secret = 's3cret';
    await office.until('Asterisk answers', () => !/refused/.test(office.account.status.reason?.text ?? ''));
  });

  it('ignores replies to nobody and frames that are none, and counts the latter', async () => {
    const { server } = await open();
    server.say('{"err":null,"reqId":"stranger"}');
    server.say('{"err":null,"reqId":7}');
    server.say('hello');
    server.say('[1]');
    server.say('{}');
    await office.until('counted', () => office.account.status.counters.malformed === 3);
    assert.equal(office.account.status.state, 'connected');
  });

  it('ends the calls of an Asterisk that goes down', async () => {
    await open();
    office.asterisk.emit({
      Event: 'Newchannel',
      Channel: 'SIP/trunk-1',
      ChannelState: 4,
      CallerIDNum: '0900',
      Exten: '21',
      Uniqueid: '1.1',
      Linkedid: '1.1',
    });
    await office.event('call.begin');
    office.asterisk.emit({ Event: 'Shutdown', Privilege: 'system,all', Shutdown: 'Cleanly' });
    const end = await office.event('call.end');
    assert.equal(end.inferred, true);
    assert.match(JSON.stringify((await office.event('account.warning')).reason), /restart it/);
  });

  it('reports what it finds when the connection is tested', async () => {
    await open();
    const { summary, details } = await testAccount(
      {
        name: 'Office',
        provider: 'vwell',
        providers: [moduleWith()],
        config: { url: office.server.url, secret: 'house key' },
      },
      new AbortController().signal,
    );
    assert.equal(summary, 'connected to vwell-bpx-srv, Asterisk 13.38.3, 0 queues, 2 extensions');
    assert.equal(details?.['events'], 'delivers');
  });

  it('says so when a tested server delivers no events', async () => {
    await open({ prepare: (asterisk) => asterisk.onAction('UserEvent', () => ok()), waitFor: 'degraded' });
    const { summary } = await testAccount(
      {
        name: 'Office',
        provider: 'vwell',
        providers: [moduleWith()],
        config: { url: office.server.url, secret: 'house key' },
      },
      new AbortController().signal,
    );
    assert.match(summary, /it delivers no events/);
  });
});

async function refused(config: Record<string, unknown>, words: RegExp): Promise<void> {
  await assert.rejects(
    testAccount({ name: 'Office', provider: 'vwell', providers: [moduleWith()], config }, new AbortController().signal),
    (error: Error & { code: string }) => error.code === 'invalid-argument' && words.test(error.message),
  );
}

describe('vwell: settings', () => {
  const url = 'ws://127.0.0.1:8931/api';

  it('take a secret or a login, never both', () =>
    refused({ url, secret: 'house key', login: 'Agent', sha1: 'ff00' }, /not both/));
  it('need one of them', () => refused({ url }, /enter the secret/));
  it('need the SHA1 with a login', () => refused({ url, login: 'Agent' }, /"sha1"/));
  it('refuse quotes, which the server does not escape', () =>
    refused({ url, login: "O'Hara", sha1: 'ff00' }, /no quotes/));
  it('need a WebSocket address', () => refused({ url: 'http://127.0.0.1:8930/api', secret: 'x' }, /WebSocket address/));
  it('refuse a context that is none', () => refused({ url, secret: 'x', context: 'a\r\nb' }, /context/));
});
