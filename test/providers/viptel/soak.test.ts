import assert from 'node:assert/strict';
import { PbxError } from '../../../lib/model';
import type { PbxErrorCode } from '../../../lib/model';
import { Bench } from './bench';

type Message = Readonly<Record<string, unknown>>;

const CALLS = 10_000;
const AT_ONCE = 40;
const CUT_EVERY = 50;
/** Another row of events: `SOAK_SEED=17`. */
const SEED = Number(process.env['SOAK_SEED'] ?? 4);

/** A repeatable row of numbers, 0 <= n < 1 (mulberry32). */
function row(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What VIPTel says of one call, in order. */
function script(id: string, random: () => number): Message[] {
  const agent = String(21 + Math.floor(random() * 20));
  const caller = `09${String(Math.floor(random() * 1e8)).padStart(8, '0')}`;
  const begin = { event: 'call.begin', caller, caller_name: caller, called_number: '0220282028' };
  const end = (status: string, unique_id = id) => ({ event: 'call.end', unique_id, status });
  const status = ['busy', 'noanswer', 'cancel', 'chanunavail', 'dontcall'][Math.floor(random() * 5)] as string;
  const kind = random();
  if (kind < 0.4)
    return [{ ...begin, callee: agent, unique_id: id }, { event: 'call.pickup', unique_id: id }, end('answer')];
  if (kind < 0.6) return [{ ...begin, callee: agent, unique_id: id }, end(status)];
  const join = { event: 'queue.join', queue: 500, caller, caller_name: caller, unique_id: id, position: 1 };
  const leg = { ...begin, callee: agent, unique_id: `${id}1`, from_queue_unique_id: id };
  const parent = [{ ...begin, callee: '500', unique_id: id }, { event: 'call.pickup', unique_id: id }, join, leg];
  if (kind < 0.8)
    return [...parent, { event: 'call.pickup', unique_id: `${id}1` }, end('answer', `${id}1`), end('answer')];
  const left = { event: 'queue.left', queue: 500, unique_id: id, holdtime: 9 };
  return [...parent, end('noanswer', `${id}1`), left, end('cancel')];
}

describe('VIPTel for a long time', () => {
  it(`${CALLS} calls, the connection cut every ${CUT_EVERY} messages: nothing lost, nothing twice, no command sent twice`, async function () {
    this.timeout(60_000);
    const random = row(SEED);
    const bench = await Bench.open({ account: { dialLimit: 1_000_000, random: () => 0 } });
    const { pbx, clock, account, events } = bench;
    try {
      // The queue is known, as after the first caller.
      await bench.play({ event: 'queue.unpause', queue: 500, member: '21' });
      events.length = 0;
      pbx.onAction('call.create', (request) => {
        const id = pbx.create(request);
        pbx.emit({ event: 'call.end', unique_id: id, status: 'busy' });
      });
      /** What was sent to a client that was logged in, by call. */
      const delivered = new Map<string, Message[]>();
      const commands: Promise<{ reference: string | null; code: PbxErrorCode | null }>[] = [];
      let begun = 0;
      let messages = 0;
      let connected = true;
      const running: { id: string; rest: Message[] }[] = [];
      const cut = async () => {
        const { logins } = pbx;
        // A command on its way may be lost with the connection.
        commands.push(
          account.execute({ command: 'call', from: '99', to: `0911${String(commands.length).padStart(6, '0')}` }).then(
            ({ payload }) => ({ reference: payload.reference, code: null }),
            (error: unknown) => ({ reference: null, code: (error as PbxError).code }),
          ),
        );
        for (let turns = Math.floor(random() * 4); turns > 0; turns--)
          await new Promise((resolve) => setImmediate(resolve));
        pbx.cut();
        connected = false;
        await bench.until('the cut is noticed', () => account.status.state === 'reconnecting');
        // Some of what happens meanwhile is told to nobody.
        for (let unseen = Math.floor(random() * 4); unseen > 0; unseen--) step();
        // The longest wait, and less than any limit of the connection that begins then.
        clock.advance(6_100);
        await bench.until('back', () => pbx.logins > logins && account.status.state === 'connected');
        connected = true;
      };
      const step = () => {
        if (running.length < AT_ONCE && begun < CALLS) {
          const id = `${1_700_000_000 + begun++}.5`;
          running.push({ id, rest: script(id, random) });
        }
        const index = Math.floor(random() * running.length);
        const call = running[index];
        const message = call?.rest.shift();
        if (!call || !message) return;
        if (call.rest.length === 0) running.splice(index, 1);
        pbx.emit(message);
        messages++;
        if (connected) delivered.set(call.id, [...(delivered.get(call.id) ?? []), message]);
      };
      const more = () => begun < CALLS || running.length > 0;
      while (more()) {
        for (let sent = 0; sent < CUT_EVERY && more(); sent++) step();
        await cut();
      }
      await bench.play();
      await bench.pass(2_000);

      const told = new Map<string, string[]>();
      const ids = new Set<string>();
      for (const { id, type, call } of events) {
        assert.ok(!ids.has(id), `${id} came twice`);
        ids.add(id);
        if (call) told.set(call.id, [...(told.get(call.id) ?? []), type]);
      }
      const ours = [...told.keys()].filter((id) => !delivered.has(id) && pbx.calls.get(id) === undefined);
      for (const [id, sent] of delivered) {
        const topics = told.get(id) ?? [];
        const count = (topic: string) => topics.filter((each) => each === topic).length;
        const has = (event: string, unique_id = id) =>
          sent.some((message) => message['event'] === event && message['unique_id'] === unique_id);
        const told_ = `${JSON.stringify(sent.map(({ event }) => event))} became ${topics.join(', ')}`;
        assert.equal(count('call.begin'), 1, told_);
        if (has('call.end')) assert.equal(count('call.end'), 1, told_);
        else assert.ok(count('call.end') <= 1, told_);
        assert.equal(count('queue.join'), has('queue.join') ? 1 : 0, told_);
        if (has('queue.join') && has('call.end')) assert.equal(count('queue.leave'), 1, told_);
        const direct = has('call.begin') && has('call.pickup') && sent[0]?.['callee'] !== '500';
        const byAgent = has('call.begin', `${id}1`) && has('call.pickup', `${id}1`);
        if (direct || byAgent) assert.equal(count('call.answer'), 1, told_);
        if (direct) assert.equal(count('call.ringing'), 1, told_);
      }
      const outcomes = await Promise.all(commands);
      const created = pbx.actions
        .filter(({ action }) => action === 'call.create')
        .map((request) => request['call_random_id']);
      assert.equal(new Set(created).size, created.length, 'no command was sent twice');
      const accepted = outcomes.filter(({ code }) => code === null);
      const uncertain = outcomes.filter(({ code }) => code === 'uncertain').length;
      for (const { reference } of accepted) assert.ok(created.includes(reference));
      assert.ok(created.length >= accepted.length && created.length <= accepted.length + uncertain);
      assert.deepEqual(
        [...new Set(outcomes.map(({ code }) => code))].filter(
          (code) => ![null, 'uncertain', 'not-connected'].includes(code),
        ),
        [],
      );
      assert.ok(ours.length <= created.length, 'no call came out of nothing');
      assert.ok(pbx.logins > 500 && messages > 35_000, `${pbx.logins} logins, ${messages} messages`);
      assert.equal(account.status.counters.malformed, 0);
    } finally {
      await bench.close();
    }
    assert.equal(clock.pending, 0, 'no timer is left');
  });
});
