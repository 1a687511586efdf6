/** Where the address of the webhooks is entered, for every PBX that posts. */

import assert from 'node:assert/strict';
import { descriptors, webhookAddressChanged } from '../../lib/index';

describe('the address of the webhooks', () => {
  it('is entered by a person, who is told where in each language', () => {
    const posting = descriptors().filter(({ webhook }) => webhook);
    assert.deepEqual(posting.map(({ id }) => id).sort(), ['gravitel', 'mango', 'viptel']);
    for (const { id } of posting) {
      const changed = webhookAddressChanged(id, 'https://flows.example/pbx/office/');
      assert.equal(changed?.address, 'https://flows.example/pbx/office');
      for (const text of Object.values(changed.where)) assert.ok(text.length > 30, id);
      assert.equal(Object.keys(changed.where).length, 3);
      assert.ok(changed.paths.every((path) => path.startsWith('/')));
    }
  });

  it('is none where the PBX posts nothing', () => {
    assert.equal(webhookAddressChanged('asterisk', 'https://flows.example/pbx/office'), null);
  });

  it('is refused when it is no address, or the provider is none', () => {
    for (const url of ['', 'flows.example', 'ftp://flows.example', 'https://'])
      assert.throws(() => webhookAddressChanged('gravitel', url), { code: 'invalid-argument' }, url);
    assert.throws(() => webhookAddressChanged('nobody', 'https://flows.example'), { code: 'invalid-argument' });
  });
});
