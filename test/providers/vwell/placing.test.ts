/** Calls that were placed: how long they are waited for, so that they never claim a call of somebody else. */

import assert from 'node:assert/strict';
import { FlatEvent, Interpreter } from '../../../lib/asterisk-events';
import { VirtualClock } from '../../../lib/clock';
import type { Fact } from '../../../lib/facts';
import { AmiLink } from '../../../lib/providers/vwell/ami-link';
import { Placing } from '../../../lib/providers/vwell/placing';
import { settingsOf } from '../../../lib/providers/vwell/settings';
import { TIMES } from '../../../lib/providers/vwell/times';
import { ServerEvent } from '../../../lib/providers/vwell/wire';

/** A server that takes every call and tells nothing more of it. */
class Desk {
  readonly clock = new VirtualClock();
  readonly facts: Fact[] = [];
  readonly placing: Placing;
  readonly stop = new AbortController();
  hears = true;
  readonly #interpreter = new Interpreter({ fact: (fact) => this.facts.push(fact) });

  constructor() {
    const reply = { err: null, event: { Response: 'Success' }, message: {} };
    this.placing = new Placing({
      settings: settingsOf({ url: 'ws://127.0.0.1:8931/api', secret: 'house key' }),
      clock: this.clock,
      times: TIMES,
      ami: new AmiLink({
        account: 'Office',
        clock: this.clock,
        times: TIMES,
        way: () => ({ events: true, request: () => Promise.resolve(reply) }),
        trouble: () => undefined,
      }),
      interpreter: this.#interpreter,
      hears: () => this.hears,
      tied: () => false,
    });
  }

  async call(): Promise<void> {
    const placed = this.placing.place(
      { command: 'call', from: '21', to: '0900111111', timeout: 30 },
      { reference: 'order 4711', signal: this.stop.signal },
    );
    // The reply comes by promises, the first sign by the clock.
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    this.clock.advance(TIMES.signMs);
    await placed;
  }

  /** The phone is called; whose command that was is the question. */
  phoneIsCalled(uid = '9.7'): string | undefined {
    this.hear('Newchannel', { Channel: `SIP/21-${uid}`, ChannelState: '0', Uniqueid: uid, Linkedid: uid });
    const begin = this.facts.find(({ fact, ...of }) => fact === 'call.begin' && 'call' in of && of.call === uid);
    return begin?.fact === 'call.begin' ? begin.reference : 'no call';
  }

  hear(name: string, values: Readonly<Record<string, string>>): void {
    const message = { Event: name, ...values };
    this.placing.before(new ServerEvent(message, message, name));
    this.#interpreter.apply(new FlatEvent(message), this.clock.now());
  }
}

describe('vwell: a placed call', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.placing.end();
    assert.equal(desk.clock.pending, 0, 'timers left');
  });

  it('is known by the first channel of its phone, also when that comes late', async () => {
    await desk.call();
    desk.clock.advance(20_000);
    assert.equal(desk.phoneIsCalled(), 'order 4711');
  });

  it('is one call: what rings the phone next is of somebody else', async () => {
    await desk.call();
    assert.equal(desk.phoneIsCalled(), 'order 4711');
    desk.hear('DialBegin', { DestChannel: 'SIP/21-9.7', DestUniqueid: '9.7', DestLinkedid: '9.7', DialString: '21' });
    assert.equal(desk.phoneIsCalled('9.8'), undefined);
  });

  it('is forgotten once its phone can ring no more: its result was lost', async () => {
    await desk.call();
    desk.clock.advance(40_000);
    assert.equal(desk.phoneIsCalled(), undefined);
  });

  it('is not waited for where no events are heard', async () => {
    desk.hears = false;
    await desk.call();
    assert.equal(desk.phoneIsCalled(), undefined);
  });

  it('is forgotten with the connection', async () => {
    await desk.call();
    desk.placing.end();
    assert.equal(desk.phoneIsCalled(), undefined);
  });

  it('leaves no timer behind when the account closes while its first sign is awaited', async () => {
    const placed = desk.placing.place(
      { command: 'call', from: '21', to: '0900111111' },
      { reference: 'order 4711', signal: desk.stop.signal },
    );
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    assert.equal(desk.clock.pending, 1);
    desk.stop.abort();
    await placed;
    assert.equal(desk.clock.pending, 0);
  });
});
