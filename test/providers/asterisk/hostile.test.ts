/** Whatever a flow or a peer sends: no command it did not mean, no crash, bounded memory, and a connection that is kept or given up. */

import assert from 'node:assert/strict';
import type { Command } from '../../../lib/index';
import { ok } from '../../fakes/ami-blocks';
import { openConnected } from './office';
import type { Office } from './office';
import type { Chan } from './exchange';

const BREAKS = { CR: '\r', LF: '\n', 'CR LF': '\r\n', NUL: '\0' };

const evil = (mark: string) => `1002${mark}${mark}Action: Originate${mark}x: `;

describe('asterisk: a line break or NUL in what a flow sends', () => {
  let office: Office;
  let caller: Chan;
  before(async () => {
    office = await openConnected();
    const { exchange } = office;
    for (const action of ['Originate', 'Redirect', 'BlindTransfer', 'Atxfer', 'MessageSend', 'Setvar', 'MixMonitor'])
      exchange.ami.onAction(action, () => ok());
    caller = exchange.incoming('+421900123456', 'Jana', '0220282028');
    exchange.answers(caller, exchange.dial(caller, '1001'));
    await office.until('the answer', () => office.of('call.answer').length === 1);
  });
  after(() => office.close());

  const commands: [what: string, field: string, command: (value: string) => Command][] = [
    ['make call, from', 'from', (value) => ({ command: 'call', from: value, to: '1002' })],
    ['make call, to', 'to', (value) => ({ command: 'call', from: '1001', to: value })],
    ['make call, callerId', 'callerId', (value) => ({ command: 'call', from: '1001', to: '1002', callerId: value })],
    ['redirect, to', 'to', (value) => ({ command: 'redirect', call: caller.uid, to: value })],
    ['blind transfer, to', 'to', (value) => ({ command: 'transfer', call: caller.uid, to: value, mode: 'blind' })],
    [
      'attended transfer, to',
      'to',
      (value) => ({ command: 'transfer', call: caller.uid, to: value, mode: 'attended' }),
    ],
    ['send sms, from', 'from', (value) => ({ command: 'sms', from: value, to: '1002', text: 'x' })],
    ['send sms, to', 'to', (value) => ({ command: 'sms', from: '1001', to: value, text: 'x' })],
    ['pbx action, its name', 'Action', (value) => ({ command: 'action', request: { Action: `Ping${value}` } })],
    [
      'pbx action, one of several values',
      'Variable',
      (value) => ({ command: 'action', request: { Action: 'Setvar', Variable: ['A=1', `B=${value}`] } }),
    ],
    [
      "pbx action, a field's name",
      'field name',
      (value) => ({ command: 'action', request: { Action: 'Ping', [`Key${value}`]: 'x' } }),
    ],
  ];
  for (const [what, field, command] of commands) {
    for (const [name, mark] of Object.entries(BREAKS)) {
      it(`is refused, naming the field, and nothing is sent: ${what}, ${name}`, async () => {
        const before = office.exchange.ami.actions.length;
        await assert.rejects(
          office.account.execute(command(evil(mark))),
          (error: { code: string; message: string }) => {
            assert.equal(error.code, 'invalid-argument', error.message);
            assert.match(error.message, new RegExp(field));
            assert.doesNotMatch(error.message, /[\r\n\0]/);
            return true;
          },
        );
        await office.account.execute({ command: 'action', request: { Action: 'Ping' } });
        assert.deepEqual(
          office.exchange.ami.actions.slice(before).map((action) => action.name),
          ['Ping'],
        );
      });
    }
  }

  it('finds no call by such an id, and no party', async () => {
    const before = office.exchange.ami.actions.length;
    const { uid } = caller;
    const tries: Command[] = [
      { command: 'hangup', call: evil('\r\n') },
      { command: 'recording', action: 'start', call: evil('\r\n') },
      { command: 'transfer', call: uid, to: '1002', mode: 'blind', by: evil('\r\n') },
    ];
    for (const command of tries)
      await assert.rejects(office.account.execute(command), ({ code }) =>
        /^(?:not-found|invalid-argument)$/.test(code),
      );
    assert.equal(office.exchange.ami.actions.length, before);
  });

  it('in an ActionID goes nowhere: the connection numbers its actions itself', async () => {
    const before = office.exchange.ami.actions.length;
    await office.account.execute({ command: 'action', request: { Action: 'Ping', ActionID: evil('\r\n') } });
    const [ping, ...more] = office.exchange.ami.actions.slice(before);
    assert.equal(ping?.all('ActionID').length, 1);
    assert.equal(more.length, 0);
  });

  it('is part of a text, which goes as it is written', async () => {
    await office.account.execute({ command: 'sms', from: '1001', to: '1002', text: 'one\r\n\r\nAction: Logoff\r\n' });
    assert.ok(!office.exchange.ami.actions.some(({ name }) => name === 'Logoff'));
    assert.equal(office.account.status.state, 'connected');
  });
});

describe('asterisk: a pattern', () => {
  let office: Office;
  before(async () => {
    office = await openConnected();
  });
  after(() => office.close());

  for (const request of [
    { Action: 'Hangup', Channel: '/^.*$/' },
    { action: ' hangup ', CHANNEL: '  /^PJSIP/' },
    { Action: 'Hangup', Channel: '\u0001/^.*$/' },
    { Action: 'Hangup', Channel: ' \t\u001f /^.*$/' },
    { Action: 'Hangup', Channel: ['PJSIP/1001-00000001', '/^Local/'] },
    { Action: 'Hangup', channel: 'PJSIP/1001-00000001', Channel: '/^Local/' },
  ])
    it(`never reaches Hangup: ${JSON.stringify(request)}`, async () => {
      const sent = office.account.execute({ command: 'action', request });
      await assert.rejects(sent, { code: 'invalid-argument', message: /^Channel must be the name of one channel/ });
      assert.equal(office.exchange.ami.actions.filter(({ name }) => /hangup/i.test(name)).length, 0);
    });

  for (const request of [{ Action: '\u0001Hangup', Channel: '/^.*$/' }, { Action: '\u001fLogoff' }])
    it(`does not under another name either: ${JSON.stringify(request)}`, async () => {
      const before = office.exchange.ami.actions.length;
      const sent = office.account.execute({ command: 'action', request });
      await assert.rejects(sent, { code: 'invalid-argument', message: /^Action must not hold a control character/ });
      assert.equal(office.exchange.ami.actions.length, before);
    });

  it('of a channel that the PBX calls so does not either', async () => {
    const { exchange } = office;
    const caller = exchange.incoming('+421900123456', 'Jana', '0220282028');
    await office.until('the begin', () => office.of('call.begin').length === 1);
    exchange.emit('Rename', 'call', { Channel: caller.name, Newname: '/^PJSIP/', Uniqueid: caller.uid });
    await office.account.execute({ command: 'action', request: { Action: 'Ping' } });
    await assert.rejects(office.account.execute({ command: 'hangup', call: caller.uid }), { code: 'invalid-argument' });
    assert.equal(exchange.ami.actions.filter(({ name }) => name === 'Hangup').length, 0);
  });
});

describe('asterisk: a peer that sends what is none', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openConnected();
  });
  afterEach(() => office.close());

  const begins = async () => {
    office.exchange.phone('1001', '1002');
    await office.until('the begin', () => office.of('call.begin').length === 1);
  };

  it('a line of 10 MB is counted, the connection is kept, and the next call is told', async function () {
    this.timeout(30_000);
    const { ami } = office.exchange;
    const chunk = 'x'.repeat(1024 * 1024);
    ami.emitRaw('Event: Newchannel\r\nChannel: ');
    for (let i = 0; i < 10; i++) ami.emitRaw(chunk);
    ami.emitRaw('\r\n\r\n');
    await begins();
    assert.equal(office.account.status.counters.malformed, 1);
    assert.equal(office.account.status.counters.reconnects, 0);
  });

  it('keys that every object has, repeated keys and lines without a colon do no harm', async () => {
    const keys = ['__proto__', 'constructor', 'prototype', 'Set', 'toString', 'hasOwnProperty', 'valueOf'];
    const lines = keys.flatMap((key) => [`${key}: polluted`, `${key}: again`, key]);
    office.exchange.ami.emitRaw(`Event: Newchannel\r\n${lines.join('\r\n')}\r\n\r\n`);
    office.exchange.ami.emitRaw(`Event: __proto__\r\n\r\nEvent: constructor\r\nUniqueid: 1\r\n\r\n`);
    await begins();
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.equal(office.account.status.state, 'connected');
  });

  it('a character that is split over two packets arrives whole', async () => {
    const { ami } = office.exchange;
    const bytes = Buffer.from(
      'Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/trunk-7\r\nChannelState: 4\r\n' +
        'CallerIDNum: 0900\r\nCallerIDName: Ján Ďuriš\r\nContext: from-trunk\r\nExten: 1\r\nUniqueid: 7.7\r\nLinkedid: 7.7\r\n\r\n',
    );
    for (const byte of bytes) ami.emitRaw(Buffer.from([byte]));
    await office.until('the begin', () => office.of('call.begin').length === 1);
    assert.equal(office.account.calls()[0]?.from.name, 'Ján Ďuriš');
  });
});
