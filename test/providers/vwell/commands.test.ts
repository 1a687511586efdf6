/** What each command becomes on the wire, and what its answers mean. */

import assert from 'node:assert/strict';
import type { Command } from '../../../lib/model';
import { list, ok, refuse } from '../../fakes/ami-server';
import { answeredCall } from './calls';
import { Office } from './office';
import type { OfficeOptions } from './office';

function responseEvent(actionId: string | null): string {
  const headers = `ActionID: ${actionId}\r\nResponse: Failure\r\nChannel: SIP/21\r\nReason: 0\r\nUniqueid: <null>`;
  return `Event: OriginateResponse\r\n${headers}\r\n\r\n`;
}

function action(request: Record<string, unknown>): Command {
  return { command: 'action', request };
}

const sendFields = (fields: Record<string, unknown>) => action({ method: 'send', argument: { fields } });

describe('vwell: commands', () => {
  let office: Office;
  const open = async (options: OfficeOptions = {}) => {
    office = await Office.open(options);
    return office;
  };
  afterEach(() => office.close());

  describe('make call', () => {
    const call: Command = { command: 'call', from: '21', to: '+7 (100) 200-30-40', timeout: 20 };

    it('is dial with normalised numbers and the time-out as a number of milliseconds', async () => {
      await open({ times: { signMs: 20 } });
      office.asterisk.onAction('Originate', () => ok({ Message: 'Originate successfully queued' }));
      await office.account.execute(call);
      const { argument } = await office.server.received('dial');
      const { from, to, timeout } = argument;
      assert.deepEqual({ from, to, timeout }, { from: '21', to: '81002003040', timeout: 20_000 });
      const originate = await office.asterisk.received('Originate');
      assert.equal(originate.get('channel'), 'SIP/21');
      assert.equal(originate.get('context'), 'DLPN_DialPlan21');
      assert.equal(originate.id, argument['actionId']);
    });

    it('ties the first channel of the phone to the command, not that of somebody who calls the phone', async () => {
      await open();
      const { asterisk } = office;
      asterisk.onAction('Originate', ({ client }) => {
        // Events may come before the reply.
        client.send(
          'Event: Newchannel\r\nChannel: SIP/21-9\r\nChannelState: 0\r\nUniqueid: 7.9\r\nLinkedid: 7.8\r\n\r\n',
        );
        client.send(
          'Event: Newchannel\r\nChannel: SIP/21-1\r\nChannelState: 0\r\nUniqueid: 7.1\r\nLinkedid: 7.1\r\n\r\n',
        );
        return ok();
      });
      const { payload } = await office.account.execute({ ...call, tag: 'campaign 7' });
      const begin = await office.event('call.begin');
      assert.equal(begin.call.tag, 'campaign 7');
      assert.equal(begin.call.id, '7.1');
      assert.equal(begin.call.from.extension, '21');
      assert.equal(begin.call.dialed, '81002003040');
      assert.equal(begin.call.direction, 'outbound');
      assert.equal(payload.call?.id, '7.1');
    });

    it('finds out on an old Asterisk that the channel was of somebody who calls the phone', async () => {
      await open();
      const { asterisk } = office;
      asterisk.onAction('Originate', ({ client }) => {
        client.send('Event: Newchannel\r\nChannel: SIP/trunk-7\r\nChannelState: 4\r\nUniqueid: 7.7\r\n\r\n');
        client.send('Event: Newchannel\r\nChannel: SIP/21-9\r\nChannelState: 0\r\nUniqueid: 7.9\r\n\r\n');
        client.send(
          'Event: Dial\r\nSubEvent: Begin\r\nChannel: SIP/trunk-7\r\nUniqueID: 7.7\r\nDestination: SIP/21-9\r\nDestUniqueID: 7.9\r\n\r\n',
        );
        client.send('Event: Newchannel\r\nChannel: SIP/21-1\r\nChannelState: 0\r\nUniqueid: 8.1\r\n\r\n');
        client.send('Event: Newstate\r\nChannel: SIP/21-1\r\nChannelState: 5\r\nUniqueid: 8.1\r\n\r\n');
        return ok();
      });
      await office.account.execute({ ...call, tag: 'campaign 8' });
      const begin = await office.event('call.begin', (event) => event.call.id === '8.1');
      assert.equal(begin.call.tag, 'campaign 8');
      assert.equal((await office.event('call.begin', (event) => event.call.id === '7.7')).call.tag, null);
    });

    it('is refused when Asterisk says that the phone cannot be called', async () => {
      await open();
      office.asterisk.onAction('Originate', ({ id, client }) => {
        client.after(responseEvent(id));
        return ok({ Message: 'Originate successfully queued' });
      });
      await office.fails(call, 'rejected', /there is no such phone/);
    });

    it('is refused as well when the server takes that event for the reply', async () => {
      await open();
      office.asterisk.onAction('Originate', ({ id, client }) => {
        client.send(responseEvent(id));
        return undefined;
      });
      await office.fails(call, 'rejected', /there is no such phone/);
    });

    it('with a caller id, or a context of the account, is an Originate of its own', async () => {
      await open({ times: { signMs: 20 }, config: { context: 'office' } });
      office.asterisk.onAction('Originate', () => ok());
      await office.account.execute({ ...call, callerId: '0220282028' });
      const originate = await office.asterisk.received('Originate');
      assert.equal(originate.get('Channel'), 'Local/21@office/n');
      assert.equal(originate.get('Context'), 'office');
      assert.equal(originate.get('CallerID'), '0220282028');
      assert.equal(originate.get('Async'), 'true');
    });

    it('is uncertain when the connection ends before the reply', async () => {
      await open();
      office.server.mute.add('dial');
      const failed = office.fails(call, 'uncertain', /may have been carried out/);
      await office.server.received('dial');
      office.server.cut();
      await failed;
      await office.until('connected again', () => office.account.status.state === 'connected');
      assert.equal(office.server.requests.filter(({ method }) => method === 'dial').length, 1);
    });

    it('refuses what is no number', async () => {
      await open();
      await office.fails({ ...call, from: '21&22' }, 'invalid-argument', /"from" must be a number/);
      assert.ok(!office.server.requests.some(({ method }) => method === 'dial'));
    });
  });

  describe('send sms', () => {
    const sms: Command = { command: 'sms', to: '+7 (100) 200-30-40', text: ' Vrátime sa ' };

    it('goes through the console command of the PBX and is told as sent', async () => {
      await open();
      office.asterisk.onAction('command', () => ({ ...ok({ Privilege: 'Command' }), response: 'Follows' }));
      await office.account.execute(sms);
      const sent = await office.asterisk.received('command');
      assert.equal(sent.get('command'), 'gsm send sms 1 81002003040 "Vrátime sa"');
      assert.equal((await office.event('sms.sent')).message.text, ' Vrátime sa ');
    });

    for (const [what, text] of [
      ['a double quote', 'say "hi"'],
      ['a line break', 'one\r\nAction: Originate'],
      ['nothing but blanks', '   '],
    ] as const)
      it(`with ${what} is refused before it is sent`, async () => {
        await open();
        await office.fails({ ...sms, text }, 'invalid-argument', /"text"/);
        assert.ok(!office.server.requests.some(({ method }) => method === 'gsmSendSMS'));
      });

    for (const [version, answer] of [
      ['13', { ...ok({ "No such command 'gsm send sms'": '' }), response: 'Follows' }],
      [
        '22',
        {
          ...refuse('Command output follows'),
          fields: { Message: 'Command output follows', Output: "No such command 'gsm send sms 1 100 x' (type help)" },
        },
      ],
    ] as const)
      it(`is not supported where Asterisk ${version} does not know the command`, async () => {
        await open();
        office.asterisk.onAction('command', () => answer);
        await office.fails(sms, 'not-supported', /no GSM ports/);
      });
  });

  describe('recording', () => {
    it('starts with MixMonitor and stops', async () => {
      await open();
      office.asterisk.onAction('MixMonitor', ({ client }) => {
        const channel = 'Channel: SIP/trunk-1\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n';
        client.send(`Event: VarSet\r\n${channel}Variable: MIXMONITOR_FILENAME\r\nValue: /var/spool/x.wav\r\n\r\n`);
        client.send(`Event: MixMonitorStart\r\n${channel}\r\n`);
        return ok();
      });
      office.asterisk.onAction('StopMixMonitor', () => ok());
      await answeredCall(office);
      await office.account.execute({ command: 'recording', action: 'start', call: '1.1' });
      assert.equal((await office.event('recording.start')).recording.id, '/var/spool/x.wav');
      const { payload } = await office.account.execute({ command: 'recording', action: 'stop', call: '1.1' });
      assert.deepEqual(payload.result, { id: '/var/spool/x.wav' });
    });

    it('falls back to Monitor on an Asterisk without MixMonitor action', async () => {
      await open();
      office.asterisk.onAction('Monitor', () => ok());
      await answeredCall(office);
      await office.account.execute({ command: 'recording', action: 'start', call: '1.1' });
      assert.equal((await office.asterisk.received('Monitor')).get('Channel'), 'SIP/trunk-1');
    });
  });

  describe('queries', () => {
    it('members are the phones and the agents of the queues', async () => {
      await open();
      office.asterisk.onAction('QueueStatus', () =>
        list(
          'QueueMember',
          [
            { Queue: '500', Name: 'Ivan', Location: 'SIP/21', Status: 2, Paused: 0 },
            { Queue: '500', Name: 'Jana', Location: 'Local/23@from-queue/n', Status: 1, Paused: 1 },
          ],
          'QueueStatusComplete',
        ),
      );
      const { payload } = await office.account.execute({ command: 'query', query: 'members' });
      assert.deepEqual(payload.result, [
        { extension: '21', name: 'Ivan', login: null, state: 'busy', queues: ['500'] },
        { extension: '22', name: null, login: null, state: 'unavailable', queues: [] },
        { extension: '23', name: 'Jana', login: null, state: 'paused', queues: ['500'] },
      ]);
    });

    it('queues come from several events tied by the id of the action', async () => {
      await open();
      office.asterisk.onAction('QueueStatus', () => ({
        ...list('QueueParams', [{ Queue: '500', Calls: 1 }], 'QueueStatusComplete'),
        items: [
          { Event: 'QueueParams', Queue: '500', Calls: 1 },
          { Event: 'QueueMember', Queue: '500', Name: 'SIP/21', Location: 'SIP/21', Status: 1, Paused: 0 },
          { Event: 'QueueEntry', Queue: '500', Position: 1, CallerIDNum: '0900123456', Wait: 7, Uniqueid: '5.5' },
        ],
      }));
      const { payload } = await office.account.execute({ command: 'query', query: 'queues' });
      assert.deepEqual(payload.result, [
        {
          id: '500',
          name: null,
          waiting: 1,
          members: [{ extension: '21', name: null, paused: false }],
          callers: [{ call: '5.5', from: '0900123456', position: 1, waitSeconds: 7 }],
        },
      ]);
    });
  });

  describe('raw requests', () => {
    it("wait for Asterisk's answer, whatever the spelling of the id", async () => {
      await open();
      const { payload } = await office.account.execute(sendFields({ Action: 'Ping', ActionID: 'my-3' }));
      assert.deepEqual((payload.result as { response: { ActionID: string } }).response.ActionID, 'my-3');
      const { argument } = await office.server.received('send', (request) => JSON.stringify(request).includes('my-3'));
      assert.equal(argument['callbackAwait'], 1);
      assert.deepEqual(argument['fields'], { Action: 'Ping', actionId: 'my-3' });
      assert.equal(typeof argument['timeout'], 'number');
    });

    it('bring the items of a list with them', async () => {
      await open();
      const { payload } = await office.account.execute(sendFields({ Action: 'SIPpeers' }));
      const { items } = payload.result as { items: { ObjectName: string }[] };
      assert.deepEqual(
        items.map(({ ObjectName }) => ObjectName),
        ['21', '22', 'trunk'],
      );
    });

    it('of the other methods are checked before they are sent', async () => {
      await open();
      await office.fails(action({ method: 'dial', argument: { to: '22' } }), 'invalid-argument', /"from" is missing/);
      await office.fails(
        action({ method: 'redirect', argument: { channel: 'SIP/1\r\nx: y', toTel: '22' } }),
        'invalid-argument',
        /"channel"/,
      );
      await office.fails(
        action({ method: 'redirect', argument: { toTel: '22' } }),
        'invalid-argument',
        /"channel" is missing/,
      );
      await office.fails(
        action({ method: 'gsmSendSMS', argument: { tel: '100', msg: 'a "b"' } }),
        'invalid-argument',
        /"msg"/,
      );
      await office.fails(sendFields({ Action: 'Ping', X: 'a\r\nb' }), 'invalid-argument', /line break/);
      await office.fails(sendFields({ Action: 'Ping', X: ['a', 'b'] }), 'invalid-argument', /cannot repeat a header/);
      await office.fails(sendFields({ Action: '\u0001Logoff' }), 'invalid-argument', /control character/);
      await office.fails(sendFields({ Action: 'Hangup', Channel: '\u0001/^.*$/' }), 'invalid-argument', /one channel/);
      await office.fails(sendFields({ Action: 'Logoff' }), 'invalid-argument', /for all its clients/);
      await office.fails(action({ method: 'rmEvent' }), 'invalid-argument', /hears all events already/);
      await office.fails(action({ argument: {} }), 'invalid-argument', /no method/);
    });

    it('turn a text time-out into a number', async () => {
      await open();
      office.asterisk.onAction('Redirect', () => ok());
      await office.account.execute(
        action({ method: 'redirect', argument: { channel: 'SIP/1-1', toTel: '22', timeout: '5000' } }),
      );
      assert.equal((await office.server.received('redirect')).argument['timeout'], 5000);
    });

    it("do not hand the account's credentials to the flow, nor take others from it", async () => {
      await open();
      const { payload, raw } = await office.account.execute(
        action({ method: 'send', argument: { secret: 'other', fields: { Action: 'Ping' } } }),
      );
      assert.ok(!JSON.stringify([payload, raw]).includes('house key'));
      assert.equal(office.server.requests.at(-1)?.argument['secret'], 'house key');
    });

    it('of a method the server does not know are not supported', async () => {
      await open();
      await office.fails(action({ method: 'nosuch' }), 'not-supported', /не существует/);
    });

    it('are answered rightly when the replies come in another order', async () => {
      await open();
      office.server.holdReplies();
      const [one, two] = ['a-1', 'a-2'].map((id) =>
        office.account.execute(sendFields({ Action: 'Ping', actionId: id })),
      );
      await office.server.until(() => office.server.heldReplies === 2);
      office.server.releaseReplies('reverse');
      assert.match(JSON.stringify((await one)?.payload.result), /a-1/);
      assert.match(JSON.stringify((await two)?.payload.result), /a-2/);
    });
  });
});
