/** Events over the server: the same calls as Asterisk itself would tell, its reading faults, and what is done when messages are lost. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Interpreter, Legacy } from '../../../lib/asterisk-events';
import { CallTracker } from '../../../lib/calls';
import { VirtualClock } from '../../../lib/clock';
import { readFrame, readHeaders } from '../../../lib/providers/vwell/wire';
import { lineOf, play, eventsOf, transcriptFolder } from '../../asterisk-events/replay';
import { list, ok, refuse } from '../../fakes/ami-server';
import { readMessage } from '../../fakes/vwell-ami';
import { Office } from './office';

const CHANNEL = 'SIP/trunk-1';
const call = (uid: string) => ({ Channel: CHANNEL, Uniqueid: uid, Linkedid: uid, CallerIDNum: '0900', Exten: '21' });

const variable = (Value: string) => ok({ Variable: 'asked', Value });

/** What flows see of events that went through the server's reading and back. */
function throughServer(blocks: readonly string[]): string[] {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const tracker = new CallTracker({ clock, emit: (emission) => lines.push(lineOf(emission)) });
  const interpreter = new Interpreter({ context: 'from-internal', fact: (fact) => tracker.apply(fact) });
  const legacy = new Legacy((event, at) => interpreter.apply(event, at));
  for (const block of blocks) {
    const headers = readMessage(block);
    const frame = readFrame(JSON.stringify({ ...headers, name: headers['Event']?.toLowerCase() }));
    if (frame.kind === 'event') legacy.apply(frame.event, clock.now());
    clock.advance(1);
  }
  clock.advance(10_000);
  return lines;
}

function blocksOf(version: '16' | '22', name: string): string[] {
  const text = readFileSync(join(transcriptFolder(version), `${name}.txt`), 'latin1');
  return text.split('\r\n\r\n').filter((block) => block.startsWith('Event: '));
}

describe('vwell: hearing', () => {
  describe('recorded calls are the same as over the manager interface itself:', () => {
    for (const name of [
      't1-trunk-in-answered',
      't2-trunk-in-missed',
      't4-trunk-in-caller-cancels',
      't6-trunk-out-answered',
      'ta-trunk-in-ringgroup',
      'tc-trunk-in-hold',
      'sx4-blindxfer-trunk-in',
      'sd2-attended-refer-trunk-in',
      'qa-queue-ringall-answered',
      'qb-queue-abandoned-sip',
      'o3-click2dial-out-trunk',
      'x1-mixmonitor-action-sip',
    ])
      for (const version of ['16', '22'] as const)
        it(`${name} of Asterisk ${version}`, () => {
          const direct = play(eventsOf(version, name)).lines;
          assert.ok(direct.length > 1);
          assert.deepEqual(throughServer(blocksOf(version, name)), direct);
        });
  });

  describe('what the server makes of messages', () => {
    it('keeps the meaning of a key that comes with its colon', () => {
      assert.deepEqual(readHeaders({ Event: 'Thing', Foo: '1', 'Bar:': '', name: 'thing' }).values, {
        Event: 'Thing',
        Foo: '1',
        Bar: '',
      });
    });

    it('does not take the name of the event for a header Name', () => {
      const frame = readFrame('{"Event":"QueueMember","Queue":"500","name":"queuemember"}');
      assert.equal(frame.kind === 'event' && frame.event.get('name'), undefined);
    });

    it('survives keys that every object has', () => {
      const { values } = readHeaders(JSON.parse('{"Event":"X","__proto__":"y","constructor":"z"}') as never);
      assert.deepEqual(Object.keys(values), ['Event', '__proto__', 'constructor']);
    });

    it('an event without a header Event is one that another client made', () => {
      const frame = readFrame('{"name":"userthing","foo":"bar"}');
      assert.equal(frame.kind === 'event' && frame.event.name, 'userthing');
    });
  });

  describe('on the wire', () => {
    let office: Office;
    afterEach(() => office.close());

    /** The phone cannot be called, or answers; Asterisk says so while its list of channels is awaited. */
    const placedMeanwhile = async (result: 'Failure' | 'Success') => {
      office = await Office.open({ times: { idleMs: 0, signMs: 2_000 } });
      const { asterisk, account } = office;
      let lists!: () => void;
      const asked = new Promise<void>((resolve) => {
        // The list is announced, and its end comes when the test says so.
        asterisk.onAction('CoreShowChannels', ({ id, client }) => {
          const end = { Event: 'CoreShowChannelsComplete', ActionID: id ?? '', EventList: 'Complete' };
          lists = () => client.event(end);
          resolve();
          return ok({ EventList: 'start', Message: 'Channels will follow' });
        });
      });
      asterisk.onAction('Originate', ({ id, client }) => {
        const channel = { Channel: 'SIP/21-1', ChannelState: 0, Uniqueid: '7.1', Linkedid: '7.1' };
        if (result === 'Success') client.event({ Event: 'Newchannel', ...channel });
        const Uniqueid = result === 'Success' ? '7.1' : '<null>';
        client.event({ Event: 'OriginateResponse', ActionID: id ?? '', Response: result, Reason: 0, Uniqueid });
        return ok({ Message: 'Originate successfully queued' });
      });
      // A command after a long silence makes it look round.
      await account.execute({
        command: 'action',
        request: { method: 'send', argument: { fields: { Action: 'Ping' } } },
      });
      await asked;
      return { call: account.execute({ command: 'call', from: '21', to: '22', tag: 'order' }), lists };
    };

    it('hands on what the server sent as the raw message', async () => {
      office = await Office.open();
      office.asterisk.emit({ Event: 'Newchannel', ...call('1.1'), ChannelState: 4, CallerIDName: 'Jana: mobile: x' });
      const begin = await office.event('call.begin');
      const raw = office.told.find(({ event }) => event === (begin as unknown))?.raw as Record<string, string>;
      assert.equal(raw['name'], 'newchannel');
      assert.equal(raw['CallerIDName'], 'Jana');
      assert.equal(begin.call.from.name, 'Jana');
    });

    it('tells an event that no topic stands for as raw, once', async () => {
      office = await Office.open();
      const raws: unknown[] = [];
      office.account.subscribe({ topics: ['raw'] }, (event) => raws.push(event));
      office.asterisk.emit({ Event: 'PeerStatus', Peer: 'SIP/21', PeerStatus: 'Registered' });
      await office.until('raw', () => raws.length > 0);
      assert.equal((raws[0] as { name: string }).name, 'PeerStatus');
      assert.equal(raws.length, 1);
    });

    it('reads the calls anew when two messages came as one, and ends what ended unheard', async () => {
      office = await Office.open();
      office.asterisk.emit({ Event: 'Newchannel', ...call('1.1'), ChannelState: 4 });
      await office.event('call.begin');
      office.asterisk.onAction('CoreShowChannels', () =>
        list('CoreShowChannel', [{ ...call('1.2'), ChannelState: 4 }]),
      );
      const hangup = `Event: Hangup\r\nChannel: ${CHANNEL}\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\nCause: 16\r\n\r`;
      office.server.packet(hangup);
      office.server.packet(
        `\nEvent: Newchannel\r\nChannel: ${CHANNEL}\r\nChannelState: 4\r\nUniqueid: 1.2\r\nLinkedid: 1.2\r\n\r\n`,
      );
      const end = await office.event('call.end');
      assert.equal(end.call.id, '1.1');
      assert.equal(end.inferred, true);
      assert.equal((await office.event('account.gap')).gap?.recovered, true);
      assert.equal(office.account.status.counters.malformed, 1);
      assert.deepEqual(
        office.account.calls().map(({ id }) => id),
        ['1.2'],
      );
    });

    it('tells at once that a phone could not be called, also while the calls are read anew', async () => {
      const { call, lists } = await placedMeanwhile('Failure');
      await assert.rejects(call, { code: 'rejected', message: /could not call 21/ });
      lists();
    });

    it('knows the call of a command by its first event, also where that waits for the lists', async () => {
      const { call, lists } = await placedMeanwhile('Success');
      await call;
      assert.equal(office.account.calls().length, 0);
      lists();
      const begin = await office.event('call.begin');
      assert.deepEqual([begin.call.id, begin.call.tag, begin.call.dialed], ['7.1', 'order', '22']);
    });

    it('asks channel by channel what still lives when the lists do not come through', async () => {
      office = await Office.open();
      const { asterisk, server } = office;
      for (const uid of ['1.1', '1.2'])
        asterisk.emit({ Event: 'Newchannel', ...call(uid), Channel: `SIP/trunk-${uid}`, ChannelState: 4 });
      await office.event('call.begin', ({ call: { id } }) => id === '1.2');
      asterisk.onAction('Getvar', (action) =>
        action.get('Channel') === 'SIP/trunk-1.1'
          ? refuse('No such channel')
          : variable(action.get('Channel') ? '1.2' : ''),
      );
      server.forgetCommands();
      server.cut();
      const end = await office.event('call.end');
      assert.equal(end.call.id, '1.1');
      assert.equal(end.inferred, true);
      assert.equal((await office.event('account.gap')).gap?.recovered, false);
      assert.deepEqual(
        office.account.calls().map(({ id }) => id),
        ['1.2'],
      );
    });

    for (const [what, version, linkedids] of [
      ['13', '13.38.3', ['1.1', '1.1']],
      ['1.8, which has no Linkedid in its events', '1.8.32', ['', '']],
    ] as const)
      it(`finds the calls that began unheard without any list, on Asterisk ${what}`, async () => {
        office = await Office.open();
        const { asterisk, server } = office;
        const [outside, inside] = [CHANNEL, 'SIP/21-00000002'];
        asterisk.onAction('CoreSettings', () => ok({ AsteriskVersion: version }));
        asterisk.onAction('Getvar', (action) => {
          if (action.get('Variable') === 'CHANNELS()') return variable(`${outside} ${inside}`);
          assert.match(action.get('Variable') ?? '', /^EVAL\(\$\{UNIQUEID\}/);
          return action.get('Channel') === outside
            ? variable(`1.1|${linkedids[0]}|Up|${inside}|from-trunk|21|0900|Jana | her mobile`)
            : variable(`1.2|${linkedids[1]}|Up|${outside}|from-internal||21|Ivan`);
        });
        server.forgetCommands();
        server.cut();
        const answer = await office.event('call.answer');
        assert.equal(answer.inferred, true);
        assert.equal(answer.call.from.number, '0900');
        assert.equal(answer.call.from.name, 'Jana | her mobile');
        assert.equal(answer.call.answeredBy?.extension, '21');
        assert.equal(office.account.calls().length, 1);
        const linkedid = linkedids[0] && { Linkedid: linkedids[0] };
        asterisk.emit(
          { Event: 'Hangup', Channel: inside, Uniqueid: '1.2', ...linkedid, Cause: 16 },
          { Event: 'Hangup', Channel: outside, Uniqueid: '1.1', ...linkedid, Cause: 16 },
        );
        const end = await office.event('call.end');
        assert.equal(end.call.id, answer.call.id);
        assert.equal(end.call.disposition, 'answered');
      });

    it('asks for the channels by their endings where their names are too long for one answer', async () => {
      office = await Office.open();
      const { asterisk, server } = office;
      const names = Array.from(
        { length: 40 },
        (_, at) => `SIP/trunk-of-a-long-name-${at.toString(16).padStart(8, '0')}`,
      );
      asterisk.onAction('Getvar', (action) => {
        const asked = /^CHANNELS\((.*)\)$/.exec(action.get('Variable') ?? '')?.[1];
        if (asked !== undefined)
          return variable(
            names
              .filter((name) => new RegExp(asked).test(name))
              .join(' ')
              .slice(0, 1_023),
          );
        const at = names.indexOf(action.get('Channel') ?? '');
        return variable(`1.${at}|1.${at}|Ring||from-trunk|21|09${at}|`);
      });
      server.forgetCommands();
      server.cut();
      await office.until('all calls are known', () => office.account.calls().length === names.length);
      assert.equal(new Set(office.account.calls().map(({ from }) => from.number)).size, names.length);
    });

    it('rebuilds calls of an Asterisk 1.8 from its list, both sides of a bridge as one call, and hears their end', async () => {
      office = await Office.open({
        prepare: (asterisk) =>
          asterisk.onAction('CoreShowChannels', () =>
            list('CoreShowChannel', [
              {
                Channel: 'SIP/21-2',
                UniqueID: '1.2',
                Extension: '',
                ChannelState: 6,
                BridgedUniqueID: '1.1',
                CallerIDnum: '21',
                Duration: '00:00:10',
              },
              {
                Channel: CHANNEL,
                UniqueID: '1.1',
                Extension: '21',
                ChannelState: 6,
                BridgedUniqueID: '1.2',
                CallerIDnum: '0900',
                Duration: '00:00:15',
              },
            ]),
          ),
      });
      await office.until('the call is there', () => office.account.calls().length === 1);
      const [live] = office.account.calls();
      assert.equal(live?.from.number, '0900');
      assert.equal(live?.answeredBy?.extension, '21');
      office.asterisk.emit(
        { Event: 'Hangup', Channel: 'SIP/21-2', Uniqueid: '1.2', Cause: 16 },
        { Event: 'Hangup', Channel: CHANNEL, Uniqueid: '1.1', Cause: 16 },
      );
      assert.equal((await office.event('call.end')).call.disposition, 'answered');
    });
  });
});
