import assert from 'node:assert/strict';
import { setUpAccount, testAccount } from '../../../lib';
import type { Command, PbxErrorCode } from '../../../lib/model';
import { PbxError } from '../../../lib/model';
import type { AccountOptions } from '../../../lib/account';
import { mangoClient } from '../../../lib/providers/mango-client';
import type { FakeCallNews, FakePurpose } from '../../fakes/mango-client-dialect';
import { Bench, SPELLINGS } from './bench';

const NUMBER = '79001112233';
const signal = () => AbortSignal.timeout(5_000);
const T0 = Date.parse('2026-01-01T00:00:00Z');

for (const [index, spelling] of SPELLINGS.entries()) {
  const { dialect } = spelling;
  const otherPath: Partial<Record<FakePurpose, string>> = SPELLINGS[1 - index]?.dialect.paths ?? {};
  describe(`mango-client, ${dialect.title}: commands`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await Bench.open({ ...spelling, extensions: '101, 102' });
    });
    afterEach(() => bench.close());

    const options = (config: Record<string, unknown> = {}): AccountOptions => ({
      name: 'Office',
      provider: 'mango-client',
      providers: [mangoClient],
      config: {
        url: bench.service.url,
        token: bench.service.token,
        extensions: '101, 103',
        profile: spelling.profile,
        ...config,
      },
    });
    const fails = async (command: Command, code: PbxErrorCode): Promise<PbxError> => {
      try {
        await bench.account.execute(command);
      } catch (error) {
        assert.ok(error instanceof PbxError);
        assert.equal(error.code, code, error.message);
        return error;
      }
      throw new Error('it went well');
    };
    let at = T0;
    const say = (user: string, news: Omit<FakeCallNews, 'at'>) =>
      bench.service.call(user, { ...news, at: (at += 1_000) });
    const ringing = async () => {
      say('101', { id: 'E1', leg: 'L1', state: 'appeared', from: { number: NUMBER }, to: { extension: '101' } });
      await bench.heard();
    };

    describe('make call', () => {
      const own = { id: 'E1', leg: 'L1', from: { number: NUMBER, name: 'Jana' }, to: { extension: '101' } };
      const place = (replyWhen: 'accepted' | 'ended' = 'ended') =>
        bench.account.execute({
          command: 'call',
          from: '101',
          to: `+${NUMBER}`,
          tag: 'order 7',
          replyWhen,
          timeout: 60,
        });

      for (const [title, far] of [
        ['under one id', { id: 'E1', leg: 'L2', from: { extension: '101' }, to: { number: NUMBER } }],
        ['under two ids', { id: 'E2', leg: 'L2', from: { extension: '101' }, to: { number: NUMBER } }],
      ] as const)
        it(`the reversed first leg and the far leg are one outbound call, ${title}`, async () => {
          const outcome = place();
          await bench.until('it was asked', () => bench.service.asked('callback').length === 1);
          say('101', { ...own, state: 'appeared' });
          say('101', { ...own, state: 'connected' });
          say('101', { ...far, state: 'appeared' });
          say('101', { ...far, state: 'connected' });
          say('101', { ...far, state: 'disconnected' });
          say('101', { ...own, state: 'disconnected' });
          await bench.untilInTime('over', () => bench.topics().includes('call.end'));
          const { payload } = await outcome;
          assert.equal(payload.reached, true);
          assert.equal(payload.call?.tag, 'order 7');
          assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
          const { call } = bench.last('call.begin');
          assert.equal(call.direction, 'outbound');
          assert.equal(call.from.extension, '101');
          assert.equal(call.to.number, NUMBER);
          assert.equal(bench.service.asked('callback')[0]?.sent[dialect.names.to], NUMBER);
        });

      it('a far end that does not answer is not reached, and the call is not missed', async () => {
        const outcome = place();
        await bench.until('it was asked', () => bench.service.asked('callback').length === 1);
        say('101', { ...own, state: 'appeared' });
        say('101', { ...own, state: 'connected' });
        const far = { id: 'E1', leg: 'L2', from: { extension: '101' }, to: { number: NUMBER } };
        say('101', { ...far, state: 'appeared' });
        say('101', { ...far, state: 'disconnected', reason: '1121' });
        say('101', { ...own, state: 'disconnected' });
        await bench.untilInTime('over', () => bench.topics().includes('call.end'));
        const { payload } = await outcome;
        assert.equal(payload.reached, false);
        assert.equal(payload.call?.disposition, 'busy');
        assert.ok(!bench.topics().includes('call.missed'));
      });

      for (const [title, told] of [
        ['his own line first', ['101', '102']],
        ["the colleague's line first", ['102', '101']],
      ] as const)
        it(`to a colleague in the account, ${title}`, async () => {
          const outcome = bench.account.execute({
            command: 'call',
            from: '101',
            to: '102',
            tag: 'order 7',
            replyWhen: 'answered',
            timeout: 60,
          });
          await bench.until('it was asked', () => bench.service.asked('callback').length === 1);
          const legs = [
            { id: 'E1', leg: 'L1', from: { number: '102' }, to: { extension: '101' } },
            { id: 'E1', leg: 'L2', from: { extension: '101' }, to: { extension: '102' } },
          ];
          for (const leg of legs)
            for (const state of ['appeared', 'connected'] as const)
              for (const user of told) {
                say(user, { ...leg, state });
                await bench.heard(user);
              }
          const { payload } = await outcome;
          assert.equal(payload.call?.tag, 'order 7');
          assert.deepEqual(bench.topics(), ['call.begin', 'call.ringing', 'call.answer']);
          const { call } = bench.last('call.answer');
          assert.equal(call.direction, 'internal');
          assert.equal(call.from.extension, '101');
          assert.equal(call.to.extension, '102');
          assert.equal(call.answeredBy?.extension, '102');
        });

      it('only for the employees of the account', async () => {
        const error = await fails({ command: 'call', from: '999', to: NUMBER }, 'invalid-argument');
        assert.match(error.message, /101, 102/);
        assert.equal(bench.service.asked('callback').length, 0);
      });

      it('a call from the same customer while nothing is asked for is an incoming one', async () => {
        await place('accepted');
        say('102', { ...own, to: { extension: '102' }, state: 'appeared' });
        await bench.heard('102');
        assert.equal(bench.last('call.begin').call.direction, 'inbound');
      });
    });

    describe('route', () => {
      it('is done when /route_result says so', async () => {
        await ringing();
        const outcome = bench.account.execute({ command: 'redirect', call: 'E1', to: '102' });
        await bench.until('it was asked', () => bench.service.asked('route').length === 1);
        bench.service.emit('102', '/route_result', dialect.routeResult({ call: 'E1', code: 0 }));
        const { payload } = await outcome;
        assert.equal(payload.call?.id, 'E1');
        assert.equal(bench.service.asked('route')[0]?.sent[dialect.names.routeTo], '102');
        assert.equal(bench.service.asked('route')[0]?.sent[dialect.names.call], 'L1');
      });

      it('a result that comes before the answer counts as well', async () => {
        await ringing();
        bench.service.on('route', async () => {
          bench.service.emit('101', '/route_result', dialect.routeResult({ call: 'E1', code: 0 }));
          await bench.heard();
        });
        await bench.account.execute({ command: 'redirect', call: 'E1', to: '102' });
      });

      it('a refusal is rejected, with the words of the service', async () => {
        await ringing();
        bench.service.on('route', () =>
          bench.service.emit(
            '101',
            '/route_result',
            dialect.routeResult({ call: 'E1', code: 3105, message: 'no such number' }),
          ),
        );
        const error = await fails({ command: 'redirect', call: 'E1', to: '102' }, 'rejected');
        assert.deepEqual(error.cause.vendor, { code: '3105', message: 'no such number' });
      });

      it('without a result it is uncertain, and asked once', async () => {
        await ringing();
        const outcome = fails({ command: 'redirect', call: 'E1', to: '102' }, 'uncertain');
        let done = false;
        outcome.then(
          () => (done = true),
          () => (done = true),
        );
        await bench.until('it was asked', () => bench.service.asked('route').length === 1);
        await bench.untilInTime('given up', () => done);
        await outcome;
        assert.equal(bench.service.asked('route').length, 1);
      });

      it('a flow answers a call of the IVR, whoever was told of it', async () => {
        const questions: { call: string; number: string | null }[] = [];
        bench.account.onRoute({ timeoutMs: 1_000 }, (request) => {
          questions.push({ call: request.call, number: request.number });
          assert.equal(bench.account.call(request.call)?.from.number, NUMBER);
          request.answer({ to: '102', contactName: null });
        });
        bench.service.on('route', () =>
          bench.service.emit('101', '/route_result', dialect.routeResult({ call: 'E1', code: 0 })),
        );
        bench.service.ivr({ id: 'E1', number: NUMBER, at: T0 });
        await bench.until('it was asked', () => bench.service.asked('route').length === 1);
        assert.deepEqual(questions, [{ call: 'E1', number: NUMBER }]);
        assert.equal(bench.service.asked('route')[0]?.sent[dialect.names.routeTo], '102');
      });

      it('a route that fails behind a route request is a warning', async () => {
        bench.account.onRoute({ timeoutMs: 1_000 }, (request) => request.answer({ to: '102', contactName: null }));
        bench.service.on('route', () => ({ status: 400, body: dialect.answer(2, { message: 'too late' }) }));
        bench.service.ivr({ id: 'E1', number: NUMBER, at: T0 });
        await bench.until('warned', () => bench.events.some(({ type }) => type === 'account.warning'));
      });

      it('nobody is asked about a call of the IVR out of the store', async () => {
        await bench.account.close();
        const { service } = bench;
        service.user('101').store.push(dialect.event('/ivr', dialect.ivr({ id: 'E9', number: NUMBER, at: T0 })));
        bench = await Bench.open({ ...spelling, extensions: '101, 102', on: service, waitFor: 'nothing' });
        bench.account.onRoute({ timeoutMs: 1_000 }, () => assert.fail('asked'));
        await bench.until('connected', () => bench.account.status.state === 'connected');
        assert.deepEqual(bench.topics(), ['call.begin']);
      });
    });

    it('transfer: in the name of the one who talks', async () => {
      await ringing();
      say('101', { id: 'E1', leg: 'L1', state: 'connected', from: { number: NUMBER }, to: { extension: '101' } });
      await bench.heard();
      await bench.account.execute({ command: 'transfer', call: 'E1', to: '102', mode: 'blind' });
      const [asked] = bench.service.asked('transfer');
      assert.equal(asked?.user, '101');
      assert.equal(asked?.sent[dialect.names.call], 'L1');
      await fails({ command: 'transfer', call: 'E1', to: '102', mode: 'attended' }, 'not-supported');
    });

    it("hang up is not supported, for the vendor's reason", async () => {
      await ringing();
      const error = await fails({ command: 'hangup', call: 'E1' }, 'not-supported');
      assert.match(error.message, /ended on the telephone/);
    });

    const effects: [FakePurpose, Command][] = [
      ['callback', { command: 'call', from: '101', to: NUMBER }],
      ['route', { command: 'redirect', call: 'E1', to: '102' }],
      ['transfer', { command: 'transfer', call: 'E1', to: '102', mode: 'blind', by: '101' }],
    ];
    for (const [purpose, command] of effects) {
      it(`${purpose} whose answer is cut off is uncertain, and never sent again`, async () => {
        await ringing();
        bench.service.on(purpose, () => 'cut');
        await fails(command, 'uncertain');
        assert.equal(bench.service.asked(purpose).length, 1);
      });
      it(`${purpose} that the service breaks down over is uncertain`, async () => {
        await ringing();
        bench.service.on(purpose, () => ({ status: 500, body: {} }));
        await fails(command, 'uncertain');
        assert.equal(bench.service.asked(purpose).length, 1);
      });
      it(`${purpose} refused with a code is rejected`, async () => {
        await ringing();
        bench.service.on(purpose, () => ({
          status: 200,
          body: dialect.answer(4001, { message: `no, ${bench.service.token}` }),
        }));
        const error = await fails(command, 'rejected');
        assert.equal(error.cause.vendor?.code, '4001');
        assert.ok(!JSON.stringify([error.message, error.cause]).includes(bench.service.token));
      });
    }

    for (const [purpose, command] of effects)
      it(`${purpose} goes out in the other spelling when the service does not know the one, and stays with it`, async () => {
        const paths = { ...dialect.paths, [purpose]: otherPath[purpose] };
        await bench.close();
        bench = await Bench.open({ ...spelling, dialect: { ...dialect, paths }, extensions: '101, 102' });
        await ringing();
        bench.service.on('route', ({ sent }) =>
          bench.service.emit(
            '101',
            '/route_result',
            dialect.routeResult({ call: String(sent[dialect.names.call]), code: 0 }),
          ),
        );
        const before = bench.service.unknown;
        await bench.account.execute(command);
        await bench.account.execute(command);
        assert.equal(bench.service.asked(purpose).length, 2);
        assert.equal(bench.service.unknown, before + 1);
      });

    it('a recording link that was not told is asked for', async () => {
      const { payload } = await bench.account.execute({ command: 'recording', action: 'link', recording: 'R7' });
      assert.deepEqual(payload.result, { id: 'R7', url: 'https://records.example/R7' });
    });

    it('a recording link may be a redirect', async () => {
      bench.service.on('record', () => ({ status: 302, body: {}, location: 'https://records.example/there' }));
      const { payload } = await bench.account.execute({ command: 'recording', action: 'link', recording: 'R7' });
      assert.deepEqual(payload.result, { id: 'R7', url: 'https://records.example/there' });
    });

    it('pbx action: any path, with the key of the account', async () => {
      const request = { path: dialect.paths.callback, body: { [dialect.names.user]: '101', [dialect.names.to]: '5' } };
      await bench.account.execute({ command: 'action', request });
      assert.equal(bench.service.asked('callback')[0]?.sent[dialect.names.to], '5');
      await bench.account.execute({ command: 'action', request: { path: dialect.paths.ping } });
      for (const path of ['https://evil.example/', '/../x', '', 5, undefined])
        await fails({ command: 'action', request: { path } }, 'invalid-argument');
    });

    it('members: the employees of the account, with what is known of them', async () => {
      await ringing();
      const { payload } = await bench.account.execute({ command: 'query', query: 'members' });
      assert.deepEqual(
        (payload.result as { extension: string; state: string }[]).map(
          ({ extension, state }) => `${extension} ${state}`,
        ),
        ['101 ringing', '102 unknown'],
      );
    });

    describe('set-up and test', () => {
      it('creates the integration with the parameters given, and hands its key back', async () => {
        const inputs = { parameters: '{"pbx": "P1"}' };
        const report = await setUpAccount(options({ token: '' }), 'createIntegration', inputs, signal());
        assert.deepEqual(report.fields, { token: bench.service.token });
        assert.ok(!report.summary.includes(bench.service.token));
        assert.deepEqual(
          bench.service.asked('createIntegration').map(({ sent }) => sent),
          [{ pbx: 'P1' }],
        );
      });

      it('adds the employees, all or those given', async () => {
        const all = await setUpAccount(options(), 'createUsers', {}, signal());
        assert.match(all.summary, /101, 103/);
        assert.ok(bench.service.users.has('103'));
        await setUpAccount(options(), 'createUsers', { extensions: '104' }, signal());
        assert.deepEqual(
          bench.service.asked('createUser').map(({ user }) => user),
          ['101', '103', '104'],
        );
      });

      it('says which employee was not added, and which were', async () => {
        bench.service.on('createUser', ({ user }) =>
          user === '103' ? { status: 200, body: dialect.answer(3, { message: 'unknown number' }) } : undefined,
        );
        await assert.rejects(
          setUpAccount(options(), 'createUsers', {}, signal()),
          /103 was not added.*Added before it: 101/,
        );
      });

      it('an action it does not have is not found', async () => {
        await assert.rejects(setUpAccount(options(), 'constructor', {}, signal()), { code: 'not-found' });
      });

      it('the test of the connection takes nothing from the deployed account', async () => {
        const before = bench.service.asked('register').length;
        const { summary } = await testAccount(options({ extensions: '102' }), signal());
        assert.match(summary, /102/);
        assert.equal(bench.service.asked('register').length, before);
        await assert.rejects(testAccount(options({ token: 'wrong' }), signal()), { code: 'unauthorized' });
      });
    });
  });
}
