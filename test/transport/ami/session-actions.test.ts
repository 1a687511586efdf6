import assert from 'node:assert/strict';
import { PbxError } from '../../../lib/model/errors';
import { FakeAmi, list, ok, refuse } from '../../fakes/ami-server';
import { Probe } from './collect';

const READ = { effect: false } as const;

describe('an action of an AMI session', () => {
  let pbx: FakeAmi;
  let probe: Probe;

  beforeEach(async () => {
    pbx = await FakeAmi.listen({
      users: { tester: { secret: 's3cret' }, reader: { secret: 's3cret', write: ['reporting'] } },
    });
    probe = new Probe(pbx);
    await probe.session.open();
  });

  afterEach(async () => {
    await probe.session.close();
    await pbx.close();
    assert.equal(probe.clock.pending, 0, 'timers left');
    assert.deepEqual(probe.faults, []);
  });

  it('keeps the order of the fields and sends an array as a repeated field', async () => {
    pbx.onAction('Originate', () => ok({ Message: 'Originate successfully queued' }));
    const { response, actionId, items } = await probe.session.action({
      Channel: 'PJSIP/1001',
      Action: 'Originate',
      Variable: ['A=1', 'B=Иван'],
      Priority: 1,
      Async: true,
      Account: undefined,
      ActionID: 'not mine',
    });
    const { lines } = await pbx.received('Originate');
    assert.deepEqual(lines, [
      ['Action', 'Originate'],
      ['ActionID', actionId],
      ['Channel', 'PJSIP/1001'],
      ['Variable', 'A=1'],
      ['Variable', 'B=Иван'],
      ['Priority', '1'],
      ['Async', 'true'],
    ]);
    assert.equal(response.get('message'), 'Originate successfully queued');
    assert.deepEqual(items, []);
  });

  it('matches answers by id, whatever their order', async () => {
    pbx.onAction('Getvar', () => undefined);
    const actions = ['A', 'B', 'C'].map((name) => probe.session.action({ Action: 'Getvar', Variable: name }, READ));
    for (const name of ['C', 'A', 'B']) {
      const { id, client } = await pbx.received('Getvar', (a) => a.get('variable') === name);
      client.send(`Response: Success\r\nActionID: ${id}\r\nValue: of ${name}\r\n\r\n`);
    }
    const values = (await Promise.all(actions)).map(({ response }) => response.get('value'));
    assert.deepEqual(values, ['of A', 'of B', 'of C']);
  });

  it('has ids that no other session has', async () => {
    const other = new Probe(pbx);
    await other.session.open();
    const ids = new Set([1, 2, 3].flatMap(() => [probe.session.newActionId(), other.session.newActionId()]));
    assert.equal(ids.size, 6);
    await other.session.close();
  });

  describe('that Asterisk refuses', () => {
    for (const [said, code] of [
      ['Permission denied', 'forbidden'],
      ['Originate Access Forbidden: app or data blacklisted', 'forbidden'],
      ['No such channel', 'not-found'],
      ['Channel not found', 'not-found'],
      ['Extension does not exist.', 'not-found'],
      ['Unable to add interface to queue: No such queue', 'not-found'],
      ['Unable to remove interface: Not there', 'not-found'],
      ['No Contacts found\n', 'not-found'],
      ['Channel not specified', 'invalid-argument'],
      ['No channel specified', 'invalid-argument'],
      ['Failed to parse message: line too long', 'invalid-argument'],
      ['Invalid/unknown command: X. Use Action: ListCommands to show available commands.', 'not-supported'],
      ['Unable to add interface: Already there', 'rejected'],
      ['Originate failed', 'rejected'],
    ] as const) {
      it(`"${said.trim()}" is ${code}`, async () => {
        pbx.onAction('Redirect', () => refuse(said));
        const error = await probe.session.action({ Action: 'Redirect' }).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof PbxError);
        assert.equal(error.code, code);
        const words = said.trim().replace(/\.$/, '');
        assert.deepEqual(error.cause, {
          account: 'Office',
          command: 'Redirect',
          retryable: false,
          vendor: { code: null, message: words },
        });
        assert.ok(error.message.startsWith(`Asterisk of "Office" refused Redirect: ${words}.`), error.message);
      });
    }

    it('says what the output of a refused command says', async () => {
      pbx.onAction('Command', () => ({
        ...refuse('Command output follows'),
        fields: { Message: 'Command output follows', Output: "No such command 'x y' (type 'core show help x y')" },
      }));
      await assert.rejects(probe.session.action({ Action: 'Command', Command: 'x y' }), {
        code: 'not-found',
        message: /refused Command: No such command 'x y'/,
      });
    });

    it('for want of a right is forbidden', async () => {
      const reader = new Probe(pbx, { username: 'reader' });
      await reader.session.open();
      await assert.rejects(reader.session.action({ Action: 'Originate' }), { code: 'forbidden' });
      await reader.session.close();
    });
  });

  describe('with line breaks in it', () => {
    for (const [what, fields] of [
      ['value', { Action: 'Originate', Exten: '123\r\n\r\nAction: Command\r\nCommand: core stop now' }],
      ['bare line feed', { Action: 'Originate', Exten: '123\nApplication: System' }],
      ['bare carriage return', { Action: 'Originate', Exten: '1\r2' }],
      ['NUL', { Action: 'Originate', Exten: '1\u00002' }],
      ['array', { Action: 'Originate', Exten: ['1', '2\r\n'] }],
      ['key', { Action: 'Originate', 'Exten: 1\r\nApplication': 'System' }],
      ['action name', { Action: 'Ping\r\n\r\nAction: Logoff' }],
    ] as const) {
      it(`is not sent (${what})`, async () => {
        const before = pbx.actions.length;
        await assert.rejects(probe.session.action(fields), { code: 'invalid-argument' });
        await probe.session.action({ Action: 'Ping' });
        assert.deepEqual(
          pbx.actions.slice(before).map(({ name }) => name),
          ['Ping'],
        );
      });
    }

    it('names the field and never shows the value', async () => {
      await assert.rejects(probe.session.action({ Action: 'X', Secret: 'hush\r\n' }), (error: PbxError) => {
        assert.match(error.message, /^Secret must not hold a line break/);
        assert.doesNotMatch(error.message, /hush/);
        return true;
      });
    });
  });

  it('that Asterisk would not parse is refused before it is sent', async () => {
    pbx.onAction('Originate', () => ok());
    const longest = 'я'.repeat(507);
    await probe.session.action({ Action: 'Originate', Data12: longest });
    await assert.rejects(probe.session.action({ Action: 'Originate', Data12: `${longest}x` }), {
      code: 'invalid-argument',
      message: /^Data12 is too long/,
    });
    const most = Object.fromEntries(Array.from({ length: 126 }, (_, i) => [`K${i}`, '']));
    await probe.session.action({ Action: 'Originate', ...most });
    await assert.rejects(probe.session.action({ Action: 'Originate', ...most, More: '' }), {
      code: 'invalid-argument',
    });
    await assert.rejects(probe.session.action({ Channel: 'x' }), {
      code: 'invalid-argument',
      message: /needs the field Action/,
    });
  });

  describe('that brings a list', () => {
    it('collects the items and keeps them from the events', async () => {
      pbx.onAction('ParkedCalls', () => list('ParkedCall', [{ ParkingSpace: 701 }, { ParkingSpace: 702 }]));
      const { items, complete, actionId } = await probe.session.action({ Action: 'ParkedCalls' }, READ);
      assert.deepEqual(
        items.map((item) => item.get('parkingspace')),
        ['701', '702'],
      );
      assert.equal(complete?.name, 'ParkedCallComplete');
      assert.equal(complete?.get('actionid'), actionId);
      pbx.emit({ Event: 'ParkedCall', Privilege: 'call,all', ParkingSpace: 703 });
      await probe.event('ParkedCall');
      assert.deepEqual(probe.names, ['FullyBooted', 'ParkedCall']);
    });

    it('collects items that nobody wants as events', async () => {
      const picky = new Probe(pbx, { wants: (name) => name === 'Hangup' });
      await picky.session.open();
      pbx.onAction('QueueStatus', () => list('QueueParams', [{ Queue: 'support' }], 'QueueStatusComplete'));
      const running = picky.session.action({ Action: 'QueueStatus' }, READ);
      pbx.emit({ Event: 'VarSet', Privilege: 'dialplan,all' });
      assert.equal((await running).items.length, 1);
      pbx.emit({ Event: 'VarSet', Privilege: 'dialplan,all' }, { Event: 'Hangup', Privilege: 'call,all' });
      await picky.event('Hangup');
      assert.deepEqual(picky.names, ['Hangup']);
      await picky.session.close();
    });

    it('takes an empty list, one in a single block, and one of an old version', async () => {
      const empty = await probe.session.action({ Action: 'CoreShowChannels' }, READ);
      assert.deepEqual([empty.items.length, empty.complete?.get('listitems')], [0, '0']);
      pbx.onAction('ListCommands', () => ok({ Ping: 'Keepalive command' }));
      const single = await probe.session.action({ Action: 'ListCommands' }, { list: true, ...READ });
      assert.deepEqual([single.items.length, single.complete], [0, null]);
      pbx.onAction('OldStatus', ({ id, client }) => {
        client.after(
          `Event: QueueParams\r\nActionID: ${id}\r\n\r\nEvent: QueueStatusComplete\r\nActionID: ${id}\r\n\r\n`,
        );
        return ok({ Message: 'Queue status will follow' });
      });
      const old = await probe.session.action({ Action: 'OldStatus' }, { list: true, ...READ });
      assert.deepEqual([old.items.length, old.complete?.name], [1, 'QueueStatusComplete']);
    });

    it('lets live events through that carry the id of an action', async () => {
      pbx.onAction('Originate', ({ id, client }) => {
        client.after(`Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: ${id}\r\nResponse: Failure\r\n\r\n`);
        return ok({ Message: 'Originate successfully queued' });
      });
      const listing = probe.session.action({ Action: 'CoreShowChannels' }, READ);
      const { actionId } = await probe.session.action({ Action: 'Originate' });
      await probe.session.action({ Action: 'UserEvent', UserEvent: 'Mine' });
      await listing;
      await probe.event('UserEvent');
      assert.deepEqual(probe.names, ['FullyBooted', 'OriginateResponse', 'UserEvent']);
      assert.equal(probe.events[1]?.get('actionid'), actionId);
    });

    it('keeps late items of a list that was given up from the events', async () => {
      pbx.onAction('CoreShowChannels', () => undefined);
      const running = probe.session.action({ Action: 'CoreShowChannels' }, { timeoutMs: 5000, ...READ });
      const { id, client } = await pbx.received('CoreShowChannels');
      client.send(`Response: Success\r\nActionID: ${id}\r\nEventList: start\r\n\r\n`);
      client.send(`Event: CoreShowChannel\r\nActionID: ${id}\r\n\r\n`);
      const sound = probe.session.action({ Action: 'Ping' }, READ);
      await sound;
      probe.clock.advance(5000);
      await assert.rejects(running, { code: 'timeout', message: /CoreShowChannels on "Office": .* within 5 s/ });
      client.send(`Event: CoreShowChannel\r\nActionID: ${id}\r\n\r\n`);
      client.send(`Event: CoreShowChannelsComplete\r\nActionID: ${id}\r\nEventList: Complete\r\n\r\n`);
      client.send('Event: Hangup\r\n\r\n');
      await probe.event('Hangup');
      assert.deepEqual(probe.names, ['FullyBooted', 'Hangup']);
      assert.equal(probe.session.counters.late, 2);
    });

    it('gives up a list that is longer than it may be', async () => {
      const small = new Probe(pbx, { limits: { maxListItems: 3 } });
      await small.session.open();
      pbx.onAction('Status', () =>
        list(
          'Status',
          Array.from({ length: 5 }, (_, i) => ({ Uniqueid: i })),
        ),
      );
      await assert.rejects(small.session.action({ Action: 'Status' }, READ), {
        code: 'protocol',
        message: /more than 3 items/,
      });
      pbx.emit({ Event: 'Hangup', Privilege: 'call,all' });
      await small.event('Hangup');
      assert.deepEqual(small.names, ['FullyBooted', 'Hangup']);
      await small.session.close();
    });
  });

  describe('that is not answered', () => {
    beforeEach(() => pbx.onAction('Redirect', () => undefined));

    it('is uncertain after its time, if it changes something', async () => {
      const running = probe.session.action({ Action: 'Redirect' }, { timeoutMs: 5000 });
      await pbx.received('Redirect');
      probe.clock.advance(5000);
      await assert.rejects(running, { code: 'uncertain', message: /did not answer within 5 s/ });
    });

    it('is a timeout, if it only reads', async () => {
      const running = probe.session.action({ Action: 'Redirect' }, { timeoutMs: 5000, ...READ });
      probe.clock.advance(5000);
      await assert.rejects(running, { code: 'timeout' });
    });

    it('is released as uncertain or not-connected when the link breaks', async () => {
      const changing = probe.session.action({ Action: 'Redirect' });
      const reading = probe.session.action({ Action: 'Redirect', X: 2 }, READ);
      const both = Promise.allSettled([changing, reading]);
      await pbx.received('Redirect', (a) => a.get('x') === '2');
      pbx.cut();
      const codes = (await both).map((end) => (end.status === 'rejected' ? (end.reason as PbxError).code : 'answered'));
      assert.deepEqual(codes, ['uncertain', 'not-connected']);
      await assert.rejects(probe.session.action({ Action: 'Ping' }), { code: 'not-connected' });
    });

    it('can be given up by the caller', async () => {
      const giveUp = new AbortController();
      const changing = probe.session.action({ Action: 'Redirect' }, { signal: giveUp.signal });
      const reading = probe.session.action({ Action: 'Redirect', X: 2 }, { signal: giveUp.signal, ...READ });
      const both = Promise.allSettled([changing, reading]);
      await pbx.received('Redirect', (a) => a.get('x') === '2');
      giveUp.abort(new PbxError('timeout', 'the flow did not wait'));
      const [first, second] = await both;
      assert.equal(first.status === 'rejected' && (first.reason as PbxError).code, 'uncertain');
      assert.equal(second.status === 'rejected' && (second.reason as PbxError).message, 'the flow did not wait');
      const before = pbx.actions.length;
      await assert.rejects(probe.session.action({ Action: 'Redirect' }, { signal: giveUp.signal }), {
        code: 'timeout',
      });
      await probe.session.action({ Action: 'Ping' });
      assert.equal(pbx.actions.length, before + 1);
    });

    it('leaves a late answer without effect', async () => {
      const running = probe.session.action({ Action: 'Redirect' }, { timeoutMs: 1000 });
      const { id, client } = await pbx.received('Redirect');
      probe.clock.advance(1000);
      await assert.rejects(running, { code: 'uncertain' });
      client.send(`Response: Success\r\nActionID: ${id}\r\n\r\n`);
      await probe.session.action({ Action: 'Ping' });
      assert.equal(probe.session.counters.late, 1);
      assert.deepEqual(probe.malformed, []);
    });
  });

  it('is rate-limited when too many wait', async () => {
    const small = new Probe(pbx, { limits: { maxPending: 2 } });
    await small.session.open();
    pbx.onAction('Redirect', () => undefined);
    const waiting = Promise.allSettled([
      small.session.action({ Action: 'Redirect' }),
      small.session.action({ Action: 'Redirect' }),
    ]);
    await assert.rejects(small.session.action({ Action: 'Redirect' }), { code: 'rate-limited' });
    await small.session.close();
    await waiting;
  });

  it('that could not be written yet is surely not done', async () => {
    const stuck = new Probe(pbx, { limits: { maxUnsentBytes: 1000, maxPending: 1_000_000 } });
    await stuck.session.open();
    for (const client of pbx.clients) client.socket.pause();
    const codes: string[] = [];
    const filler = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`K${i}`, 'x'.repeat(900)]));
    const note = (error: unknown) => codes.push((error as PbxError).code);
    const all: Promise<unknown>[] = [];
    // Large actions until neither the kernel nor the bounded queue takes one more.
    for (let i = 0; i < 500 && codes.length === 0; i++) {
      all.push(stuck.session.action({ Action: 'Redirect', ...filler }).catch(note));
      await new Promise(setImmediate);
    }
    assert.deepEqual(codes, ['rate-limited']);
    const queued = assert.rejects(stuck.session.action({ Action: 'Redirect', Small: 1 }), { code: 'not-connected' });
    const closed = stuck.session.close();
    stuck.clock.advance(500);
    await closed;
    await queued;
    await Promise.all(all);
    assert.equal(codes.filter((code) => code === 'uncertain').length, all.length - 1);
  });
});
