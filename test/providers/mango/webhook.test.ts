/** The door for notifications (specification 2.5, 4.1, 4.2): who may come in, what is answered, and that nothing gets lost. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AccountEvent, WebhookRequest } from '../../../lib/index';
import { webhookRequest } from '../../fakes/mango-server';
import type { Office } from './office';
import { openOffice } from './office';

const notice = {
  entry_id: 'E1',
  call_id: 'L1',
  seq: 1,
  call_state: 'Appeared',
  location: 'abonent',
  from: { number: '70000000001' },
  to: { extension: '101' },
};

describe('MANGO notifications', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const answer = async (request: WebhookRequest) => (await office.account.webhook(request)).status;
  const raws = () => office.of<AccountEvent>('raw').map(({ name, message }) => ({ name, message }));

  it('are answered with 200 before anything is made of them', async () => {
    const response = await office.account.webhook(office.pbx.request('/events/call', notice));
    assert.equal(response.status, 200);
    assert.deepEqual(office.story(), []);
    response.after?.();
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 101']);
  });

  describe('of which no event comes are told as raw', () => {
    const customer = { number: '70000000001' };
    const line = { line_number: '70000000099' };

    it('such as a step in the IVR, and the end of a leg', async () => {
      const call = office.pbx.call('E1');
      const ivr = call.leg('L1', { location: 'ivr', from: customer, to: line });
      await ivr.appeared();
      const connected = ivr.notice('Connected');
      await office.pbx.post('/events/call', connected);
      await office.pbx.post('/events/call', connected);
      await ivr.gone(1100);
      const leg = call.leg('L2', { from: { ...customer, taken_from_call_id: 'L1' }, to: { extension: '101' } });
      await leg.appeared();
      await leg.connected();
      await leg.gone(1110);
      await call.summary({ talk_time: 1, disconnect_reason: 1110 });
      await call.leg('L3', { from: customer, to: { extension: '102' } }).appeared();
      const told = raws().map(({ name, message }) => {
        const { call_id, call_state } = message as Record<string, unknown>;
        return `${name} ${String(call_id)} ${String(call_state)}`;
      });
      assert.deepEqual(told, [
        'events/call L1 Connected',
        'events/call L1 Disconnected',
        'events/call L2 Disconnected',
        'events/call L3 Appeared',
      ]);
    });

    it('such as the own telephone of a placed call', async () => {
      const call = office.pbx.call('E1', { command_id: 'c1', callback_initiator: 'API' });
      const own = call.leg('L1', { from: customer, to: { extension: '101' } });
      await own.appeared();
      await own.connected();
      assert.deepEqual(
        raws().map(({ message }) => (message as Record<string, unknown>)['call_state']),
        ['Connected'],
      );
    });

    it('such as the end of a recording whose file is not there yet, and its topics, once', async () => {
      const about = { recording_id: 'R1', entry_id: 'E1', call_id: 'L1', timestamp: 1767225600 };
      await office.pbx.post('/events/recording', { ...about, seq: 1, recording_state: 'Started' });
      await office.pbx.post('/events/recording', {
        ...about,
        seq: 2,
        recording_state: 'Completed',
        completion_code: 1000,
      });
      await office.pbx.post('/events/record/added', about);
      for (const recording_id of ['R1', 'R1', 'R2'])
        await office.pbx.post('/events/record/tagged', { ...about, recording_id });
      assert.deepEqual(
        raws().map(({ name }) => name),
        ['events/recording', 'events/record/tagged', 'events/record/tagged'],
      );
    });
  });

  it('are genuine by the exact text, however it is written', async () => {
    const json =
      '{ "entry_id": "E1", "call_id":"L1","call_state":"Appeared","from":{"number":"\\u0037"}, "x": "a\\/b+c d&e=ž" }';
    assert.equal(await answer(office.pbx.request('/events/call', json)), 200);
  });

  it('are refused with 401 when forged, changed or for another PBX, and nothing comes of them', async () => {
    for (const form of [
      { sign: '0'.repeat(64) },
      { sign: '' },
      { json: JSON.stringify({ ...notice, seq: 2 }) },
      { vpbx_api_key: 'x' },
    ]) {
      const response = await office.account.webhook(office.pbx.request('/events/call', notice, form));
      assert.equal(response.status, 401);
      assert.equal(response.after, undefined);
    }
    assert.equal(
      await answer(webhookRequest('/events/call', `json=${encodeURIComponent(JSON.stringify(notice))}`)),
      401,
    );
    assert.equal(office.account.status.counters.malformed, 5);
    assert.deepEqual(office.story(), []);
  });

  it('are refused while a key is missing in the account: then anybody could sign', async () => {
    const other = await openOffice({ apiSalt: '' });
    const json = JSON.stringify(notice);
    const sign = createHash('sha256')
      .update(other.pbx.apiKey + json)
      .digest('hex');
    assert.equal((await other.account.webhook(other.pbx.request('/events/call', json, { sign }))).status, 503);
    assert.deepEqual(other.story(), []);
    await other.close();
  });

  it('that are forged are told once in a while, with the address and without a secret', async () => {
    for (let i = 0; i < 100; i++) await answer(office.pbx.request('/events/call', notice, { sign: 'f'.repeat(64) }));
    const warnings = office.of<AccountEvent>('account.warning');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]?.reason?.text ?? '', /81\.88\.80\.132.*salt/);
    assert.doesNotMatch(JSON.stringify(office.events), new RegExp(`${office.pbx.apiSalt}|${office.pbx.apiKey}`));
    office.clock.advance(600_000);
    await answer(office.pbx.request('/events/call', notice, { sign: 'f'.repeat(64) }));
    assert.equal(office.of('account.warning').length, 2);
  });

  it('are refused with 400 when they cannot be read', async () => {
    for (const json of ['{', '[]', '"text"', 'null', '1', ''])
      assert.equal(await answer(office.pbx.request('/events/call', json)), 400, json);
    assert.equal(await answer(webhookRequest('/events/call', 'vpbx_api_key=%')), 400);
    assert.equal(await answer(webhookRequest('/events/call', 'vpbx_api_key=1')), 400, 'without json');
  });

  it('are refused with 413 when they are too large, 415 as something else, 405 when not posted, 404 elsewhere', async () => {
    assert.equal(await answer(office.pbx.request('/events/call', { ...notice, x: 'x'.repeat(66_000) })), 413);
    const json = webhookRequest('/events/call', '{}', { headers: { 'content-type': 'application/json' } });
    assert.equal(await answer(json), 415);
    assert.equal(await answer({ ...office.pbx.request('/events/call', notice), method: 'GET' }), 405);
    for (const path of ['/', '/events', '/other', '/event/call', '/result'])
      assert.equal(await answer(office.pbx.request(path, notice)), 404, path);
  });

  it('find their way by paths in any letter case, with doubled and closing slashes', async () => {
    await office.pbx.post('//Events/Call/', notice);
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 101']);
  });

  it('come the same way when the host has parsed the form', async () => {
    const json = JSON.stringify(notice);
    const parsed = { vpbx_api_key: office.pbx.apiKey, sign: office.pbx.sign(json), json };
    const request = {
      ...webhookRequest('/events/call', ''),
      body: null,
      parsed,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
    const response = await office.account.webhook(request);
    response.after?.();
    assert.equal(response.status, 200);
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 101']);
    assert.equal(await answer({ ...request, parsed: { ...parsed, sign: 'x' } }), 401);
    assert.equal(await answer({ ...request, parsed: { ...parsed, json: { a: 1 } } }), 400);
    assert.equal(await answer({ ...request, parsed: { ...parsed, x: 'x'.repeat(66_000) } }), 413);
  });

  it('older than a day are refused: a recorded one stays genuine for ever', async () => {
    const timestamp = Math.floor(office.clock.now() / 1000);
    assert.equal(await answer(office.pbx.request('/events/call', { ...notice, timestamp: timestamp - 86_000 })), 200);
    assert.equal(await answer(office.pbx.request('/events/call', { ...notice, timestamp: timestamp - 86_401 })), 400);
    assert.equal(
      await answer(office.pbx.request('/events/summary', { entry_id: 'E9', end_time: timestamp - 86_401 })),
      400,
    );
  });

  it('recorded and posted again within the day are taken and make no second call', async () => {
    const call = office.pbx.call('E1');
    const leg = call.leg('L1', { from: { number: '7' }, to: { extension: '101' } });
    const first = leg.notice('Appeared');
    await office.pbx.post('/events/call', first);
    await leg.gone(1111);
    await call.summary({ disconnect_reason: 1111 });
    const told = office.events.length;
    office.clock.advance(12 * 3_600_000);
    assert.equal(await office.pbx.post('/events/call', first), 200);
    assert.equal(office.events.length, told);
  });

  describe('ping', () => {
    it('is answered with 200 without a body, without json and with an empty one', async () => {
      assert.equal(await answer(webhookRequest('/ping', '')), 200);
      assert.equal(await answer({ ...webhookRequest('/ping', ''), headers: {} }), 200);
      assert.equal(await answer({ ...webhookRequest('/ping', ''), body: null, headers: {} }), 200);
      assert.equal(await answer({ ...webhookRequest('/ping', ''), body: null, parsed: {} }), 200);
      assert.equal(await answer(webhookRequest('/ping/', 'vpbx_api_key=1')), 200);
      assert.equal(await answer(webhookRequest('/ping', 'json=%7B%7D')), 200);
      assert.equal(await answer(office.pbx.request('/ping', {})), 200);
    });

    it('signed with a wrong salt is refused, so that the check in the cabinet shows it', async () => {
      assert.equal(await answer(office.pbx.request('/ping', {}, { sign: '0'.repeat(64) })), 401);
    });

    it('reaches the flow as raw, at most once a second', async () => {
      for (let i = 0; i < 10; i++) (await office.account.webhook(webhookRequest('/ping', ''))).after?.();
      assert.deepEqual(raws(), [{ name: 'ping', message: {} }]);
    });
  });

  it('of kinds nobody knows reach the flow as raw, each time', async () => {
    const status = { abonent_id: 1, status: 2, timestamp: office.clock.now() };
    assert.equal(await office.pbx.post('/events/user/status_changed', status), 200);
    assert.equal(await office.pbx.post('/events/user/status_changed', status), 200);
    assert.equal(await office.pbx.post('/result/new_command', { command_id: 'c1', result: 1000 }), 200);
    assert.deepEqual(raws(), [
      { name: 'events/user/status_changed', message: status },
      { name: 'events/user/status_changed', message: status },
      { name: 'result/new_command', message: { command_id: 'c1', result: 1000 } },
    ]);
    assert.equal(office.account.status.counters.malformed, 0);
  });

  it('of known kinds that lack what they must have are counted and handed on raw', async () => {
    for (const [path, broken] of [
      ['/events/call', { entry_id: 'E1' }],
      ['/events/call', { ...notice, call_state: 'Teleported' }],
      ['/events/call', { ...notice, entry_id: 'x'.repeat(300) }],
      ['/events/summary', {}],
      ['/events/recording', { recording_id: 'R1' }],
      ['/events/record/added', {}],
      ['/events/dtmf', { entry_id: 'E1', dtmf: 'hello' }],
      ['/events/sms', { command_id: 'c1' }],
    ] as const) {
      assert.equal(await office.pbx.post(path, broken), 200, path);
      assert.equal(office.of<AccountEvent>('raw').at(-1)?.name, path.slice(1));
    }
    assert.equal(office.account.status.counters.malformed, 8);
    assert.deepEqual(office.story(), []);
  });

  it('that arrive after the account was closed are not taken', async () => {
    const response = await office.account.webhook(office.pbx.request('/events/call', notice));
    const told = office.events.length;
    await office.account.close();
    response.after?.();
    assert.equal(await answer(office.pbx.request('/events/call', notice)), 404);
    assert.equal(office.events.length, told);
    assert.equal(office.clock.pending, 0);
  });
});
