import assert from 'node:assert/strict';
import type { AccountEvent } from '../../../lib/model';
import { Bench, SPELLINGS } from './bench';
import type { BenchOptions } from './bench';

const NUMBER = '79001112233';
const T0 = Date.parse('2026-01-01T00:00:00Z');
const E1 = { id: 'E1', from: { number: NUMBER }, to: { extension: '101' } };
const MINUTE = 60_000;

for (const spelling of SPELLINGS) {
  describe(`mango-client, ${spelling.dialect.title}: calls whose end was lost`, () => {
    let bench: Bench;
    const open = async (options: Partial<BenchOptions> = {}): Promise<Bench> => {
      bench = await Bench.open({ ...spelling, ...options });
      return bench;
    };
    afterEach(() => bench.close());
    const live = () => bench.account.calls().map(({ id }) => id);
    /** In one go: the sockets, which live in the computer's time, do not notice. */
    const wait = (minutes: number) => bench.clock.advance(minutes * MINUTE);
    const broken = async (user?: string) => {
      bench.service.cut(user);
      await bench.untilInTime('again', () => bench.states.filter((state) => state === 'connected').length === 2);
    };

    it('a ringing call that lived through a break ends a quarter of an hour after its last word', async () => {
      await open();
      bench.service.call('101', { ...E1, state: 'appeared', at: T0 });
      await bench.heard();
      await broken();
      wait(14);
      assert.deepEqual(live(), ['E1']);
      wait(2);
      assert.deepEqual(live(), []);
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.end*']);
      assert.equal(bench.last('call.end').call.disposition, 'unknown');
    });

    it('the gap of a connection that fell silent begins with the last that was heard', async () => {
      await open();
      bench.clock.advance(4_000);
      await bench.heard();
      bench.clock.advance(40_000);
      await bench.untilInTime('again', () => bench.states.filter((state) => state === 'connected').length === 2);
      const gap = bench.events.find(({ type }) => type === 'account.gap') as AccountEvent;
      assert.equal(gap.gap?.from, new Date(T0 + 4_000).toISOString());
    });

    it('an answered one after six hours', async () => {
      await open();
      for (const state of ['appeared', 'connected'] as const) bench.service.call('101', { ...E1, state, at: T0 });
      await bench.heard();
      await broken();
      wait(350);
      assert.deepEqual(live(), ['E1']);
      wait(20);
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end*']);
      assert.equal(bench.last('call.end').call.disposition, 'answered');
    });

    it('a call of a line that did not break has all its time', async () => {
      await open({ extensions: '101, 102' });
      bench.service.call('101', { ...E1, state: 'appeared', at: T0 });
      await bench.heard();
      await broken('102');
      wait(30);
      assert.deepEqual(live(), ['E1']);
    });

    it('a stored call without an end is one as well', async () => {
      await open({
        before: (service) => service.call('101', { ...E1, state: 'appeared', at: T0 - 120 * MINUTE }),
      });
      assert.deepEqual(live(), ['E1']);
      wait(16);
      assert.deepEqual(live(), []);
    });

    const end = () => bench.last('call.end').call.endedAt;
    const storedIvr = async (minutesAgo: number) => {
      const at = T0 - minutesAgo * MINUTE;
      await open({
        extensions: '101, 102',
        before: (service) => service.emit('101', '/ivr', service.dialect.ivr({ id: 'E1', number: NUMBER, at })),
      });
    };

    describe('in the voice menu, out of the store', () => {
      it('one long ago is over, in its own time', async () => {
        await storedIvr(120);
        wait(1);
        assert.deepEqual(bench.topics(), ['call.begin', 'call.end*']);
        assert.equal(end(), new Date(T0 - 110 * MINUTE).toISOString());
      });

      it('one of just now has the rest of its time', async () => {
        await storedIvr(6);
        wait(3);
        assert.deepEqual(live(), ['E1']);
        wait(2);
        assert.equal(end(), new Date(T0 + 4 * MINUTE).toISOString());
      });

      it("goes on in another line's store", async () => {
        await storedIvr(120);
        const { service } = bench;
        service.user('102').present = false;
        const states = ['appeared', 'connected', 'disconnected'] as const;
        for (const [index, state] of states.entries())
          service.call('102', {
            id: 'E1',
            from: { number: NUMBER },
            to: { extension: '102' },
            state,
            at: T0 - 119 * MINUTE + index,
          });
        await broken('102');
        await bench.untilInTime('over', () => live().length === 0);
        assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
      });
    });
  });
}
