import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { eventsOf, FakeAmi, list, ok, type FakeAmiOptions } from '../../fakes/ami-server';
import { parse } from './collect';

const recording = (name: string) => readFileSync(join(process.cwd(), 'test', 'data', 'ami', '22', name));

/** Blocks without those of the security class and of numbers that differ from day to day. */
function comparable(bytes: Buffer | string): string[] {
  return bytes
    .toString()
    .split('\r\n\r\n')
    .filter((block) => block !== '' && !/^Privilege: security/m.test(block))
    .map((block) => block.replace(/^(Challenge|Timestamp|Uptime|LastReload): .*$/gm, '$1: ?'));
}

describe('the fake manager interface, held against recordings of Asterisk 22', () => {
  let pbx: FakeAmi | null = null;
  let socket: Socket | null = null;
  let received = '';

  afterEach(async () => {
    socket?.destroy();
    await pbx?.close();
    received = '';
  });

  /** Sends blocks one after the other, each after the answer of the one before, and gives all that came. */
  async function talk(options: FakeAmiOptions, ...blocks: string[]): Promise<string> {
    pbx = await FakeAmi.listen(options);
    const tap = connect(pbx.port, pbx.host);
    socket = tap;
    tap.on('data', (chunk) => {
      received += chunk.toString();
    });
    await once(tap, 'data');
    for (const block of blocks) {
      const before = received.length;
      tap.write(block.replace(/\n/g, '\r\n'));
      while (received.length === before || !received.endsWith('\r\n\r\n')) await once(tap, 'data');
      await new Promise(setImmediate);
    }
    return received;
  }

  const LOGIN = 'Action: Login\nUsername: tester\nSecret: s3cret\nActionID: a1\n\n';

  it('refuses everything before the login', async () => {
    const text = await talk(
      {},
      'Action: Ping\nActionID: a1\n\n',
      'Action: QueueStatus\nActionID: a2\n\n',
      'Action: Challenge\nAuthType: SHA\nActionID: a3\n\n',
      'Action: Nonsense\nActionID: a4\n\n',
    );
    assert.equal(text, recording('10-before-login.txt').toString());
  });

  for (const [name, user] of [
    ['03-login-bad-secret.txt', { secret: 'other' }],
    ['05-login-acl-refused.txt', { secret: 's3cret', refused: true }],
  ] as const) {
    it(`refuses a login (${name})`, async () => {
      assert.equal(await talk({ users: { tester: user } }, LOGIN), recording(name).toString());
      await pbx?.until(() => pbx?.clients.size === 0);
    });
  }

  it('refuses an unknown user', async () => {
    assert.equal(await talk({ users: {} }, LOGIN), recording('04-login-unknown-user.txt').toString());
  });

  it('takes a login, and a Logoff', async () => {
    const text = await talk({}, LOGIN, 'Action: Logoff\nActionID: a2\n\n');
    assert.deepEqual(comparable(text), comparable(recording('01-login-plain.txt')));
    await pbx?.until(() => pbx?.clients.size === 0);
  });

  it('takes a login by challenge and offers one', async () => {
    const text = await talk({}, 'Action: Challenge\nAuthType: MD5\nActionID: a1\n\n');
    assert.deepEqual(comparable(text)[0], comparable(recording('02-login-md5.txt'))[0]);
  });

  it('answers garbage and odd spellings', async () => {
    const text = await talk(
      {},
      LOGIN,
      'this is not an action\n\n',
      'Action:Ping\nActionID:nospace\n\n',
      'action: ping\nactionid: lower\n\n',
      'Action: Ping\nActionID: twice\nActionID: two\n\n',
      'Action: Nonsense\nActionID: a2\n\n',
    );
    const real = comparable(recording('13-garbage.txt')).filter(
      (block) => !/lfonly|a[3-6]$|line too long/m.test(block),
    );
    assert.deepEqual(comparable(text), real);
  });

  it('takes bare line feeds', async () => {
    assert.match(await talk({}, LOGIN), /accepted/);
    socket?.write('Action: Ping\nActionID: lfonly\n\n');
    await pbx?.received('Ping', ({ id }) => id === 'lfonly');
  });

  it('refuses lines and blocks that are too long', async () => {
    const long = `Action: UserEvent\nUserEvent: Long\nActionID: long\nPayload: ${'y'.repeat(2000)}\n\n`;
    const many = `Action: UserEvent\nUserEvent: Many\nActionID: many\n${Array.from({ length: 200 }, (_, i) => `H${i}: ${i}\n`).join('')}\n`;
    const text = comparable(await talk({}, LOGIN, long, many, 'Action: Ping\nActionID: a2\n\n'));
    const real = new Set(
      ['14-line-too-long.txt', '15-too-many-lines.txt'].flatMap((name) => comparable(recording(name))),
    );
    for (const block of text.slice(2, -1)) assert.ok(real.has(block), block);
    assert.match(text.at(-1) ?? '', /ActionID: a2\r\nPing: Pong/);
  });

  it('echoes a UserEvent with its ActionID and all it carries', async () => {
    const text = await talk(
      {},
      LOGIN,
      'Action: UserEvent\nUserEvent: A\nActionID: inj1\nText: hello\nUserEvent: B\nInjected: yes\n\n',
    );
    for (const block of comparable(text)) assert.ok(comparable(recording('2a-injection.txt')).includes(block), block);
  });

  it('handles one action of a connection at a time and holds events back meanwhile', async () => {
    await talk({}, LOGIN);
    const served = pbx as FakeAmi;
    const ringing = new EventEmitter();
    served.onAction('Originate', async () => {
      await once(ringing, 'answered');
      return ok({ Message: 'late' });
    });
    socket?.write('Action: Originate\r\nActionID: 1\r\n\r\nAction: Ping\r\nActionID: 2\r\n\r\n');
    await served.received('Originate');
    served.emit({ Event: 'Hangup', Privilege: 'call,all' });
    ringing.emit('answered');
    await served.received('Ping');
    while (!received.includes('Event: Hangup')) await once(socket as Socket, 'data');
    const order = [...received.matchAll(/ActionID: [12]|Event: Hangup/g)].map(([found]) => found);
    assert.deepEqual(order, ['ActionID: 1', 'ActionID: 2', 'Event: Hangup']);
  });

  it('sends a client only the classes it reads', async () => {
    await talk({}, LOGIN.replace('ActionID', 'Events: call\nActionID'));
    const served = pbx as FakeAmi;
    assert.doesNotMatch(received, /FullyBooted/);
    served.emit({ Event: 'VarSet', Privilege: 'dialplan,all' }, { Event: 'Hangup', Privilege: 'call,all' });
    while (!received.includes('Event: Hangup')) await once(socket as Socket, 'data');
    assert.doesNotMatch(received, /VarSet/);
  });

  it('gives a list in the form of Asterisk', async () => {
    const text = await talk({}, LOGIN, 'Action: Agents\nActionID: a2\n\n');
    assert.match(text, /Response: Success\r\nActionID: a2\r\nEventList: start\r\n/);
    assert.match(text, /Event: AgentsComplete\r\nActionID: a2\r\nEventList: Complete\r\nListItems: 0\r\n\r\n$/);
    assert.equal(list('Agents', [{ Agent: 2001 }], 'AgentsComplete').items.length, 1);
  });

  it('replays the live events of a recording, with ids in place of the recorded ones', () => {
    const events = parse([eventsOf(recording('30-originate-exten-async.txt'), { a2: 'mine-1' })]).messages;
    const names = new Set(events.map((event) => event.name));
    for (const name of ['Newchannel', 'Hangup', 'OriginateResponse']) assert.ok(names.has(name), name);
    assert.ok(events.every((event) => event.kind === 'event'));
    assert.equal(names.has('CoreShowChannel'), false);
    assert.equal(events.find((event) => event.name === 'OriginateResponse')?.get('actionid'), 'mine-1');
  });
});
