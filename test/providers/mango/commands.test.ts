/** Commands (specification 5): what goes out, what the PBX says of it, and that nothing is ever sent twice. */

import assert from 'node:assert/strict';
import type { AccountEvent, CallEvent } from '../../../lib/index';
import type { Office } from './office';
import { openOffice, passing, rejects, withoutId } from './office';

const customer = { number: '70000000001' };
const jana = { extension: '101' };

describe('MANGO commands', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const call = (more: object = {}) =>
    office.account.execute({ command: 'call', from: '101', to: '+7 (000) 000-00-01', ...more });
  /** Something genuine arrives, so that results of commands are waited for. */
  const hear = () => office.pbx.post('/ping', {});
  const talking = async (more: object = {}) => {
    const leg = office.pbx.call('E1').leg('L1', { from: customer, to: jana, ...more });
    await leg.appeared();
    await leg.connected();
    return leg;
  };

  /** The PBX misses a parameter. */
  const wrong = () =>
    rejects(
      office.account.execute({ command: 'action', request: { path: 'commands/callback' } }),
      'invalid-argument',
      /3103/,
    );

  describe('make call', () => {
    it('asks for a callback with the reference as its id, numbers without plus and blanks', async () => {
      const { payload } = await call({ callerId: '+70000000099' });
      const sent = office.pbx.last('commands/callback');
      assert.deepEqual(sent, {
        command_id: payload.reference,
        from: { extension: '101' },
        to_number: '70000000001',
        line_number: '70000000099',
      });
      assert.match(payload.reference ?? '', /^[0-9a-f]{32}$/);
    });

    it('shows a SIP line by its name', async () => {
      await call({ callerId: ' my-trunk (2) ' });
      assert.equal(office.pbx.last('commands/callback')['line_number'], 'my-trunk (2)');
      await call({ callerId: '+7 (000) 000-00-99' });
      assert.equal(office.pbx.last('commands/callback')['line_number'], '70000000099');
    });

    it('from a group uses its own command, whose fields are plain texts', async () => {
      await call({ from: 'group:22', callerId: '70000000099' });
      const sent = withoutId(office.pbx.last('commands/callback_group'));
      assert.deepEqual(sent, { from: '22', to: '70000000001', line_number: '70000000099' });
      await rejects(call({ from: 'group:22' }), 'invalid-argument', /callerId/);
    });

    it('is refused here when MANGO would call it wrong', async () => {
      await rejects(call({ from: 'Jana' }), 'invalid-argument', /extension/);
      assert.deepEqual(office.pbx.paths, [], 'a wrong request costs the PBX its API');
    });

    it('ties the call to the command, so that its tag and its answer come back', async () => {
      office.pbx.onCommand('callback', async ({ command_id }) => {
        const placed = office.pbx.call('E1', { command_id, callback_initiator: 'API' });
        const own = placed.leg('L1', { from: customer, to: jana });
        await own.appeared();
        await own.connected();
        const far = placed.leg('L2', { from: { extension: '101', taken_from_call_id: 'L1' }, to: customer });
        await far.appeared();
        await own.gone(1000);
        await far.connected();
      });
      const { payload } = await call({ tag: 'order 7', replyWhen: 'answered' });
      assert.equal(payload.reached, true);
      assert.equal(payload.call?.id, 'E1');
      const begun = office.of<CallEvent>('call.begin');
      assert.deepEqual(
        begun.map((event) => event.call.tag),
        ['order 7'],
      );
    });

    it('ties it also when the events are faster than the answer', async () => {
      const events = async () => {
        await office.until('the command arrives', () => office.pbx.paths.length > 0);
        const { command_id } = office.pbx.last('commands/callback');
        const placed = office.pbx.call('E1', { command_id, callback_initiator: 'API' });
        await placed.leg('L1', { from: customer, to: jana }).appeared();
      };
      office.pbx.next('commands/callback', { status: 200, json: { result: 1000 }, after: events() });
      assert.equal((await call({ tag: 'fast' })).payload.call?.id, 'E1');
      assert.equal(office.of<CallEvent>('call.begin')[0]?.call.tag, 'fast');
    });

    it('fails with the reason when the result refuses it, before or after the answer', async () => {
      await hear();
      office.pbx.tellsResults = false;
      office.pbx.onCommand(
        'callback',
        async ({ command_id }) => void (await office.pbx.post('/result/callback', { command_id, result: '2240' })),
      );
      const error = await rejects(call(), 'forbidden', /not enough money/);
      assert.equal(error.cause.vendor?.code, '2240');
      assert.equal(error.cause.retryable, false);
    });

    it('that is refused after all ends as a call that failed', async () => {
      office.pbx.tellsResults = false;
      const { payload } = await call({ tag: 'late' });
      await office.pbx.post('/result/callback', { command_id: payload.reference, result: 1121 });
      assert.deepEqual(office.story(), ['begin outbound (inferred)', 'end busy (inferred)']);
      assert.equal(office.of<CallEvent>('call.end')[0]?.call.tag, 'late');
    });

    it('does not wait for a result where nothing is ever heard', async () => {
      office.pbx.deliver = null;
      await call();
      assert.equal(office.pbx.paths.length, 1);
    });

    it('takes the command for accepted when its result stays away', async () => {
      await hear();
      office.pbx.tellsResults = false;
      const { payload } = await passing(office.clock, call());
      assert.match(payload.reference ?? '', /^[0-9a-f]{32}$/);
    });
  });

  describe('that get no answer', () => {
    it('are uncertain after the time limit, and not sent again', async () => {
      office.pbx.next('commands/callback', { status: 200, instead: 'hang' });
      const error = await rejects(passing(office.clock, call()), 'uncertain', /may have been carried out/);
      assert.equal(error.cause.retryable, false);
      assert.equal(office.pbx.paths.length, 1);
    });

    it('are uncertain when the connection breaks or the server does', async () => {
      office.pbx.next('commands/callback', { status: 200, instead: 'cut' });
      await rejects(call(), 'uncertain');
      office.pbx.next('commands/callback', { status: 502, text: '<html>bad gateway</html>' });
      await rejects(call(), 'uncertain', /502/);
      office.pbx.next('commands/callback', { status: 200, text: 'fine' });
      await rejects(call(), 'uncertain', /without a result/);
      assert.equal(office.pbx.paths.length, 3);
    });

    it('are certain when a notification tells what became of them', async () => {
      await hear();
      for (const code of [1000, 1121]) {
        office.pbx.next('commands/callback', { status: 502 });
        const sent = call();
        await office.until('the command arrives', () => office.pbx.paths.length > 0);
        const { command_id } = office.pbx.requests.shift()?.fields ?? {};
        await office.pbx.post('/result/callback', { command_id, result: code });
        if (code === 1000) assert.equal((await sent).payload.reference, command_id);
        else await rejects(sent, 'rejected', /busy/);
      }
    });

    it('did surely nothing when the PBX cannot be reached', async () => {
      await office.pbx.close();
      const error = await rejects(call(), 'unavailable');
      assert.equal(error.cause.retryable, true);
      assert.equal(office.account.status.state, 'degraded');
    });
  });

  describe('for a call', () => {
    it('hang up ends the leg people talk on, named by the id of the call or of a leg', async () => {
      const leg = await talking();
      await office.account.execute({ command: 'hangup', call: 'E1' });
      assert.equal(office.pbx.last('commands/call/hangup')['call_id'], 'L1');
      await office.account.execute({ command: 'hangup', call: 'L1' });
      await leg.gone(1181);
      await rejects(office.account.execute({ command: 'hangup', call: 'L77' }), 'not-found');
    });

    it('hang up says when the call only waits in a queue', async () => {
      await office.pbx
        .call('E1')
        .leg('L1', { location: 'queue', from: customer, to: { acd_group: '22' } })
        .appeared();
      await rejects(office.account.execute({ command: 'hangup', call: 'E1' }), 'rejected', /queue/);
      assert.deepEqual(office.pbx.paths, []);
    });

    it('redirect leads the leg in the IVR elsewhere, and not an answered one', async () => {
      await office.pbx.call('E1').leg('L1', { location: 'ivr', from: customer, to: {} }).appeared();
      await office.account.execute({ command: 'redirect', call: 'E1', to: '102' });
      const sent = withoutId(office.pbx.last('commands/route'));
      assert.deepEqual(sent, { call_id: 'L1', to_number: '102' });
      const leg = office.pbx.call('E2').leg('L2', { from: customer, to: jana });
      await leg.appeared();
      await leg.connected();
      await rejects(
        passing(office.clock, office.account.execute({ command: 'redirect', call: 'E2', to: '102' })),
        'rejected',
        /transfer/,
      );
    });

    it('transfer names who transfers by the value of the extension', async () => {
      await talking();
      await office.account.execute({ command: 'transfer', call: 'E1', to: '102', mode: 'blind' });
      const sent = withoutId(office.pbx.last('commands/transfer'));
      assert.deepEqual(sent, { call_id: 'L1', method: 'blind', to_number: '102', initiator: '101' });
      const attended = office.account.execute({
        command: 'transfer',
        call: 'E1',
        to: '102',
        mode: 'attended',
        by: '101',
      });
      await passing(office.clock, attended);
      assert.equal(office.pbx.last('commands/transfer')['method'], 'hold');
    });

    it('transfer of a call an employee placed is his, not the far end s', async () => {
      await talking({ from: jana, to: customer });
      await office.account.execute({ command: 'transfer', call: 'E1', to: '102', mode: 'blind' });
      assert.equal(office.pbx.last('commands/transfer')['initiator'], '101');
    });

    it('transfer needs somebody who talks', async () => {
      await office.pbx.call('E1').leg('L1', { from: customer, to: jana }).appeared();
      const transfer = office.account.execute({ command: 'transfer', call: 'E1', to: '102', mode: 'blind' });
      await rejects(transfer, 'rejected', /nobody talks/);
    });

    it('recording is started for the employee who talks', async () => {
      await talking();
      await office.account.execute({ command: 'recording', action: 'start', call: 'E1' });
      const sent = withoutId(office.pbx.last('commands/recording/start'));
      assert.deepEqual(sent, { call_id: 'L1', call_party_number: '101' });
      await rejects(office.account.execute({ command: 'recording', action: 'start', call: 'E9' }), 'not-found');
      await rejects(office.account.execute({ command: 'recording', action: 'stop', call: 'E1' }), 'not-supported');
    });

    it('a refusal that comes after the answer is a warning', async () => {
      await talking();
      office.pbx.tellsResults = false;
      office.clock.advance(1_000);
      const hangup = passing(office.clock, office.account.execute({ command: 'hangup', call: 'E1' }));
      const { payload } = await hangup;
      await office.pbx.post('/result/call/hangup', { command_id: payload.reference, result: 4101 });
      const warning = office.of<AccountEvent>('account.warning')[0];
      assert.match(warning?.reason?.text ?? '', /call\/hangup.*4101/);
    });
  });

  describe('wrong requests', () => {
    it('are told with the code and never repeated', async () => {
      const error = await wrong();
      assert.equal(error.cause.retryable, false);
      assert.equal(office.pbx.paths.length, 1);
    });

    it('twice within two minutes stop everything until the penalty is over, without asking', async () => {
      await wrong();
      office.clock.advance(60_000);
      await wrong();
      await rejects(call(), 'rate-limited', /60 s more/);
      assert.equal(office.pbx.paths.length, 2, 'nothing is sent into the penalty');
      office.clock.advance(60_000);
      await call();
    });

    it('further apart are forgiven', async () => {
      await wrong();
      office.clock.advance(120_000);
      await wrong();
      await call();
    });

    it('make a 401 that follows them a penalty and not a wrong password', async () => {
      await wrong();
      office.pbx.next('commands/callback', { status: 401 });
      const error = await rejects(call(), 'rate-limited', /blocked/);
      assert.equal(error.cause.vendor?.code, '401');
      assert.equal(office.account.status.state, 'connected');
      await rejects(office.account.execute({ command: 'query', query: 'balance' }), 'rate-limited');
      office.clock.advance(120_000);
      await call();
    });

    it('are remembered over a deploy, since the vendor does', async () => {
      await wrong();
      await wrong();
      const again = await openOffice({ url: office.pbx.url }, { clock: office.clock });
      await rejects(again.account.execute({ command: 'query', query: 'balance' }), 'rate-limited', /blocked/);
      await again.close();
    });
  });

  describe('limits of the PBX', () => {
    it('told with 429 or 503 make a pause, and a command fails as not sent', async () => {
      office.pbx.next('commands/callback', {
        status: 429,
        headers: { 'Retry-After': '7' },
        json: { name: 'x', message: 'Rate limit exceeded.', code: 0, status: 429 },
      });
      const error = await rejects(call(), 'rate-limited');
      assert.equal(error.cause.retryable, true);
      const before = office.clock.now();
      await passing(office.clock, call());
      assert.ok(office.clock.now() - before >= 7_000);
      office.pbx.next('commands/callback', { status: 503 });
      await rejects(call(), 'rate-limited');
      office.pbx.next('commands/callback', { status: 200, json: { result: 5008 } });
      await rejects(passing(office.clock, call()), 'rate-limited', /5008/);
    });
  });

  describe('a call that a flow may lead elsewhere', () => {
    it('is routed where the flow says, with the name it gives', async () => {
      office.account.onRoute({ timeoutMs: 1_000 }, (request) => {
        assert.equal(request.call, 'E1');
        assert.equal(request.number, '70000000001');
        request.answer({ to: '102', contactName: 'Jana; "Nováková" & co' });
      });
      await office.pbx.call('E1').leg('L1', { location: 'ivr', from: customer, to: {} }).appeared();
      await office.until('the route is asked for', () => office.pbx.paths.includes('commands/route'));
      const sent = withoutId(office.pbx.last('commands/route'));
      assert.deepEqual(sent, {
        call_id: 'L1',
        to_number: '102',
        sip_headers: { 'From/display-name': 'Jana   Nováková    co' },
      });
    });

    it('goes its own way when the flow is silent', async () => {
      office.account.onRoute({ timeoutMs: 1_000 }, () => undefined);
      await office.pbx.call('E1').leg('L1', { location: 'ivr', from: customer, to: {} }).appeared();
      await office.clock.run(10_000);
      assert.deepEqual(office.pbx.paths, []);
      assert.equal(office.of('account.warning').length, 0);
    });

    it('that has ended before the flow answers goes nowhere, which the flow is told', async () => {
      const asked: (() => void)[] = [];
      office.account.onRoute({ timeoutMs: 5_000 }, (request) => {
        asked.push(() => request.answer({ to: '102', contactName: null }));
      });
      const call = office.pbx.call('E1');
      const leg = call.leg('L1', { location: 'ivr', from: customer, to: {} });
      await leg.appeared();
      await leg.gone(1110);
      await call.summary({ disconnect_reason: 1110 });
      assert.throws(() => asked[0]?.(), { code: 'timeout' });
      await office.clock.run(0);
      assert.deepEqual(office.pbx.paths, []);
    });

    it('is asked for once, and never for calls that go out', async () => {
      let asked = 0;
      office.account.onRoute({ timeoutMs: 1_000 }, () => asked++);
      await office.pbx.call('E1').leg('L1', { from: jana, to: customer }).appeared();
      const ivr = office.pbx.call('E2').leg('L2', { location: 'ivr', from: customer, to: {} });
      await ivr.appeared();
      await office.pbx.call('E2').leg('L3', { from: customer, to: jana }).appeared();
      assert.equal(asked, 1);
    });
  });
});
