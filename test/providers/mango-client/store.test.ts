import assert from 'node:assert/strict';
import type { FakeCallNews } from '../../fakes/mango-client-dialect';
import type { FakeMangoClient } from '../../fakes/mango-client-server';
import { Bench, SPELLINGS } from './bench';
import type { BenchOptions } from './bench';

const NUMBER = '79001112233';
const T0 = Date.parse('2026-01-01T00:00:00Z');
const E1 = { id: 'E1', from: { number: NUMBER }, to: { extension: '101' } };

const live = (service: FakeMangoClient, state: FakeCallNews['state'], at: number) =>
  service.call('101', { ...E1, state, at });

for (const spelling of SPELLINGS) {
  describe(`mango-client, ${spelling.dialect.title}: stored and live events`, () => {
    let bench: Bench;
    const open = async (options: Partial<BenchOptions> = {}): Promise<Bench> => {
      bench = await Bench.open({ ...spelling, ...options });
      return bench;
    };
    afterEach(() => bench.close());
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
  });
}
