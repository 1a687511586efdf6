import assert from 'node:assert/strict';
import type { CallEvent } from '../../../lib/index';
import type { FakeAnswer, FakeDialect } from '../../fakes/gravitel-server';
import { openOffice, rejects } from './office';
import type { Office } from './office';

describe('gravitel: commands', () => {
  let office: Office;
  const open = async (dialect: FakeDialect, config: Record<string, unknown> = {}): Promise<Office> => {
    office = await openOffice(dialect, config);
    office.pbx.requests.length = 0;
    return office;
  };
  afterEach(() => office.close());
  const call = (more: Record<string, unknown> = {}) =>
    office.account.execute({ command: 'call', from: '712', to: '+7 (495) 000-11-22', ...more });

  it('L: make call is a form with digits only', async () => {
    await open('L');
    const { payload, raw } = await call({ callerId: '+74957770000' });
    assert.deepEqual(office.pbx.wanted, [{ phone: '74950001122', user: 'ivanova', group: null, clid: '74957770000' }]);
    assert.equal(payload.command, 'call');
    assert.deepEqual(raw, { uuid: '6b1f-1' });
    assert.equal(office.pbx.requests[0]?.headers['content-type'], 'application/x-www-form-urlencoded');
  });

  it('V1: make call is JSON with the key in a header', async () => {
    await open('V1');
    await call({ from: 'ivanova' });
    const [request] = office.pbx.requests;
    assert.deepEqual(
      [request?.method, request?.path, request?.headers['x-api-key']],
      ['POST', '/crmapi/v1/makecall', office.pbx.key],
    );
    assert.deepEqual(JSON.parse(request?.body ?? ''), { phone: '74950001122', user: 'ivanova' });
  });

  it('V1: a call may come from a group; L has no such thing', async () => {
    await open('V1');
    await call({ from: 'group:sales' });
    assert.equal(office.pbx.wanted[0]?.group, 'sales');
    await office.close();
    await open('L');
    await rejects(call({ from: 'group:sales' }), 'not-supported', /from an employee only/);
    assert.deepEqual(office.pbx.requests, []);
  });

  it("a call without a caller is the default employee's; without one it is refused", async () => {
    await open('L', { defaultUser: 'petrov' });
    await call({ from: '' });
    await call({ from: undefined });
    assert.deepEqual(
      office.pbx.wanted.map(({ user }) => user),
      ['petrov', 'petrov'],
    );
    await office.close();
    await open('L');
    await rejects(call({ from: '' }), 'invalid-argument', /"from" is missing/);
    assert.deepEqual(office.pbx.requests, []);
  });

  it('V1: a caller id that may not be used is a warning', async () => {
    await open('V1');
    await call({ callerId: '74957770000' });
    assert.equal(office.of('account.warning').length, 0);
    await call({ callerId: '74951111111' });
    assert.equal(office.of('account.warning').length, 1);
  });

  it('G1: the request is not published, and the person is told the way out', async () => {
    await open('G1');
    await rejects(call(), 'not-supported', /pbx action/);
    assert.deepEqual(office.pbx.requests, []);
  });

  it('what is no number is refused before anything is sent', async () => {
    await open('L');
    await rejects(call({ to: 'Anna' }), 'invalid-argument', /telephone number/);
    assert.deepEqual(office.pbx.requests, []);
  });

  for (const [name, text] of [
    ['with another id than the pushes have', '{"CallID":"other-id"}'],
    ['as a bare id', 'bare-17'],
    ['with an object without an id', '{"state":"ok"}'],
    ['with null', 'null'],
    ['with OK', 'OK'],
    ['with nothing', ''],
  ] as const)
    it(`an answer ${name}: the call is found by employee and number`, async () => {
      await open('L');
      office.pbx.callAnswer = (): FakeAnswer => ({ status: 200, text });
      const outcome = call({ tag: 'campaign 7', replyWhen: 'answered', timeout: 60 });
      await office.until('asked', () => office.pbx.wanted.length === 1);
      await office.pass(2_000);
      const other = office.pbx.call('C0', { direction: 'out', client: '74959999999' });
      await other.outgoing('ivanova');
      const placed = office.pbx.call('C1', { direction: 'out' });
      await placed.outgoing('ivanova');
      await placed.accepted('ivanova');
      const { payload } = await outcome;
      assert.deepEqual([payload.call?.id, payload.call?.tag, payload.reached], ['C1', 'campaign 7', true]);
      assert.equal(office.of<CallEvent>('call.begin').find(({ call: { id } }) => id === 'C0')?.call.tag, null);
    });

  it('two calls to the same number are told apart by who calls', async () => {
    await open('L');
    office.pbx.callAnswer = () => ({ status: 200, text: 'OK' });
    await call({ from: '713', tag: 'of Petr' });
    await call({ from: '712', tag: 'of Anna' });
    await office.pbx.call('C1', { direction: 'out' }).outgoing('ivanova');
    await office.pbx.call('C2', { direction: 'out' }).outgoing('petrov');
    assert.deepEqual(
      office.of<CallEvent>('call.begin').map(({ call: { tag } }) => tag),
      ['of Anna', 'of Petr'],
    );
  });

  it('a push that is faster than the answer finds its command', async () => {
    await open('V1');
    office.pbx.onCall = async (_wanted, id) => {
      await office.pbx.call(id, { direction: 'out' }).outgoing('ivanova');
    };
    const { payload } = await call({ tag: 'fast' });
    assert.equal(payload.call?.tag, 'fast');
  });

  const failures: [string, FakeAnswer, Parameters<typeof rejects>[1], RegExp][] = [
    [
      '400',
      { status: 400, text: '{"error":"Invalid parameters: [user]"}' },
      'invalid-argument',
      /Invalid parameters: \[user\]/,
    ],
    ['401', { status: 401, text: '{"error":"Invalid token"}' }, 'unauthorized', /Invalid token/],
    ['403', { status: 403 }, 'forbidden', /not allowed/],
    ['301', { status: 301, headers: { location: 'http://127.0.0.1:9/' } }, 'not-found', /no PBX of this name/],
    ['405', { status: 405 }, 'not-supported', /405/],
    ['Domain disabled', { status: 403, text: 'Domain disabled' }, 'forbidden', /switched off/],
    ['200 with an error', { status: 200, text: '{"error":"no money"}' }, 'rejected', /no money/],
    ['200 with success false', { status: 200, text: '{"success":false}' }, 'rejected', /refused/],
    ['200 with a web page', { status: 200, text: '<html>Welcome</html>', type: 'text/html' }, 'uncertain', /web page/],
    [
      '502 with HTML',
      { status: 502, text: '<html><h1>Bad Gateway</h1></html>', type: 'text/html' },
      'uncertain',
      /Bad Gateway/,
    ],
    ['a cut connection', { status: 0, instead: 'cut' }, 'uncertain', /may have been carried out/],
  ];
  for (const [name, answer, code, text] of failures)
    it(`make call answered with ${name} is ${code} and is sent once`, async () => {
      await open('L');
      office.pbx.next(answer);
      const error = await rejects(call(), code, text);
      assert.ok(!JSON.stringify({ ...error.cause, text: error.message }).includes(office.pbx.key));
      assert.equal(office.pbx.requests.length, 1);
    });

  for (const [name, answer, code, text] of [
    ['200 with Domain disabled', { status: 200, text: 'Domain disabled' }, 'forbidden', /switched off/],
    ['200 with Domain disabled in JSON', { status: 200, text: '{"error":"Domain disabled"}' }, 'forbidden', /switched/],
    [
      '200 with a sentence',
      { status: 200, text: 'Service temporarily unavailable' },
      'uncertain',
      /no JSON.*carried out/s,
    ],
  ] as [string, FakeAnswer, Parameters<typeof rejects>[1], RegExp][])
    it(`V1: make call answered with ${name} is ${code}`, async () => {
      await open('V1');
      office.pbx.next(answer);
      await rejects(call(), code, text);
      assert.equal(office.pbx.requests.length, 1);
    });

  for (const text of ['6b1f-4', 'OK', ''])
    it(`V1: make call answered with "${text}" is accepted`, async () => {
      await open('V1');
      office.pbx.next({ status: 200, text });
      assert.equal((await call()).payload.command, 'call');
    });

  it('make call without an answer is uncertain after 15 s, and is sent once', async () => {
    await open('L');
    office.pbx.next({ status: 0, instead: 'hang' });
    const outcome = rejects(call(), 'uncertain');
    await office.until('asked', () => office.pbx.requests.length === 1);
    await office.pass(15_000);
    await outcome;
    assert.equal(office.pbx.requests.length, 1);
  });

  it('L: any request in the words of the PBX', async () => {
    await open('L');
    const { payload } = await office.account.execute({
      command: 'action',
      request: { cmd: 'set_dnd', user: 'ivanova', state: true },
    });
    assert.equal(payload.result, 'OK');
    assert.match(office.pbx.requests[0]?.body ?? '', /cmd=set_dnd&user=ivanova&state=true&token=/);
    await rejects(
      office.account.execute({ command: 'action', request: { cmd: 'sing' } }),
      'invalid-argument',
      /\[cmd\]/,
    );
    await rejects(office.account.execute({ command: 'action', request: { user: 'x' } }), 'invalid-argument', /"cmd"/);
  });

  it('V1: any request in the words of the PBX, and to no other host', async () => {
    await open('V1');
    const act = (request: Record<string, unknown>) => office.account.execute({ command: 'action', request });
    assert.deepEqual((await act({ path: '/users/ivanova/dnd' })).payload.result, { state: false });
    assert.equal((await act({ method: 'POST', path: 'users/ivanova/dnd' })).payload.result, '');
    assert.equal(office.pbx.requests.at(-1)?.method, 'POST');
    for (const path of ['http://198.51.100.1/x', '../../admin', '//198.51.100.1/x'])
      await rejects(act({ path }), path.startsWith('//') ? 'not-supported' : 'invalid-argument');
    await rejects(act({ path: 'users', method: 'TRACE' }), 'invalid-argument');
    office.pbx.next({ status: 200, text: 'C1,in,7495\r\n', type: 'text/csv' });
    assert.equal(
      (await act({ path: 'history/csv' })).payload.result,
      'C1,in,7495\r\n',
      'the PBX speaks more than JSON',
    );
    await rejects(act({}), 'invalid-argument', /"path"/);
  });

  it('what the family cannot do is refused by its descriptor', async () => {
    await open('V1');
    await rejects(office.account.execute({ command: 'hangup', call: 'C1' }), 'not-supported');
  });
});
