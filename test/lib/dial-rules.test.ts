/** A broken or abused flow must not run up a bill. */

import assert from 'node:assert/strict';
import { VirtualClock } from '../../lib/clock';
import { DialGuard } from '../../lib/dial-rules';
import type { DialRules } from '../../lib/dial-rules';
import type { Command } from '../../lib/model';
import { normaliser } from '../../lib/numbers';
import { speller } from '../../lib/spellings';

const call = (to: string): Command => ({ command: 'call', from: '21', to });

const allows = (rules: DialGuard, to: string): boolean => {
  try {
    rules.check(call(to));
    return true;
  } catch {
    return false;
  }
};

describe('dialling rules', () => {
  let clock: VirtualClock;
  beforeEach(() => {
    clock = new VirtualClock();
  });
  const guard = (rules: Partial<DialRules> = {}, country?: string) =>
    new DialGuard({ allow: [], deny: [], perMinute: 30, ...rules }, clock, normaliser(country), speller(country));

  it('without rules every number may be dialled', () => {
    for (const to of ['21', '+421900123456', '*72', 'jana', 'group:500']) assert.ok(allows(guard(), to), to);
  });

  it('with an allow list only what is on it', () => {
    const rules = guard({ allow: ['+421*', '2*'] });
    assert.deepEqual(
      ['+421900', '21', '+7495', '0900'].map((to) => allows(rules, to)),
      [true, true, false, false],
    );
  });

  it('a refusal wins over a permission', () => {
    const rules = guard({ allow: ['+421*'], deny: ['+421900*'] });
    assert.deepEqual([allows(rules, '+421900123456'), allows(rules, '+42122028')], [false, true]);
  });

  it('the spelling of a number opens no way round a rule', () => {
    const rules = guard({ deny: ['+421900*'] }, 'SK');
    for (const to of ['+421900123456', '0900123456', '00421900123456', '0900 123-456', '421900123456'])
      assert.ok(!allows(rules, to), to);
    assert.ok(allows(rules, '0220282028'));
  });

  it('a permission holds for every spelling, too', () => {
    const rules = guard({ allow: ['+421*'] }, 'SK');
    assert.deepEqual(
      ['0900123456', '+420900123456'].map((to) => allows(rules, to)),
      [true, false],
    );
  });

  for (const [deny, country, others] of [
    ['0900*', 'SK', ['0900123456', '+421900123456', '00421900123456', '421900123456', '+4219001234567890']],
    ['8809*', 'RU', ['88091234567', '+78091234567', '78091234567', '81078091234567']],
    ['+882*', 'SK', ['+88213123456', '0088213123456', '00882123']],
    ['00882*', 'SK', ['+88213123456', '+882123', '88213123456']],
    ['+882*', 'US', ['01188213123456', '0088213123456']],
    ['+882*', undefined, ['0088213123456']],
    ['00882*', undefined, ['+88213123456']],
    ['0900*', 'SK', ['*31#0900123456', '#31#+421900123456', '*21*0900123456#', '*21*0900123456*11#']],
  ] as const)
    it(`a refusal of ${deny} holds for ${others.join(', ')}`, () => {
      const rules = guard({ deny: [deny] }, country);
      for (const to of others) assert.ok(!allows(rules, to), to);
    });

  it('a refusal holds for nobody else', () => {
    const rules = guard({ deny: ['0900*', '4*'] }, 'SK');
    for (const to of ['+420900123456', '+421220282028', '0220282028', '*72', '21']) assert.ok(allows(rules, to), to);
    const noneAbroad = guard({ deny: ['00*'] }, 'SK');
    for (const to of ['0220282028', '0900123456', '21', '112']) assert.ok(allows(noneAbroad, to), to);
    const noneOutside = guard({ deny: ['0*', '+*'] }, 'SK');
    for (const to of ['21', '2100', '112', '500123']) assert.ok(allows(noneOutside, to), to);
  });

  it('digits in a login or an address are no number that is allowed', () => {
    const rules = guard({ allow: ['+421*'] }, 'SK');
    for (const to of ['0900123456@example.com', 'sip:0900123456@example.com', 'x0900123456', '0900123456w'])
      assert.ok(!allows(rules, to), to);
  });

  it('empty lines are no rules', () => {
    assert.ok(allows(guard({ allow: ['', ' '], deny: [''] }), '21'));
  });

  it('what could mean something else to a PBX is no number', () => {
    for (const to of ['21,30', '21&22', '21;rm', 'PJSIP/21@trunk', '21\n22', '', ' ', '21${X}', 'x'.repeat(129)])
      assert.throws(() => guard().check(call(to)), { code: 'invalid-argument' }, to);
  });

  it('what is sent is what was checked', () => {
    const written = [' 21 ', '+421 (900) 123-456', 'jana.novak', 'jana-2'];
    assert.deepEqual(
      written.map((to) => (guard().check(call(to)) as { to: string }).to),
      ['21', '+421900123456', 'jana.novak', 'jana-2'],
    );
  });

  it('a rule about a name means the whole name', () => {
    const rules = guard({ deny: ['jana.novak'] });
    assert.deepEqual(
      ['jana.novak', 'Jana.Novak', 'jananovak'].map((to) => allows(rules, to)),
      [false, false, true],
    );
  });

  it('an error shows a hostile text harmlessly', () => {
    assert.throws(
      () => guard().check(call(`2\u0007${'1'.repeat(200)};`)),
      (error: Error) => !error.message.includes('\u0007') && error.message.length < 150,
    );
  });

  it('calls, redirects and transfers count together, texts by themselves', () => {
    const rules = guard({ perMinute: 3 });
    rules.check(call('21'));
    rules.check({ command: 'redirect', call: 'A', to: '21' });
    rules.check({ command: 'transfer', call: 'A', to: '21', mode: 'blind' });
    assert.throws(() => rules.check(call('21')), { code: 'rate-limited' });
    for (let count = 0; count < 3; count++) rules.check({ command: 'sms', to: '21', text: 'x' });
    assert.throws(() => rules.check({ command: 'sms', to: '21', text: 'x' }), { code: 'rate-limited' });
  });

  it('the minute slides', () => {
    const rules = guard({ perMinute: 2 });
    rules.check(call('21'));
    clock.advance(40_000);
    rules.check(call('21'));
    clock.advance(19_999);
    assert.equal(allows(rules, '21'), false);
    clock.advance(1);
    assert.deepEqual([allows(rules, '21'), allows(rules, '21')], [true, false]);
  });

  it('a clock that is set back does not stop the calls', () => {
    let now = 3_600_000;
    const rules = new DialGuard(
      { allow: [], deny: [], perMinute: 1 },
      { now: () => now, after: (ms, run) => clock.after(ms, run) },
    );
    rules.check(call('21'));
    now = 0;
    assert.ok(allows(rules, '21'));
  });

  it('what was refused does not count', () => {
    const rules = guard({ perMinute: 1, deny: ['+7*'] });
    for (let count = 0; count < 5; count++) allows(rules, '+7495');
    assert.ok(allows(rules, '21'));
  });

  it('a ceiling of nought is no calls at all', () => {
    assert.equal(allows(guard({ perMinute: 0 }), '21'), false);
  });

  it('commands without a destination pass', () => {
    const rules = guard({ perMinute: 0, allow: ['1'] });
    rules.check({ command: 'hangup', call: 'A' });
    rules.check({ command: 'query', query: 'calls' });
  });
});
