/** Asterisk 1.4 to 11: the old vocabulary tells the same stories. Events as its manager documentation and chan_sip write them. */

import assert from 'node:assert/strict';
import { FlatEvent, Legacy } from '../../lib/asterisk-events';
import { Bench } from './build';
import type { Values } from './build';
import { eventsOf, play } from './replay';

class OldBench extends Bench {
  readonly #legacy = new Legacy((event) => this.feed(event));

  old(name: string, values: Values): void {
    this.#legacy.apply(new FlatEvent({ Event: name, ...values }), this.clock.now());
  }

  phone(extension: string, uid: string, exten: string): void {
    this.old('Newchannel', old(extension, uid, { ChannelState: 4, Exten: exten }));
  }

  /** A leg that is called, up to its ringing. */
  dials(caller: string, callerUid: string, called: string, uid: string): void {
    this.old('Newchannel', old(called, uid, { ChannelState: 0 }));
    this.old('Dial', {
      SubEvent: 'Begin',
      Channel: name(caller, callerUid),
      Destination: name(called, uid),
      CallerIDNum: caller,
      UniqueID: callerUid,
      DestUniqueID: uid,
      Dialstring: called,
    });
    this.old('Newstate', old(called, uid, { ChannelState: 5 }));
  }

  link(one: string, uid: string, other: string, otherUid: string, Bridgestate = 'Link'): void {
    this.old('Bridge', {
      Bridgestate,
      Bridgetype: 'core',
      Channel1: name(one, uid),
      Channel2: name(other, otherUid),
      Uniqueid1: uid,
      Uniqueid2: otherUid,
    });
  }

  over(extension: string, uid: string, Cause: number): void {
    this.old('Hangup', old(extension, uid, { Cause, 'Cause-txt': 'text' }));
  }
}

function name(extension: string, uid: string): string {
  return `SIP/${extension}-${uid.padStart(8, '0')}`;
}

function old(extension: string, uid: string, more: Values = {}): Values {
  return {
    Channel: name(extension, uid),
    ChannelState: 4,
    CallerIDNum: extension,
    CallerIDName: `Phone ${extension}`,
    Context: 'from-internal',
    Uniqueid: uid,
    ...more,
  };
}

function talk(): OldBench {
  const bench = new OldBench();
  bench.phone('1001', '7.1', '1002');
  bench.dials('1001', '7.1', '1002', '7.2');
  bench.old('Newstate', old('1002', '7.2', { ChannelState: 6 }));
  bench.old('Newstate', old('1001', '7.1', { ChannelState: 6 }));
  bench.link('1001', '7.1', '1002', '7.2');
  return bench;
}

function ends(bench: OldBench): void {
  bench.link('1001', '7.1', '1002', '7.2', 'Unlink');
  bench.over('1002', '7.2', 16);
  bench.old('Dial', { SubEvent: 'End', Channel: name('1001', '7.1'), UniqueID: '7.1', DialStatus: 'ANSWER' });
  bench.over('1001', '7.1', 16);
}

const TALK = ['begin internal 1001 dials 1002', 'ringing 1002', 'answer 1002'];

describe('the old vocabulary', () => {
  it('tells an answered call by its bridge', () => {
    const bench = talk();
    ends(bench);
    assert.deepEqual(bench.lines, [...TALK, 'end answered (16) internal 1001>1002']);
  });

  it('tells a busy one by the end of dialling and the code', () => {
    const bench = new OldBench();
    bench.phone('1001', '7.1', '1002');
    bench.dials('1001', '7.1', '1002', '7.2');
    bench.over('1002', '7.2', 17);
    bench.old('Dial', { SubEvent: 'End', Channel: name('1001', '7.1'), UniqueID: '7.1', DialStatus: 'BUSY' });
    bench.over('1001', '7.1', 17);
    assert.deepEqual(bench.lines, [...TALK.slice(0, 2), 'end busy (17) internal 1001>1002']);
  });

  it('lets the losers of a ring group miss nothing', () => {
    const bench = new OldBench();
    bench.phone('1001', '7.1', '1900');
    bench.dials('1001', '7.1', '1002', '7.2');
    bench.dials('1001', '7.1', '1003', '7.3');
    bench.old('Newstate', old('1003', '7.3', { ChannelState: 6 }));
    bench.over('1002', '7.2', 26);
    bench.link('1001', '7.1', '1003', '7.3');
    bench.link('1001', '7.1', '1003', '7.3', 'Unlink');
    bench.over('1003', '7.3', 16);
    bench.over('1001', '7.1', 16);
    assert.deepEqual(bench.lines, [
      'begin internal 1001 dials 1900',
      'ringing 1002',
      'ringing 1003',
      'answer 1003',
      'end answered (16) internal 1001>1003',
    ]);
  });

  it('begins a call that Asterisk was told to place with its phone', () => {
    const bench = new OldBench();
    bench.old('Newchannel', old('1001', '7.1', { ChannelState: 0 }));
    bench.old('Newstate', old('1001', '7.1', { ChannelState: 5 }));
    bench.over('1001', '7.1', 19);
    assert.deepEqual(bench.lines, ['begin unknown 1001', 'end no-answer (19) unknown 1001>-']);
  });

  it('tells hold by the phone, or by the music the other side hears, and once', () => {
    const bench = talk();
    bench.old('Hold', { Status: 'On', Channel: name('1001', '7.1'), Uniqueid: '7.1' });
    bench.old('MusicOnHold', { State: 'Start', Channel: name('1002', '7.2'), UniqueID: '7.2' });
    bench.old('MusicOnHold', { State: 'Stop', Channel: name('1002', '7.2'), UniqueID: '7.2' });
    bench.old('Hold', { Status: 'Off', Channel: name('1001', '7.1'), Uniqueid: '7.1' });
    bench.old('MusicOnHold', { State: 'Start', Channel: name('1001', '7.1'), UniqueID: '7.1' });
    bench.old('MusicOnHold', { State: 'Stop', Channel: name('1001', '7.1'), UniqueID: '7.1' });
    ends(bench);
    assert.deepEqual(bench.lines, [
      ...TALK,
      'hold by 1001',
      'resume by 1001',
      'hold by 1002',
      'resume by 1002',
      'end answered (16) internal 1001>1002',
    ]);
  });

  it('tells a queue by Join and Leave, and its agents by name', () => {
    const bench = new OldBench();
    bench.phone('1001', '7.1', '500');
    bench.old('Join', { Channel: name('1001', '7.1'), Queue: 'support', Position: 1, Count: 1, Uniqueid: '7.1' });
    bench.old('Newchannel', old('1002', '7.2', { ChannelState: 0 }));
    bench.old('AgentCalled', {
      Queue: 'support',
      AgentCalled: 'SIP/1002',
      AgentName: 'Bob',
      ChannelCalling: name('1001', '7.1'),
      DestinationChannel: name('1002', '7.2'),
      Uniqueid: '7.1',
    });
    bench.old('Newstate', old('1002', '7.2', { ChannelState: 5 }));
    bench.old('Newstate', old('1002', '7.2', { ChannelState: 6 }));
    bench.old('Leave', { Channel: name('1001', '7.1'), Queue: 'support', Position: 1, Count: 0, Uniqueid: '7.1' });
    bench.old('AgentConnect', {
      Queue: 'support',
      Uniqueid: '7.1',
      Channel: name('1002', '7.2'),
      Member: 'SIP/1002',
      MemberName: 'Bob',
      Holdtime: 3,
      BridgedChannel: '7.2',
    });
    bench.link('1001', '7.1', '1002', '7.2');
    ends(bench);
    assert.deepEqual(
      new Set(bench.lines),
      new Set([
        'begin internal 1001 dials 500',
        'join support',
        'member.ringing support 1002 Bob',
        'leave support',
        'answer 1002',
        'member.connect support 1002 Bob',
        'end answered (16) internal 1001>1002',
      ]),
    );
  });

  it('tells members who come, pause and go', () => {
    const bench = new OldBench();
    const seat = { Queue: 'support', Location: 'SIP/1002', MemberName: 'Bob' };
    bench.old('QueueMemberAdded', { ...seat, Paused: 0 });
    bench.old('QueueMemberPaused', { ...seat, Paused: 1 });
    bench.old('QueueMemberPaused', { ...seat, Paused: 0 });
    bench.old('QueueMemberRemoved', seat);
    assert.deepEqual(
      bench.lines,
      ['add', 'pause', 'unpause', 'remove'].map((what) => `member.${what} support 1002 Bob`),
    );
  });

  it('tells transfers, digits and pick-up', () => {
    const bench = talk();
    bench.old('DTMF', {
      Channel: name('1001', '7.1'),
      Uniqueid: '7.1',
      Digit: '5',
      Direction: 'Received',
      Begin: 'Yes',
      End: 'No',
    });
    bench.old('DTMF', {
      Channel: name('1001', '7.1'),
      Uniqueid: '7.1',
      Digit: '5',
      Direction: 'Received',
      Begin: 'No',
      End: 'Yes',
    });
    bench.old('Transfer', {
      TransferMethod: 'SIP',
      TransferType: 'Blind',
      Channel: name('1002', '7.2'),
      Uniqueid: '7.2',
      TargetChannel: name('1001', '7.1'),
      TargetUniqueid: '7.1',
      TransferExten: '1003',
    });
    ends(bench);
    assert.deepEqual(bench.lines, [
      ...TALK,
      'dtmf 5 by 1001',
      'transfer blind by 1002 to 1003',
      'end answered (16) internal 1001>1003',
    ]);
  });

  it('lets the new vocabulary pass as it is', () => {
    for (const scene of ['s1-answered-caller-hangs', 'c3c-park-retrieved-sip', '70-queue-members']) {
      const bench = new Bench();
      const legacy = new Legacy((event) => bench.feed(event));
      const events = eventsOf('22', scene);
      for (const event of events) legacy.apply(event, 0);
      assert.deepEqual(bench.lines, play(events).lines);
    }
  });
});
