/** Result codes, with the fall back to their class (specification 3.2, section 9). */

import assert from 'node:assert/strict';
import { endOf, isLost, isSuccess, isWrongRequest, meaningOf, refusal } from '../../../lib/providers/mango/codes';

describe('MANGO result codes', () => {
  it('unknown to the table mean what their class means', () => {
    assert.equal(meaningOf(2219), meaningOf(2210));
    assert.equal(meaningOf(1099), meaningOf(1000));
    assert.equal(meaningOf(3199), meaningOf(3100));
    assert.equal(meaningOf(4999), meaningOf(4000));
    assert.equal(meaningOf(9999), null);
    assert.equal(meaningOf('abc'), null);
  });

  it('may be numbers or texts', () => {
    assert.equal(isSuccess('1000'), true);
    assert.equal(isSuccess(1001), true);
    assert.equal(isSuccess('1100'), false);
    assert.equal(isSuccess(null), false);
    assert.equal(isWrongRequest('3103'), true);
    assert.equal(isWrongRequest(4000), false);
  });

  it('tell how a call ended, or nothing', () => {
    assert.deepEqual(endOf('1121'), { disposition: 'busy', reason: { code: '1121', text: 'busy' } });
    assert.equal(endOf('1100'), null);
    assert.equal(endOf(null), null);
    assert.equal(isLost('1182'), true);
    assert.equal(isLost('1180'), false);
  });

  for (const [code, error] of [
    [3102, 'unauthorized'],
    [3105, 'unauthorized'],
    [3103, 'invalid-argument'],
    [3320, 'not-found'],
    [4001, 'not-supported'],
    [4101, 'not-found'],
    [4100, 'rejected'],
    [2240, 'forbidden'],
    [5003, 'unavailable'],
    [5008, 'rate-limited'],
    [7777, 'rejected'],
  ] as const)
    it(`${code} is ${error} for a command`, () => {
      const failure = refusal(code, 'MANGO refused commands/callback');
      assert.equal(failure.code, error);
      assert.equal(failure.cause.vendor?.code, String(code));
      assert.match(failure.message, new RegExp(`\\(${code}\\)`));
    });

  it('allow another try only where the PBX says that it did nothing', () => {
    assert.equal(refusal(5008, 'x').cause.retryable, true);
    assert.equal(refusal(5000, 'x').cause.retryable, false);
    assert.equal(refusal(4101, 'x').cause.retryable, false);
  });
});
