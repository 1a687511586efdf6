/** Closing an account: done within a second whatever is waited for, with no timer left. */

import assert from 'node:assert/strict';
import { TIMES } from '../../../lib/providers/vwell/times';
import { CountedClock, eventually } from '../../fakes/counted-clock';
import { ok } from '../../fakes/ami-server';
import { Office } from './office';
import type { OfficeOptions } from './office';

describe('vwell: close is done within a second, and leaves nothing', () => {
  let office: Office;
  let clock: CountedClock;
  beforeEach(() => {
    clock = new CountedClock();
  });
  afterEach(() => office.close());

  const open = async (options: OfficeOptions = {}) => {
    office = await Office.open({ account: { clock }, times: TIMES, ...options });
  };
  const closes = async () => {
    const began = performance.now();
    await office.account.close();
    assert.ok(performance.now() - began < 1_000);
    assert.equal(clock.waiting, 0, 'timers left');
  };

  it('while it is connected', async () => {
    await open();
    await closes();
  });

  it('while the first sign of a placed call is awaited', async () => {
    await open({ prepare: (asterisk) => asterisk.onAction('Originate', () => ok()) });
    const call = office.account.execute({ command: 'call', from: '21', to: '22' });
    const uncertain = assert.rejects(call, { code: 'uncertain' });
    await eventually(() => clock.waits(TIMES.signMs));
    await closes();
    await uncertain;
  });

  it('while the result of a placed call is awaited', async () => {
    await open({ times: { ...TIMES, signMs: 1 }, prepare: (asterisk) => asterisk.onAction('Originate', () => ok()) });
    await office.account.execute({ command: 'call', from: '21', to: '22' });
    await closes();
  });

  it('while it is seen whether events come through', async () => {
    await open({ waitFor: 'nothing', prepare: (asterisk) => asterisk.onAction('UserEvent', () => ok()) });
    await eventually(() => clock.waits(TIMES.eventMs));
    await closes();
    assert.ok(!office.topics().includes('account.warning'));
  });
});
