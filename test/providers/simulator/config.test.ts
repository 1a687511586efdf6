/** The account form of the simulator. */

import assert from 'node:assert/strict';
import { PbxAccount, VirtualClock } from '../../../lib/index';
import type { Member, ProviderConfig } from '../../../lib/index';
import { simulator } from '../../../lib/providers/simulator';
import { listOf, settingsOf } from '../../../lib/providers/simulator/config';
import { openOffice } from './office';

async function names(config: ProviderConfig): Promise<(string | null)[]> {
  const office = await openOffice({ extensions: '21-22', ...config });
  const { payload } = await office.account.execute({ command: 'query', query: 'members' });
  await office.close();
  return (payload.result as Member[]).map(({ name }) => name);
}

describe('simulator: configuration', () => {
  it('reads numbers, lists and ranges', () => {
    assert.deepEqual(listOf('extensions', '21-23', 100), ['21', '22', '23']);
    assert.deepEqual(listOf('extensions', ' 21, 22 ,30 - 32,22', 100), ['21', '22', '30', '31', '32']);
    assert.deepEqual(listOf('extensions', '001-003', 100), ['001', '002', '003']);
    assert.deepEqual(listOf('queues', '', 100), []);
  });

  it('has the defaults of the form when nothing is entered', () => {
    const { seed, callsPerMinute, extensions, queues } = settingsOf({});
    assert.deepEqual(
      { seed, callsPerMinute, extensions: extensions.join(), queues: queues.join() },
      { seed: '1', callsPerMinute: 6, extensions: '21,22,23,24,25,26', queues: '500' },
    );
    for (const { name, default: value } of simulator.descriptor.fields)
      assert.deepEqual(settingsOf({ [name]: value ?? '' }), settingsOf({}), name);
  });

  for (const [config, reason] of [
    [{ extensions: '' }, /names no extension/],
    [{ extensions: '21-' }, /numbers and ranges/],
    [{ extensions: 'abc' }, /numbers and ranges/],
    [{ extensions: '1-99999999' }, /more than 1000/],
    [{ extensions: '21', queues: '21' }, /an extension and a queue at once/],
    [{ callsPerMinute: 'many' }, /from 0 to 600/],
    [{ callsPerMinute: 601 }, /from 0 to 600/],
    [{ speed: 0 }, /from 0.1 to 100/],
  ] as const satisfies readonly (readonly [ProviderConfig, RegExp])[])
    it(`says what is wrong with ${JSON.stringify(config)}`, async () => {
      const account = new PbxAccount({
        name: 'Office',
        provider: 'simulator',
        config,
        clock: new VirtualClock(),
        providers: [simulator],
      });
      account.open();
      assert.match(account.status.reason?.text ?? '', reason);
      await assert.rejects(account.execute({ command: 'query', query: 'members' }), { code: 'not-connected' });
      await account.close();
    });

  it('gives names by the form, and by the seed where the form has none', async () => {
    const [own, drawn] = await names({ names: '21=Jana Malá' });
    assert.equal(own, 'Jana Malá');
    assert.deepEqual(await names({}), await names({}));
    assert.equal((await names({}))[1], drawn);
  });

  it('works with one extension and no queue', async () => {
    const office = await openOffice({ extensions: '21', queues: '', callsPerMinute: 60 });
    await office.clock.run(120_000);
    assert.ok(office.of('call.end').length > 30);
    assert.deepEqual(office.of('queue.join'), []);
    await office.close();
  });

  it('speaks three languages in the form', () => {
    for (const field of simulator.descriptor.fields)
      for (const text of [field.label, field.hint])
        for (const language of ['en-US', 'sk', 'ru'] as const) assert.ok(text?.[language], `${field.name} ${language}`);
  });
});
