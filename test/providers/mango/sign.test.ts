/** Signatures: the vendor's own vectors (PHP examples for API v1.8) and some of ours. */

import assert from 'node:assert/strict';
import { linkSignatureOf, signatureOf, signedForm, verify } from '../../../lib/providers/mango/sign';

const VENDOR = { apiKey: '<YOUR_API_KEY>', apiSalt: '<YOUR_API_SALT>' };
const OWN = { apiKey: 'testkey-000000000000000000000000', apiSalt: 'testsalt-00000000000000000000000' };

const VENDORS: readonly (readonly [json: string, sign: string])[] = [
  ['{"key":"<REQUEST_KEY>"}', '515069b8c079df62f408e36dd7933912b8e86d833c5927ee77eb4b68d766c4f5'],
  [
    '{"command_id":"your-command-id","call_id":"<CALL_ID>"}',
    '2d1d01246f52cec1fdb44f2a4d7091dc54f67e318369c0628201d66b5d336ef0',
  ],
  [
    '{"command_id":"your-command-id","from":{"extension":"<extension>","number":""},"to_number":"<to_number>"}',
    'afdeb462cd5e0e422a9c9220390124608df06a4472cb1add6ebd6e24184bd15a',
  ],
  [
    '{"date_from":"1445288400","date_to":"1445374859","from":{"extension":"","number":""},"to":{"extension":"","number":""}}',
    '94e263aa0aa65d77481b86e9224fa2230265faa387322e40716389406982c0fb',
  ],
];

const OURS: readonly (readonly [json: string, sign: string])[] = [
  ['{}', '8befa0bb38d689710991711aac6f2da7e34c8393158169d8ffd96315cfffa478'],
  ['{"key":"a+b/c=="}', '65cc9851979d89e3715e1671f28d2287e3ff172999cf5e62a17e1e7666546e9e'],
  ['{"text":"Привет"}', '02bd8a557ed6d3a0929bcb3431df16b45905a7553afe6f26a6553313fe944f1c'],
  [
    '{"text":"\\u041f\\u0440\\u0438\\u0432\\u0435\\u0442"}',
    'b0f2568e139f7d3ac88907c50a593b6bc236a3597429d3e9ed50c542230033f2',
  ],
];

describe('MANGO signatures', () => {
  for (const [json, sign] of VENDORS)
    it(`match the vendor's vector for ${json.slice(0, 40)}`, () => assert.equal(signatureOf(json, VENDOR), sign));

  for (const [json, sign] of OURS)
    it(`are made over the exact text ${json.slice(0, 40)}`, () => assert.equal(signatureOf(json, OWN), sign));

  it('of recording links take the moment and the recording', () => {
    const sign = linkSignatureOf('1893456000', 'UkVDMDAwMDE=', OWN);
    assert.equal(sign, 'f012b5ed33e0f3c0e6ba7d3f349058ba6df8760b36c4bbab6ef0584c3aecba66');
  });

  it('go along with key and json, and never with the salt', () => {
    const form = signedForm('{}', OWN);
    assert.deepEqual(Object.keys(form), ['vpbx_api_key', 'sign', 'json']);
    assert.doesNotMatch(JSON.stringify(form), /testsalt/);
  });

  describe('of a notification', () => {
    const json = '{"entry_id":"E1"}';
    const form = (more: Record<string, string> = {}) => new Map(Object.entries({ ...signedForm(json, OWN), ...more }));

    it('are genuine, in either letter case', () => {
      assert.equal(verify(form(), json, OWN), 'genuine');
      assert.equal(verify(form({ sign: signatureOf(json, OWN).toUpperCase() }), json, OWN), 'genuine');
    });

    it('are forged when one character of json or sign differs', () => {
      assert.equal(verify(form(), '{"entry_id":"E2"}', OWN), 'forged');
      assert.equal(verify(form({ sign: signatureOf(json, OWN).replace(/^./, '0') }), json, OWN), 'forged');
      assert.equal(verify(form({ sign: '' }), json, OWN), 'forged');
    });

    it('made with another salt are forged, those of another PBX are told apart', () => {
      assert.equal(verify(form({ sign: signatureOf(json, { ...OWN, apiSalt: 'x' }) }), json, OWN), 'forged');
      assert.equal(verify(form({ vpbx_api_key: 'other' }), json, OWN), 'other-key');
    });
  });
});
