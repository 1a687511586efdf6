import assert from 'node:assert/strict';
import type { WebhookRequest } from '../../../lib/index';
import { contactResponse, parseWebhook } from '../../../lib/providers/gravitel';

const TOKEN = 'crmtoken-9d2b7c4e-2222';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

function request(body: string | null, more: Partial<WebhookRequest> = {}): WebhookRequest {
  return {
    method: 'POST',
    path: '/',
    query: {},
    headers: FORM,
    body: body === null ? null : Buffer.from(body),
    remoteAddress: '193.201.230.155',
    ...more,
  };
}

const parse = (body: string | null, more: Partial<WebhookRequest> = {}) =>
  parseWebhook(request(body, more), { crmToken: TOKEN });

const INCOMING =
  'cmd=event&type=INCOMING&direction=in&phone=74950001122&diversion=74957770000&user=ivanova%40company&ext=712&groupRealName=%D0%9E%D1%82%D0%B4%D0%B5%D0%BB%20%D0%BF%D1%80%D0%BE%D0%B4%D0%B0%D0%B6&telnum=&callid=7f0c5f0e-0001&crm_token=' +
  TOKEN;

describe('gravitel: a push is read without an account', () => {
  it('an event as a form', () => {
    const { events, response, refused } = parse(INCOMING);
    assert.equal(refused, null);
    assert.deepEqual([response.status, response.body], [200, '{}']);
    const [event] = events;
    assert.ok(event);
    const { raw, ...rest } = event;
    assert.ok(raw);
    assert.deepEqual(rest, {
      kind: 'event',
      event: 'ringing',
      call: '7f0c5f0e-0001',
      direction: 'inbound',
      client: '74950001122',
      line: '74957770000',
      employee: { login: 'ivanova', extension: '712', number: null, name: null },
      group: { id: 'Отдел продаж', name: 'Отдел продаж' },
      second: null,
    });
  });

  it('a record with its times, whose duration is the whole call', () => {
    const { records } = parse(
      `cmd=history&type=in&status=Success&phone=74950001122&diversion=74957770000&user=ivanova&ext=712&start=20260301T091500Z&duration=64&wait=7&callid=c1&link=https%3A%2F%2Frec.example.org%2Fa1.mp3%3Fx%3D1&crm_token=${TOKEN}`,
    );
    const [record] = records;
    assert.equal(record?.startedAt, Date.parse('2026-03-01T09:15:00Z'));
    assert.deepEqual([record?.wait, record?.duration, record?.durationKind], [7, 64, 'total']);
    assert.deepEqual([record?.disposition, record?.status], ['answered', 'Success']);
    assert.equal(record?.link, 'https://rec.example.org/a1.mp3?x=1');
  });

  it('JSON, other letter case, additional fields and a charset are no obstacle', () => {
    const body = {
      CMD: 'Event',
      type: 'incoming',
      phone: 74950001122,
      callid: 17,
      user: 'petrov',
      'z-flag': 0,
      crm_token: TOKEN,
    };
    const { events } = parse(JSON.stringify(body), { headers: JSON_TYPE });
    assert.deepEqual([events[0]?.call, events[0]?.client, events[0]?.event], ['17', '74950001122', 'ringing']);
    const charset = { 'content-type': 'application/x-www-form-urlencoded; charset=windows-1251' };
    assert.equal(parse(INCOMING, { headers: charset }).events.length, 1);
    assert.equal(parse(JSON.stringify(body)).events.length, 1, 'JSON that claims to be a form');
  });

  it('a long decimal id keeps all its digits in JSON', () => {
    const body = `{"cmd":"event","type":"INCOMING","phone":"7495","callid":20260301091500123456,"user":"petrov","crm_token":"${TOKEN}"}`;
    assert.equal(parse(body, { headers: JSON_TYPE }).events[0]?.call, '20260301091500123456');
  });

  it('a body that Node-RED has parsed already reads the same', () => {
    const parsed = Object.fromEntries(new URLSearchParams(INCOMING));
    const fresh = parse(INCOMING).events[0];
    const again = parse(null, { parsed }).events[0];
    assert.deepEqual({ ...again, raw: null }, { ...fresh, raw: null });
  });

  for (const [name, spelling, disposition] of [
    ['Success', 'Success', 'answered'],
    ['missed in lower case', 'missed', 'no-answer'],
    ['Cancel', 'Cancel', 'cancelled'],
    ['Busy', 'BUSY', 'busy'],
    ['NotAvailable', 'Not Available', 'unreachable'],
    ['NotAllowed', 'not_allowed', 'forbidden'],
    ['NotFound', 'NotFound', 'invalid-number'],
    ['a word that nobody knows', 'Successful-ish', 'unknown'],
  ] as const)
    it(`the status ${name} is ${disposition}`, () => {
      const { records } = parse(
        `cmd=history&type=out&status=${encodeURIComponent(spelling)}&callid=c1&crm_token=${TOKEN}`,
      );
      assert.equal(records[0]?.disposition, disposition);
    });

  for (const user of ['pbx', 'g_1f2e@company', 'sales_g12', 'ivr'])
    it(`"${user}" is no person`, () => {
      const { records } = parse(`cmd=history&type=in&status=Missed&user=${user}&callid=c1&crm_token=${TOKEN}`);
      assert.equal(records[0]?.employee, null);
    });

  it('a mobile number where a login is expected is a number', () => {
    const { events } = parse(`cmd=event&type=ACCEPTED&user=79260000001%40company&callid=c1&crm_token=${TOKEN}`);
    assert.deepEqual(events[0]?.employee, { login: null, extension: null, number: '79260000001', name: null });
  });

  it('a wrong or missing key is refused with 401 and the words of the document', () => {
    for (const body of [INCOMING.replace(TOKEN, 'other'), INCOMING.replace(`&crm_token=${TOKEN}`, '')]) {
      const { response, refused, events } = parse(body);
      assert.deepEqual([response.status, response.body], [401, '{"error":"Invalid token"}']);
      assert.equal(refused?.why, 'forged');
      assert.equal(events.length, 0);
    }
    const none = parseWebhook(request(INCOMING.replace(TOKEN, '')), { crmToken: '' });
    assert.equal(none.response.status, 401, 'an account without a key lets nobody in');
  });

  it('an unknown command is accepted, a known one without its fields is not', () => {
    const unknown = parse(`cmd=weather&crm_token=${TOKEN}`);
    assert.equal(unknown.response.status, 200);
    assert.equal(unknown.others[0]?.name, 'weather');
    for (const body of [
      'cmd=event&type=INCOMING',
      'cmd=history&callid=c1&type=in',
      'cmd=contact&callid=c1',
      'phone=1',
      '',
    ]) {
      const { response, refused } = parse(`${body}&crm_token=${TOKEN}`);
      assert.deepEqual([response.status, refused?.why], [400, 'malformed'], body);
    }
  });

  it('what is no push is refused', () => {
    assert.equal(parse(INCOMING, { method: 'GET' }).response.status, 405);
    assert.equal(parse('a'.repeat(65 * 1024)).response.status, 413);
    assert.equal(parse('{"cmd":', { headers: JSON_TYPE }).response.status, 400);
    assert.equal(parse('[1,2]', { headers: JSON_TYPE }).response.status, 400);
    assert.equal(parse('cmd=%E0%A4%A').response.status, 400);
    assert.equal(parse(`${INCOMING}&cmd=history`).response.status, 400, 'a field that stands twice');
  });

  describe('of the new API of Gravitel', () => {
    const headers = { 'content-type': 'application/json', 'x-api-key': TOKEN };
    const g1 = (path: string, body: object) => parse(JSON.stringify(body), { path, headers });

    it('ids are numbers or texts', () => {
      const event = {
        id: 17,
        direction: 'in',
        stage: 'alerting',
        client: '74950001122',
        extension: 712,
        phone: '74957770000',
      };
      const { events } = g1('/event', event);
      assert.deepEqual([events[0]?.call, events[0]?.employee?.extension], ['17', '712']);
      assert.equal(g1('/event', { ...event, id: '17', extension: '712' }).events[0]?.call, '17');
      assert.equal(g1('/event', { ...event, direction: 'out' }).events[0]?.event, 'dialing');
    });

    it('a record counts its talk', () => {
      const record = { id: '17', when: 1_772_356_500, direction: 'in', result: 'success', duration: 64, provision: 7 };
      const [notice] = g1('/history', record).records;
      assert.equal(notice?.startedAt, 1_772_356_500_000);
      assert.deepEqual([notice?.wait, notice?.duration, notice?.durationKind], [7, 64, 'talk']);
    });

    it('the key comes in a header', () => {
      const wrong = { ...headers, 'x-api-key': 'other' };
      assert.equal(parse('{"id":1}', { path: '/event', headers: wrong }).response.status, 401);
    });

    it('a client is asked for at its own path', () => {
      assert.equal(g1('/client', { id: 17, client: '74950001122' }).contact?.client, '74950001122');
    });
  });
});

const answer = (contactName: string | null, to: string | null, path = '/') =>
  JSON.parse(contactResponse({ path }, { contactName, to }).body ?? '') as unknown;

describe('gravitel: the answer to a question for a contact', () => {
  it('leaves out what is not known', () => {
    assert.deepEqual(answer(null, null), {});
    assert.deepEqual(answer('ООО Ромашка', null), { contact_name: 'ООО Ромашка' });
    assert.deepEqual(answer('ООО Ромашка', '712'), { contact_name: 'ООО Ромашка', responsible: '712' });
  });

  it('is bounded', () => {
    assert.equal((answer('x'.repeat(5_000), null) as { contact_name: string }).contact_name.length, 128);
  });
});
