/** The connection to Asterisk: what is read when it begins or comes back, and what a person is told when something is wrong. */

import assert from 'node:assert/strict';
import type { AccountEvent, CallEvent, QueueEvent } from '../../../lib/index';
import { systemClock, testAccount } from '../../../lib/index';
import type { Clock } from '../../../lib/index';
import { asterisk } from '../../../lib/providers/asterisk';

import type { Exchange } from './exchange';
import { ok, refuse } from '../../fakes/ami-blocks';
import { openConnected, openOffice } from './office';
import type { Office } from './office';

const JANA = '+421900123456';

function talkToJana({ exchange }: Office) {
  const caller = exchange.incoming(JANA, 'Jana', '0220282028');
  const called = exchange.dial(caller, '1001');
  exchange.rings(caller, called);
  exchange.answers(caller, called);
  return { caller, called };
}

function starting(exchange: Exchange): void {
  exchange.ami.booting = true;
}

/** Time that goes `times` as fast. */
function hurried(times: number): Clock {
  return {
    now: () => Date.now() * times,
    after: (delayMs, callback) => systemClock.after(delayMs / times, callback),
  };
}

describe('asterisk: the connection', () => {
  let office: Office;
  afterEach(() => office.close());

  const saysThatItStarts = () => /starts or restarts/.test(office.account.status.reason?.text ?? '');

  it('is given up after the silence that is set in the account', async () => {
    office = await openConnected({ config: { silentSeconds: 5 }, account: { clock: hurried(20) } });
    office.exchange.ami.goSilent();
    await office.until('noticed', () => office.account.status.state === 'reconnecting');
    assert.match(office.account.status.reason?.text ?? '', /silent for [5-9] s/);
  });

  it('rebuilds the calls that live already, marked as inferred, begun when they did', async () => {
    office = await openConnected({
      before: (exchange) => {
        const caller = exchange.incoming(JANA, 'Jana', '0220282028');
        const called = exchange.dial(caller, '1001');
        exchange.answers(caller, called);
        const other = exchange.phone('1002', '1003');
        exchange.rings(other, exchange.dial(other, '1003'));
      },
    });
    const [answered, ringing] = office.account.calls();
    assert.equal(answered?.state, 'answered');
    assert.equal(answered.direction, 'inbound');
    assert.equal(answered.from.number, JANA);
    assert.equal(answered.answeredBy?.extension, '1001');
    assert.equal(ringing?.state, 'ringing');
    assert.equal(ringing.from.extension, '1002');
    for (const event of office.events.filter(({ type }) => type.startsWith('call.')))
      assert.equal(event.inferred, true);
    const age = Date.now() - Date.parse(answered.startedAt);
    assert.ok(age >= 6_900 && age < 12_000, `begun ${age} ms ago, listed with a duration of 7 s`);
  });

  it('confirms after a reconnect what lives on, ends what is gone, and finds what is new', async () => {
    office = await openConnected();
    const { exchange } = office;
    const lives = talkToJana(office);
    const ends = exchange.phone('1002', '1003');
    await office.until('two calls', () => office.account.calls().length === 2);
    exchange.ami.cut();
    exchange.vanishes(ends);
    exchange.phone('1003', '1001');
    await office.until('the gap', () => office.of('account.gap').length === 1);
    await office.until('the end', () => office.of('call.end').length === 1);

    const ended = office.of<CallEvent>('call.end')[0];
    assert.equal(ended?.call.from.extension, '1002');
    assert.equal(ended.inferred, true);
    assert.equal(office.of('call.begin').length, 3);
    assert.equal(office.of<CallEvent>('call.begin')[2]?.call.from.extension, '1003');
    assert.equal(office.of('call.answer').length, 1, 'the call that lives on is not told again');
    const gap = office.of<AccountEvent>('account.gap')[0]?.gap;
    assert.equal(gap?.recovered, true);
    assert.ok(Date.parse(gap.from) <= Date.parse(gap.to));

    exchange.hangs(lives.caller);
    await office.until('the end of the first', () => office.of('call.end').length === 2);
    assert.equal(office.of<CallEvent>('call.end')[1]?.inferred, undefined);
  });

  it('applies events that come while the lists are read after the lists', async () => {
    office = await openOffice({
      before: (exchange) => {
        const caller = exchange.phone('1001', '1002');
        const called = exchange.dial(caller, '1002');
        exchange.rings(caller, called);
        // The call is over before its list is out: the list is old news by then.
        exchange.ami.onAction('CoreSettings', () => {
          exchange.answers(caller, called);
          exchange.hangs(called);
          exchange.channels.add(caller).add(called);
          return refuse('Permission denied');
        });
      },
    });
    await office.until('the end', () => office.of('call.end').length === 1);
    assert.deepEqual(
      office.events.filter(({ type }) => type.startsWith('call.')).map(({ type }) => type),
      ['call.begin', 'call.answer', 'call.end'],
    );
  });

  it('knows after a reconnect who waits, who left the queue, and which agents paused', async () => {
    const seat = { Queue: 'sales', Name: 'Bob', Location: 'PJSIP/1002', StateInterface: 'PJSIP/1002' };
    office = await openConnected({ before: ({ members }) => members.push({ ...seat, Paused: 0 }) });
    const { exchange } = office;
    const leaves = exchange.incoming(JANA, 'Jana', '0220282029');
    exchange.joins(leaves, 'sales');
    await office.until('the join', () => office.of('queue.join').length === 1);

    exchange.ami.cut();
    exchange.vanishes(leaves);
    exchange.waiting.length = 0;
    const joins = exchange.incoming('+421900999999', 'Eva', '0220282029');
    exchange.waiting.push({ queue: 'sales', channel: joins });
    exchange.members[0] = { ...seat, Paused: 1 };
    exchange.members.push({ ...seat, Name: 'Carol', Location: 'PJSIP/1003', StateInterface: 'PJSIP/1003', Paused: 0 });
    await office.until('the gap', () => office.of('account.gap').length === 1);
    await office.until('the end', () => office.of('call.end').length === 1);

    const joined = office.of<QueueEvent>('queue.join')[1];
    assert.equal(joined?.call?.from.number, '+421900999999');
    assert.equal(joined.queue.waitSeconds, 5);
    assert.equal(joined.inferred, true);
    assert.equal(office.of('queue.leave').length, 1);
    assert.equal(office.of<QueueEvent>('queue.member.pause')[0]?.member?.extension, '1002');
    assert.equal(office.of<QueueEvent>('queue.member.add')[0]?.member?.name, 'Carol');
    assert.equal(office.of('queue.member.remove').length, 0);
  });

  it('makes up no outcome for a call that still rang when the connection broke', async () => {
    office = await openConnected();
    const { exchange, account } = office;
    const caller = exchange.incoming(JANA, 'Jana', '0220282028');
    const called = exchange.dial(caller, '1001');
    exchange.rings(caller, called);
    await office.until('the ringing', () => office.of('call.ringing').length === 1);
    exchange.ami.cut();
    exchange.vanishes(caller, called);
    await office.until('the gap', () => office.of('account.gap').length === 1);
    const [end] = office.of<CallEvent>('call.end');
    assert.deepEqual(
      [end?.inferred, end?.call.disposition, end?.call.reason?.code],
      [true, 'unknown', 'connection-lost'],
    );
    assert.equal(office.of('call.missed').length, 0);
    assert.equal(account.calls().length, 0);
  });

  it('ends all calls when Asterisk itself goes down', async () => {
    office = await openConnected();
    talkToJana(office);
    await office.until('the answer', () => office.of('call.answer').length === 1);
    office.exchange.emit('Shutdown', 'system', { Shutdown: 'Uncleanly', Restart: 'True' });
    office.exchange.ami.refuse();
    await office.account.execute({ command: 'action', request: { Action: 'Ping' } });
    office.exchange.ami.cut();
    await office.until('the end', () => office.of('call.end').length === 1);
    assert.equal(office.of<CallEvent>('call.end')[0]?.inferred, true);
    assert.equal(office.account.status.state, 'reconnecting');
  });

  it('warns once when the manager user may not list what is live, and works on', async () => {
    office = await openConnected({ pbx: { users: { tester: { secret: 's3cret', write: ['call', 'originate'] } } } });
    const warnings = office.of<AccountEvent>('account.warning');
    assert.equal(warnings.length, 1);
    assert.equal(warnings[0]?.reason?.code, 'forbidden');
    assert.match(warnings[0].reason.text, /may not list version, live calls, endpoints/);
    talkToJana(office);
    await office.until('the answer', () => office.of('call.answer').length === 1);
    office.exchange.ami.cut();
    await office.until('the gap', () => office.of('account.gap').length === 1);
    assert.equal(office.of<AccountEvent>('account.gap')[0]?.gap?.recovered, false);
    assert.equal(office.of('call.end').length, 0, 'nobody said that the call is over');
    assert.equal(office.of('account.warning').length, 1);
  });

  describe('that tells nothing of a call that was placed', () => {
    beforeEach(async () => {
      office = await openConnected({ account: { clock: hurried(20) } });
      office.exchange.ami.onAction('Originate', () => ok({ Message: 'Originate successfully queued' }));
    });

    it('is degraded until it tells something of calls: the first sign was late', async () => {
      await office.account.execute({ command: 'call', from: '1001', to: '1002' });
      assert.equal(office.account.status.state, 'degraded');
      assert.match(office.account.status.reason?.text ?? '', /nothing about calls/);
      office.exchange.phone('1003', '1002');
      await office.until('the connection', () => office.account.status.state === 'connected');
      assert.equal(office.account.status.reason, null);
      assert.equal(office.account.status.counters.reconnects, 0);
    });

    it('is not, where it has told of calls before', async () => {
      office.exchange.phone('1003', '1002');
      await office.until('the begin', () => office.of('call.begin').length === 1);
      await office.account.execute({ command: 'call', from: '1001', to: '1002' });
      assert.equal(office.account.status.state, 'connected');
    });
  });

  describe('to an Asterisk that is starting', () => {
    it('waits until it has started, and says so', async () => {
      office = await openOffice({ before: starting });
      await office.until('the reason', saysThatItStarts);
      assert.equal(office.account.status.state, 'connecting');
      assert.ok(!office.exchange.ami.actions.some(({ name }) => name === 'QueueStatus'));
      await assert.rejects(office.account.execute({ command: 'query', query: 'queues' }), { code: 'not-connected' });
      office.exchange.ami.booted();
      await office.until('the connection', () => office.account.status.state === 'connected');
      assert.equal(office.account.status.reason, null);
      assert.equal(office.exchange.ami.connections, 1);
      assert.equal(office.of('account.warning').length, 0);
    });

    it('comes back from a restart once: one gap, one end of the call that was up', async () => {
      office = await openConnected();
      const { exchange, account } = office;
      const { caller, called } = talkToJana(office);
      await office.until('the answer', () => office.of('call.answer').length === 1);
      starting(exchange);
      for (const gone of [caller, called]) exchange.vanishes(gone);
      exchange.ami.cut();
      await office.until('the reason', saysThatItStarts);
      assert.equal(account.status.state, 'reconnecting');
      exchange.ami.booted();
      await office.until('the connection', () => account.status.state === 'connected');
      await office.until('the end', () => office.of('call.end').length === 1);
      assert.equal(account.status.counters.reconnects, 1);
      assert.equal(office.of('account.gap').length, 1);
      assert.equal(office.of('account.disconnected').length, 1);
    });

    it('does not wait for ever: some users are never told', async () => {
      const clock = hurried(20);
      const users = { tester: { secret: 's3cret', read: ['call', 'agent'] } };
      office = await openConnected({ pbx: { users }, account: { clock } });
      office.exchange.ami.cut();
      await office.until('the gap', () => office.of('account.gap').length === 1);
      const waits = office.statuses.filter(({ reason }) => /starts or restarts/.test(reason?.text ?? ''));
      assert.deepEqual(
        waits.map(({ state }) => state),
        ['connecting'],
        'the second time it knows',
      );
    });

    it('of which it is not told is not taken for one that forbids the lists', async () => {
      const users = { tester: { secret: 's3cret', read: ['call', 'agent'] } };
      office = await openOffice({ pbx: { users }, before: starting, account: { clock: hurried(20) } });
      await office.exchange.ami.until(() => office.exchange.ami.connections > 2);
      assert.equal(office.of('account.connected').length, 0);
      office.exchange.ami.booted();
      await office.until('the connection', () => office.account.status.state === 'connected');
      assert.equal(office.of('account.warning').length, 0);
    });

    it('reads everything again when it has started after all', async () => {
      office = await openOffice({ before: starting, account: { clock: hurried(20) } });
      // Nothing of it is refused, it merely lists less.
      office.exchange.ami.onAction('Ping', () => {
        office.exchange.ami.booting = false;
        return ok();
      });
      await office.until('the connection', () => office.account.status.state === 'connected');
      office.exchange.ami.booted();
      await office.until('the gap', () => office.of('account.gap').length === 1);
      assert.equal(office.exchange.ami.connections, 2);
    });
  });

  it('waits minutes after a refused login', async () => {
    office = await openOffice({ config: { password: 'pa55-of-mine' } });
    await office.until('the refusal', () => office.account.status.state === 'unauthorized');
    assert.equal(office.account.status.reason?.code, 'unauthorized');
    assert.doesNotMatch(office.account.status.reason.text, /pa55-of-mine|s3cret/);
    assert.equal(office.exchange.ami.connections, 1);
  });

  it('says what is wrong with the form before it connects', async () => {
    office = await openOffice({ config: { context: 'from internal;x' } });
    assert.equal(office.account.status.state, 'unauthorized');
    assert.match(office.account.status.reason?.text ?? '', /"context" must be the name of a dialplan context/);
    assert.equal(office.exchange.ami.connections, 0);
  });

  it('is degraded when it hears nothing of a call that Asterisk has taken', async () => {
    office = await openConnected({
      pbx: { users: { tester: { secret: 's3cret', read: ['system'] } } },
      account: { clock: hurried(20) },
    });
    office.exchange.ami.onAction('Originate', () => ({ response: 'Success', fields: {}, items: [], complete: null }));
    await office.account.execute({ command: 'call', from: '1001', to: '1002' });
    assert.equal(office.account.status.state, 'degraded');
    assert.match(office.account.status.reason?.text ?? '', /read = system,call,agent/);
  });

  it('hands on what has no topic of its own only while somebody wants it', async () => {
    office = await openConnected();
    const raw: AccountEvent[] = [];
    const greet = () =>
      office.exchange.emit('UserEvent', 'user', { UserEvent: 'Greeting', Text: 'ahoj', Secret: 'hidden' });
    greet();
    await office.account.execute({ command: 'action', request: { Action: 'Ping' } });
    const stop = office.account.subscribe({ topics: ['raw'] }, (event) => raw.push(event as AccountEvent));
    greet();
    await office.until('the raw event', () => raw.length === 1);
    stop();
    greet();
    await office.account.execute({ command: 'action', request: { Action: 'Ping' } });
    assert.equal(raw.length, 1);
    assert.equal(raw[0]?.name, 'UserEvent');
    assert.deepEqual(raw[0].message, {
      Event: 'UserEvent',
      Privilege: 'user,all',
      UserEvent: 'Greeting',
      Text: 'ahoj',
      Secret: '***',
    });
  });

  it('hands on an event that it reads, but that came to nothing, too', async () => {
    office = await openConnected();
    const names: (string | null | undefined)[] = [];
    office.account.subscribe({ topics: ['raw'] }, (event) => names.push((event as AccountEvent).name));
    const phone = office.exchange.phone('1001', '1002');
    office.exchange.variable(phone, 'CUSTOMER_ID', '4711');
    await office.until('the variable', () => names.includes('VarSet'));
    assert.deepEqual(names, ['VarSet'], 'Newchannel has topics of its own');
  });

  it('gives the message of the PBX to whoever asked for it', async () => {
    office = await openConnected();
    let seen: unknown;
    office.account.subscribe({ topics: ['call.begin'], raw: true }, (_, raw) => {
      seen = raw;
    });
    office.exchange.phone('1001', '1002');
    await office.until('the begin', () => seen !== undefined);
    assert.equal((seen as Record<string, string>)['Event'], 'Newchannel');
    assert.equal((seen as Record<string, string>)['Exten'], '1002');
  });

  it('counts what cannot be read and goes on', async () => {
    office = await openConnected();
    office.exchange.ami.emitRaw('This is no block at all\r\n\r\n\x00\x01\r\n\r\n');
    office.exchange.phone('1001', '1002');
    await office.until('the begin', () => office.of('call.begin').length === 1);
    assert.ok(office.account.status.counters.malformed >= 1);
    assert.equal(office.account.status.state, 'connected');
  });
});

describe('asterisk: test connection', () => {
  let office: Office;
  beforeEach(async () => {
    office = await openConnected();
  });
  afterEach(() => office.close());

  const tried = (password: string, signal = new AbortController().signal) =>
    testAccount(
      {
        name: 'Office',
        provider: 'asterisk',
        providers: [asterisk],
        config: { host: '127.0.0.1', port: office.exchange.ami.port, username: 'tester', password },
      },
      signal,
    );
  const left = () => office.exchange.ami.until(() => office.exchange.ami.clients.size === 1);

  it('says in one sentence what it found, and leaves', async () => {
    const { summary } = await tried('s3cret');
    assert.equal(summary, 'connected as tester, Asterisk 22.10.1, 1 queue, 3 extensions');
    await left();
  });

  it('says why it cannot, without a word of the password', async () => {
    await assert.rejects(tried('pa55-of-mine'), (error: Error) => {
      assert.match(error.message, /user name or password is wrong/);
      assert.doesNotMatch(error.message, /pa55/);
      return true;
    });
    await left();
  });

  it('leaves when it is given up', async () => {
    office.exchange.ami.onAction('QueueStatus', () => undefined);
    const limit = new AbortController();
    const report = tried('s3cret', limit.signal);
    await office.exchange.ami.until(() => office.exchange.ami.clients.size === 2);
    limit.abort();
    await assert.rejects(report);
    await left();
  });
});
