/** Closing an account: done within a second in every state of the connection, with no socket and no timer left. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { PbxAccount } from '../../../lib/index';
import { asterisk } from '../../../lib/providers/asterisk';
import { CountedClock, eventually } from '../../fakes/counted-clock';
import { FakeAmi, ok } from '../../fakes/ami-server';
import type { ReceivedAction } from '../../fakes/ami-server';

const resources = () =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => kind !== 'Immediate')
    .toSorted();
const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);

describe('asterisk: close is done within a second, and leaves nothing', () => {
  let pbx: FakeAmi;
  let clock: CountedClock;
  let account: PbxAccount;
  beforeEach(async () => {
    pbx = await FakeAmi.listen();
    clock = new CountedClock();
  });
  afterEach(async () => {
    await account.close();
    await pbx.close();
  });

  function open(port = pbx.port, password = 's3cret', more: Record<string, unknown> = {}): void {
    account = new PbxAccount({
      name: 'Office',
      provider: 'asterisk',
      providers: [asterisk],
      clock,
      config: { host: '127.0.0.1', port, username: 'tester', password, ...more },
    });
    account.open();
  }

  async function becomes(state: string): Promise<void> {
    await new Promise<void>((resolve) => {
      account.onStatus((status) => {
        if (status.state === state) resolve();
      });
    });
  }

  async function closes(): Promise<void> {
    const began = performance.now();
    await account.close();
    const tookMs = performance.now() - began;
    assert.ok(tookMs < 1_000, `it took ${Math.round(tookMs)} ms`);
    await pbx.until(() => pbx.clients.size === 0);
    assert.equal(clock.waiting, 0, 'timers left');
    assert.equal(account.status.state, 'closed');
  }

  /** The PBX hears this action and never answers it. */
  const stallsAt = (name: string): Promise<ReceivedAction> => {
    pbx.onAction(name, () => undefined);
    return pbx.received(name);
  };

  it('before it connects', async () => {
    open();
    await closes();
  });

  it('at once after the connection was made', async () => {
    open();
    await pbx.until(() => pbx.clients.size === 1);
    await closes();
  });

  it('while the other side says nothing', async () => {
    const sockets: Socket[] = [];
    const mute: Server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    open((mute.address() as AddressInfo).port);
    await once(mute, 'connection');
    await closes();
    const gone = once(mute, 'close');
    mute.close();
    for (const socket of sockets) socket.destroy();
    await gone;
  });

  it('while the login is not answered', async () => {
    await pbx.close();
    pbx = await FakeAmi.listen({ delay: () => new Promise(() => undefined) });
    open(pbx.port, 'wrong');
    await pbx.received('Login');
    await closes();
  });

  it('while Asterisk is starting', async () => {
    pbx.booting = true;
    open();
    await pbx.received('Ping');
    await closes();
  });

  it('while the lists are read', async () => {
    const asked = stallsAt('QueueStatus');
    open();
    await asked;
    await closes();
  });

  it('while it is connected', async () => {
    open();
    await becomes('connected');
    await closes();
  });

  it('while it is connected to a peer that has gone silent, with a command under way', async () => {
    open();
    await becomes('connected');
    pbx.goSilent();
    const asked = stallsAt('QueuePause');
    const command = account.execute({ command: 'action', request: { Action: 'QueuePause', Paused: 'true' } });
    const uncertain = assert.rejects(command, { code: 'uncertain' });
    await asked;
    await closes();
    await uncertain;
  });

  it('while the first sign of a placed call is awaited', async () => {
    pbx.onAction('Originate', () => ok({ Message: 'Originate successfully queued' }));
    open();
    await becomes('connected');
    const uncertain = assert.rejects(account.execute({ command: 'call', from: '1001', to: '1002' }), {
      code: 'uncertain',
    });
    await eventually(() => clock.waits(3_000));
    await closes();
    await uncertain;
  });

  it('while FastAGI waits for the call to be told of', async () => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port: agiPort } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    open(pbx.port, 's3cret', { agiPort });
    await becomes('connected');
    const asks = connect(agiPort, '127.0.0.1');
    asks.on('error', () => undefined);
    asks.write('agi_uniqueid: 1.1\nagi_callerid: 0900\n\n');
    await eventually(() => clock.waits(10));
    await closes();
    asks.destroy();
  });

  it('while it waits for the next try', async () => {
    open();
    await becomes('connected');
    pbx.refuse();
    pbx.cut();
    await becomes('reconnecting');
    await closes();
  });

  it('a hundred times over', async function () {
    this.timeout(30_000);
    open();
    await closes();
    const [before, heard] = [resources(), listeners()];
    for (let times = 0; times < 100; times++) {
      open();
      // Every other one is closed while it still connects.
      if (times % 2 === 0) await becomes('connected');
      await closes();
    }
    assert.deepEqual(resources(), before);
    assert.deepEqual(listeners(), heard);
  });

  it('while it waits after a refused login', async () => {
    open(pbx.port, 'wrong');
    await becomes('unauthorized');
    await closes();
  });
});
