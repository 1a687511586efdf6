import assert from 'node:assert/strict';
import { PbxError } from '../../lib/index';
import { hasListsAtHand } from '../../nodes/shared/at-hand';
import { FakePbx } from './fake-provider';
import { account, flowOf, helper, initializers, load, startServer, stopServer } from './flows';

const events = { id: 'events', type: 'pbx-call-events', account: 'office' };

const areOffered = async (): Promise<boolean> => {
  const { body } = await helper.request().get('/pbx-account/office/state').send();
  return hasListsAtHand(body as Parameters<typeof hasListsAtHand>[0]);
};

describe('the lists of a form', () => {
  let pbx: FakePbx;
  before(startServer);
  after(stopServer);
  beforeEach(() => {
    pbx = new FakePbx();
  });
  afterEach(() => helper.unload());

  const run = (...nodes: Parameters<typeof flowOf>) => load(initializers([pbx.module]), flowOf(...nodes));

  it('are offered while a part of the PBX does not work', async () => {
    await run(account(), events);
    assert.equal(await areOffered(), true);
    pbx.line.host.state('degraded', new PbxError('forbidden', 'the user may not see calls'));
    assert.equal(await areOffered(), true);
  });

  it('are offered by an account that only waits for its first node', async () => {
    await run(account());
    assert.equal(await areOffered(), true);
  });

  it('are not asked for while there is no connection, or none can be', async () => {
    await run(account(), events);
    pbx.line.host.state('reconnecting', new PbxError('unavailable', 'nothing listens'));
    assert.equal(await areOffered(), false);
    await helper.unload();
    await run(account({ host: '' }), events);
    assert.equal(await areOffered(), false);
  });
});
