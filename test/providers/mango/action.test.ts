/** Raw requests (`pbx action`): whatever the vendor has, without leaving its server or its limits. */

import assert from 'node:assert/strict';
import { PbxError } from '../../../lib/index';
import type { Office } from './office';
import { openOffice, rejects } from './office';

describe('MANGO raw requests', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const act = async (path: unknown, json?: unknown) =>
    (
      await office.account.execute({
        command: 'action',
        request: { path, ...(json !== undefined && { json }) },
      })
    ).payload;

  it('reach any path, with an empty object for no parameters', async () => {
    const { result } = await act('incominglines');
    assert.deepEqual(result, { result: 1000, lines: [{ line_id: 1, number: '70000000099' }] });
    assert.equal(office.pbx.requests[0]?.json, '{}');
  });

  it('of call tracking tell a visitor, or an empty object', async () => {
    const known = (await act('queries/user_info_by_dct_number', { number: '70000000055' })).result;
    assert.equal((known as { uid: number }).uid, 7);
    assert.deepEqual((await act('queries/user_info_by_dct_number/', { number: '1' })).result, {});
  });

  it('given as a text are signed and sent to the letter', async () => {
    await act('groups', '{ "show_users" :1,"x":"\\u0416" }');
    assert.equal(office.pbx.requests[0]?.json, '{ "show_users" :1,"x":"\\u0416" }');
  });

  it('that are commands get an id, under which their result comes', async () => {
    const { reference } = await act('commands/callback', {
      from: { extension: '101', number: '79990000000' },
      to_number: '70000000001',
      sip_headers: { 'Call-Info/answer-after': '0' },
    });
    assert.equal(office.pbx.last('commands/callback')['command_id'], reference);
    const own = await act('commands/callback', { command_id: 'mine', from: { extension: '101' }, to_number: '7' });
    assert.equal(own.reference, 'mine');
  });

  it('that are commands are uncertain when their answer is lost, and not repeated', async () => {
    office.pbx.next('commands/play/start', { status: 500, text: 'oops' });
    await rejects(act('commands/play/start', { call_id: 'L1', internal_id: 1 }), 'uncertain');
    office.pbx.next('member/create', { status: 200, instead: 'cut' });
    await rejects(act('member/create', { name: 'x' }), 'uncertain');
    assert.equal(office.pbx.paths.length, 2);
  });

  it('that only read are no riddle when their answer is lost', async () => {
    for (let i = 0; i < 2; i++) office.pbx.next('groups', { status: 500 });
    await rejects(act('groups'), 'unavailable');
  });

  it('hand on tables and redirects', async () => {
    office.pbx.statistics.table = ['[];1'];
    const { result } = await act('stats/request', { date_from: '1767182400', date_to: '1767182500' });
    assert.equal((await act('stats/result', result)).result, '[];1\r\n');
    office.pbx.files.set('R1', Buffer.from('x'));
    const { location } = (await act('queries/recording/post', { recording_id: 'R1', action: 'play' })).result as {
      location: string;
    };
    assert.match(location, /\/storage\//);
  });

  it('tell the vendor s words of what is wrong, and the id its support asks for', async () => {
    office.pbx.next('schema/set', {
      status: 200,
      json: { result: 3100, fields: { line_id: 'unknown' }, message: 'bad <b>line</b>' },
    });
    const error = await rejects(
      act('schema/set', { schema_id: 1 }),
      'invalid-argument',
      /\{"line_id":"unknown"\}; bad line ?; X-Uuid uuid-1/,
    );
    assert.deepEqual(error.cause.vendor, { code: '3100', message: 'wrong parameters' });
  });

  it('may be answered in the older way, with a code and status 420', async () => {
    office.pbx.next('groups', { status: 420, json: { code: 4001 } });
    await rejects(act('groups'), 'not-supported', /4001/);
  });

  it('that change something have succeeded only when MANGO says so', async () => {
    for (const answer of [{ text: '<html>log in</html>' }, { json: { message: 'try later' } }]) {
      office.pbx.next('schema/set', { status: 200, ...answer });
      await rejects(act('schema/set', { schema_id: 1, line_id: 2 }), 'uncertain', /without a result/);
    }
  });

  it('stay on the server of the account', async () => {
    for (const path of [
      'https://evil.example/x',
      '//evil.example/x',
      '../x',
      'a/../../x',
      'groups?x=1',
      'groups#x',
      'a\\b',
      '',
      ' ',
      null,
      'a//b',
    ]) {
      office.clock.advance(1_000);
      await rejects(act(path), 'invalid-argument');
    }
    for (const json of ['text', '[]', [], 7]) await rejects(act('groups', json), 'invalid-argument');
    assert.deepEqual(office.pbx.paths, []);
  });

  it('may name another root of the same server', async () => {
    office.pbx.next('/cc/get_presence', { status: 200, json: { result: 1000, ok: true } });
    assert.deepEqual((await act('/cc/get_presence', {})).result, { result: 1000, ok: true });
    office.pbx.next('/s2t/queries/records', { status: 200, json: { data: [] } });
    assert.deepEqual((await act('/s2t/queries/records', {})).result, { data: [] });
  });

  it('never show the keys, whatever goes wrong', async () => {
    const { apiKey, apiSalt } = office.pbx;
    const mirror = { vpbx_api_key: apiKey, sign: office.pbx.sign('{}'), text: 'mirror' };
    office.pbx.next('groups', { status: 200, json: { result: 1000, request: mirror } });
    const { raw } = await office.account.execute({ command: 'action', request: { path: 'groups' } });
    assert.doesNotMatch(JSON.stringify(raw), new RegExp(apiKey));
    office.pbx.next('roles', { status: 400, text: `bad request vpbx_api_key=${apiKey} ${apiSalt}` });
    const error = await rejects(act('roles'), 'invalid-argument');
    const errors = [error];
    for (const answer of [
      { status: 429, text: `slow down, ${apiKey}` },
      { status: 200, text: `vpbx_api_key=${apiKey}` },
      { status: 200, text: `${'.'.repeat(190)}${apiKey}` },
      { status: 200, json: { result: 4001, fields: { vpbx_api_key: apiKey }, message: `salt ${apiSalt}` } },
    ]) {
      office.clock.advance(5_000);
      office.pbx.next('member/create', answer);
      const caught: unknown = await act('member/create', {}).catch((thrown: unknown) => thrown);
      assert.ok(caught instanceof PbxError);
      errors.push(caught);
    }
    for (const { message, cause } of errors)
      assert.doesNotMatch(JSON.stringify([message, cause]), new RegExp(`${apiKey.slice(0, 8)}|${apiSalt.slice(0, 8)}`));
  });
});
