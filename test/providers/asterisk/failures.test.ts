/** What a person is told when the connection does not come about: for each reason a code and a status line of its own. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { PbxAccount, systemClock } from '../../../lib/index';
import type { AccountStatus, Clock } from '../../../lib/index';
import { asterisk } from '../../../lib/providers/asterisk';
import { connectionBadge } from '../../../nodes/shared/badges';
import { FakeAmi } from '../../fakes/ami-server';

/** Twenty times as fast, so that time limits need not be waited for in full. */
const hurried: Clock = {
  now: () => Date.now() * 20,
  after: (delayMs, callback) => systemClock.after(delayMs / 20, callback),
};

const nothing = (): Promise<void> => Promise.resolve();

describe('asterisk: why it is not connected', () => {
  const told = new Map<string, string>();
  let close = nothing;
  afterEach(async () => {
    await close();
    close = nothing;
  });

  /** The first status that `test` accepts. */
  async function statusOf(
    config: Record<string, unknown>,
    test: (status: AccountStatus) => boolean = ({ reason }) => reason !== null,
  ): Promise<AccountStatus> {
    const account = new PbxAccount({
      name: 'Office',
      provider: 'asterisk',
      providers: [asterisk],
      clock: hurried,
      config: { host: '127.0.0.1', username: 'tester', password: 's3cret', ...config },
    });
    const rest = close;
    close = async () => {
      await account.close();
      await rest();
    };
    return new Promise((resolve) => {
      account.onStatus((status) => {
        if (test(status)) resolve(status);
      });
      account.open();
    });
  }

  async function listening(answer: (server: Server) => Server): Promise<number> {
    const server = answer(createServer((socket) => socket.on('error', () => undefined)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    close = async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    };
    return (server.address() as AddressInfo).port;
  }

  async function pbx(options: Parameters<typeof FakeAmi.listen>[0] = {}): Promise<FakeAmi> {
    const ami = await FakeAmi.listen(options);
    close = () => ami.close();
    return ami;
  }

  function says(status: AccountStatus, code: string, badge: string, text: RegExp): void {
    assert.equal(status.reason?.code, code, status.reason?.text);
    assert.match(status.reason.text, text);
    assert.doesNotMatch(status.reason.text, /s3cret|pa55/);
    assert.equal(connectionBadge(status).text, `common.status.${badge}`);
    assert.equal(told.get(badge), undefined, 'another failure has the same status line');
    told.set(badge, code);
  }

  it('a host whose name does not exist', async () => {
    says(await statusOf({ host: 'pbx.invalid', port: 5038 }), 'unavailable', 'hostNotFound', /name pbx\.invalid/);
  });

  it('a port where nothing listens', async () => {
    const ami = await pbx();
    await ami.close();
    says(await statusOf({ port: ami.port }), 'unavailable', 'refused', /nothing listens on/);
  });

  it('a port where something else answers', async () => {
    const port = await listening((server) =>
      server.on('connection', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    says(await statusOf({ port }), 'protocol', 'protocol', /is not an Asterisk manager interface.*web server/);
  });

  it('a port where something answers that nobody knows', async () => {
    const port = await listening((server) =>
      server.on('connection', (socket) => socket.end('220 mail.example ESMTP\r\n')),
    );
    const status = await statusOf({ port });
    assert.equal(status.reason?.code, 'protocol');
    assert.match(status.reason.text, /it says "220 mail\.example ESMTP"/);
    assert.equal(connectionBadge(status).text, 'common.status.protocol');
  });

  it('a port where something listens and says nothing', async () => {
    const port = await listening((server) => server);
    says(await statusOf({ port }), 'unavailable', 'unreachable', /sent no AMI greeting within 10 s/);
  });

  it('a wrong password', async () => {
    const { port } = await pbx();
    says(await statusOf({ port, password: 'pa55' }), 'unauthorized', 'unauthorized', /user name or password is wrong/);
  });

  it('a PBX that restarts', async () => {
    const ami = await pbx();
    ami.booting = true;
    const restarts = await statusOf({ port: ami.port }, ({ reason }) => reason !== null);
    assert.match(restarts.reason?.text ?? '', /starts or restarts/);
    ami.booted();
    const down = statusOf({ port: ami.port }, ({ state }) => state === 'reconnecting');
    await ami.until(() => [...ami.clients].filter(({ user }) => user !== null).length === 2);
    ami.emit({ Event: 'Shutdown', Privilege: 'system,all', Shutdown: 'Cleanly', Restart: 'True' });
    ami.refuse();
    for (const { socket } of ami.clients) socket.end();
    says(await down, 'unavailable', 'restarting', /shutting down or restarting/);
  });

  it('a form that cannot be right', async () => {
    const status = await statusOf({ host: '', port: 5038 });
    assert.equal(status.reason?.code, 'invalid-argument');
    assert.match(status.reason.text, /"host" is missing/);
    assert.equal(status.state, 'unauthorized', 'it does not mend itself');
  });

  it('no right for an action is an error of the command, and the connection stays', async () => {
    const users = { tester: { secret: 's3cret', write: ['system', 'reporting'] } };
    const ami = await pbx({ users });
    const account = new PbxAccount({
      name: 'Office',
      provider: 'asterisk',
      providers: [asterisk],
      config: { host: '127.0.0.1', port: ami.port, username: 'tester', password: 's3cret' },
    });
    close = async () => {
      await account.close();
      await ami.close();
    };
    await new Promise<void>((resolve) => {
      account.onStatus(({ state }) => {
        if (state === 'connected') resolve();
      });
      account.open();
    });
    await assert.rejects(account.execute({ command: 'call', from: '1001', to: '1002' }), {
      code: 'forbidden',
      message: /refused Originate: Permission denied\. Give the manager user the right for it/,
    });
    assert.equal(account.status.state, 'connected');
  });
});
