/** The state of an account that has no connection: what is known without asking, and what every answer and notification adds. */

import assert from 'node:assert/strict';
import type { Office } from './office';
import { openOffice, rejects } from './office';

describe('the state of a MANGO account', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const state = () => office.account.status.state;
  const balance = () => office.account.execute({ command: 'query', query: 'balance' });
  const call = () => office.account.execute({ command: 'call', from: '101', to: '70000000001' });

  it('is connected as soon as it is configured, and nothing is asked for that', async () => {
    assert.equal(state(), 'connected');
    await office.clock.run(3_600_000);
    assert.deepEqual(office.pbx.paths, [], 'a wrong key asked about at each deploy would block the API of the PBX');
    assert.equal(office.clock.pending, 0);
  });

  it('is unauthorized when a key is missing, and says so', async () => {
    const other = await openOffice({ apiSalt: '' });
    assert.equal(other.account.status.state, 'unauthorized');
    assert.match(other.account.status.reason?.text ?? '', /salt is missing/);
    await other.close();
  });

  it('says when the address is no address', async () => {
    const other = await openOffice({ url: 'mango' });
    assert.equal(other.account.status.state, 'unauthorized');
    assert.match(other.account.status.reason?.text ?? '', /https/);
    await rejects(other.account.execute({ command: 'query', query: 'balance' }), 'not-connected');
    await other.close();
  });

  it('is unauthorized while a refused key is not tried again, then lets the next command try', async () => {
    office.pbx.next('account/balance', { status: 200, json: { result: 3102 } });
    await rejects(balance(), 'unauthorized', /salt is wrong \(3102\)/);
    assert.equal(state(), 'unauthorized');
    await rejects(balance(), 'not-connected');
    assert.equal(office.pbx.paths.length, 1);
    office.clock.advance(120_000);
    assert.equal(state(), 'degraded');
    await balance();
    assert.equal(state(), 'connected');
  });

  it('takes a 401 out of the blue for wrong keys or a foreign address', async () => {
    office.pbx.next('account/balance', { status: 401 });
    await rejects(balance(), 'unauthorized', /address of this computer/);
    assert.equal(state(), 'unauthorized');
  });

  it('is degraded while the PBX cannot be reached', async () => {
    for (let i = 0; i < 2; i++) office.pbx.next('account/balance', { status: 200, instead: 'cut' });
    await rejects(balance(), 'unavailable');
    assert.equal(state(), 'degraded');
    office.clock.advance(2_000);
    await balance();
    assert.equal(state(), 'connected');
  });

  it('is degraded when commands are taken but no notification ever comes', async () => {
    const { deliver } = office.pbx;
    office.pbx.deliver = null;
    await call();
    office.clock.advance(59_999);
    assert.equal(state(), 'connected');
    office.clock.advance(1);
    assert.equal(state(), 'degraded');
    assert.match(office.account.status.reason?.text ?? '', /notifications do not arrive/);
    office.pbx.deliver = deliver;
    await office.pbx.post('/ping', {});
    assert.equal(state(), 'connected');
  });

  it('stays connected when they come', async () => {
    await call();
    await office.until('the result', () => office.of('raw').length > 0);
    office.clock.advance(120_000);
    assert.equal(state(), 'connected');
  });

  it('ends within a second, also with a request under way', async () => {
    office.pbx.next('account/balance', { status: 200, instead: 'hang' });
    const asked = balance();
    await office.until('the request', () => office.pbx.paths.length > 0);
    const before = Date.now();
    await office.account.close();
    assert.ok(Date.now() - before < 1_000);
    await rejects(asked, 'not-connected');
    assert.equal(state(), 'closed');
    assert.equal(office.clock.pending, 0);
  });
});
