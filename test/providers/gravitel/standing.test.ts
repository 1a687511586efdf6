import assert from 'node:assert/strict';
import { testAccount } from '../../../lib/index';
import type { AccountEvent, CallEvent } from '../../../lib/index';
import { gravitel } from '../../../lib/providers/gravitel';
import { openOffice, rejects } from './office';
import type { Office } from './office';

const MINUTE = 60_000;

describe('gravitel: how the account stands', () => {
  let office: Office;
  afterEach(() => office.close());

  it('a wrong key is said so and tried again minutes later', async () => {
    office = await openOffice('L', { apiKey: 'wrong-key' }, { ready: false });
    await office.until('refused', () => office.account.status.state === 'unauthorized');
    assert.match(office.account.status.reason?.text ?? '', /does not accept the key/);
    await office.pass(4 * MINUTE);
    assert.equal(office.pbx.requests.length, 1);
    await office.pass(2 * MINUTE);
    assert.equal(office.pbx.requests.length, 2);
  });

  it('a key that is refused later is not tried again for every record that is missing', async () => {
    office = await openOffice('L');
    office.pbx.key = 'another-key';
    await office.pass(5 * MINUTE);
    assert.equal(office.account.status.state, 'unauthorized');
    const before = office.pbx.requests.length;
    for (let id = 0; id < 10; id++) {
      await office.pbx.call(`C${id}`).incoming('ivanova');
      await office.pbx.call(`C${id}`).cancelled('ivanova');
      await office.pass(25_000);
    }
    assert.equal(office.pbx.requests.length, before);
    office.pbx.key = 'pbxkey-3f1c0d6a-1111';
    await office.pass(MINUTE);
    assert.equal(office.account.status.state, 'connected');
  });

  it('a key without the right to the history places calls all the same', async () => {
    office = await openOffice('V1');
    office.pbx.denied = /^history/;
    await office.pass(5 * MINUTE);
    assert.equal(office.account.status.state, 'degraded');
    assert.match(office.account.status.reason?.text ?? '', /call history/);
    const before = office.pbx.requests.length;
    await office.account.execute({ command: 'call', from: '712', to: '74950001122' });
    assert.equal(office.pbx.wanted.length, 1);
    await office.pass(4 * MINUTE);
    assert.equal(office.pbx.requests.length, before + 1, 'the history is asked for again after minutes');
    office.pbx.denied = null;
    await office.pass(MINUTE);
    assert.equal(office.account.status.state, 'connected');
  });

  it('a PBX that cannot be reached is tried again with growing waits', async () => {
    office = await openOffice('V1', { url: 'http://127.0.0.1:9/crmapi/v1' }, { ready: false });
    await office.pass(3_000);
    assert.equal(office.account.status.state, 'reconnecting');
    assert.match(office.account.status.reason?.text ?? '', /nothing listens/);
    await rejects(office.account.execute({ command: 'query', query: 'members' }), 'not-connected');
  });

  for (const [config, text] of [
    [{ url: '' }, /address of the PBX is not complete/],
    [{ apiKey: '' }, /key of the PBX is missing/],
    [{ crmToken: '' }, /key of the CRM is missing/],
  ] as const)
    it(`what is missing in the form is said: ${text.source}`, async () => {
      office = await openOffice('L', config, { ready: false });
      assert.equal(office.account.status.state, 'unauthorized');
      assert.match(office.account.status.reason?.text ?? '', text);
    });

  it('auto asks V1 first, then L', async () => {
    office = await openOffice('L', { dialect: 'auto' });
    await office.close();
    office = await openOffice('V1', { dialect: 'auto' });
    await office.close();
    office = await openOffice('L');
    const { origin, key, crmToken } = office.pbx;
    const config = { url: origin, apiKey: key, crmToken, dialect: 'auto' };
    const report = await testAccount(
      { name: 'x', provider: 'gravitel', config, providers: [gravitel] },
      AbortSignal.timeout(5_000),
    );
    assert.match(report.summary, /dialect L\), 2 employees/);
    assert.deepEqual(
      office.pbx.requests.slice(-3).map(({ path }) => path),
      ['/crmapi/v1/domain', '/sys/crm_api.wcgp', '/sys/crm_api.wcgp'],
    );
  });

  it('test connection tells wrong key, wrong address and wrong network apart', async () => {
    office = await openOffice('V1');
    const check = (more: Record<string, unknown>) => {
      const { url, key, crmToken } = office.pbx;
      const config = { url, apiKey: key, crmToken, ...more };
      return testAccount(
        { name: 'x', provider: 'gravitel', config, providers: [gravitel] },
        AbortSignal.timeout(5_000),
      );
    };
    assert.match((await check({})).summary, /connected to 127\.0\.0\.1 \(PBX, dialect V1\), 2 employees/);
    await rejects(check({ apiKey: 'x' }), 'unauthorized');
    office.pbx.next({ status: 301, headers: { location: 'https://example.org/' } });
    await rejects(check({}), 'not-found', /no PBX of this name/);
    await rejects(check({ url: 'http://127.0.0.1:9/crmapi/v1' }), 'unavailable');
    office.pbx.next({ status: 200, text: 'Service temporarily unavailable', type: 'text/plain' });
    await rejects(check({}), 'protocol', /no JSON/);
  });

  it('a forged push is refused, counted, and warned of once in ten minutes', async () => {
    office = await openOffice('L');
    const body = Buffer.from('cmd=event&type=INCOMING&callid=C1&crm_token=guess');
    for (let again = 0; again < 5; again++) assert.equal((await office.pbx.post({ body })).status, 401);
    assert.equal(office.account.status.counters.malformed, 5);
    assert.equal(office.of('account.warning').length, 1);
    assert.equal(office.of('call.begin').length, 0);
  });
});

describe('gravitel: calls whose pushes were lost', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice('V1');
  });
  afterEach(() => office.close());

  it('are found in the list, told as worked out, with the gap and why', async () => {
    await office.pass(MINUTE);
    office.pbx.call('C1').listed('Success', { login: 'ivanova', wait: 7, talk: 20 });
    office.pbx.call('C2').listed('Missed', { wait: 30 });
    await office.pass(6 * MINUTE);
    assert.deepEqual(office.story(), [
      'begin inbound (inferred)',
      'answer 712 (inferred)',
      'end answered (inferred)',
      'begin inbound (inferred)',
      'end no-answer (inferred)',
      'missed (inferred)',
    ]);
    const [first] = office.of<CallEvent>('call.end');
    assert.deepEqual(
      [first?.call.waitSeconds, first?.call.talkSeconds, first?.call.startedAt],
      [7, 20, '2026-03-01T09:16:00.000Z'],
    );
    assert.equal(office.of<AccountEvent>('account.gap')[0]?.gap?.recovered, true);
    assert.equal(office.account.status.state, 'degraded');
    assert.match(office.account.status.reason?.text ?? '', /address and the key of the CRM/);
    await office.pass(11 * MINUTE);
    assert.equal(office.of('call.begin').length, 2, 'each once, though the windows overlap');
    await office.pbx.call('C3').incoming('ivanova');
    assert.equal(office.account.status.state, 'connected', 'a push that arrives mends it');
  });

  it('a call that was told is not told again', async () => {
    const call = office.pbx.call('C1');
    await call.incoming('ivanova');
    await call.cancelled('ivanova');
    await call.history('Missed', { login: 'ivanova' });
    await office.pass(70 * MINUTE);
    assert.equal(office.of('call.begin').length, 1);
    assert.equal(office.of('account.gap').length, 0);
    assert.equal(office.account.status.state, 'connected');
  });

  it('what is older than the account is not news', async () => {
    office.pbx.call('C1').listed('Missed', { start: office.clock.now() - 10 * MINUTE });
    await office.pass(70 * MINUTE);
    assert.deepEqual(office.story(), []);
  });

  it('a lost record is fetched soon after the last leg is gone', async () => {
    const call = office.pbx.call('C1');
    await call.incoming('ivanova');
    office.clock.advance(9_000);
    await call.cancelled('ivanova');
    call.listed('Cancel', { wait: 9 });
    await office.pass(30_000);
    assert.deepEqual(office.story().slice(-2), ['end cancelled (inferred)', 'missed (inferred)']);
    assert.equal(office.account.status.state, 'connected', 'events arrive, so the address is right');
  });

  it('a long call that is listed late is found by the look at the whole day', async () => {
    office.pbx.deliver = null;
    const start = office.clock.now() + 1_000;
    await office.pass(50 * MINUTE);
    office.pbx.call('C1').listed('Success', { login: 'ivanova', wait: 2, talk: 2_900, start });
    await office.pass(15 * MINUTE);
    assert.equal(office.of('call.end').length, 1);
  });

  it('the record of a long call is fetched soon after its end as well', async () => {
    await office.pass(MINUTE);
    const call = office.pbx.call('C1');
    await call.incoming('ivanova');
    await call.accepted('ivanova');
    await office.pass(50 * MINUTE);
    await call.completed('ivanova');
    call.listed('Success', { login: 'ivanova', wait: 0, talk: 3_000 });
    await office.pass(30_000);
    assert.deepEqual(office.story().slice(-1), ['end answered (inferred)']);
    assert.equal(office.of<CallEvent>('call.end')[0]?.call.reason?.code, 'success');
  });

  it('the list is asked at most a day back, however long a call lives', async () => {
    for (let hour = 0; hour < 30; hour++) {
      const call = { cmd: 'event', phone: '7495', callid: 'C1', user: `p${hour}`, direction: 'in' };
      await office.pbx.push({ ...call, type: 'INCOMING' });
      await office.pbx.push({ ...call, type: 'ACCEPTED' });
      office.clock.advance(60 * MINUTE);
      await office.pass(1_000);
    }
    assert.equal(office.account.calls().length, 1);
    const looks = office.pbx.requests.filter(({ path }) => path.endsWith('history/json'));
    const start = looks.at(-1)?.query.get('start') ?? '';
    const since = Date.parse(start.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    assert.ok(office.clock.now() - since < 25 * 60 * MINUTE, start);
    assert.ok(looks.length < 31 * 13 * 2);
  });

  it('a PBX that fails for a while is degraded and then well', async () => {
    await office.pass(MINUTE);
    office.pbx.next(...Array.from({ length: 4 }, () => ({ status: 503, text: 'busy' })));
    await office.pass(5 * MINUTE);
    assert.ok(office.states.some(({ state }) => state === 'degraded'));
    await office.pass(10 * MINUTE);
    assert.equal(office.account.status.state, 'connected');
  });
});
