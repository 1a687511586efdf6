/** One connection, kept alive: never two, never hammering, never left behind. */

import assert from 'node:assert/strict';
import { VirtualClock } from '../../lib/clock';
import { PbxError } from '../../lib/model';
import type { LinkState } from '../../lib/provider';
import { Link } from '../../lib/transport/link';
import type { LinkOptions, Session } from '../../lib/transport/link';

const gone = new PbxError('unavailable', 'gone');

class FakeSession implements Session {
  static open = 0;
  static most = 0;
  readonly closed: Promise<PbxError | null>;
  closes = 0;
  #end!: (reason: PbxError | null) => void;
  #ended = false;

  constructor() {
    FakeSession.most = Math.max(FakeSession.most, ++FakeSession.open);
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  end(reason: PbxError | null): void {
    if (!this.#ended) FakeSession.open--;
    this.#ended = true;
    this.#end(reason);
  }

  close(): Promise<void> {
    this.closes++;
    this.end(null);
    return Promise.resolve();
  }
}

interface Rig {
  clock: VirtualClock;
  link: Link<FakeSession>;
  /** When each attempt to connect began, in milliseconds since the start. */
  attempts: number[];
  sessions: FakeSession[];
  states: LinkState[];
  reasons: (string | undefined)[];
  lost: string[];
  /** Whether each ready session was a reconnect. */
  ready: boolean[];
  log: string[];
}

function rig(options: Partial<LinkOptions<FakeSession>> = {}): Rig {
  const clock = new VirtualClock(0);
  const all: Omit<Rig, 'link'> = {
    clock,
    attempts: [],
    sessions: [],
    states: [],
    reasons: [],
    lost: [],
    ready: [],
    log: [],
  };
  const { connect } = options;
  const say = (text: string) => all.log.push(text);
  const link = new Link<FakeSession>({
    clock,
    random: () => 0.999_999,
    log: { error: say, warn: say, info: say, debug() {} },
    ready: (_session, isReconnect) => {
      all.ready.push(isReconnect);
    },
    lost: ({ message }) => all.lost.push(message),
    state: (state, reason) => {
      all.states.push(state);
      all.reasons.push(reason?.message);
    },
    ...options,
    connect: async (signal) => {
      all.attempts.push(clock.now());
      const session = connect ? await connect(signal) : new FakeSession();
      all.sessions.push(session);
      return session;
    },
  });
  return { ...all, link };
}

describe('link', () => {
  beforeEach(() => {
    FakeSession.open = 0;
    FakeSession.most = 0;
  });

  it('connects, reads the state of the PBX, and then says connected', async () => {
    const { link, clock, states, ready, sessions } = rig();
    link.open();
    await clock.run(0);
    assert.deepEqual([states, ready], [['connecting', 'connected'], [false]]);
    assert.equal(link.session, sessions[0]);
    await link.close();
  });

  it('opened twice it connects once', async () => {
    const { link, clock, attempts } = rig();
    link.open();
    link.open();
    await clock.run(0);
    link.open();
    await clock.run(0);
    assert.equal(attempts.length, 1);
    await link.close();
  });

  it('comes back after a loss, and tells the provider that it is a reconnect', async () => {
    const { link, clock, sessions, states, ready, lost } = rig();
    link.open();
    await clock.run(60_000);
    sessions[0]?.end(gone);
    await clock.run(0);
    assert.equal(link.session, null);
    await clock.run(1_000);
    assert.deepEqual(states, ['connecting', 'connected', 'reconnecting', 'connected']);
    assert.deepEqual([ready, lost], [[false, true], ['gone']]);
    await link.close();
  });

  it('waits longer after each failure, up to a minute', async () => {
    const { link, clock, attempts, reasons } = rig({
      connect: () => Promise.reject(new PbxError('unavailable', 'connection refused')),
    });
    link.open();
    await clock.run(200_000);
    const waits = attempts.slice(1).map((time, index) => Math.round((time - (attempts[index] ?? 0)) / 1000));
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert.equal(reasons.at(-1), 'connection refused');
    await link.close();
  });

  it('a connection that breaks at once does not begin the waits anew, one that held does', async () => {
    const { link, clock, sessions, attempts } = rig();
    link.open();
    const waits: number[] = [];
    const breakAfter = async (heldMs: number) => {
      await clock.run(heldMs);
      const brokenAt = clock.now();
      const count = sessions.length;
      sessions.at(-1)?.end(gone);
      while (sessions.length === count) await clock.run(500);
      waits.push((attempts.at(-1) ?? 0) - brokenAt);
    };
    for (const heldMs of [0, 0, 29_000, 0, 30_000, 0]) await breakAfter(heldMs);
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 1_000, 2_000]);
    await link.close();
  });

  it('a refused login waits minutes, however often', async () => {
    const { link, clock, attempts, states } = rig({
      connect: () => Promise.reject(new PbxError('unauthorized', 'wrong password')),
    });
    link.open();
    await clock.run(15 * 60_000);
    assert.deepEqual(attempts, [0, 300_000, 600_000, 900_000]);
    assert.deepEqual(states.slice(0, 2), ['connecting', 'unauthorized']);
    await link.close();
  });

  it('a login refused after it was connected waits minutes, too', async () => {
    const { link, clock, sessions, states, attempts } = rig({ refusedMs: 120_000 });
    link.open();
    await clock.run(0);
    sessions[0]?.end(new PbxError('unauthorized', 'password changed'));
    await clock.run(119_999);
    assert.deepEqual([attempts.length, states.at(-1)], [1, 'unauthorized']);
    await clock.run(1);
    assert.equal(attempts.length, 2);
    await link.close();
  });

  it('never has two sessions, whatever happens in whatever order', async () => {
    // Park and Miller's generator: the same disorder in every run.
    let state = 1;
    const next = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const rigged = rig({
      backoff: { maxMs: 2_000 },
      connect: () =>
        new Promise((resolve, reject) => {
          rigged.clock.after(next() * 3_000, () => {
            if (next() < 0.3) reject(gone);
            else resolve(new FakeSession());
          });
        }),
    });
    const { link, clock, sessions } = rigged;
    for (let step = 0; step < 500; step++) {
      const choice = next();
      if (choice < 0.3) link.open();
      else if (choice < 0.6) sessions.at(-1)?.end(gone);
      else if (choice < 0.7) link.drop(gone);
      await clock.run(next() * 2_000);
    }
    assert.equal(FakeSession.most, 1);
    assert.ok(sessions.length > 50);
    await link.close();
    assert.deepEqual([FakeSession.open, clock.pending], [0, 0]);
  });

  it('a state that cannot be read ends the session', async () => {
    const { link, clock, sessions, states, reasons, lost } = rig({
      ready: () => Promise.reject(new PbxError('protocol', 'what is that?')),
    });
    link.open();
    await clock.run(0);
    assert.deepEqual([sessions[0]?.closes, states, reasons[1]], [1, ['connecting', 'reconnecting'], 'what is that?']);
    assert.deepEqual(lost, ['what is that?']);
    await link.close();
  });

  it('reading the state does not outlast the session', async () => {
    const { link, clock, sessions, states } = rig({ ready: () => new Promise(() => {}) });
    link.open();
    await clock.run(0);
    sessions[0]?.end(gone);
    await clock.run(0);
    assert.deepEqual(states, ['connecting', 'reconnecting']);
    await link.close();
  });

  for (const [when, ready] of [
    ['while it works', () => {}],
    ['while the state is being read', () => new Promise<void>(() => {})],
  ] as const)
    it(`a link dropped ${when} comes back, and says why it was dropped`, async () => {
      const { link, clock, reasons, attempts } = rig({ ready });
      link.open();
      await clock.run(0);
      link.drop(new PbxError('unavailable', 'no heartbeat'));
      await clock.run(0);
      assert.equal(reasons.at(-1), 'no heartbeat');
      await clock.run(1_000);
      assert.equal(attempts.length, 2);
      await link.close();
    });

  it('a drop without a session is nothing', async () => {
    const { link, clock, states } = rig();
    link.drop(gone);
    link.open();
    await clock.run(0);
    assert.deepEqual(states, ['connecting', 'connected']);
    await link.close();
  });

  for (const part of ['lost', 'state'] as const)
    it(`a provider whose "${part}" fails neither crashes the host nor ends the tries`, async () => {
      let failures = 0;
      const failing = () => {
        // Failing for ever would leave nothing to come back to.
        if (failures++ < 1) throw new TypeError('undefined is not a function');
      };
      const { link, clock, sessions, log } = rig(
        part === 'lost' ? { lost: failing } : { state: (state) => (state === 'connected' ? failing() : undefined) },
      );
      link.open();
      await clock.run(0);
      sessions[0]?.end(gone);
      await clock.run(5_000);
      assert.equal(sessions.length, 2);
      assert.notEqual(link.session, null);
      if (part === 'lost') assert.match(log.join(), /undefined is not a function/);
      await link.close();
      assert.deepEqual([FakeSession.open, clock.pending], [0, 0]);
    });

  describe('close', () => {
    it('ends the session and stays closed', async () => {
      const { link, clock, sessions, states, lost } = rig();
      link.open();
      await clock.run(0);
      await link.close();
      assert.equal(sessions[0]?.closes, 1);
      link.open();
      await clock.run(600_000);
      assert.deepEqual([sessions.length, states, lost], [1, ['connecting', 'connected'], []]);
      assert.equal(clock.pending, 0);
    });

    it('gives up an attempt that is under way', async () => {
      let aborted = false;
      const { link, clock } = rig({
        connect: (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              aborted = true;
              reject(gone);
            });
          }),
      });
      link.open();
      await clock.run(0);
      await link.close();
      assert.equal(aborted, true);
      assert.equal(clock.pending, 0);
    });

    it('closes a session that comes too late', async () => {
      let arrive: ((session: FakeSession) => void) | undefined;
      const { link, clock, states } = rig({
        connect: () =>
          new Promise((resolve) => {
            arrive = resolve;
          }),
      });
      link.open();
      await clock.run(0);
      const closing = link.close();
      arrive?.(new FakeSession());
      await closing;
      assert.equal(FakeSession.open, 0);
      assert.deepEqual(states, ['connecting']);
    });

    it('while it waits for the next try leaves no timer', async () => {
      const { link, clock, attempts } = rig({ connect: () => Promise.reject(gone) });
      link.open();
      await clock.run(0);
      assert.equal(clock.pending, 1);
      await link.close();
      assert.equal(clock.pending, 0);
      await clock.run(600_000);
      assert.equal(attempts.length, 1);
    });

    it('twice is once', async () => {
      const { link, clock, sessions } = rig();
      link.open();
      await clock.run(0);
      await Promise.all([link.close(), link.close()]);
      assert.equal(sessions[0]?.closes, 1);
    });
  });
});
