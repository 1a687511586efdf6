/**
 * Properties of the parser, over thousands of made-up notifications from a fixed seed: whatever comes is answered with one of the
 * documented statuses, nothing throws, nothing unsigned has an effect, and what always holds of calls still holds.
 */

import assert from 'node:assert/strict';
import type { CallEvent, WebhookRequest } from '../../../lib/index';
import type { Office } from './office';
import { openOffice } from './office';

/** Mulberry32: the same numbers in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PATHS = [
  '/events/call',
  '/events/call',
  '/events/call',
  '/events/summary',
  '/events/recording',
  '/events/record/added',
  '/events/dtmf',
  '/events/sms',
  '/result/sms',
  '/result/callback',
  '/result/stat',
  '/events/unknown',
  '/ping',
];
const STATUSES = new Set([200, 400, 401, 404, 405, 413, 415]);

describe('hostile MANGO notifications', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  const random = randomOf(20260115);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const id = () => `${pick(['E', 'L', 'R', 'c'])}${Math.floor(random() * 6)}`;
  const odd = (): unknown =>
    pick<() => unknown>([
      () => null,
      () => true,
      () => -1,
      () => 1e308,
      () => '',
      () => ' ',
      () => 'x'.repeat(5_000),
      () => [],
      () => [[[]]],
      () => ({}),
      () => ({ toString: 1, constructor: { prototype: 1 } }),
      () => '\u0000\u001b[2J',
      () => '\ud800',
      () => '9'.repeat(40),
      () => Math.floor(random() * 1e13),
    ])();

  const number = () =>
    pick([
      () => ({ number: '70000000001' }),
      () => ({ extension: '101' }),
      () => ({ extension: '102', acd_group: '22' }),
      () => ({}),
      odd,
    ])();

  function fields(): Record<string, unknown> {
    const now = Math.floor(office.clock.now() / 1000);
    const plausible: Record<string, () => unknown> = {
      entry_id: id,
      call_id: id,
      recording_id: id,
      command_id: id,
      timestamp: () => now - Math.floor(random() * 100),
      seq: () => Math.floor(random() * 6),
      call_state: () => pick(['Appeared', 'Connected', 'OnHold', 'Disconnected']),
      location: () => pick(['ivr', 'queue', 'abonent']),
      from: number,
      to: number,
      disconnect_reason: () => pick([1100, 1110, 1111, 1120, 1121, 1183]),
      recording_state: () => pick(['Started', 'Continued', 'Completed']),
      completion_code: () => pick([1000, 4002]),
      dtmf: () => pick(['1', '12#', 'x']),
      reason: () => pick([1000, 4300]),
      result: () => pick([1000, 4101, '3103']),
      talk_time: () => pick([0, now]),
      end_time: () => now,
      call_direction: () => pick([0, 1, 2, 9]),
      key: id,
    };
    const made: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(plausible))
      if (random() < 0.85) made[name] = random() < 0.08 ? odd() : value();
    if (random() < 0.05) Object.defineProperty(made, '__proto__', { value: odd(), enumerable: true });
    return made;
  }

  /** Somebody without the salt changes what somebody with it has made. */
  function tampered(request: WebhookRequest): WebhookRequest {
    const body = request.body?.toString('latin1') ?? '';
    const at = Math.floor(random() * body.length);
    return pick<() => WebhookRequest>([
      () => ({ ...request, body: Buffer.from(body.slice(0, at), 'latin1') }),
      () => ({ ...request, body: Buffer.from(`${body.slice(0, at)}%00${body.slice(at)}`, 'latin1') }),
      () => ({ ...request, body: Buffer.from(`${body}&json=%7B%7D`, 'latin1') }),
      () => ({ ...request, body: Buffer.alloc(Math.floor(random() * 70_000), '%') }),
      () => ({
        ...request,
        body: null,
        parsed: pick<unknown>([{}, [], null, { json: {} }, { json: '{}', sign: [], vpbx_api_key: 1 }]),
      }),
      () => ({ ...request, headers: { 'content-type': JSON.stringify(odd()) ?? '' } }),
      () => ({
        ...request,
        path: pick(['/events/', '/events/call/../ping', '//', '', '/events/%00', '/result/__proto__']),
      }),
      () => ({ ...request, method: pick(['GET', 'PUT', '']) }),
    ])();
  }

  it('never crash the parser, and calls still begin once and end once', async () => {
    for (let i = 0; i < 1_500; i++) {
      const response = await office.account.webhook(office.pbx.request(pick(PATHS), fields()));
      assert.ok(STATUSES.has(response.status), String(response.status));
      response.after?.();
      if (i % 50 === 0) office.clock.advance(Math.floor(random() * 3_000));
    }
    office.clock.advance(60_000);
    const begun = new Set<string>();
    const ended = new Set<string>();
    for (const { type, call } of office.of<CallEvent>('call.begin', 'call.end')) {
      const seen = type === 'call.begin' ? begun : ended;
      assert.ok(!seen.has(call.id), `${call.id}: ${type} twice`);
      seen.add(call.id);
      if (type === 'call.end') assert.ok(begun.has(call.id), `${call.id} ended without a begin`);
    }
    assert.ok(begun.size > 3, 'the plausible ones among them make calls');
    assert.equal(({} as Record<string, unknown>)['number'], undefined, 'no prototype was touched');
  });

  it('that were tampered with have no effect at all', async () => {
    let refused = 0;
    for (let i = 0; i < 600; i++) {
      const request = tampered(office.pbx.request(pick(PATHS.slice(0, -1)), fields()));
      const told = office.events.length;
      const response = await office.account.webhook(request);
      assert.ok(STATUSES.has(response.status), String(response.status));
      if (response.status !== 200) {
        refused++;
        assert.equal(response.after, undefined);
        // A warning about forgeries may come, never anything about calls.
        assert.ok(office.events.slice(told).every(({ type }) => type === 'account.warning'));
      }
    }
    assert.ok(refused > 500, String(refused));
  });
});
