/** Whatever a PBX sends: no crash, no call that never ends, no memory without bound. */

import assert from 'node:assert/strict';
import { AMI_EVENTS } from '../../lib/asterisk-events';
import type { ManagerEvent } from '../../lib/asterisk-events';
import { Bench, channel } from './build';

describe('hostile events', () => {
  it('without any field change nothing', () => {
    const bench = new Bench();
    for (const name of AMI_EVENTS) bench.event(name, {});
    assert.deepEqual(bench.lines, []);
  });

  it('about channels nobody heard of are taken as their first', () => {
    for (const name of AMI_EVENTS) {
      const bench = new Bench();
      const fields = { ...channel('PJSIP/1001-1', '1.1'), ...channel('PJSIP/1002-2', '1.2', {}, 'Dest') };
      bench.event(name, {
        ...fields,
        BridgeUniqueid: 'b',
        Queue: 'q',
        DialStatus: 'RINGING',
        Digit: '1',
        Variable: 'X',
      });
      bench.event('Hangup', { ...channel('PJSIP/1001-1', '1.1'), Cause: 16 });
      bench.event('Hangup', { ...channel('PJSIP/1002-2', '1.2'), Cause: 16 });
      bench.clock.advance(1_000);
      assert.equal(bench.tracker.size, 0, name);
      assert.equal(bench.interpreter.tables.liveChannels, 0, name);
    }
  });

  it('in nonsense order begin and end each call once at most', () => {
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state % below;
    };
    const names = [...AMI_EVENTS];
    const bench = new Bench();
    for (let count = 0; count < 20_000; count++) bench.feed(nonsense(names[random(names.length)] ?? 'Hangup', random));
    bench.interpreter.allGone(bench.clock.now());
    const counts = new Map<string, number>();
    for (const emission of bench.emissions) {
      if (emission.kind !== 'call' || (emission.topic !== 'call.begin' && emission.topic !== 'call.end')) continue;
      const key = `${emission.call.id} ${emission.topic}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [what, count] of counts) assert.equal(count, 1, what);
    bench.clock.advance(1_000);
    assert.equal(bench.interpreter.tables.liveChannels, 0);
    assert.equal(bench.tracker.size, 0);
  });

  it('that only begin channels end the oldest ones', () => {
    const bench = new Bench({ channelLimit: 100 });
    for (let serial = 0; serial < 1_000; serial++)
      bench.event('Newchannel', channel(`PJSIP/1001-${serial}`, `${serial}`, { Linkedid: `${serial}`, Exten: '1002' }));
    bench.clock.advance(1_000);
    assert.equal(bench.interpreter.tables.liveChannels, 100);
    assert.equal(bench.tracker.size, 100);
    assert.ok(
      bench.emissions.some(
        (emission) => emission.kind === 'call' && emission.topic === 'call.end' && emission.inferred,
      ),
    );
  });

  it('are forgotten some time after their channels are gone', () => {
    const bench = new Bench({ rememberMs: 500 });
    for (let serial = 0; serial < 1_500; serial++) {
      const fields = channel(`PJSIP/1001-${serial}`, `${serial}`, { Linkedid: `${serial}` });
      bench.event('Newchannel', fields);
      bench.event('Hangup', { ...fields, Cause: 16 });
    }
    assert.ok([...bench.interpreter.tables.channels()].length < 600);
  });

  it('with a Linkedid that never stops changing stay one call', () => {
    const bench = new Bench();
    bench.event('Newchannel', channel('PJSIP/1001-1', '1.1'));
    for (let serial = 0; serial < 2_000; serial++)
      bench.event('Newstate', channel('PJSIP/1001-1', '1.1', { Linkedid: `x${serial}` }));
    bench.event('Hangup', { ...channel('PJSIP/1001-1', '1.1'), Cause: 16 });
    assert.deepEqual(
      bench.lines.map((line) => line.slice(0, 5)),
      ['begin', 'end n'],
    );
  });

  it('with endless names are cut', () => {
    const bench = new Bench();
    bench.event('Newchannel', channel('PJSIP/1001-1', '1.1', { CallerIDName: 'x'.repeat(1_000_000) }));
    assert.equal(bench.tracker.find('1.1')?.from.name?.length, 256);
  });

  it('of machinery are no calls', () => {
    for (const name of [
      'Message/ast_msg_queue',
      'CBAnn/room1-0000003f;2',
      'Snoop/1.2-1',
      'Announcer/ARI-1',
      'AsyncGoto/PJSIP/1-1',
    ]) {
      const bench = new Bench();
      for (const event of ['Newchannel', 'Newstate', 'BridgeEnter', 'Hangup'])
        bench.event(event, { ...channel(name, '9.9', { Linkedid: '9.9' }), BridgeUniqueid: 'b' });
      assert.deepEqual(bench.facts, [], name);
    }
  });
});

const PREFIXES = [
  'dest',
  'parkee',
  'retriever',
  'target',
  'origtransferer',
  'secondtransferer',
  'transferer',
  'transferee',
];
const STATUSES = ['ANSWER', 'BUSY', 'CANCEL', 'RINGING'];
const TECHNOLOGIES = ['PJSIP', 'Local', 'Message', 'SIP'];

/** Any event about any of twelve channels: of four kinds, in any state, of any call. */
function nonsense(name: string, random: (below: number) => number): ManagerEvent {
  const others: Readonly<Record<string, string>> = {
    bridgeuniqueid: `b${random(3)}`,
    queue: `q${random(2)}`,
    result: 'Success',
    extension: '5',
    dialstatus: STATUSES[random(STATUSES.length)] ?? '',
    cause: String(random(40)),
    variable: 'QUEUESTATUS',
    value: 'TIMEOUT',
    digit: '1',
  };
  const about = new Map<string, number>();
  const technology = TECHNOLOGIES[random(TECHNOLOGIES.length)] ?? '';
  const half = technology === 'Local' ? `;${1 + random(2)}` : '';
  return {
    name,
    get(key) {
      const prefix = PREFIXES.find((candidate) => key.startsWith(candidate)) ?? '';
      const index = about.get(prefix) ?? random(12);
      about.set(prefix, index);
      switch (key.slice(prefix.length)) {
        case 'channel':
          return `${technology}/${index}-${index}${half}`;
        case 'uniqueid':
          return `u${index}${half}`;
        case 'linkedid':
          return `u${random(12)}`;
        case 'channelstate':
          return String(random(8));
        case 'context':
          return 'from-internal';
        case 'exten':
          return '1002';
        default:
          return others[key];
      }
    },
  };
}
