/** Employees, groups, balance, live calls (specification 8.1), and the connection test. */

import assert from 'node:assert/strict';
import type { Call, Member, QueryName, QueueStatus } from '../../../lib/index';
import { PbxError, systemClock } from '../../../lib/index';
import { mango } from '../../../lib/providers/mango';
import type { ProviderHost } from '../../../lib/provider';
import { MangoServer } from '../../fakes/mango-server';
import type { Office } from './office';
import { openOffice, passing, rejects } from './office';

const USERS = [
  { general: { name: 'Jana', login: 'jana', user_id: 300000001 }, telephony: { extension: '101', numbers: [] } },
  { general: { name: 'Ivan', login: null }, telephony: { extension: 102 } },
  { general: { name: 'Admin' }, telephony: { extension: null } },
];
const GROUPS = [
  {
    id: 7,
    name: 'Sales',
    extension: '22',
    operators: [
      { id: 1, name: 'Jana', extension: '101' },
      { id: 2, name: 'Ivan', extension: '102' },
    ],
  },
  { id: 8, name: 'Night', extension: '', operators: [] },
];

describe('MANGO lists', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
    office.pbx.users = USERS;
    office.pbx.groups = GROUPS;
  });
  afterEach(() => office.close());

  const query = async <T>(name: QueryName, params: Record<string, unknown> = {}) =>
    (await office.account.execute({ command: 'query', query: name, params })).payload.result as T;

  it('employees with their groups, idle never being claimed', async () => {
    assert.deepEqual(await query<Member[]>('members'), [
      { extension: '101', name: 'Jana', login: 'jana', state: 'unknown', queues: ['22'] },
      { extension: '102', name: 'Ivan', login: null, state: 'unknown', queues: ['22'] },
      { extension: null, name: 'Admin', login: null, state: 'unknown', queues: [] },
    ]);
    assert.deepEqual(
      (await query<Member[]>('members', { extension: '102' })).map(({ name }) => name),
      ['Ivan'],
    );
  });

  it('that did not come are told as such, and not kept', async () => {
    office.pbx.next('config/users/request', { status: 200, json: { message: 'try later' } });
    await rejects(query('members'), 'protocol', /users/);
    office.pbx.next('groups', { status: 200, json: { result: 1000 } });
    await rejects(query('queues'), 'protocol', /groups/);
    assert.equal((await passing(office.clock, query<Member[]>('members'))).length, 3);
    assert.equal((await passing(office.clock, query<QueueStatus[]>('queues'))).length, 2);
  });

  it('employees who ring or talk by what the notifications tell', async () => {
    const leg = office.pbx.call('E1').leg('L1', { from: { number: '7' }, to: { extension: '101' } });
    await leg.appeared();
    assert.equal((await query<Member[]>('members'))[0]?.state, 'ringing');
    await leg.connected();
    assert.equal((await query<Member[]>('members'))[0]?.state, 'busy');
  });

  it('is asked for once in a while only, by however many flows', async () => {
    await Promise.all([query('members'), query('members'), query('queues')]);
    assert.deepEqual(office.pbx.paths.sort(), ['config/users/request', 'groups']);
    office.clock.advance(30_000);
    await query('members');
    assert.equal(office.pbx.paths.length, 4);
  });

  it('employees also when the groups cannot be had, and asks again after a failure', async () => {
    office.pbx.next('groups', { status: 403 });
    assert.deepEqual((await query<Member[]>('members'))[0]?.queues, []);
    office.clock.advance(30_000);
    office.pbx.next('config/users/request', { status: 200, json: { result: 2230 } });
    await rejects(query('members'), 'forbidden');
    assert.equal((await passing(office.clock, query<Member[]>('members'))).length, 3);
  });

  it('groups with who waits, once notifications arrive at all', async () => {
    const before = await query<QueueStatus[]>('queues');
    assert.deepEqual(before[0], {
      id: '22',
      name: 'Sales',
      waiting: null,
      members: [
        { extension: '101', name: 'Jana', paused: null },
        { extension: '102', name: 'Ivan', paused: null },
      ],
      callers: [],
    });
    assert.equal(before[1]?.id, 'Night');
    await office.pbx
      .call('E1')
      .leg('L1', { location: 'queue', from: { number: '70000000001' }, to: { acd_group: '22' } })
      .appeared();
    office.clock.advance(5_000);
    const [sales] = await query<QueueStatus[]>('queues', { queue: '22' });
    assert.equal(sales?.waiting, 1);
    assert.deepEqual(sales?.callers, [{ call: 'E1', from: '70000000001', position: null, waitSeconds: 5 }]);
  });

  it('live calls and the balance', async () => {
    await office.pbx
      .call('E1')
      .leg('L1', { from: { number: '7' }, to: { extension: '101' } })
      .appeared();
    assert.deepEqual(
      (await query<Call[]>('calls')).map(({ id, state }) => [id, state]),
      [['E1', 'ringing']],
    );
    assert.deepEqual(await query('balance'), { amount: 1234.5, currency: 'RUB' });
  });

  it('is asked for again once when the PBX puts it off', async () => {
    office.pbx.next('account/balance', { status: 503 });
    assert.deepEqual(await passing(office.clock, query('balance')), { amount: 1234.5, currency: 'RUB' });
    for (let i = 0; i < 2; i++) office.pbx.next('account/balance', { status: 503 });
    await rejects(passing(office.clock, query('balance')), 'rate-limited');
  });
});

describe('the connection test of MANGO', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let pbx: MangoServer;
  beforeEach(async () => {
    pbx = await MangoServer.listen();
    pbx.users = USERS;
  });
  afterEach(() => pbx.close());

  /** As the form does it: an instance of its own. */
  async function test(config: Record<string, unknown>): Promise<string> {
    const provider = mango.create({ url: pbx.url, apiKey: pbx.apiKey, apiSalt: pbx.apiSalt, ...config }, hostOf());
    try {
      return (await provider.test(AbortSignal.timeout(5_000))).summary;
    } finally {
      await provider.close();
    }
  }

  it('tells what it found, by two cheap questions', async () => {
    assert.match(await test({}), /^connected to 127\.0\.0\.1:\d+, 3 employees, balance 1234\.5 RUB$/);
    assert.deepEqual(pbx.paths.slice(0, 2), ['account/balance', 'config/users/request']);
  });

  it('tells which of the keys is wrong, and when trying on would block the API', async () => {
    await rejects(test({ apiKey: 'wrong-key' }), 'unauthorized', /API key is wrong \(3105\)/);
    await rejects(test({ apiSalt: 'wrong' }), 'unauthorized', /API salt is wrong \(3102\)/);
    await rejects(test({}), 'rate-limited', /blocked/);
    assert.deepEqual(pbx.paths, []);
  });

  it('tells what is missing without any', async () => {
    await rejects(test({ apiSalt: '' }), 'unauthorized', /missing/);
    await rejects(test({ url: 'app.mango-office.ru' }), 'invalid-argument', /https/);
    await rejects(test({ url: 'http://127.0.0.1:1/vpbx/' }), 'unavailable', /nothing listens/);
  });
});

const silent = () => undefined;

function hostOf(): ProviderHost {
  return {
    account: 'Office',
    log: { error: silent, warn: silent, info: silent, debug: silent },
    clock: systemClock,
    random: Math.random,
    fact: silent,
    state: silent,
    warning: (error: PbxError) => assert.fail(error),
    gap: silent,
    malformed: silent,
    wants: () => false,
    call: () => undefined,
    calls: () => [],
    route: () => Promise.resolve(null),
  };
}
