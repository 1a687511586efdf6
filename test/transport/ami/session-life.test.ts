import assert from 'node:assert/strict';
import { FakeAmi, ok } from '../../fakes/ami-server';
import { Probe } from './collect';

const turn = () => new Promise(setImmediate);

describe('the life of an AMI session', () => {
  let pbx: FakeAmi;
  let probe: Probe;

  beforeEach(async () => {
    pbx = await FakeAmi.listen();
    probe = new Probe(pbx);
  });

  afterEach(async () => {
    await probe.session.close();
    await pbx.close();
    assert.equal(probe.clock.pending, 0, 'timers left');
  });

  describe('closing', () => {
    it('logs off and ends without a reason', async () => {
      await probe.session.open();
      await probe.session.close();
      assert.deepEqual(await probe.session.closed, { reason: null });
      await pbx.received('Logoff');
      await pbx.until(() => pbx.clients.size === 0);
    });

    it('works before the session was opened', async () => {
      await probe.session.close();
      assert.deepEqual(await probe.session.closed, { reason: null });
      await assert.rejects(probe.session.open(), { code: 'not-connected' });
    });

    it('works while it connects', async () => {
      const opening = probe.session.open();
      const rejected = assert.rejects(opening, { code: 'not-connected' });
      await probe.session.close();
      await rejected;
      await turn();
      assert.equal(pbx.clients.size, 0);
    });

    it('works while it logs in', async () => {
      await pbx.close();
      pbx = await FakeAmi.listen({ delay: () => new Promise(() => undefined) });
      probe = new Probe(pbx, { password: 'wrong' });
      const rejected = assert.rejects(probe.session.open(), { code: 'not-connected' });
      await pbx.received('Login');
      await probe.session.close();
      await rejected;
      await pbx.until(() => pbx.clients.size === 0);
    });

    it('works when the peer is silent', async () => {
      await probe.session.open();
      pbx.goSilent();
      await probe.session.close();
      await pbx.until(() => pbx.clients.size === 0);
    });

    it('needs no more than half a second when the peer reads nothing', async () => {
      await probe.session.open();
      for (const client of pbx.clients) client.socket.pause();
      const filler = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`K${i}`, 'x'.repeat(900)]));
      const waiting: Promise<unknown>[] = [];
      for (let i = 0; i < 150; i++)
        waiting.push(probe.session.action({ Action: 'Redirect', ...filler }).catch(() => undefined));
      const closed = probe.session.close();
      probe.clock.advance(500);
      await closed;
      await Promise.all(waiting);
    });

    it('writes nothing more of what it reported as not sent', async () => {
      await probe.session.open();
      const [client] = pbx.clients;
      client?.socket.pause();
      const filler = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`K${i}`, 'x'.repeat(900)]));
      const ends: Promise<string>[] = [];
      // Some fit into the network's buffers, the last ones surely wait in the session.
      for (let i = 0; i < 150; i++) {
        ends.push(
          probe.session.action({ Action: 'Redirect', Number: i, ...filler }).then(
            () => 'answered',
            (error: { code: string }) => error.code,
          ),
        );
      }
      const closed = probe.session.close();
      const codes = await Promise.all(ends);
      client?.socket.resume();
      await closed;
      await pbx.until(() => pbx.clients.size === 0);
      const sent = new Set(pbx.actions.map((action) => action.get('Number')));
      assert.ok(codes.includes('not-connected'), 'none waited');
      codes.forEach((code, number) => {
        if (code !== 'uncertain') assert.equal(sent.has(String(number)), false, `${number} is ${code} and was sent`);
      });
    });

    it('releases what waits', async () => {
      await probe.session.open();
      pbx.onAction('Redirect', () => undefined);
      const released = assert.rejects(probe.session.action({ Action: 'Redirect' }), {
        code: 'uncertain',
        message: /the connection was closed before Asterisk answered/,
      });
      await pbx.received('Redirect');
      await probe.session.close();
      await released;
    });

    it('is final: no event comes after it, not even of the same chunk', async () => {
      const closing = new Probe(pbx, {
        onMessage: (event) => {
          closing.events.push(event);
          if (event.name === 'Stop') void closing.session.close();
        },
      });
      await closing.session.open();
      pbx.emitRaw('Event: A\r\n\r\nEvent: Stop\r\n\r\nEvent: B\r\n\r\nbroken\r\n\r\nEvent: C\r\n\r\n');
      await closing.session.closed;
      await turn();
      assert.deepEqual(closing.names.slice(-2), ['A', 'Stop']);
      assert.deepEqual(closing.malformed, []);
      await assert.rejects(closing.session.action({ Action: 'Ping' }), { code: 'not-connected' });
    });
  });

  describe('losing the connection', () => {
    it('says so, and reports a message that was cut off', async () => {
      await probe.session.open();
      pbx.emitRaw('Event: Whole\r\n\r\nEvent: Half\r\nChan');
      await probe.event('Whole');
      pbx.cut();
      const { reason } = await probe.session.closed;
      assert.equal(reason?.code, 'unavailable');
      assert.match(reason?.message ?? '', /^"Office": /);
      assert.equal(probe.names.includes('Half'), false);
      assert.equal(probe.malformed.length <= 1, true);
    });

    it('passes the Shutdown event on and gives it as the reason', async () => {
      await probe.session.open();
      pbx.emit({ Event: 'Shutdown', Privilege: 'system,all', Shutdown: 'Cleanly', Restart: 'True' });
      await probe.event('Shutdown');
      for (const client of pbx.clients) client.socket.end();
      assert.match((await probe.session.closed).reason?.message ?? '', /shutting down or restarting/);
    });
  });

  describe('heartbeat', () => {
    it('pings after silence only, and lives as long as it is answered', async () => {
      await probe.session.open();
      await probe.event('FullyBooted');
      probe.clock.advance(9000);
      pbx.emit({ Event: 'A', Privilege: 'call,all' });
      await probe.event('A');
      probe.clock.advance(9000);
      assert.equal(probe.session.counters.pings, 0);
      for (let i = 1; i <= 5; i++) {
        const { responses } = probe.session.counters;
        probe.clock.advance(10_000);
        assert.equal(probe.session.counters.pings, i);
        while (probe.session.counters.responses === responses) await turn();
      }
      assert.equal(probe.session.ready, true);
    });

    it('gives a silent peer up within 30 s', async () => {
      await probe.session.open();
      pbx.goSilent();
      for (let second = 0; second < 30 && probe.session.ready; second++) probe.clock.advance(1000);
      const { reason } = await probe.session.closed;
      assert.equal(reason?.code, 'unavailable');
      assert.match(reason?.message ?? '', /silent for 25 s/);
      assert.equal(probe.session.counters.pings, 1);
    });

    it('gives up a peer that sends bytes but never ends a message', async () => {
      await probe.session.open();
      await probe.event('FullyBooted');
      pbx.goSilent();
      const [client] = pbx.clients;
      for (let second = 0; second < 30 && probe.session.ready; second++) {
        const { bytes } = probe.session.counters;
        client?.socket.write('Key: and so on\r\n');
        while (probe.session.counters.bytes === bytes) await turn();
        probe.clock.advance(1000);
      }
      assert.match((await probe.session.closed).reason?.message ?? '', /silent for 25 s/);
    });

    it('can be set', async () => {
      await probe.session.close();
      probe = new Probe(pbx, { pingAfterMs: 1000, deadAfterMs: 3000 });
      await probe.session.open();
      pbx.goSilent();
      probe.clock.advance(2999);
      assert.equal(probe.session.ready, true);
      probe.clock.advance(1);
      assert.equal((await probe.session.closed).reason?.code, 'unavailable');
    });
  });

  describe('under load', () => {
    it('lets the work that events start run between the chunks', async () => {
      const total = 20_000;
      const depth = { now: 0, most: 0 };
      const seen = { count: 0 };
      const busy = new Probe(pbx, {
        onMessage: (event) => {
          if (event.name !== 'Load') return;
          seen.count++;
          depth.most = Math.max(depth.most, ++depth.now);
          setImmediate(() => depth.now--);
        },
      });
      await busy.session.open();
      pbx.emitRaw(`Event: Load\r\nData: ${'x'.repeat(500)}\r\n\r\n`.repeat(total));
      while (seen.count < total) await turn();
      assert.ok(depth.most < 1000, `${depth.most} events waited for the loop`);
      await busy.session.close();
    });

    it('closes at once while events pour in', async () => {
      await probe.session.open();
      pbx.emitRaw(`Event: Load\r\nData: ${'x'.repeat(500)}\r\n\r\n`.repeat(20_000));
      await probe.event('Load');
      await probe.session.close();
      const { length } = probe.events;
      await turn();
      await turn();
      assert.equal(probe.events.length, length);
    });
  });

  it('survives a filter that throws, and takes the event', async () => {
    const faulty = new Probe(pbx, {
      wants: () => {
        throw new Error('cannot decide');
      },
    });
    await faulty.session.open();
    await faulty.event('FullyBooted');
    assert.equal(faulty.faults.length, 1);
    await faulty.session.close();
  });

  it('survives a listener that throws, and tells about it', async () => {
    const faulty = new Probe(pbx, {
      onMessage: (event) => {
        faulty.events.push(event);
        throw new Error(`cannot take ${event.name}`);
      },
    });
    await faulty.session.open();
    pbx.emit({ Event: 'A', Privilege: 'call,all' });
    while (faulty.events.length < 2) await turn();
    await faulty.session.action({ Action: 'Ping' });
    assert.deepEqual(
      faulty.faults.map((fault) => (fault as Error).message),
      ['cannot take FullyBooted', 'cannot take A'],
    );
    await faulty.session.close();
  });

  it('counts', async () => {
    await probe.session.open();
    pbx.onAction('Redirect', () => ok());
    await probe.session.action({ Action: 'Redirect' });
    pbx.emitRaw('Foo: bar\r\n\r\nEvent: A\r\n\r\n');
    await probe.event('A');
    const { bytes, ...rest } = probe.session.counters;
    assert.ok(bytes > 200);
    assert.deepEqual(rest, {
      actions: 3,
      pings: 0,
      late: 0,
      events: 2,
      responses: 3,
      filtered: 0,
      malformed: 1,
      strayLines: 0,
    });
  });
});
