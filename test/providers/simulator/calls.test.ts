/** Calls played through the script door, as a flow sees them. */

import assert from 'node:assert/strict';
import type { CallEvent, Topic } from '../../../lib/index';
import { openOffice } from './office';
import type { Office } from './office';

const CUSTOMER = '+421900123456';

describe('simulator: calls', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice({ names: '21=Jana, 22=Ivan' });
  });
  afterEach(() => office.close());

  const incoming = async (more: Record<string, unknown> = {}): Promise<string> => {
    const { call } = await office.act({ do: 'incoming', from: CUSTOMER, to: '21', manual: true, ...more });
    return String(call);
  };
  const told = (call: string): Topic[] =>
    office.events.filter((event) => (event as CallEvent).call?.id === call).map(({ type }) => type);

  it('tells who calls, whom, and by which number, from the first event on', async () => {
    await incoming({ name: 'Eva' });
    const [begin] = office.of<CallEvent>('call.begin');
    assert.deepEqual(begin?.call.from, { number: CUSTOMER, extension: null, name: 'Eva' });
    assert.deepEqual(begin?.call.to, { number: null, extension: '21', name: 'Jana' });
    assert.equal(begin?.call.direction, 'inbound');
    assert.equal(begin?.call.dialed, '+421220282021');
    assert.equal(begin?.call.line, '+421220282000');
  });

  it('counts the waiting and the talking', async () => {
    const call = await incoming();
    await office.clock.run(7_000);
    await office.act({ do: 'answer', call });
    await office.clock.run(30_000);
    await office.act({ do: 'hangup', call, by: 'callee' });
    const { call: ended } = office.of<CallEvent>('call.end')[0] as CallEvent;
    assert.deepEqual([ended.waitSeconds, ended.talkSeconds], [7, 30]);
    assert.deepEqual(ended.reason, { code: '16', text: 'Normal call clearing' });
    assert.equal(ended.answeredBy?.name, 'Jana');
  });

  it('lets people act by themselves as the script says', async () => {
    const call = await incoming({ manual: false, answerSeconds: 4, talkSeconds: 20, hangupBy: 'callee' });
    await office.clock.run(60_000);
    assert.deepEqual(told(call), ['call.begin', 'call.ringing', 'call.answer', 'call.end']);
    const { call: ended } = office.of<CallEvent>('call.end')[0] as CallEvent;
    assert.deepEqual([ended.waitSeconds, ended.talkSeconds], [4, 20]);
  });

  it('ends a call whose caller gives up as cancelled', async () => {
    const call = await incoming({ giveUpSeconds: 9 });
    await office.clock.run(10_000);
    assert.deepEqual(told(call), ['call.begin', 'call.ringing', 'call.end', 'call.missed']);
    assert.equal(office.account.call(call)?.disposition, 'cancelled');
  });

  it('does not offer a call to an engaged phone', async () => {
    const first = await incoming();
    await office.act({ do: 'answer', call: first });
    const second = await incoming();
    assert.equal(office.account.call(second)?.disposition, 'busy');
    assert.deepEqual(office.account.call(second)?.reason, { code: '17', text: 'User busy' });
  });

  it('rings the free phones of a group and passes over the engaged ones', async () => {
    await office.act({ do: 'answer', call: await incoming({ to: '22' }) });
    const call = await incoming({ to: '21,22,23' });
    const ringing = office.of<CallEvent>('call.ringing').filter((event) => event.call.id === call);
    assert.deepEqual(
      ringing.map((event) => event.ringing?.extension),
      ['21', '23'],
    );
  });

  it('ends a group call when the last phone refuses', async () => {
    const call = await incoming({ to: '21,22' });
    await office.act({ do: 'reject', call, extension: '21' });
    assert.equal(office.account.call(call)?.state, 'ringing');
    await office.act({ do: 'reject', call, extension: '22' });
    assert.equal(office.account.call(call)?.disposition, 'rejected');
  });

  for (const [ending, disposition] of Object.entries({
    '01': 'invalid-number',
    '16': 'answered',
    '17': 'busy',
    '19': 'no-answer',
    '20': 'unreachable',
    '21': 'rejected',
  }))
    it(`a number outside that ends with 0000${ending} always comes to ${disposition}`, async () => {
      const { call } = await office.act({
        do: 'dial',
        from: '21',
        to: `+4219000000${ending}`,
        talkSeconds: 5,
        giveUpSeconds: 300,
      });
      await office.clock.run(60_000);
      assert.equal(office.account.call(String(call))?.disposition, disposition);
    });

  it('says that a number does not exist when nothing has it', async () => {
    const { call } = await office.act({ do: 'dial', from: '21', to: 'nobody' });
    assert.equal(office.account.call(String(call))?.disposition, 'invalid-number');
  });

  it('refuses what cannot be done with the reason', async () => {
    const call = await incoming();
    const refused = async (request: Record<string, unknown>, code: string, text: RegExp) =>
      assert.rejects(office.act(request), { code, message: text });
    await refused({ do: 'dance' }, 'invalid-argument', /"do" must be one of incoming, dial/);
    await refused({ do: 'answer', call: 'call-x' }, 'not-found', /there is no call call-x/);
    await refused({ do: 'answer', call, extension: '25' }, 'rejected', /25 does not ring/);
    await refused({ do: 'hold', call }, 'rejected', /talking/);
    await refused({ do: 'incoming', from: CUSTOMER, to: '99' }, 'invalid-argument', /99 is neither/);
    await refused({ do: 'incoming', to: '21' }, 'invalid-argument', /"from" is missing/);
    await refused({ do: 'traffic', callsPerMinute: -1 }, 'invalid-argument', /from 0 to 600/);
    await refused({ do: 'fault', fault: 'earthquake' }, 'invalid-argument', /cut, silence/);
    await office.act({ do: 'hangup', call });
    await refused({ do: 'answer', call }, 'not-found', /is over/);
  });

  it('tells the lamps of the phones to whoever listens to raw events', async () => {
    const lamps: unknown[] = [];
    office.account.subscribe({ topics: ['raw'] }, (event) =>
      lamps.push('message' in event && 'name' in event ? [event.name, event.message] : null),
    );
    await incoming();
    assert.deepEqual(lamps, [
      ['ExtensionState', { time: office.clock.now(), event: 'ExtensionState', extension: '21', state: 'ringing' }],
    ]);
  });
});

describe('simulator: route requests', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice();
  });
  afterEach(() => office.close());

  const incoming = () => office.act({ do: 'incoming', from: CUSTOMER, to: '21', manual: true });
  const ringing = () => office.of<CallEvent>('call.ringing').map((event) => event.ringing?.extension);

  it('without a flow that routes, the call rings at once', async () => {
    const before = office.clock.now();
    await incoming();
    assert.deepEqual(ringing(), ['21']);
    assert.equal(office.clock.now(), before);
  });

  it('the flow sends the call elsewhere and names the caller', async () => {
    office.account.onRoute({ timeoutMs: 1_000 }, (request) => {
      assert.equal(request.number, CUSTOMER);
      request.answer({ to: '24', contactName: 'Eva' });
    });
    await incoming();
    assert.deepEqual(ringing(), ['24']);
    assert.equal(office.account.calls()[0]?.from.name, 'Eva');
  });

  it('a flow that only names the caller leaves the way to the PBX', async () => {
    office.account.onRoute({ timeoutMs: 1_000 }, (request) => request.answer({ to: null, contactName: 'Eva' }));
    await incoming();
    assert.deepEqual(ringing(), ['21']);
  });

  it('a flow that is late leaves the call to the PBX', async () => {
    office.account.onRoute({ timeoutMs: 1_000 }, () => {});
    await incoming();
    await office.clock.run(999);
    assert.deepEqual(ringing(), []);
    await office.clock.run(1);
    assert.deepEqual(ringing(), ['21']);
  });

  it('a caller who hangs up meanwhile rings nowhere', async () => {
    office.account.onRoute({ timeoutMs: 1_000 }, () => {});
    const { call } = await incoming();
    await office.act({ do: 'hangup', call });
    await office.clock.run(5_000);
    assert.deepEqual(ringing(), []);
    assert.deepEqual(office.account.calls(), []);
  });
});
