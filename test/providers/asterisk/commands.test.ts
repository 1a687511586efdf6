/** Make call, recordings, texts, raw actions and queries: what is sent to Asterisk, and what its answers mean. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageEvent } from '../../../lib/index';
import { list, ok, refuse } from '../../fakes/ami-blocks';
import { desk, JANA } from './desk';
import { openConnected } from './office';
import type { Office } from './office';

const queued = () => ok({ Message: 'Originate successfully queued' });

describe('asterisk: commands', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openConnected();
  });
  afterEach(() => office.close());

  const { send, sent, refused, talking } = desk(() => office);

  describe('make call', () => {
    it('rings the own phone first and shows nothing but its own number unless told otherwise', async () => {
      office.exchange.ami.onAction('Originate', (action) => {
        setImmediate(() => office.exchange.originated('1001', action.get('ChannelId') ?? ''));
        return queued();
      });
      const { payload } = await send({ command: 'call', from: '1001', to: '0900123456', timeout: 20 });
      const [action] = sent('Originate');
      assert.deepEqual(
        action?.lines.filter(([key]) => !['Action', 'ActionID', 'ChannelId'].includes(key)),
        [
          ['Channel', 'PJSIP/1001'],
          ['Context', 'from-internal'],
          ['Exten', '0900123456'],
          ['Priority', '1'],
          ['Timeout', '20000'],
          ['Async', 'true'],
        ],
      );
      assert.equal(payload.call?.id, action.get('ChannelId'));
      assert.equal(payload.call?.direction, 'outbound');
      assert.equal(payload.call?.from.extension, '1001');
      assert.equal(payload.call?.to.number, '0900123456');
      assert.equal(payload.call?.dialed, '0900123456');
    });

    it('is refused when the phone does not exist, which Asterisk tells only after it has taken the call', async () => {
      office.exchange.ami.onAction('Originate', (action) => {
        setImmediate(() =>
          office.exchange.emit('OriginateResponse', 'call', {
            ActionID: action.id ?? '',
            Response: 'Failure',
            Channel: 'PJSIP/1009',
            Reason: 0,
            Uniqueid: '<unknown>',
          }),
        );
        return queued();
      });
      await refused({ command: 'call', from: '1009', to: '1002' }, 'rejected', /could not call 1009/);
      assert.equal(office.events.filter(({ type }) => type.startsWith('call.')).length, 0);
    });

    it('is not found when the destination is unknown to the dialplan', async () => {
      office.exchange.ami.onAction('Originate', () => refuse('Extension does not exist.'));
      await refused({ command: 'call', from: '1001', to: '9999' }, 'not-found');
    });

    it('is not fooled by the failure of another call that names this one', async () => {
      office.exchange.ami.onAction('Originate', (action) => {
        const uid = action.get('ChannelId') ?? '';
        setImmediate(() => {
          office.exchange.emit('OriginateResponse', 'call', {
            ActionID: 'of somebody else',
            Response: 'Failure',
            Reason: 0,
            Uniqueid: uid,
          });
          office.exchange.originated('1001', uid);
        });
        return queued();
      });
      const { payload } = await send({ command: 'call', from: '1001', to: '1002' });
      assert.equal(payload.call?.state, 'dialing');
    });

    it('is uncertain when the connection breaks before the answer, and is not sent again', async () => {
      office.exchange.ami.onAction('Originate', () => {
        office.exchange.ami.cut();
        return undefined;
      });
      await refused({ command: 'call', from: '1001', to: '1002' }, 'uncertain');
      await office.until('the connection', () => office.account.status.state === 'connected');
      assert.equal(sent('Originate').length, 1);
    });

    for (const [field, command] of [
      ['from', { from: '1001&PJSIP/1002', to: '1002' }],
      ['from', { from: '1001\r\nApplication: System', to: '1002' }],
      ['to', { from: '1001', to: '1002,1,Hangup' }],
      ['to', { from: '1001', to: '${SHELL(id)}' }],
      ['callerId', { from: '1001', to: '1002', callerId: 'Shop "x" <1>' }],
    ] as const) {
      it(`refuses a "${field}" that means something to the dialplan: ${JSON.stringify(Object.values(command))}`, async () => {
        await refused({ command: 'call', ...command }, 'invalid-argument');
        assert.equal(sent('Originate').length, 0);
      });
    }
  });

  describe('recordings', () => {
    it('start on the channel of the caller, name the file as the events do, and stop there', async () => {
      const { exchange } = office;
      const { caller, call } = await talking();
      exchange.ami.onAction('MixMonitor', (action) => {
        exchange.variable(caller, 'MIXMONITOR_FILENAME', `/var/spool/asterisk/monitor/${action.get('File')}`);
        exchange.about('MixMonitorStart', 'call', caller);
        return ok();
      });
      exchange.ami.onAction('StopMixMonitor', () => {
        exchange.about('MixMonitorStop', 'call', caller);
        return ok();
      });
      await send({ command: 'recording', action: 'start', call });
      await office.until('the start', () => office.of('recording.start').length === 1);
      assert.equal(sent('MixMonitor')[0]?.get('Channel'), caller.name);
      await refused({ command: 'recording', action: 'start', call }, 'rejected', /already/);
      const { payload } = await send({ command: 'recording', action: 'stop', call });
      await office.until('the file', () => office.of('recording.available').length === 1);
      const { id } = payload.result as { id: string };
      assert.match(id, /^\/var\/spool\/asterisk\/monitor\/\d{8}-\d{6}-[0-9a-f]{12}\.wav$/);
      const linked = await send({ command: 'recording', action: 'link', recording: id });
      assert.deepEqual(linked.payload.result, { id, format: 'wav', url: id });
    });

    it('are fetched where their folder is on this computer too', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
      try {
        const id = join(folder, 'call.wav');
        await writeFile(id, 'RIFF....');
        const { payload } = await send({ command: 'recording', action: 'fetch', recording: id });
        assert.equal(String((payload.result as { data: Buffer }).data), 'RIFF....');
        const copied = await send({
          command: 'recording',
          action: 'fetch',
          recording: id,
          folder: join(folder, 'new'),
        });
        assert.equal(await readFile((copied.payload.result as { file: string }).file, 'utf8'), 'RIFF....');
      } finally {
        await rm(folder, { recursive: true });
      }
      await refused(
        { command: 'recording', action: 'fetch', recording: '/var/spool/asterisk/monitor/elsewhere.wav' },
        'not-found',
        /must be shared/,
      );
      await refused({ command: 'recording', action: 'fetch', recording: '/etc/passwd' }, 'invalid-argument');
      await refused({ command: 'recording', action: 'fetch', recording: '../call.wav' }, 'invalid-argument');
    });
  });

  describe('texts', () => {
    it('go as SIP messages, whatever is in them', async () => {
      office.exchange.ami.onAction('MessageSend', () => ok({ Message: 'Message successfully sent' }));
      const text = 'Prvý riadok\r\nAction: Hangup\n\n"koniec" ✓';
      await send({ command: 'sms', to: '1001', text });
      const [action] = sent('MessageSend');
      assert.equal(action?.get('To'), 'pjsip:1001');
      assert.equal(Buffer.from(action.get('Base64Body') ?? '', 'base64').toString('utf8'), text);
      assert.equal(sent('Hangup').length, 0);
      assert.equal(office.of<MessageEvent>('sms.sent')[0]?.message.text, text);
    });

    it('that Asterisk did not send are an error and no event', async () => {
      office.exchange.ami.onAction('MessageSend', () => refuse('Message failed to send.'));
      await refused({ command: 'sms', to: '1001', text: 'x' }, 'rejected', /failed to send/);
      assert.equal(office.of('sms.sent').length, 0);
    });
  });

  describe('raw actions', () => {
    it('give the answer, and the items of a list', async () => {
      office.exchange.ami.onAction('QueueSummary', () => list('QueueSummary', [{ Queue: 'sales', Callers: 2 }]));
      const { payload } = await send({ command: 'action', request: { Action: 'QueueSummary', Queue: 'sales' } });
      const { items } = payload.result as { items: Record<string, string>[] };
      assert.equal(items[0]?.['Callers'], '2');
    });

    it('never hold up the connection with a synchronous Originate', async () => {
      office.exchange.ami.onAction('Originate', () => ok());
      await send({ command: 'action', request: { action: 'originate', Channel: 'Local/1@x' } });
      assert.equal(sent('originate')[0]?.get('Async'), 'true');
    });

    it('cannot smuggle in a second action, log off, or send what is no value', async () => {
      await refused(
        { command: 'action', request: { Action: 'Ping', X: '1\r\n\r\nAction: Hangup' } },
        'invalid-argument',
      );
      await refused({ command: 'action', request: { Action: 'Ping', 'X: 1\r\nY': '1' } }, 'invalid-argument');
      await refused({ command: 'action', request: { Action: 'Logoff' } }, 'invalid-argument');
      await refused({ command: 'action', request: { Action: 'Ping', X: { a: 1 } } }, 'invalid-argument');
      await refused({ command: 'action', request: { X: 1 } }, 'invalid-argument');
    });
  });

  describe('queries', () => {
    it('list extensions and agents, trunks left out', async () => {
      const seat = { Queue: 'sales', Name: 'Bob', Location: 'PJSIP/1002', Status: 6, Paused: 0 };
      office.exchange.members.push(seat, {
        ...seat,
        Name: 'Eva',
        Location: 'Local/21@from-queue/n',
        Paused: 1,
        Status: 1,
      });
      const { payload } = await send({ command: 'query', query: 'members' });
      assert.deepEqual(payload.result, [
        { extension: '1001', name: null, login: null, state: 'idle', queues: [] },
        { extension: '1002', name: 'Bob', login: null, state: 'ringing', queues: ['sales'] },
        { extension: '1003', name: null, login: null, state: 'idle', queues: [] },
        { extension: '21', name: 'Eva', login: null, state: 'paused', queues: ['sales'] },
      ]);
    });

    it('list queues with members and callers', async () => {
      const { exchange } = office;
      exchange.members.push({ Queue: 'sales', Name: 'Bob', Location: 'PJSIP/1002', Paused: 1 });
      const caller = exchange.incoming(JANA, 'Jana', '0220282029');
      exchange.joins(caller, 'sales');
      await office.until('the join', () => office.of('queue.join').length === 1);
      const { payload } = await send({ command: 'query', query: 'queues' });
      assert.deepEqual(payload.result, [
        {
          id: 'sales',
          name: null,
          waiting: 1,
          members: [{ extension: '1002', name: 'Bob', paused: true }],
          callers: [{ call: caller.uid, from: JANA, position: 1, waitSeconds: 5 }],
        },
      ]);
    });

    it('list the live calls', async () => {
      const { call } = await talking();
      const { payload } = await send({ command: 'query', query: 'calls' });
      assert.deepEqual(
        (payload.result as { id: string; state: string }[]).map(({ id, state }) => [id, state]),
        [[call, 'answered']],
      );
    });
  });
});

describe('asterisk: texts by a console command', () => {
  it('fill the template and refuse what would end a quoted text', async () => {
    const office = await openConnected({ config: { smsVia: 'dongle sms dongle0 {to} {text}' } });
    try {
      office.exchange.ami.onAction('Command', () => ok({ Output: '[dongle0] SMS queued for send' }));
      await office.account.execute({ command: 'sms', to: '+421900123456', text: "Dobrý deň, l'heure" });
      assert.equal(
        office.exchange.ami.actions.find(({ name }) => name === 'Command')?.get('Command'),
        `dongle sms dongle0 +421900123456 "Dobrý deň, l'heure"`,
      );
      for (const text of ['a "b" c', 'a\\', 'a\nb'])
        await assert.rejects(office.account.execute({ command: 'sms', to: '1', text }), { code: 'invalid-argument' });
    } finally {
      await office.close();
    }
  });
});
