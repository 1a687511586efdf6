/** Numbers as flows see them. */

import assert from 'node:assert/strict';
import { bareNumber, normaliser, numberPattern } from '../../lib/numbers';

describe('numbers', () => {
  it('stay as the PBX gave them without a country', () => {
    const normalise = normaliser(undefined);
    for (const number of ['0900 123 456', '+421900123456', 'anonymous', '', null])
      assert.equal(normalise(number), number);
  });

  for (const [given, expected] of [
    ['0900123456', '+421900123456'],
    ['0900 123 456', '+421900123456'],
    ['00421900123456', '+421900123456'],
    ['+421900123456', '+421900123456'],
    ['421900123456', '+421900123456'],
    ['(02) 2028 2028', '+421220282028'],
    ['74951234567', '+74951234567'],
    ['21', '21'],
    ['112', '112'],
    ['*72', '*72'],
    ['anonymous', 'anonymous'],
    ['SIP/jana', 'SIP/jana'],
    ['office0220282028', 'office0220282028'],
    ['0900123456@example.com', '0900123456@example.com'],
    ['tel:0900123456', '+421900123456'],
    ['sip:+421900123456@example.com;user=phone', '+421900123456'],
    ['\u202a+421 900 123 456\u202c', '+421900123456'],
    ['0900\u202f123\u202f456', '+421900123456'],
    ['99999999999999999', '99999999999999999'],
  ] as const)
    it(`with Slovakia as the country ${given} is ${expected}`, () => {
      const normalise = normaliser('SK');
      assert.equal(normalise(given), expected);
      assert.equal(normalise(given), expected, 'the second time, from memory');
    });

  it('with Russia as the country the domestic eight goes', () => {
    assert.equal(normaliser('RU')('8 (495) 123-45-67'), '+74951234567');
  });

  it('a country that does not exist breaks nothing', () => {
    const normalise = normaliser('XX');
    assert.equal(normalise('0900123456'), '0900123456');
    assert.equal(normalise('+421900123456'), '+421900123456');
  });

  it('many different numbers do not fill the memory for ever', () => {
    const normalise = normaliser('SK');
    for (let number = 0; number < 12_000; number++) normalise(`09${String(number).padStart(8, '0')}`);
    assert.equal(normalise('0900123456'), '+421900123456');
  });

  it('lose the characters people write between the digits', () => {
    assert.equal(bareNumber(' +421 (900) 12-34/56.7 '), '+4219001234567');
    assert.equal(bareNumber(' jana.novak-2 '), 'jana.novak-2', 'in a name they are part of it');
    assert.equal(
      bareNumber('\u202a+421\u202f900\u2011123\u2013456\u202c'),
      '+421900123456',
      'as an address book writes it',
    );
  });

  for (const [pattern, matching, other] of [
    ['+421*', ['+421900123456', '+421'], ['+420900123456', '0+421']],
    ['*456', ['+421900123456', '456'], ['4567']],
    ['2?', ['2?'], ['21', '2']],
    ['+421 900 123 456', ['+421900123456'], ['421900123456']],
    ['anonymous', ['Anonymous', 'anonymous'], ['anonymou']],
    ['*', ['', 'anything'], []],
    ['a.c', ['a.c', 'A.C'], ['abc', 'ac']],
    ['(02)*', ['0220'], ['20']],
  ] as const)
    it(`the pattern ${pattern} means what it says`, () => {
      const regular = numberPattern(pattern);
      for (const number of matching) assert.ok(regular.test(number), `${number} should match`);
      for (const number of other) assert.ok(!regular.test(number), `${number} should not match`);
    });
});
