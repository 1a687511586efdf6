import assert from 'node:assert/strict';
import type { CallEvent } from '../../../lib/index';
import { openOffice } from './office';
import type { Office } from './office';

const [anna, petr] = ['ivanova', 'petrov'];

describe('gravitel: calls whose next push is late or lost', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice('L');
  });
  afterEach(() => office.close());
  const second = (count = 1) => office.clock.advance(count * 1_000);
  const end = () => office.of<CallEvent>('call.end')[0]?.call;

  it('without a record it is decided from the legs, as worked out', async () => {
    const taken = office.pbx.call('C1');
    await taken.incoming(anna);
    await taken.accepted(anna);
    await taken.completed(anna);
    const lost = office.pbx.call('C2');
    await lost.incoming(petr);
    await lost.cancelled(petr);
    second(59);
    assert.deepEqual(office.of('call.end'), []);
    second(2);
    assert.deepEqual(office.story().slice(-1), ['end answered (inferred)']);
    second(238);
    assert.equal(office.of('call.end').length, 1, 'the next telephone may ring');
    second(2);
    assert.deepEqual(office.story().slice(-2), ['end no-answer (inferred)', 'missed (inferred)']);
    assert.equal(office.of<CallEvent>('call.end')[1]?.call.waitSeconds, 0, 'it ended when the last telephone stopped');
  });

  it('a call to outside that no telephone is left of is decided within a minute', async () => {
    const call = office.pbx.call('C1', { direction: 'out' });
    await call.outgoing(anna);
    await call.cancelled(anna);
    second(61);
    assert.deepEqual(office.story(), ['begin outbound', 'end no-answer (inferred)']);
  });

  it('a caller hears music in a group for a while before the next telephone rings', async () => {
    const call = office.pbx.call('C1', { group: true });
    await call.incoming(anna);
    second(20);
    await call.cancelled(anna);
    second(900);
    await call.incoming(petr);
    second(5);
    await call.accepted(petr);
    second(30);
    await call.completed(petr);
    await call.history('Success', { login: petr, wait: 925, talk: 30 });
    assert.deepEqual(
      office.story().filter((step) => !step.startsWith('queue.member')),
      [
        'begin inbound',
        'queue.join sales (inferred)',
        'ringing 712',
        'ringing 713',
        'answer 713',
        'queue.leave sales connected',
        'end answered',
      ],
    );
    assert.deepEqual([end()?.waitSeconds, end()?.talkSeconds], [925, 30]);
  });

  it('a transfer that takes its time finds the next telephone', async () => {
    const call = office.pbx.call('A');
    await call.incoming(anna);
    await call.accepted(anna);
    await call.transferred(anna);
    second(200);
    await call.incoming(petr);
    await call.accepted(petr);
    assert.deepEqual(office.story().slice(-2), ['transfer blind 713', 'ringing 713']);
    assert.equal(office.account.call('A')?.state, 'answered');
  });

  it('a call that goes to the next telephone after a pause goes on', async () => {
    const call = office.pbx.call('C1');
    await call.incoming(anna);
    second(20);
    await call.cancelled(anna);
    second(45);
    await call.incoming(petr);
    second(50);
    await call.accepted(petr);
    assert.deepEqual(office.story(), ['begin inbound', 'ringing 712', 'ringing 713', 'answer 713']);
  });

  it('a call whose end is lost does not live for ever', async () => {
    await office.pbx.call('C1').incoming(anna);
    await office.pbx.call('C1').accepted(anna);
    await office.pbx.push({ cmd: 'event', type: 'INCOMING', phone: '7495', callid: 'C2', user: 'pbx' });
    await office.pbx.call('C3', { direction: 'out', old: true }).outgoing(anna);
    second(1_700);
    assert.equal(office.account.calls().length, 3);
    second(200);
    assert.equal(office.account.calls().length, 2, 'a call that no telephone belongs to waits half an hour');
    second(19_600);
    assert.equal(office.account.calls().length, 2, 'a talk may last for hours');
    second(200);
    assert.deepEqual(office.account.calls(), []);
    assert.ok(office.of<CallEvent>('call.end').every(({ inferred }) => inferred));
    await office.until('nothing waits but the next look at the list', () => office.clock.pending === 1);
  });

  it('a transfer of which one record only comes and no end ends as that record says', async () => {
    const call = office.pbx.call('A');
    await call.incoming(anna);
    await call.accepted(anna);
    const other = office.pbx.call('B', { direction: 'internal', client: '712' });
    await other.incoming(petr);
    await other.accepted(petr);
    second(20);
    await call.transferred(anna, 'B');
    second(60);
    await call.history('Success', { login: anna, wait: 0, talk: 80 });
    second(6 * 3_600 + 1);
    const ended = office.of<CallEvent>('call.end').find(({ call: { id } }) => id === 'A')?.call;
    assert.deepEqual([ended?.disposition, ended?.talkSeconds], ['answered', 80]);
    assert.deepEqual(office.account.calls(), []);
  });
});
