import assert from 'node:assert/strict';
import { FakeAmi, ok } from '../../fakes/ami-server';
import { Probe } from './collect';

/** What a link and a peer may do to a client, each at least once fatal to some client of the field. */
describe('an AMI session put to the test', () => {
  let pbx: FakeAmi;
  let probe: Probe;

  beforeEach(async () => {
    pbx = await FakeAmi.listen();
    probe = new Probe(pbx);
    await probe.session.open();
    await probe.event('FullyBooted');
  });

  afterEach(async () => {
    await probe.session.close();
    await pbx.close();
  });

  it('loses nothing when the answer of the login and events share a segment', () => {
    // The fake writes the answer and FullyBooted in one turn; see also the test of the login with more of them.
    assert.deepEqual(probe.names, ['FullyBooted']);
  });

  it('takes a character that is split over two packets', async () => {
    const bytes = Buffer.from('Event: UserEvent\r\nName: Щ\r\n\r\n');
    const half = bytes.indexOf(0xd0) + 1;
    pbx.emitRaw(bytes.subarray(0, half));
    const { bytes: before } = probe.session.counters;
    while (probe.session.counters.bytes === before) await new Promise(setImmediate);
    pbx.emitRaw(bytes.subarray(half));
    await probe.event('UserEvent');
    assert.equal(probe.events.at(-1)?.get('name'), 'Щ');
  });

  it('does not glue half an event to the next connection', async () => {
    const [client] = pbx.clients;
    client?.socket.end('Event: Hangup\r\nChannel: PJSIP/1');
    const { reason } = await probe.session.closed;
    assert.equal(reason?.code, 'unavailable');
    assert.deepEqual(probe.malformed, [{ reason: 'the connection ended inside a message', bytes: 31 }]);
    const again = new Probe(pbx);
    await again.session.open();
    await again.event('FullyBooted');
    assert.deepEqual([probe.names, again.names], [['FullyBooted'], ['FullyBooted']]);
    assert.equal(again.events[0]?.get('channel'), undefined);
    await again.session.close();
  });

  it('takes headers with names that mean something in JavaScript, and lines without a colon', async () => {
    pbx.emitRaw(
      'Event: UserEvent\r\nSet: 1\r\nconstructor: 2\r\n__proto__: 3\r\nemit: 4\r\nno colon\r\n\r\nEvent: After\r\n\r\n',
    );
    await probe.event('After');
    const event = probe.events.find(({ name }) => name === 'UserEvent');
    assert.deepEqual(event?.entries(), [
      ['Event', 'UserEvent'],
      ['Set', '1'],
      ['constructor', '2'],
      ['__proto__', '3'],
      ['emit', '4'],
    ]);
    assert.equal(({} as Record<string, unknown>)['3'], undefined);
  });

  it('lets no second action through in a value', async () => {
    pbx.onAction('Originate', () => ok());
    const evil = { Action: 'Originate', Exten: '123\r\n\r\nAction: Command\r\nCommand: core stop now\r\n\r\n' };
    await assert.rejects(probe.session.action(evil), { code: 'invalid-argument', message: /^Exten must not hold/ });
    await probe.session.action({ Action: 'Ping' });
    assert.equal(
      pbx.actions.some(({ name }) => name === 'Command' || name === 'Originate'),
      false,
    );
  });

  it('notices a peer that is silent without closing', async () => {
    pbx.goSilent();
    for (let second = 0; second < 30; second++) probe.clock.advance(1000);
    assert.equal((await probe.session.closed).reason?.code, 'unavailable');
    assert.equal(pbx.actions.filter(({ name }) => name === 'Ping').length <= 1, true);
  });
});
