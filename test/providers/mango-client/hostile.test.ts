import assert from 'node:assert/strict';
import { CallTracker } from '../../../lib/calls';
import { VirtualClock } from '../../../lib/clock';
import { callNotice } from '../../../lib/providers/mango-client/call-notice';
import { Calls } from '../../../lib/providers/mango-client/calls';
import { readEvents, readFrame } from '../../../lib/providers/mango-client/envelope';
import { PlacedCalls } from '../../../lib/providers/mango-client/placed';
import { DEFAULT_PROFILE } from '../../../lib/providers/mango-client/profile';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const OWN = new Set(['101', '102']);

/** The same numbers in every run: a failure can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const around = (counted: string[] = []) => ({
  user: '101',
  now: NOW,
  malformed: (reason: string) => void counted.push(reason),
});

describe('mango-client: hostile input', () => {
  const KEYS = [
    'routeKey',
    'body',
    'entry_id',
    'call_id',
    'call_state',
    'from',
    'to',
    'number',
    'extension',
    '__proto__',
    'timestamp',
    'is_group_disconnect',
    'constructor',
    'id',
  ];
  const WORDS = [
    '/call',
    '/ivr',
    'APPEARED',
    'CONNECTED',
    'ON_HOLD',
    'DISCONNECTED',
    'E1',
    'E2',
    '101',
    '102',
    '79001112233',
    '',
    '\0',
    '😀',
    '{"a":1}',
    '{"',
    'x'.repeat(10_000),
  ];

  const anything = (random: () => number, depth = 0): unknown => {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const kind = random();
    if (depth > 4 || kind < 0.45) return pick(WORDS);
    if (kind < 0.55) return pick([0, 1, -1, 1e308, NOW, NOW / 1000, null, true, false, NaN]);
    if (kind < 0.65) return Array.from({ length: Math.floor(random() * 4) }, () => anything(random, depth + 1));
    return Object.fromEntries(
      Array.from({ length: 1 + Math.floor(random() * 6) }, () => [pick(KEYS), anything(random, depth + 1)]),
    );
  };

  it('any JSON becomes notices with an id and a possible time, or is counted', () => {
    const random = randomOf(1);
    for (let round = 0; round < 3_000; round++) {
      const counted: string[] = [];
      const frame = JSON.stringify(anything(random)) ?? 'undefined';
      const notices = readFrame(frame, DEFAULT_PROFILE, around(counted));
      assert.ok(notices.length > 0 || counted.length > 0 || frame === '[]', frame.slice(0, 200));
      for (const notice of notices) {
        assert.match(notice.mark, /^[\w-]{16}$/);
        assert.ok(Math.abs(notice.at - NOW) <= 60 * 86_400_000);
      }
    }
  });

  it('what is cut off anywhere is counted and does not throw', () => {
    const whole = JSON.stringify({
      routeKey: '/call',
      body: { entry_id: 'E1', call_state: 'APPEARED', from: { number: '1' } },
    });
    for (let length = 0; length < whole.length; length++) {
      const counted: string[] = [];
      assert.deepEqual(readFrame(whole.slice(0, length), DEFAULT_PROFILE, around(counted)), []);
      assert.equal(counted.length, 1);
    }
    assert.deepEqual(readFrame(Buffer.from([0xff, 0xfe, 0x00]), DEFAULT_PROFILE, around()), []);
  });

  it('the order of fields changes nothing, another content does', () => {
    const [one, other, third] = readEvents(
      [
        { routeKey: '/call', body: { entry_id: 'E1', from: { number: '1', name: 'a' } } },
        { body: { from: { name: 'a', number: '1' }, entry_id: 'E1' }, routeKey: 'CALL' },
        { routeKey: '/call', body: { entry_id: 'E1', from: { number: '2', name: 'a' } } },
      ],
      DEFAULT_PROFILE,
      around(),
    );
    assert.equal(one?.mark, other?.mark);
    assert.notEqual(one?.mark, third?.mark);
  });

  it('a key that reaches for the prototype finds nothing', () => {
    const [notice] = readFrame(
      '{"routeKey":"/call","body":{"__proto__":{"entry_id":"E1","call_state":"APPEARED"}}}',
      DEFAULT_PROFILE,
      around(),
    );
    assert.ok(notice);
    assert.equal(callNotice(notice, DEFAULT_PROFILE, OWN), null);
    assert.equal(({} as Record<string, unknown>)['entry_id'], undefined);
  });

  it('ten thousand levels are no trouble', () => {
    const deep = `{"routeKey":"/call","body":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`;
    assert.equal(readFrame(deep, DEFAULT_PROFILE, around()).length, 1);
  });

  it('whatever is told in whatever order: each call begins once and ends once, and nothing stays', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomOf(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
      const clock = new VirtualClock(NOW);
      const topics = new Map<string, string[]>();
      const tracker = new CallTracker({
        clock,
        endGraceMs: Infinity,
        emit: (emission) => {
          if (emission.kind !== 'call') return;
          topics.set(emission.call.id, [...(topics.get(emission.call.id) ?? []), emission.topic]);
        },
      });
      const placed = new PlacedCalls(clock);
      const calls = new Calls(clock, placed, (fact) => tracker.apply(fact));
      placed.expect({ user: '101', to: '79001112233', reference: 'r1' });
      for (let step = 0; step < 200; step++) {
        const id = pick(['E1', 'E2', 'E3', 'E4']);
        const chance = random();
        if (chance < 0.05) calls.ivr(id, id, '79001112233', { at: clock.now(), raw: null });
        else if (chance < 0.1) calls.ivrOver(id, { at: clock.now(), raw: null });
        else {
          const user = pick(['101', '102']);
          const outside = { number: '79001112233' };
          const body = {
            entry_id: id,
            call_id: pick([`${id}-1`, `${id}-2`, 'E1', undefined]),
            call_state: pick(['APPEARED', 'CONNECTED', 'ON_HOLD', 'DISCONNECTED']),
            from: pick([outside, { extension: user }, {}]),
            to: pick([outside, { extension: user }, {}]),
            is_group_disconnect: random() < 0.2,
          };
          for (const notice of readEvents([{ routeKey: '/call', body }], DEFAULT_PROFILE, {
            ...around(),
            user,
            now: clock.now(),
          })) {
            const call = callNotice(notice, DEFAULT_PROFILE, OWN);
            if (call) calls.apply(call);
          }
        }
        clock.advance(Math.floor(random() * 1_500));
      }
      for (const id of ['E1', 'E2', 'E3', 'E4'])
        for (const leg of [`${id}-1`, `${id}-2`, 'E1', id])
          for (const user of ['101', '102'])
            for (const to of [{ number: '79001112233' }, { extension: user }, {}])
              for (const from of [{ number: '79001112233' }, { extension: user }, {}]) {
                const event = {
                  routeKey: '/call',
                  body: { entry_id: id, call_id: leg, call_state: 'DISCONNECTED', from, to },
                };
                for (const notice of readEvents([event], DEFAULT_PROFILE, { ...around(), user, now: clock.now() })) {
                  const call = callNotice(notice, DEFAULT_PROFILE, OWN);
                  if (call) calls.apply(call);
                }
              }
      clock.advance(700_000);
      assert.equal(calls.size, 0, `seed ${seed}`);
      assert.equal(tracker.size, 0, `seed ${seed}`);
      assert.equal(clock.pending, 0, `seed ${seed}`);
      for (const [id, list] of topics) {
        assert.equal(list.filter((topic) => topic === 'call.begin').length, 1, `seed ${seed}: ${id} ${list.join()}`);
        assert.equal(list.filter((topic) => topic === 'call.end').length, 1, `seed ${seed}: ${id} ${list.join()}`);
        assert.ok(!(list.includes('call.answer') && list.includes('call.missed')), `seed ${seed}: ${id}`);
      }
    }
  });
});
