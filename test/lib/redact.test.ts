/** Secrets stay inside. */

import assert from 'node:assert/strict';
import { MASK, redactor, withoutSecrets } from '../../lib/redact';

describe('redact', () => {
  const redact = redactor(['crm_token', 'Sign']);

  it('masks secret keys at any depth and in any letter case', () => {
    assert.deepEqual(
      redact({
        cmd: 'event',
        CRM_TOKEN: 'abc',
        sign: 'def',
        headers: [{ Authorization: 'Bearer x', 'Content-Type': 'text/plain' }],
        deep: { er: { password: 'p', user: 'u' } },
      }),
      {
        cmd: 'event',
        CRM_TOKEN: MASK,
        sign: MASK,
        headers: [{ Authorization: MASK, 'Content-Type': 'text/plain' }],
        deep: { er: { password: MASK, user: 'u' } },
      },
    );
  });

  it('masks whole objects under a secret key, and lists', () => {
    assert.deepEqual(redact({ token: { a: 1 }, secret: ['x', 'y'], password: 0 }), {
      token: MASK,
      secret: MASK,
      password: MASK,
    });
  });

  it('an empty secret stays empty: that there is none is worth knowing', () => {
    assert.deepEqual(redact({ token: '', password: null }), { token: '', password: null });
  });

  it('leaves the original alone and shares nothing with it', () => {
    const original = { list: [{ a: 1 }], at: new Date(5), bytes: Buffer.from('abc'), token: 't' };
    const copy = redact(original) as typeof original;
    assert.equal(original.token, 't');
    assert.notEqual(copy.list, original.list);
    assert.notEqual(copy.list[0], original.list[0]);
    assert.notEqual(copy.at, original.at);
    assert.notEqual(copy.bytes, original.bytes);
    copy.bytes.fill(0);
    assert.deepEqual([original.bytes.toString(), copy.at.getTime()], ['abc', 5]);
  });

  it('passes what is no object', () => {
    for (const value of ['text', 7, true, null, undefined]) assert.equal(redact(value), value);
  });

  it('a key of a prototype becomes a property and nothing else', () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"admin": true}, "constructor": {"prototype": {"x": 1}}}');
    const copy = redact(hostile) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(copy), Object.prototype);
    assert.equal(copy['admin'], undefined);
    assert.ok(Object.hasOwn(copy, '__proto__'));
    assert.equal(({} as Record<string, unknown>)['admin'], undefined);
  });

  it('ends in what has no end', () => {
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    assert.doesNotThrow(() => redact(endless));
  });

  it('takes secrets out of texts, but not every "a" for a secret "a"', () => {
    assert.equal(
      withoutSecrets('GET https://x/?key=s3cr3t&again=s3cr3t failed for abc', ['s3cr3t', 'abc', '']),
      `GET https://x/?key=${MASK}&again=${MASK} failed for abc`,
    );
  });
});
