import assert from 'node:assert/strict';
import { VirtualClock } from '../../../lib';
import type { Store } from '../../../lib';
import type { AccountEvent } from '../../../lib/model';
import type { FakeCallNews } from '../../fakes/mango-client-dialect';
import type { FakePurpose } from '../../fakes/mango-client-dialect';
import { Bench, SPELLINGS } from './bench';
import type { BenchOptions } from './bench';

const NUMBER = '79001112233';
const T0 = Date.parse('2026-01-01T00:00:00Z');

/** A call to 101 that nobody takes: three events. */
function missedCall(id: string, at: number): FakeCallNews[] {
  const about = { id, from: { number: NUMBER }, to: { extension: '101' } };
  return [
    { ...about, state: 'appeared', at },
    { ...about, state: 'disconnected', reason: '1111', at: at + 5_000 },
  ];
}

for (const spelling of SPELLINGS) {
  describe(`mango-client, ${spelling.dialect.title}: life cycle`, () => {
    let bench: Bench;
    const open = async (options: Partial<BenchOptions> = {}): Promise<Bench> => {
      bench = await Bench.open({ ...spelling, ...options });
      return bench;
    };
    afterEach(() => bench.close());

    it('channel, socket, register until there is no more, for every employee', async () => {
      await open({ extensions: '101, 102' });
      for (const user of ['101', '102']) {
        const steps = bench.service.requests.filter((one) => one.user === user).map(({ purpose }) => purpose);
        assert.deepEqual(steps, ['channel', 'register']);
        assert.ok(bench.service.user(user).present);
      }
      assert.equal(bench.service.sockets, 2);
    });

    it('never creates an integration or a user by itself', async () => {
      await open();
      assert.deepEqual(bench.service.asked('createIntegration'), []);
      assert.deepEqual(bench.service.asked('createUser'), []);
    });

    it('reads what was stored in batches of LIMIT, in its order, before it is connected', async () => {
      await open({
        before: (service) => {
          for (let n = 0; n < 7; n++)
            for (const news of missedCall(`E${n}`, T0 - 3_600_000 + n * 60_000)) service.call('101', news);
        },
        profile: JSON.stringify({ ...(JSON.parse(spelling.profile || '{}') as object), drain: { limit: 4 } }),
      });
      assert.equal(bench.service.asked('register').length, 5);
      assert.equal(String(bench.service.asked('register')[0]?.sent[spelling.dialect.names.limit]), '4');
      await bench.untilInTime('all calls ended', () => bench.account.calls().length === 0);
      const begins = bench.events
        .filter(({ type }) => type === 'call.begin')
        .map((event) => event as { call?: { id: string } });
      assert.deepEqual(
        begins.map(({ call }) => call?.id),
        ['E0', 'E1', 'E2', 'E3', 'E4', 'E5', 'E6'],
      );
      assert.equal(bench.last('call.end').call.endedAt, new Date(T0 - 3_600_000 + 6 * 60_000 + 5_000).toISOString());
      assert.equal(bench.events.filter(({ type }) => type === 'call.missed').length, 7);
    });

    it('holds live events back until the stored ones are told, and tells none twice', async () => {
      const about = { id: 'E1', from: { number: NUMBER }, to: { extension: '101' } };
      let asked = 0;
      await open({
        before: (service) => {
          service.call('101', { ...about, state: 'appeared', at: T0 - 60_000 });
          service.on('register', () => {
            if (++asked !== 2) return;
            // Present since the first answer: this comes live, and once more what was stored.
            service.call('101', { ...about, state: 'connected', at: T0 - 1_000 });
            service.call('101', { ...about, state: 'appeared', at: T0 - 60_000 });
          });
        },
      });
      await bench.heard();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer']);
    });

    it('ends when the service keeps its stored events for ever, and says so', async () => {
      const event = spelling.dialect.event('/call', spelling.dialect.call(missedCall('E1', T0)[0] as FakeCallNews));
      await open({
        before: (service) => {
          service.on('register', (request) => {
            service.user(request.user).present = true;
            return { status: 200, body: spelling.dialect.answer(0, { events: [event] }) };
          });
        },
      });
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing']);
      const warning = bench.events.find(({ type }) => type === 'account.warning') as AccountEvent;
      assert.match(warning.reason?.text ?? '', /without ever saying that there are no more \(code 109\)/);
    });

    it('signs every employee off when the account closes, after the sockets', async () => {
      await open({ extensions: '101, 102' });
      const open2: boolean[] = [];
      bench.service.on('unregister', ({ user }) => void open2.push(bench.service.user(user).socket !== null));
      await bench.account.close();
      assert.deepEqual(
        bench.service
          .asked('unregister')
          .map(({ user }) => user)
          .sort(),
        ['101', '102'],
      );
      assert.deepEqual(open2, [false, false]);
      assert.equal(bench.service.user('101').present, false);
    });

    it('signs all employees off at once, by a service that takes its time', async () => {
      const users = Array.from({ length: 20 }, (_, index) => String(101 + index));
      await open({ extensions: users.join(', ') });
      // It answers the first when it has heard of the last.
      let heardOfAll!: () => void;
      const all = new Promise<void>((resolve) => {
        heardOfAll = resolve;
      });
      let asked = 0;
      bench.service.on('unregister', () => {
        if (++asked === users.length) heardOfAll();
        return all;
      });
      await bench.account.close();
      assert.equal(asked, users.length);
      assert.deepEqual(
        users.filter((user) => bench.service.user(user).present),
        [],
      );
    });

    it('after a broken socket: signs off, takes a fresh channel, reads what was stored, tells of the gap', async () => {
      await open();
      const about = { id: 'E1', from: { number: NUMBER }, to: { extension: '101' } };
      bench.service.call('101', { ...about, state: 'appeared', at: T0 });
      await bench.heard();
      let signedOff = false;
      bench.service.on('unregister', () => {
        signedOff = true;
      });
      bench.service.on('channel', ({ user }) => {
        if (!signedOff) return;
        bench.service.on('channel', null);
        // Between the sign-off and the new session it is stored.
        bench.service.user(user).present = false;
        bench.service.call('101', { ...about, state: 'disconnected', reason: '1111', at: T0 + 4_000 });
      });
      bench.service.cut();
      await bench.untilInTime('reconnected', () => bench.states.filter((state) => state === 'connected').length === 2);
      await bench.untilInTime('ended', () => bench.account.calls().length === 0);
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.end', 'call.missed']);
      assert.equal(bench.service.asked('channel').length, 2);
      assert.equal(bench.service.sockets, 2);
      const gap = bench.events.find(({ type }) => type === 'account.gap') as AccountEvent;
      assert.equal(gap.gap?.recovered, false);
    });

    it('tells after a restart only what it has not told before, when the account has a store', async () => {
      const kept = new Map<string, unknown>();
      const store: Store = {
        get: (key) => Promise.resolve(kept.get(key)),
        set: (key, value) => Promise.resolve(void kept.set(key, structuredClone(value))),
      };
      const service = (first: Bench | null): Partial<BenchOptions> => ({
        account: { store },
        ...(first ? { on: first.service } : { service: { users: ['101'], keepsStored: true } }),
      });
      await open({
        ...service(null),
        before: (fake) => {
          for (const news of missedCall('E1', T0 - 60_000)) fake.call('101', news);
        },
      });
      await bench.untilInTime('told', () => bench.topics().includes('call.missed'));
      await bench.account.close();
      const former = bench;
      for (const news of missedCall('E2', T0 - 30_000)) former.service.call('101', news);
      await open(service(former));
      await bench.untilInTime('told', () => bench.topics().includes('call.missed'));
      const ids = new Set(bench.events.map((event) => ('call' in event ? event.call?.id : undefined)).filter(Boolean));
      assert.deepEqual([...ids], ['E2']);
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.end', 'call.missed']);
    });

    it('a store that fails stops nothing', async () => {
      const broken: Store = {
        get: () => Promise.reject(new Error('disk')),
        set: () => Promise.reject(new Error('disk')),
      };
      await open({ account: { store: broken } });
      for (const news of missedCall('E1', T0)) bench.service.call('101', news);
      await bench.untilInTime('told', () => bench.topics().includes('call.missed'));
      assert.ok(bench.log.some((line) => line.includes('disk')));
    });

    it('one employee whose line fails: the others work, and the account says what is wrong', async () => {
      await open({ extensions: '101, 102', service: { users: ['101'] }, waitFor: 'nothing' });
      await bench.until('degraded', () => bench.account.status.state === 'degraded');
      assert.match(bench.account.status.reason?.text ?? '', /1 of 2 extensions.*102/);
      bench.service.call('101', missedCall('E1', T0)[0] as FakeCallNews);
      await bench.heard();
      assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing']);
    });

    it('a service that does not answer the ping is told as degraded until it does', async () => {
      const profile = { ...(JSON.parse(spelling.profile || '{}') as object), pingMs: 5_000 };
      await open({ profile: JSON.stringify(profile) });
      bench.service.on('ping', () => ({ status: 500, body: {} }));
      await bench.untilInTime('degraded', () => bench.account.status.state === 'degraded', 20);
      bench.service.on('ping', null);
      await bench.untilInTime('connected again', () => bench.account.status.state === 'connected', 20);
      assert.equal(bench.service.sockets, 1);
    });

    it('a refused key waits minutes and does not hammer', async () => {
      await open({ waitFor: 'nothing', service: { token: 'the right one' }, account: { config: {} } });
      await bench.account.close();
      const { service } = bench;
      bench = await Bench.open({
        ...spelling,
        on: service,
        waitFor: 'nothing',
        account: { config: { url: service.url, token: 'a wrong one', extensions: '101', profile: spelling.profile } },
      });
      await bench.until('refused', () => bench.account.status.state === 'unauthorized');
      assert.ok(!JSON.stringify([bench.events, bench.log, bench.account.status]).includes('a wrong one'));
    });

    for (const purpose of ['channel', 'register', 'unregister'] as const satisfies readonly FakePurpose[])
      for (const how of ['cut', 'silent'] as const)
        it(`closes within a second when ${purpose} is ${how}`, async () => {
          const clock = new VirtualClock();
          await open({
            account: { clock },
            waitFor: purpose === 'unregister' ? 'connected' : 'nothing',
            before: (service) => service.on(purpose, () => how),
          });
          if (purpose !== 'unregister')
            await bench.until('it was asked', () => bench.service.asked(purpose).length > 0);
          const before = performance.now();
          await bench.account.close();
          assert.ok(performance.now() - before < 1_000);
          assert.equal(clock.pending, 0);
          await bench.until('nothing is open', () => bench.service.open === 0);
        });

    it('comes back after every step was cut once', async () => {
      const failures: FakePurpose[] = ['channel', 'register'];
      await open({
        waitFor: 'nothing',
        before: (service) => {
          for (const purpose of failures)
            service.on(purpose, () => {
              service.on(purpose, null);
              return 'cut';
            });
        },
      });
      await bench.untilInTime('connected', () => bench.account.status.state === 'connected');
      await bench.heard();
    });

    it('malformed frames are counted and harm nothing', async () => {
      await open();
      for (const frame of [
        '{',
        '[]',
        '[1,2]',
        'null',
        '"x"',
        '{"routeKey":5}',
        `{"routeKey":"/call","body":${'['.repeat(50)}${']'.repeat(50)}}`,
      ])
        bench.service.say(frame);
      await bench.heard();
      assert.equal(bench.account.status.counters.malformed, 5);
      assert.equal(bench.account.status.state, 'connected');
    });
  });
}
