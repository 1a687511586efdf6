import assert from 'node:assert/strict';
import { VirtualClock } from '../../../lib';
import type { Store } from '../../../lib';
import type { FakeCallNews } from '../../fakes/mango-client-dialect';
import type { FakeMangoClient } from '../../fakes/mango-client-server';
import { Bench, SPELLINGS } from './bench';
import type { BenchOptions } from './bench';

const NUMBER = '79001112233';
const T0 = Date.parse('2026-01-01T00:00:00Z');
const E1 = { id: 'E1', from: { number: NUMBER }, to: { extension: '101' } };

const live = (service: FakeMangoClient, state: FakeCallNews['state'], at: number) =>
  service.call('101', { ...E1, state, at });

const missed = (service: FakeMangoClient, from: number, to: number) => {
  for (let n = from; n < to; n++)
    for (const [state, at] of [
      ['appeared', 0],
      ['disconnected', 500],
    ] as const)
      service.call('101', { ...E1, id: `E${n}`, state, reason: '1111', at: T0 - 7_200_000 + n * 1_000 + at });
};

for (const spelling of SPELLINGS) {
  describe(`mango-client, ${spelling.dialect.title}: stored and live events`, () => {
    let bench: Bench;
    const open = async (options: Partial<BenchOptions> = {}): Promise<Bench> => {
      bench = await Bench.open({ ...spelling, ...options });
      return bench;
    };
    afterEach(() => bench.close());
    const told = (topic: string) => bench.events.filter(({ type }) => type === topic).length;
    const over = () => bench.untilInTime('all calls ended', () => bench.account.calls().length === 0, 1_000);
    const connected = () => bench.untilInTime('connected', () => bench.account.status.state === 'connected');

    for (const status of [200, 400, 404])
      it(`code 109 ends the drain with status ${status}: 4xx also means that there is nothing`, async () => {
        await open({
          before: (service) => {
            live(service, 'appeared', T0);
            service.on('register', ({ user }) => {
              if (service.user(user).store.length > 0) return undefined;
              return { status, body: spelling.dialect.answer(109) };
            });
          },
        });
        assert.equal(bench.service.asked('register').length, 2);
        assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing']);
      });

    it('a refusal is none, whatever its code', async () => {
      await open({
        waitFor: 'nothing',
        before: (service) => service.on('register', () => ({ status: 403, body: spelling.dialect.answer(109) })),
      });
      await bench.until('refused', () => bench.account.status.state === 'reconnecting');
    });

    describe('a session that breaks before the store is empty', () => {
      it('keeps the live events it has heard: the service has not stored them', async () => {
        let asked = 0;
        await open({
          waitFor: 'nothing',
          before: (service) => {
            live(service, 'appeared', T0 - 5_000);
            service.on('register', async () => {
              if (++asked !== 2) return undefined;
              live(service, 'connected', T0);
              live(service, 'held', T0 + 1_000);
              await service.read('101');
              return 'cut';
            });
          },
        });
        await connected();
        await bench.heard();
        assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.hold']);
      });

      it('tells them once, when they come out of the store as well', async () => {
        let asked = 0;
        const rain = { timestamp: T0 / 1000, rain: true };
        await open({
          waitFor: 'nothing',
          before: (service) => {
            live(service, 'appeared', T0 - 5_000);
            service.on('register', async ({ user }) => {
              if (++asked !== 2) return undefined;
              service.emit(user, '/weather', rain);
              await service.read(user);
              service.user(user).present = false;
              service.emit(user, '/weather', rain);
              return 'cut';
            });
          },
        });
        await connected();
        await bench.heard();
        assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'raw']);
      });

      it('takes the batch that was under way: it is out of the store', async () => {
        await open({
          waitFor: 'nothing',
          before: (service) => {
            live(service, 'appeared', T0);
            service.on('register', async ({ user }) => {
              service.on('register', null);
              const events = service.user(user).store.splice(0);
              service.cut();
              await bench.until('the break was noticed', () => bench.account.status.state === 'reconnecting');
              return { status: 200, body: spelling.dialect.answer(0, { events }) };
            });
          },
        });
        await bench.until('told', () => bench.topics().includes('call.ringing'));
        await connected();
        assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing']);
      });
    });

    describe('a service that keeps what it hands out', () => {
      const kept = new Map<string, unknown>();
      let writes = 0;
      const store: Store = {
        get: (key) => Promise.resolve(structuredClone(kept.get(key))),
        set: (key, value) => {
          writes++;
          return Promise.resolve(void kept.set(key, structuredClone(value)));
        },
      };
      beforeEach(() => {
        kept.clear();
        writes = 0;
      });
      const restart = async (before: (service: FakeMangoClient) => void = () => undefined) => {
        await bench.account.close();
        await open({ account: { store }, on: bench.service, before });
        await over();
      };
      const first = async (count: number) => {
        const profile = { ...(JSON.parse(spelling.profile || '{}') as object), drain: { limit: 100 } };
        await open({
          account: { store },
          service: { users: ['101'], keepsStored: true },
          profile: JSON.stringify(profile),
          before: (service) => missed(service, 0, count),
        });
        await over();
        assert.equal(told('call.missed'), count);
      };

      it('what is new behind the old is told after a restart', async () => {
        await first(200);
        await restart((service) => missed(service, 200, 205));
        assert.equal(told('call.missed'), 5);
        assert.equal(told('account.warning'), 0);
      });

      it('nothing of two weeks is told twice', async () => {
        await first(1_500);
        await restart();
        assert.deepEqual(bench.topics(), []);
        assert.equal(told('account.warning'), 0);
      });

      it('is remembered by few writings, of no more than the two weeks', async () => {
        await first(300);
        await bench.account.close();
        const size = JSON.stringify([...kept]).length;
        assert.ok(writes <= 3, `${writes} writings`);
        const clock = new VirtualClock(T0 + 16 * 86_400_000);
        const { service } = bench;
        service.user('101').store = [];
        missed(service, 1, 2);
        await open({ account: { store, clock }, on: service });
        await bench.account.close();
        assert.ok(JSON.stringify([...kept]).length < size / 50);
      });
    });

    describe('alike but not the same', () => {
      const STATES = ['appeared', 'connected', 'held', 'connected', 'held', 'connected'] as const;
      const TOPICS = [
        'call.begin',
        'call.ringing',
        'call.answer',
        'call.hold',
        'call.resume',
        'call.hold',
        'call.resume',
      ];

      it('a call held twice, live, without any time', async () => {
        await open();
        for (const state of STATES) bench.service.call('101', { ...E1, state });
        await bench.heard();
        assert.deepEqual(bench.topics(), TOPICS);
        assert.equal(bench.account.call('E1')?.state, 'answered');
      });

      for (const where of ['live', 'stored'] as const)
        it(`a call held twice, ${where}, with the time beside the content`, async () => {
          const say = (service: FakeMangoClient) => {
            for (const [index, state] of STATES.entries()) {
              const body = spelling.dialect.call({ ...E1, state });
              const event = { ...spelling.dialect.event('/call', body), [time]: T0 / 1000 - 100 + index };
              if (where === 'live') service.say(JSON.stringify(event));
              else service.user('101').store.push(event);
            }
          };
          const time = 'call_state' in spelling.dialect.call({ ...E1, state: 'held' }) ? 'timestamp' : 'moment';
          await open(where === 'stored' ? { before: say } : {});
          if (where === 'live') say(bench.service);
          await bench.heard();
          assert.deepEqual(bench.topics(), TOPICS);
        });

      it('a stored event that comes live as well is told once, also after the drain', async () => {
        await open({ before: (service) => live(service, 'appeared', T0) });
        const rain = { timestamp: T0 / 1000, moment: T0 / 1000 };
        bench.service.user('101').present = false;
        bench.service.emit('101', '/weather', rain);
        bench.service.cut();
        await bench.untilInTime('again', () => bench.states.filter((state) => state === 'connected').length === 2);
        bench.service.emit('101', '/weather', rain);
        bench.service.emit('101', '/weather', { ...rain, rain: true });
        await bench.heard();
        assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'raw', 'raw']);
      });

      it('a live event that the service stored as well is told once', async () => {
        await open();
        const rain = { timestamp: T0 / 1000, moment: T0 / 1000 };
        bench.service.emit('101', '/weather', rain);
        await bench.heard();
        bench.service.user('101').present = false;
        bench.service.emit('101', '/weather', rain);
        bench.service.cut();
        await bench.untilInTime('again', () => bench.states.filter((state) => state === 'connected').length === 2);
        assert.deepEqual(bench.topics(), ['raw']);
      });
    });
  });
}
