import assert from 'node:assert/strict';
import type { CallEvent, QueueEvent } from '../../../lib/index';
import { openOffice } from './office';
import type { Office } from './office';

const [anna, petr] = ['ivanova', 'petrov'];

describe('gravitel: calls out of pushes', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice('L');
  });
  afterEach(() => office.close());
  const second = (count = 1) => office.clock.advance(count * 1_000);
  const end = () => office.of<CallEvent>('call.end')[0]?.call;

  it('A: an answered call with the times of its record', async () => {
    const call = office.pbx.call('C1');
    await call.contact();
    second(2);
    await call.incoming(anna);
    second(5);
    await call.accepted(anna);
    second(57);
    await call.completed(anna);
    await call.history('Success', { login: anna, wait: 7, talk: 57 });
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 712', 'answer 712', 'end answered']);
    const ended = end();
    assert.deepEqual(
      [ended?.waitSeconds, ended?.talkSeconds, ended?.line, ended?.dialed],
      [7, 57, '74957770000', '74957770000'],
    );
    assert.deepEqual(ended?.answeredBy, { number: null, extension: '712', name: 'Анна Иванова' });
    assert.deepEqual(ended?.from, { number: '74950001122', extension: null, name: null });
    assert.deepEqual(ended?.reason, { code: 'Success', text: null });
    assert.equal(office.clock.pending, 1, 'nothing waits but the next look at the list');
  });

  it('B: the leg that loses is no missed call and decides nothing', async () => {
    const call = office.pbx.call('C1', { group: true });
    await call.incoming(anna);
    await call.incoming(petr);
    second(4);
    await call.cancelled(anna);
    await call.accepted(petr);
    second(9);
    await call.completed(petr);
    await call.history('Success', { login: petr, talk: 9 });
    assert.deepEqual(
      office.story().filter((step) => !step.startsWith('queue')),
      ['begin inbound', 'ringing 712', 'ringing 713', 'answer 713', 'end answered'],
    );
    assert.equal(office.of<QueueEvent>('queue.leave')[0]?.queue.waitSeconds, 4);
    assert.equal(end()?.queue, 'sales');
  });

  it('C: nobody answers; the record may come before the last leg is gone', async () => {
    const call = office.pbx.call('C1');
    await call.incoming(anna);
    await call.incoming(petr);
    second(30);
    await call.cancelled(anna);
    await call.history('missed', { wait: 30 });
    assert.deepEqual(office.of('call.end'), [], 'one telephone still rings: it may be the record of a leg');
    await call.cancelled(petr);
    assert.deepEqual(office.story().slice(-2), ['end no-answer', 'missed']);
  });

  it('the record of a leg that was not taken does not end the call of the next', async () => {
    const call = office.pbx.call('C1');
    await call.incoming(anna);
    await call.incoming(petr);
    await call.history('Missed', { login: anna });
    await call.cancelled(anna);
    second(5);
    await call.accepted(petr);
    second(9);
    await call.history('Success', { login: petr, talk: 9 });
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 712', 'ringing 713', 'answer 713', 'end answered']);
  });

  it('the record of a leg that was not taken ends no call that is talked on', async () => {
    const call = office.pbx.call('C1');
    await call.incoming(anna);
    await call.incoming(petr);
    second(5);
    await call.accepted(petr);
    await call.cancelled(anna);
    await call.history('Missed', { login: anna });
    second(3_000);
    assert.equal(office.account.call('C1')?.state, 'answered');
    await call.completed(petr);
    await call.history('Success', { login: petr, wait: 5, talk: 3_000 });
    assert.deepEqual(office.story().slice(-2), ['answer 713', 'end answered']);
    assert.deepEqual([end()?.talkSeconds, end()?.reason?.code], [3_000, 'Success']);
  });

  for (const [name, early] of [
    ['before it was answered', true],
    ['after the talk', false],
  ] as const)
    it(`the record of a leg that was not taken says nothing of a call that was: ${name}`, async () => {
      const call = office.pbx.call('C1');
      await call.incoming(anna);
      await call.incoming(petr);
      if (early) await call.history('Missed', { login: anna });
      second(5);
      await call.accepted(petr);
      await call.cancelled(anna);
      second(9);
      await call.completed(petr);
      if (!early) await call.history('Missed', { login: anna });
      second(2);
      await call.history('Success', { login: petr, wait: 5, talk: 9 });
      assert.deepEqual(office.story().slice(-2), ['answer 713', 'end answered']);
      assert.deepEqual([end()?.talkSeconds, end()?.reason?.code], [9, 'Success']);
    });

  it('D: a caller who gives up in the voice menu', async () => {
    const call = office.pbx.call('C1');
    await call.contact();
    second(12);
    await call.history('Cancel', { wait: 12 });
    assert.deepEqual(office.story(), ['begin inbound', 'end cancelled', 'missed']);
  });

  for (const [status, disposition] of [
    ['Busy', 'busy'],
    ['NotAvailable', 'unreachable'],
    ['NotAllowed', 'forbidden'],
    ['NotFound', 'invalid-number'],
    ['Missed', 'no-answer'],
  ] as const)
    it(`E: a call to outside that ends as ${status}`, async () => {
      const call = office.pbx.call('C1', { direction: 'out' });
      await call.outgoing(anna);
      second(8);
      await call.cancelled(anna);
      await call.history(status, { login: anna });
      assert.deepEqual(office.story(), ['begin outbound', `end ${disposition}`]);
      assert.deepEqual([end()?.from.extension, end()?.to.number, end()?.dialed], ['712', '74950001122', '74950001122']);
    });

  it('E: an old tenant tells the begin only; the record tells the answer', async () => {
    const call = office.pbx.call('C1', { direction: 'out', old: true });
    await call.outgoing(anna);
    second(40);
    await call.history('Success', { login: anna, wait: 10, talk: 30 });
    assert.deepEqual(office.story(), ['begin outbound', 'answer 74950001122 (inferred)', 'end answered']);
  });

  it('G: an attended transfer goes on as the call of the customer, whichever record comes first', async () => {
    const call = office.pbx.call('A');
    await call.incoming(anna);
    await call.accepted(anna);
    second(20);
    const other = office.pbx.call('B', { direction: 'internal', client: '712' });
    await other.incoming(petr);
    await other.accepted(petr);
    second(5);
    await call.transferred(anna, 'B');
    await call.history('Success', { login: anna, talk: 25 });
    assert.equal(office.account.call('A')?.state, 'answered', 'the colleague still talks');
    second(600);
    await other.completed(petr);
    await other.history('Success', { login: petr, talk: 605 });
    const ofA = office.of<CallEvent>('call.transfer', 'call.end').filter(({ call: { id } }) => id === 'A');
    assert.deepEqual(
      ofA.map(({ type }) => type),
      ['call.transfer', 'call.end'],
    );
    assert.deepEqual(
      [ofA[0]?.transfer?.mode, ofA[0]?.transfer?.by?.extension, ofA[0]?.transfer?.to.extension],
      ['attended', '712', '713'],
    );
    assert.equal(ofA[1]?.call.talkSeconds, 625);
    assert.equal(office.account.calls().length, 0);
  });

  it('G: a transfer by a call that rings only later is blind', async () => {
    const call = office.pbx.call('A');
    await call.incoming(anna);
    await call.accepted(anna);
    await call.transferred(anna, 'B');
    const other = office.pbx.call('B', { client: '74950001122' });
    await other.incoming(petr);
    await other.accepted(petr);
    second(5);
    await other.completed(petr);
    await other.history('Success', { login: petr, talk: 5 });
    assert.deepEqual(office.story(), [
      'begin inbound',
      'ringing 712',
      'answer 712',
      'transfer blind 713',
      'ringing 713',
      'end answered',
    ]);
  });

  it('an old tenant leaves out direction and extension', async () => {
    const call = office.pbx.call('C1', { old: true });
    await call.incoming(anna);
    await call.accepted(anna);
    second(5);
    await call.completed(anna);
    await call.history('Success', { login: anna, talk: 5 });
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 712', 'answer 712', 'end answered']);
  });

  it('a person nobody listed is known by what the pushes told, else by the login', async () => {
    await office.pbx.push({ cmd: 'event', type: 'INCOMING', phone: '7495', callid: 'C1', user: 'novik@t', ext: '799' });
    await office.pbx.push({ cmd: 'event', type: 'ACCEPTED', phone: '7495', callid: 'C1', user: 'novik' });
    await office.pbx.push({ cmd: 'event', type: 'INCOMING', phone: '7495', callid: 'C2', user: 'stranger' });
    assert.deepEqual(office.story(), [
      'begin inbound',
      'ringing 799',
      'answer 799',
      'begin inbound',
      'ringing stranger',
    ]);
  });

  it('a push that is repeated changes nothing, a telephone that rings again does', async () => {
    const call = office.pbx.call('C1');
    await call.incoming(anna);
    await call.incoming(anna);
    second(15);
    await call.cancelled(anna);
    second(3);
    await call.incoming(anna);
    await call.accepted(anna);
    await call.accepted(anna);
    second(5);
    await call.completed(anna);
    await call.history('Success', { login: anna, talk: 5 });
    await call.history('Success', { login: anna, talk: 5 });
    await call.completed(anna);
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 712', 'ringing 712', 'answer 712', 'end answered']);
  });

  it('a telephone that stops and rings again at once is no repetition', async () => {
    const call = office.pbx.call('C1');
    await call.incoming(anna);
    second(4);
    await call.cancelled(anna);
    second(2);
    await call.incoming(anna);
    await call.incoming(anna);
    second(1);
    await call.cancelled(anna);
    second(1);
    await call.incoming(anna);
    second(30);
    assert.equal(office.account.call('C1')?.state, 'ringing');
    await call.accepted(anna);
    second(1);
    await call.completed(anna);
    await call.accepted(anna);
    await call.history('Success', { login: anna, wait: 38, talk: 1 });
    assert.deepEqual(office.story(), [
      'begin inbound',
      'ringing 712',
      'ringing 712',
      'ringing 712',
      'answer 712',
      'end answered',
    ]);
  });

  it('COMPLETED without an ACCEPTED: the record tells when it was answered', async () => {
    const call = office.pbx.call('C1');
    await call.incoming(anna);
    second(30);
    await call.completed(anna);
    await call.history('Success', { login: anna, wait: 10, talk: 20 });
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 712', 'answer 712 (inferred)', 'end answered']);
    assert.deepEqual([end()?.waitSeconds, end()?.talkSeconds], [10, 20]);
  });

  it('a telephone is known again by any of its names', async () => {
    const push = (type: string, more: object = {}) =>
      office.pbx.push({ cmd: 'event', type, phone: '74950001122', callid: 'C1', user: '79161234567@company', ...more });
    await push('INCOMING', { ext: '712' });
    second(3);
    await push('ACCEPTED');
    second(9);
    await push('COMPLETED');
    second(61);
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 712', 'answer 712', 'end answered (inferred)']);
    assert.equal(end()?.talkSeconds, 9);
  });

  it('the mobile telephone of an employee is not the one on the desk, nor is that of a colleague with the same number', async () => {
    const push = (type: string, user: string, more: object = {}) =>
      office.pbx.push({ cmd: 'event', type, phone: '74950001122', callid: 'C1', user, telnum: '74957770000', ...more });
    await push('INCOMING', 'ivanova', { ext: '712' });
    await push('INCOMING', '79161234567@company', { ext: '712', telnum: '' });
    await push('INCOMING', 'petrov', { ext: '713' });
    await push('ACCEPTED', '79161234567@company', { telnum: '' });
    await push('CANCELLED', 'ivanova', { ext: '712' });
    await push('CANCELLED', 'petrov');
    second(600);
    assert.equal(office.account.call('C1')?.state, 'answered');
    await push('COMPLETED', '79161234567@company', { telnum: '' });
    second(61);
    assert.equal(end()?.talkSeconds, 600);
  });

  it('a group whose id looks like a login is no person', async () => {
    const start = '20260301T091500Z';
    const record = { cmd: 'history', type: 'in', status: 'Missed', phone: '74950001122', start, duration: 0 };
    await office.pbx.push({ ...record, user: 'sales@company', ext: '750', callid: 'C1' });
    const missed = end();
    assert.deepEqual(missed?.to, { number: null, extension: null, name: null });
    assert.equal(missed?.queue, 'sales');
    await office.pbx.push({ cmd: 'event', type: 'INCOMING', phone: '7495', callid: 'C2', user: 'sales' });
    assert.equal(office.of('call.ringing').length, 0);
  });

  it('ends of calls nobody heard of make no call', async () => {
    const call = office.pbx.call('C9');
    await call.completed(anna);
    await call.cancelled(anna);
    assert.deepEqual(
      office.events.filter(({ type }) => type.startsWith('call.')),
      [],
    );
  });

  it('old tenants have one word for "gave up" and "nobody took it": the caller counts as given up', async () => {
    const call = office.pbx.call('C1', { group: true, old: true });
    await call.incoming(anna);
    second(9);
    await call.cancelled(anna);
    await call.history('Missed', { wait: 9 });
    assert.deepEqual(office.story().slice(-4), [
      'queue.leave sales abandoned',
      'queue.abandon sales',
      'end no-answer',
      'missed',
    ]);
  });

  it('the raw push goes along with its key masked', async () => {
    await office.pbx.call('C1').incoming(anna);
    const raw = office.raws[office.events.findIndex(({ type }) => type === 'call.begin')] as Record<string, unknown>;
    assert.equal(raw['crm_token'], '***');
    assert.equal(raw['callid'], 'C1');
    assert.ok(!JSON.stringify(office.raws).includes(office.pbx.crmToken));
  });

  it('a mark of the client and an alert are told as raw, the alert as a warning too', async () => {
    await office.pbx.push({ cmd: 'rating', callid: 'C1', rating: 5, user: anna });
    await office.pbx.push({ cmd: 'webhook', type: 'sipregs_error', id: 1, data: '{}' });
    assert.deepEqual(
      office.of('raw').map((event) => ('name' in event ? event.name : null)),
      ['rating', 'webhook'],
    );
    assert.equal(office.of('account.warning').length, 1);
  });

  it('thousands of calls that never end do not fill the memory', async () => {
    for (let call = 0; call < 5_200; call++)
      await office.pbx.push({ cmd: 'event', type: 'INCOMING', phone: '7495', callid: `X${call}`, user: anna });
    assert.ok(office.account.calls().length <= 5_000);
  }).timeout(20_000);
});

describe('gravitel: calls out of pushes of the new API', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice('G1');
  });
  afterEach(() => office.close());

  it('alerting, talking and released are one call, whose ids are numbers here and texts there', async () => {
    const call = office.pbx.call('17');
    await call.contact();
    await call.incoming(anna);
    await call.incoming(petr);
    await call.cancelled(petr);
    office.clock.advance(7_000);
    await call.accepted(anna);
    office.clock.advance(64_000);
    await call.completed(anna);
    await call.history('Success', { login: anna, wait: 7, talk: 64 });
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 712', 'ringing 713', 'answer 712', 'end answered']);
    assert.equal(office.of<CallEvent>('call.end')[0]?.call.talkSeconds, 64);
  });
});
