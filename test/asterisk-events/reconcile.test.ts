/** After a connection that broke: what is believed against what Asterisk lists, recorded from a real gap (scenes y1 and y2). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AmiParser } from '../../lib/transport/ami';
import type { AmiMessage } from '../../lib/transport/ami';
import { FlatEvent } from '../../lib/asterisk-events';
import type { ManagerEvent } from '../../lib/asterisk-events';
import { Bench, channel } from './build';
import type { Values } from './build';
import type { AsteriskVersion } from './replay';
import { eventsOf, lineOf, transcriptFolder } from './replay';

/** The lists of the first resynchronisation in a recording, and the events after it. */
function afterGap(version: AsteriskVersion): { lists: Record<string, AmiMessage[]>; live: AmiMessage[] } {
  const lists: Record<string, AmiMessage[]> = { channels: [], queues: [], parked: [] };
  const live: AmiMessage[] = [];
  const ended = new Set<string>();
  const parser = new AmiParser({
    malformed: () => undefined,
    message: (message) => {
      if (message.kind === 'response') return;
      const id = message.get('actionid');
      if (id === undefined) live.push(message);
      else if (message.name.endsWith('Complete')) ended.add(message.name);
      else if (message.name === 'CoreShowChannel' && !ended.has('CoreShowChannelsComplete'))
        lists['channels']?.push(message);
      else if (message.name.startsWith('Queue')) lists['queues']?.push(message);
      else if (message.name === 'ParkedCall') lists['parked']?.push(message);
    },
  });
  parser.push(readFileSync(join(transcriptFolder(version), 'y2-after-gap.txt')));
  return { lists, live };
}

for (const version of ['22', '16'] as const) {
  describe(`after a gap, with Asterisk ${version}`, () => {
    let bench: Bench;
    beforeEach(() => {
      bench = new Bench();
      // Jana talks with 1001, 1003 talks with 1002, Ann waits in a queue.
      for (const event of eventsOf(version, 'y1-before-gap')) bench.feed(event);
      bench.emissions.length = 0;
    });

    // Meanwhile 1003 and 1002 have hung up, and 1004 was parked by 1002.
    it('what lives on is not told again, what is gone ends, and what is new begins', () => {
      const { lists } = afterGap(version);
      bench.interpreter.reconcile({ ...lists, first: false }, bench.clock.now());
      bench.clock.advance(500);
      assert.deepEqual(
        bench.emissions
          .filter(({ kind }) => kind === 'call')
          .map(lineOf)
          .sort(),
        ['begin internal 1004 dials 1002', 'end answered internal 1003>1002'],
      );
      for (const emission of bench.emissions) assert.equal('inferred' in emission && emission.inferred, true);
      assert.equal(bench.tracker.size, 3);
    });

    it('the calls go on from there', () => {
      const { lists, live } = afterGap(version);
      bench.interpreter.reconcile({ ...lists, first: false }, bench.clock.now());
      for (const event of live) bench.feed(event);
      const ends = bench.lines.filter((line) => line.startsWith('end'));
      assert.equal(bench.tracker.size, 0);
      assert.equal(bench.interpreter.tables.liveChannels, 0);
      assert.ok(ends.includes('end answered (16) inbound +421900123456>1001'));
      assert.ok(bench.lines.includes('abandon empty'));
    });

    it('saying it twice changes nothing', () => {
      const { lists } = afterGap(version);
      bench.interpreter.reconcile({ ...lists, first: false }, bench.clock.now());
      bench.clock.advance(500);
      const told = bench.emissions.length;
      bench.interpreter.reconcile({ ...lists, first: false }, bench.clock.now());
      bench.clock.advance(500);
      assert.equal(bench.emissions.length, told);
    });

    it('a list that could not be had ends nothing', () => {
      bench.interpreter.reconcile({ first: false }, bench.clock.now());
      bench.clock.advance(500);
      assert.equal(bench.emissions.length, 0);
      assert.equal(bench.tracker.size, 3);
    });

    it('a PBX that went down has no calls', () => {
      bench.interpreter.allGone(bench.clock.now());
      const ends = bench.lines.filter((line) => line.startsWith('end'));
      assert.equal(ends.length, 3);
      assert.equal(bench.tracker.size, 0);
      for (const emission of bench.emissions) assert.equal('inferred' in emission && emission.inferred, true);
    });
  });
}

function listed(values: Values, more: Values = {}): ManagerEvent {
  return new FlatEvent({ Event: 'CoreShowChannel', ...values, ...more });
}

describe('a call found in the list', () => {
  it('that is being placed has its phone for the caller', () => {
    const bench = new Bench();
    const channels = [listed(channel('PJSIP/1001-1', '1.1', { ChannelState: 5 }), { Duration: '00:00:03' })];
    bench.interpreter.reconcile({ channels, first: true }, bench.clock.now());
    assert.deepEqual(bench.lines, ['begin unknown 1001']);
  });

  it('through a Local channel shows the person behind it and no half of the channel', () => {
    const bench = new Bench();
    const up = { ChannelState: 6 };
    const channels = [
      listed(channel('PJSIP/1001-1', '1.1', { ...up, Exten: '21' }), { BridgeId: 'a' }),
      listed(channel('Local/21@from-queue-2;1', '1.2', { ...up, Context: 'from-queue' }), { BridgeId: 'a' }),
      listed(channel('Local/21@from-queue-2;2', '1.3', { ...up, Context: 'from-queue' }), { BridgeId: 'b' }),
      listed(channel('PJSIP/1002-3', '1.4', up), { BridgeId: 'b' }),
    ];
    bench.interpreter.reconcile({ channels, first: true }, bench.clock.now());
    assert.deepEqual(bench.lines, ['begin internal 1001 dials 21', 'answer 1002']);
  });
});

const trunk = (more: Values = {}) => channel('PJSIP/trunk-1', '1.1', { Context: 'from-trunk', Exten: '500', ...more });
const phone = (more: Values = {}) => channel('PJSIP/1001-2', '1.2', { ChannelState: 0, ...more });
const called = (more: Values = {}) => channel('PJSIP/1001-2', '1.2', { ChannelState: 5, ...more }, 'Dest');

const ringing = (): Bench => {
  const bench = new Bench();
  bench.event('Newchannel', trunk());
  bench.event('Newchannel', phone());
  bench.event('DialBegin', { ...trunk(), ...called(), DialString: '1001' });
  bench.event('DialState', { ...trunk(), ...called(), DialStatus: 'RINGING' });
  return bench;
};
const comesBack = (bench: Bench, ...channels: ManagerEvent[]): string[] => {
  bench.interpreter.reconcile({ channels, queues: [], first: false }, bench.clock.now());
  return bench.lines;
};

describe('a call whose end nobody told', () => {
  it('has no outcome and is not told as missed: somebody may have answered meanwhile', () => {
    const bench = ringing();
    assert.deepEqual(comesBack(bench), [
      'begin inbound trunk dials 500',
      'ringing 1001',
      'end unknown (connection-lost) inbound trunk>1001',
    ]);
    const end = bench.emissions.at(-1);
    assert.equal(end && 'inferred' in end && end.inferred, true);
  });

  it('the same when the PBX went down', () => {
    const bench = ringing();
    bench.interpreter.allGone(bench.clock.now());
    assert.deepEqual(bench.lines.slice(2), ['end unknown (connection-lost) inbound trunk>1001']);
  });

  it('has left its queue for no known reason, and was not abandoned there', () => {
    const bench = new Bench();
    bench.event('Newchannel', trunk());
    bench.event('QueueCallerJoin', { ...trunk({ ChannelState: 6 }), Queue: 'sales', Position: 1, Count: 1 });
    assert.deepEqual(comesBack(bench).slice(1), [
      'join sales',
      'leave sales',
      'end unknown (connection-lost) inbound trunk>-',
    ]);
  });

  it('was answered if it had been', () => {
    const bench = ringing();
    bench.event('DialEnd', { ...trunk(), ...called({ ChannelState: 6 }), DialStatus: 'ANSWER' });
    assert.deepEqual(comesBack(bench).slice(2), ['answer 1001', 'end answered inbound trunk>1001']);
  });

  it('was given up if the caller had hung up', () => {
    const bench = ringing();
    bench.event('HangupRequest', trunk());
    assert.deepEqual(comesBack(bench).slice(2), ['end cancelled inbound trunk>1001', 'missed']);
  });

  it('a phone that rings no more says nothing of a call that goes on', () => {
    const bench = ringing();
    assert.deepEqual(comesBack(bench, listed(trunk())).slice(2), []);
    bench.event('HangupRequest', trunk());
    bench.event('Hangup', { ...trunk(), Cause: 0 });
    assert.deepEqual(bench.lines.slice(2), ['end cancelled inbound trunk>1001', 'missed']);
  });

  for (const [how, ends] of [
    ['while the connection was down', (bench: Bench) => comesBack(bench)],
    ['with the PBX', (bench: Bench) => bench.interpreter.allGone(bench.clock.now())],
  ] as const)
    it(`has its recording all the same: it ended ${how}`, () => {
      const bench = ringing();
      bench.event('VarSet', { ...trunk(), Variable: 'MIXMONITOR_FILENAME', Value: '/var/spool/asterisk/a.wav' });
      bench.event('MixMonitorStart', trunk({ ChannelState: 6 }));
      ends(bench);
      assert.deepEqual(bench.lines.slice(2, 4), ['recording.start a.wav', 'recording.available a.wav']);
      assert.equal(bench.facts.find(({ fact }) => fact === 'recording.available')?.inferred, true);
      bench.event('Hangup', { ...trunk(), Cause: 16 });
      assert.equal(bench.lines.filter((line) => line.startsWith('recording.available')).length, 1);
    });
});
