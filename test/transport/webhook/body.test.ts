/** Bodies of webhooks: raw or read by the host's parser, the answers are the same. */

import assert from 'node:assert/strict';
import type { WebhookRequest } from '../../../lib/index';
import { BODY_LIMIT, readForm, readJson } from '../../../lib/transport/webhook';

const FORM = 'application/x-www-form-urlencoded';

function request(more: Partial<WebhookRequest>): WebhookRequest {
  return {
    method: 'POST',
    path: '/',
    query: {},
    headers: { 'content-type': FORM },
    body: null,
    remoteAddress: '127.0.0.1',
    ...more,
  };
}

const form = (body: string, type = FORM) =>
  readForm(request({ body: Buffer.from(body), headers: { 'content-type': type } }));
const status = (reading: ReturnType<typeof readForm> | ReturnType<typeof readJson>) =>
  reading.ok ? 200 : reading.response.status;
const fields = (reading: ReturnType<typeof readForm>) => (reading.ok ? Object.fromEntries(reading.value) : null);

const json = (body: string | null, parsed?: unknown) =>
  readJson(request({ body: body === null ? null : Buffer.from(body), ...(parsed !== undefined && { parsed }) }));

describe('the body of a webhook', () => {
  it('is a form with its fields decoded once', () => {
    assert.deepEqual(fields(form('a=1+2&b=%2B%252B&c=&d&%D0%BF=%D1%8F')), {
      a: '1 2',
      b: '+%2B',
      c: '',
      d: '',
      п: 'я',
    });
  });

  it('may be a form with a charset, or of no told type', () => {
    assert.equal(status(form('a=1', `${FORM}; charset=UTF-8`)), 200);
    assert.equal(status(readForm(request({ body: Buffer.from('a=1'), headers: {} }))), 200);
  });

  it('is read in the charset that it says it has', () => {
    const name = '%CE%F2%E4%E5%EB';
    assert.deepEqual(fields(form(`name=${name}&n=1`, `${FORM}; charset=windows-1251`)), { name: 'Отдел', n: '1' });
    assert.deepEqual(fields(form('name=%D0%AF', `${FORM}; charset="utf8"`)), { name: 'Я' });
    assert.deepEqual(fields(form('name=%D0%AF', `${FORM}; charset=martian`)), { name: 'Я' });
  });

  it('loses no field to bytes that are no characters', () => {
    assert.deepEqual(fields(form('name=%CE%F2&phone=79260000001')), { name: '\ufffd\ufffd', phone: '79260000001' });
    const raw = readForm(
      request({ body: Buffer.concat([Buffer.from('name='), Buffer.from([0xce]), Buffer.from('&n=я')]) }),
    );
    assert.deepEqual(fields(raw), { name: '\ufffd', n: 'я' });
  });

  it('is refused with 400 where an escape is none', () => {
    for (const body of ['a=%', 'a=%4', 'a=%zz', 'a=%CE%', '%=1']) assert.equal(status(form(body)), 400, body);
  });

  it('is a form without fields when there is none', () => {
    assert.deepEqual(fields(readForm(request({ body: Buffer.alloc(0), headers: {} }))), {});
    assert.deepEqual(fields(readForm(request({ headers: {} }))), {});
    assert.deepEqual(fields(readForm(request({ parsed: {} }))), {});
  });

  it('is read the same when the host has parsed it', () => {
    assert.deepEqual(fields(readForm(request({ parsed: { a: '1 2', b: '' } }))), { a: '1 2', b: '' });
  });

  it('is refused with 415 when it is something else', () => {
    assert.equal(status(form('{}', 'application/json')), 415);
    assert.equal(status(form('--x', 'multipart/form-data; boundary=x')), 415);
    assert.equal(status(readForm(request({ parsed: { a: 1 }, headers: { 'content-type': 'application/json' } }))), 415);
  });

  it('is refused with 413 when it is too large, raw, announced or parsed', () => {
    assert.equal(status(form('a='.padEnd(BODY_LIMIT, 'x'))), 200);
    assert.equal(status(form('a='.padEnd(BODY_LIMIT + 1, 'x'))), 413);
    const announced = { 'content-type': FORM, 'content-length': String(BODY_LIMIT + 1) };
    assert.equal(status(readForm(request({ parsed: { a: 'x' }, headers: announced }))), 413);
    assert.equal(status(readForm(request({ parsed: { a: 'x'.repeat(BODY_LIMIT) } }))), 413);
    assert.equal(status(readForm(request({ parsed: { a: { b: ['x'.repeat(BODY_LIMIT)] } } }))), 413);
  });

  it('is refused with 400 when a field stands twice, which could hide the signed one', () => {
    assert.equal(status(form('sign=a&sign=b')), 400);
    assert.equal(status(readForm(request({ parsed: { sign: ['a', 'b'] } }))), 400);
  });

  it('is refused with 400 when it is broken', () => {
    assert.equal(status(form('a=%')), 400);
    assert.equal(status(readForm(request({ parsed: { a: { b: '1' } } }))), 400);
    assert.equal(status(readForm(request({ parsed: 'text' }))), 400);
    assert.equal(status(form(Array.from({ length: 500 }, (_, i) => `f${i}=1`).join('&'))), 400);
  });

  it('knows names that are special in JavaScript for names', () => {
    const reading = form('__proto__=1&constructor=2');
    assert.deepEqual(reading.ok && [...reading.value.keys()], ['__proto__', 'constructor']);
  });

  it('may be JSON', () => {
    assert.deepEqual(json('{"a":[1]}'), { ok: true, value: { a: [1] } });
    assert.deepEqual(json(null, { a: [1] }), { ok: true, value: { a: [1] } });
    assert.equal(status(json('{"a":')), 400);
    assert.equal(status(json(null)), 400);
    assert.equal(status(json(JSON.stringify('x'.repeat(BODY_LIMIT)))), 413);
  });
});
