import assert from 'node:assert/strict';
import { VirtualClock } from '../../../lib';
import type { WebhookRequest } from '../../../lib/provider';
import { closeServers } from '../../transport/http/servers';
import { fails } from '../../transport/http/fails';
import { Bench } from './bench';
import { FakeWeb } from './fake-web';

const BASIC = `Basic ${Buffer.from('sms:sms-secret').toString('base64')}`;

const json = (value: object) => ({ body: Buffer.from(JSON.stringify(value)) });

describe('VIPTel texts', function () {
  this.timeout(10_000);

  let clock: VirtualClock;
  let web: FakeWeb;
  let bench: Bench;
  const send = (more: object = {}) =>
    bench.account.execute({ command: 'sms', to: '0900 000 001', text: 'Volali ste nám, ozveme sa. Привет', ...more });

  const post = async (more: Partial<WebhookRequest>) => {
    const answer = await bench.account.webhook({
      method: 'POST',
      path: '/sms',
      query: {},
      headers: { authorization: BASIC, 'content-type': 'application/json' },
      body: null,
      remoteAddress: '127.0.0.1',
      ...more,
    });
    answer.after?.();
    return answer.status;
  };

  beforeEach(async () => {
    clock = new VirtualClock();
    web = await FakeWeb.listen(clock);
    const { smsUrl, smsUsername, smsPassword, smsIdentity } = web.config;
    bench = await Bench.open({ clock, config: { smsUrl, smsUsername, smsPassword, smsIdentity } });
    bench.idle = () => web.busy === 0;
  });

  afterEach(async () => {
    await bench.close();
    await closeServers();
  });

  it('are sent with the numbers in the form of the service, and told as sent', async () => {
    const { payload } = await send();
    assert.deepEqual(payload.result, { id: 'hash1', price: '0.045' });
    const [request] = web.web.received;
    assert.equal(request?.path, '/sms/api/messages/');
    assert.match(request.body, /name="from_identity"\r\n\r\n00421220282028\r\n/);
    assert.match(request.body, /name="dest_msisdn"\r\n\r\n00421900000001\r\n/);
    assert.match(request.body, /name="body"\r\n\r\nVolali ste nám, ozveme sa. Привет\r\n/);
    const { message } = bench.last('sms.sent');
    assert.deepEqual(message, {
      id: 'hash1',
      from: '00421220282028',
      to: '00421900000001',
      text: 'Volali ste nám, ozveme sa. Привет',
      reason: null,
    });
  });

  it('a sender may be a name', async () => {
    await send({ from: 'MyShop' });
    assert.match(web.web.received[0]?.body ?? '', /name="from_identity"\r\n\r\nMyShop\r\n/);
  });

  for (const [code, topic, reason] of [
    [200, 'sms.delivered', null],
    [207, 'sms.failed', { code: '207', text: 'not delivered' }],
    [403, 'sms.failed', { code: '403', text: 'destination forbidden' }],
    [408, 'sms.failed', { code: '408', text: 'expired' }],
    [503, 'sms.failed', { code: '503', text: 'operator not available' }],
  ] as const)
    it(`state ${code} is told as ${topic}, and asked for no more`, async () => {
      await send();
      await bench.pass(5_000);
      web.texts.set('hash1', 203);
      await bench.pass(10_000);
      assert.deepEqual(bench.topics(), ['sms.sent'], 'accepted and passed on are not final');
      web.texts.set('hash1', code);
      await bench.pass(25_000);
      assert.deepEqual(bench.topics(), ['sms.sent', topic]);
      assert.deepEqual(bench.last(topic).message.reason, reason);
      assert.equal(bench.last(topic).message.id, 'hash1');
      const asked = web.web.received.length;
      await bench.pass(120_000);
      assert.equal(web.web.received.length, asked);
    });

  it('the state of a text that never becomes final is asked for ever more rarely', async () => {
    await send();
    await bench.pass(30 * 60_000);
    const asked = web.count('/sms/api/messages/hash1/');
    assert.ok(asked >= 6 && asked <= 10, `${asked} times in half an hour`);
  });

  it('a lost answer is uncertain and not repeated', async () => {
    web.odd.set('/sms/api/messages/', (response) => response.socket?.destroy());
    await fails(send(), 'uncertain');
    assert.equal(web.web.received.length, 1);
    assert.deepEqual(bench.topics(), []);
  });

  for (const status of [500, 502, 504])
    it(`a server error ${status} is uncertain: the text may be on its way, so nobody is told to send it again`, async () => {
      web.odd.set('/sms/api/messages/', (response) => response.writeHead(status).end('Bad gateway'));
      const error = await fails(send(), 'uncertain');
      assert.equal(error.cause.retryable, false);
      assert.equal(error.cause.vendor?.code, String(status));
      assert.equal(web.web.received.length, 1);
    });

  it('a server error to a question for the credit is no more than that', async () => {
    web.odd.set('/sms/api/credits/', (response) => response.writeHead(502).end());
    await fails(bench.account.execute({ command: 'query', query: 'balance' }), 'unavailable');
  });

  it('an account that may not send says whom to ask', async () => {
    web.odd.set('/sms/api/messages/', (response) => response.writeHead(500).end('{"detail":"Forbidden"}'));
    const error = await fails(send(), 'forbidden');
    assert.match(error.message, /release the SMS account/);
    assert.equal(error.cause.retryable, false);
  });

  it('refuses numbers that can get no text, and wants a sender', async () => {
    await fails(send({ to: '22' }), 'invalid-argument');
    await fails(send({ to: 'Jana' }), 'invalid-argument');
    await bench.close();
    const { smsUrl, smsUsername, smsPassword } = web.config;
    bench = await Bench.open({ clock, config: { smsUrl, smsUsername, smsPassword } });
    const error = await fails(send(), 'invalid-argument');
    assert.match(error.message, /SMS sender in the account/);
    assert.equal(web.web.received.length, 0);
  });

  it('wrong credentials are told as that', async () => {
    await bench.close();
    bench = await Bench.open({ clock, config: { ...web.config, restUrl: '', smsPassword: 'hushhush' } });
    const error = await fails(send(), 'unauthorized');
    assert.doesNotMatch(JSON.stringify([error.message, error.cause]), /hushhush/);
  });

  describe('incoming, by webhook', () => {
    const text = { id: 'm1', content: 'Kedy máte otvorené?', sender: '00421900000001', recipient: '0220282028' };

    it('are told, with when they came', async () => {
      assert.equal(await post(json({ ...text, received_at: '2026-07-01 10:00:00', direction: 'incoming' })), 200);
      const event = bench.last('sms.received');
      assert.equal(event.time, '2026-07-01T08:00:00.000Z');
      assert.deepEqual(event.message, {
        id: 'm1',
        from: '00421900000001',
        to: '0220282028',
        text: 'Kedy máte otvorené?',
        reason: null,
      });
    });

    it('come as a form, as a query or read by somebody else before, with the id under either name', async () => {
      const { id: _, ...rest } = text;
      const form = new URLSearchParams({ ...rest, message_uuid: 'm2' }).toString();
      const headers = { authorization: BASIC, 'content-type': 'application/x-www-form-urlencoded' };
      assert.equal(await post({ headers, body: Buffer.from(form) }), 200);
      assert.equal(await post({ method: 'GET', query: { ...rest, id: 'm3' }, headers: { authorization: BASIC } }), 200);
      assert.equal(await post({ parsed: { ...rest, id: 'm4' } }), 200);
      assert.equal(
        await post({ headers: { authorization: 'Bearer sms-secret' }, ...json({ ...rest, id: 'm5' }) }),
        200,
      );
      assert.deepEqual(
        bench.events.filter(({ type }) => type === 'sms.received').map(({ message }) => [message.id, message.text]),
        ['m2', 'm3', 'm4', 'm5'].map((id) => [id, 'Kedy máte otvorené?']),
      );
    });

    it('repeated are told once', async () => {
      for (let i = 0; i < 32; i++) {
        assert.equal(await post(json(text)), 200);
        clock.advance(100);
      }
      const { id: _, ...nameless } = text;
      for (let i = 0; i < 2; i++) {
        assert.equal(await post(json(nameless)), 200);
        clock.advance(100);
      }
      assert.deepEqual(bench.topics(), ['sms.received', 'sms.received']);
    });

    it('without the credentials are refused, and a warning says what to arrange, not each time', async () => {
      for (const headers of [{}, { authorization: 'Basic eDp5' }, { authorization: 'Bearer x' }])
        assert.equal(await post({ headers, ...json(text) }), 401);
      assert.deepEqual(bench.topics(), []);
      const warnings = bench.events.filter(({ type }) => type === 'account.warning');
      assert.equal(warnings.length, 1);
      assert.match(JSON.stringify(warnings[0]), /Ask VIPTel to send them/);
    });

    it('that are none are refused', async () => {
      assert.equal(await post(json({})), 400);
      assert.equal(await post({ body: Buffer.from('{"broken') }), 400);
      assert.equal(await post({ path: '/other', ...json(text) }), 404);
    });

    it('a copy of an outgoing one is not a received one', async () => {
      await post(json({ ...text, direction: 'outgoing' }));
      assert.deepEqual(bench.topics(), ['raw']);
    });
  });
});
