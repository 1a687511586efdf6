/** What stands in facts besides who and what: names, escapes, queue figures, times, references, and whose word counts. */

import assert from 'node:assert/strict';
import { FlatEvent } from '../../lib/asterisk-events';
import { Bench, channel } from './build';
import type { Values } from './build';
import { eventsOf, play } from './replay';

const ALICE = channel('PJSIP/1001-00000001', '1.1', { Exten: '1002' });
const BOB = (more = {}) => channel('PJSIP/1002-00000002', '1.2', { ChannelState: 0, ...more });
const BOB_CALLED = (more = {}) => channel('PJSIP/1002-00000002', '1.2', { ChannelState: 0, ...more }, 'Dest');

describe('names and numbers', () => {
  it('are unescaped where Asterisk escapes, and nothing where it knows nothing', () => {
    const bench = new Bench();
    bench.event('Newchannel', {
      ...channel('PJSIP/trunk-00000001', '1.1', { Exten: '0220282028', Context: 'from-trunk' }),
      CallerIDNum: '<unknown>',
      CallerIDName: '"Jana" \\"J\\" \\tNov\\\\ak',
    });
    const call = bench.tracker.find('1.1');
    assert.equal(call?.from.name, '"Jana" "J" \tNov\\ak');
    assert.equal(call.from.number, null);
  });

  it('of a trunk caller follow the dialplan, those of a phone do not', () => {
    const bench = new Bench();
    bench.event(
      'Newchannel',
      channel('PJSIP/trunk-00000001', '1.1', { CallerIDNum: '0900123456', Context: 'from-trunk' }),
    );
    bench.event(
      'NewCallerid',
      channel('PJSIP/trunk-00000001', '1.1', { CallerIDNum: '+421900123456', CallerIDName: 'Jana' }),
    );
    assert.deepEqual(bench.tracker.find('1.1')?.from, { number: '+421900123456', extension: null, name: 'Jana' });

    bench.event('Newchannel', channel('PJSIP/1001-00000002', '1.2', { Linkedid: '1.2', Exten: '0900123456' }));
    bench.event('NewCallerid', channel('PJSIP/1001-00000002', '1.2', { Linkedid: '1.2', CallerIDNum: '0220282028' }));
    assert.deepEqual(bench.tracker.find('1.2')?.from, { number: null, extension: '1001', name: 'Phone 1001' });
  });

  it('of a phone that rang before are not those of the number outside that is called after it', () => {
    const bench = new Bench();
    const caller = channel('PJSIP/provider-1', '1.1', { Exten: '22', Context: 'from-pstn' });
    bench.event('Newchannel', caller);
    const dialled = (name: string, id: string, dial: string, context: string): void => {
      const called = { ChannelState: 5, Context: context, Linkedid: '1.1' };
      bench.event('Newchannel', channel(name, id, { ...called, ChannelState: 0 }));
      bench.event('DialBegin', { ...caller, ...channel(name, id, called, 'Dest'), DialString: dial });
      bench.event('Newstate', channel(name, id, called));
    };
    dialled('PJSIP/22-2', '1.2', '22', 'from-internal');
    assert.equal(bench.tracker.find('1.1')?.to.extension, '22');
    bench.event('Hangup', channel('PJSIP/22-2', '1.2', { Linkedid: '1.1', Cause: '19' }));
    dialled('PJSIP/provider-3', '1.3', '0911000009@provider', 'from-pstn');
    const { number, extension } = bench.tracker.find('1.1')?.to ?? {};
    assert.deepEqual([number, extension], ['0911000009', null]);
  });

  it('of the called party outside are what was dialled, and the trunk is the line', () => {
    const seen = play(eventsOf('22', 't6-trunk-out-answered'));
    const call = seen.emissions.find((emission) => emission.kind === 'call' && emission.topic === 'call.answer');
    assert.ok(call?.kind === 'call');
    assert.equal(call.call.to.number, '0900123456');
    assert.equal(call.call.line, 'trunk');
    assert.equal(call.call.dialed, '0900123456');
  });
});

/** The direction a call has when its first channel shows. */
function begins(values: Values, context = 'from-internal') {
  const bench = new Bench({ context });
  bench.event('Newchannel', values);
  return bench.tracker.find('1.1')?.direction;
}

describe('the direction', () => {
  it('is inbound from outside', () =>
    assert.equal(begins(channel('PJSIP/provider-1', '1.1', { Context: 'from-pstn' })), 'inbound'));
  it('is internal for a number of the house or a feature code', () => {
    assert.equal(begins(channel('PJSIP/21-1', '1.1', { Exten: '500' })), 'internal');
    assert.equal(begins(channel('PJSIP/21-1', '1.1', { Exten: '*97' })), 'internal');
  });
  it('is outbound for a longer number', () => {
    assert.equal(begins(channel('PJSIP/21-1', '1.1', { Exten: '0220282028' })), 'outbound');
    assert.equal(begins(channel('PJSIP/21-1', '1.1', { Exten: '+421900123456' })), 'outbound');
  });
  it('takes a phone with a long name for one when it is in the context of the phones', () => {
    assert.equal(
      begins(channel('PJSIP/alice-laptop-1', '1.1', { Exten: '22', Context: 'office' }), 'office'),
      'internal',
    );
    assert.equal(begins(channel('PJSIP/alice-laptop-1', '1.1', { Exten: '22', Context: 'office' })), 'inbound');
  });

  it('takes what the lists taught for more than the name', () => {
    const bench = new Bench();
    bench.interpreter.directory.learn('alice', 'extension');
    bench.interpreter.directory.learn('4711', 'trunk');
    bench.event('Newchannel', channel('PJSIP/alice-1', '1.1', { Exten: '22', Context: 'elsewhere' }));
    bench.event('Newchannel', channel('PJSIP/4711-1', '2.1', { Linkedid: '2.1', Exten: '22' }));
    assert.equal(bench.tracker.find('1.1')?.direction, 'internal');
    assert.equal(bench.tracker.find('2.1')?.direction, 'inbound');
  });

  it('turns with the first leg that is really called: a short number may lie outside', () => {
    const bench = new Bench();
    bench.event('Newchannel', channel('PJSIP/21-1', '1.1', { Exten: '112' }));
    assert.equal(bench.tracker.find('1.1')?.direction, 'internal');
    const trunk = { ChannelState: 0, Context: 'from-pstn' };
    bench.event('Newchannel', channel('PJSIP/provider-2', '1.2', trunk));
    bench.event('DialBegin', {
      ...channel('PJSIP/21-1', '1.1', { Exten: '112' }),
      ...channel('PJSIP/provider-2', '1.2', trunk, 'Dest'),
      DialString: '112@provider',
    });
    const call = bench.tracker.find('1.1');
    assert.equal(call?.direction, 'outbound');
    assert.equal(call.line, 'provider');
    assert.equal(call.to.number, '112');
  });
});

/** How a call ends whose called leg is hung up with this code, after this dial status. */
function endsWith(cause: number, status: string) {
  const bench = new Bench();
  bench.event('Newchannel', ALICE);
  bench.event('Newchannel', BOB());
  bench.event('DialBegin', { ...ALICE, ...BOB_CALLED(), DialString: '1002' });
  bench.event('DialEnd', { ...ALICE, ...BOB_CALLED(), DialStatus: status });
  bench.event('Hangup', { ...BOB(), Cause: cause, 'Cause-txt': 'text' });
  bench.event('Hangup', { ...ALICE, Cause: 16, 'Cause-txt': 'Normal Clearing' });
  bench.clock.advance(1_000);
  return bench.tracker.find('1.1')?.disposition;
}

describe('causes', () => {
  for (const [cause, status, disposition] of [
    [17, 'BUSY', 'busy'],
    [17, 'NOANSWER', 'busy'],
    [21, 'NOANSWER', 'rejected'],
    [1, 'NOANSWER', 'invalid-number'],
    [3, 'CHANUNAVAIL', 'unreachable'],
    [20, 'CHANUNAVAIL', 'unreachable'],
    [18, 'NOANSWER', 'no-answer'],
    [19, 'NOANSWER', 'no-answer'],
    [34, 'CONGESTION', 'failed'],
    [38, 'CONGESTION', 'failed'],
    [42, 'CONGESTION', 'failed'],
    [57, 'CONGESTION', 'forbidden'],
    [0, 'NOANSWER', 'no-answer'],
    [0, 'BUSY', 'busy'],
    [0, 'CONGESTION', 'failed'],
    [0, 'CHANUNAVAIL', 'unreachable'],
    [16, 'NOANSWER', 'no-answer'],
    [16, 'CANCEL', 'cancelled'],
  ] as const) {
    it(`${cause} with ${status} is ${disposition}`, () => assert.equal(endsWith(cause, status), disposition));
  }

  it('of the first word of a dial application count, not those of a second', () => {
    const bench = new Bench();
    bench.event('Newchannel', ALICE);
    bench.event('Newchannel', BOB());
    bench.event('DialBegin', { ...ALICE, ...BOB_CALLED() });
    for (const DialStatus of ['NOANSWER', 'CANCEL']) bench.event('DialEnd', { ...ALICE, ...BOB_CALLED(), DialStatus });
    bench.event('Hangup', { ...BOB(), Cause: 0 });
    bench.event('Hangup', { ...ALICE, Cause: 16 });
    assert.deepEqual(bench.lines.slice(-1), ['end no-answer internal 1001>1002']);
  });
});

describe('facts', () => {
  it('carry the time of the PBX where it stamps its events', () => {
    const bench = new Bench();
    bench.event('Newchannel', { ...ALICE, Timestamp: '1795212338.206931' });
    bench.event('Newstate', { ...ALICE, ChannelState: 6, Timestamp: '1795212340.000400' });
    bench.event('DTMFEnd', { ...ALICE, Digit: '5', Direction: 'Received', Timestamp: '1795212341.5' });
    assert.equal(bench.facts[0]?.at, 1_795_212_338_207);
    assert.equal(bench.facts.at(-1)?.at, 1_795_212_341_500);
  });

  it('carry the message of the PBX, made only when somebody looks', () => {
    let made = 0;
    const bench = new Bench({
      rawOf: (event) => {
        made++;
        return (event as FlatEvent).toObject();
      },
    });
    bench.event('Newchannel', ALICE);
    assert.equal(made, 0);
    const raw = bench.facts[0]?.raw as Record<string, unknown> | undefined;
    assert.equal(raw?.['Exten'], '1002');
    assert.equal(made, 1);
  });

  it('tie a call to the command that placed it, from the first one on', () => {
    const bench = new Bench();
    bench.interpreter.expect('mine', { reference: 'r'.repeat(32), from: '1001', to: '0900123456' });
    bench.event('Newchannel', channel('PJSIP/1001-1', 'mine', { Linkedid: 'mine', ChannelState: 0 }));
    const [begin] = bench.facts;
    assert.ok(begin?.fact === 'call.begin');
    assert.equal(begin.reference, 'r'.repeat(32));
    assert.equal(begin.details?.direction, 'outbound');
    assert.equal(begin.details.dialed, '0900123456');
    assert.equal(begin.details.from?.extension, '1001');
  });

  it('say how long a caller waited, at which place, and with how many others', () => {
    const { facts } = play(eventsOf('22', '71-queue-answered'));
    const of = (fact: string) =>
      facts.find((candidate) => candidate.fact === fact) as unknown as {
        queue: Record<string, unknown>;
        member: Record<string, unknown>;
      };
    assert.deepEqual(of('queue.join').queue, { id: 'support', position: 1, waiting: 1 });
    assert.deepEqual(of('queue.leave').queue, { id: 'support', waiting: 0 });
    assert.deepEqual(of('queue.member.connect').queue, { id: 'support', waitSeconds: 1 });
    assert.deepEqual(of('queue.member.connect').member, { extension: 'agent-ok-1', name: 'Agent One' });
  });

  it('name a recording by its file, and by its channel where no file is told', () => {
    const bench = new Bench();
    bench.event('Newchannel', ALICE);
    bench.event('MixMonitorStart', ALICE);
    bench.event('Hangup', { ...ALICE, Cause: 16 });
    const recordings = bench.facts.filter(({ fact }) => fact.startsWith('recording.'));
    assert.deepEqual(
      recordings.map(({ fact }) => fact),
      ['recording.start', 'recording.available'],
    );
    for (const fact of recordings) assert.match((fact as { recording: { id: string } }).recording.id, /^1\.1\/\d+$/);
  });

  it('say that the Record application failed', () => {
    const bench = new Bench();
    bench.event('Newchannel', ALICE);
    bench.event('VarSet', { ...ALICE, Variable: 'RECORDED_FILE', Value: '/tmp/x.wav' });
    bench.event('VarSet', { ...ALICE, Variable: 'RECORD_STATUS', Value: 'ERROR' });
    const last = bench.facts.at(-1);
    assert.ok(last?.fact === 'recording.failed');
    assert.equal(last.reason?.code, 'ERROR');
  });
});

describe('an id that comes again', () => {
  it('begins a new call: clients choose Uniqueids, and some always the same', () => {
    const bench = new Bench();
    for (let round = 0; round < 2; round++) {
      bench.event('Newchannel', ALICE);
      bench.event('Hangup', { ...ALICE, Cause: 16 });
      bench.clock.advance(5_000);
    }
    assert.equal(bench.lines.filter((line) => line.startsWith('begin')).length, 2);
    assert.equal(bench.lines.filter((line) => line.startsWith('end')).length, 2);
  });
});

describe('the same events as flat objects', () => {
  for (const scene of ['s1-answered-caller-hangs', 'sn-queue-agent-transfers', 'se3-blonde-feature-code'])
    it(`tell the same story: ${scene}`, () => {
      const events = eventsOf('22', scene);
      const flat = events.map((event) => new FlatEvent(event.toObject()));
      const bench = new Bench();
      for (const event of flat) bench.feed(event);
      assert.deepEqual(bench.lines, play(events).lines);
    });
});
