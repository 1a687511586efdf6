import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { VirtualClock } from '../../../lib/clock';
import { PbxError, type PbxErrorCode } from '../../../lib/model/errors';
import { socketError } from '../../../lib/transport/ami/refusal';
import { FakeAmi } from '../../fakes/ami-server';
import { Probe, turns } from './collect';

async function refusedWith(probe: Probe, code: PbxErrorCode, text: RegExp): Promise<PbxError> {
  const error = await probe.session.open().then(
    () => assert.fail('it opened'),
    (thrown: unknown) => thrown as PbxError,
  );
  assert.ok(error instanceof PbxError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, text);
  assert.doesNotMatch(JSON.stringify([error.message, error.cause]), /s3cret/);
  assert.equal(error.cause.account, 'Office');
  assert.equal((await probe.session.closed).reason, error);
  assert.equal(probe.clock.pending, 0, 'timers left');
  return error;
}

describe('an AMI session logging in', () => {
  let pbx: FakeAmi;

  beforeEach(async () => {
    pbx = await FakeAmi.listen();
  });

  afterEach(() => pbx.close());

  it('proves the password by challenge, without sending it', async () => {
    const probe = new Probe(pbx, { events: 'system,call' });
    await probe.session.open();
    const login = await pbx.received('Login');
    assert.equal(login.get('AuthType'), 'MD5');
    assert.match(login.get('Key') ?? '', /^[0-9a-f]{32}$/);
    assert.equal(login.get('Secret'), undefined);
    assert.equal(login.get('Events'), 'system,call');
    assert.equal(probe.session.version, '11.0.0');
    assert.equal(probe.session.ready, true);
    await probe.session.close();
  });

  it('sends the password where the challenge is refused', async () => {
    await pbx.close();
    pbx = await FakeAmi.listen({ challenge: false });
    const probe = new Probe(pbx);
    await probe.session.open();
    assert.equal((await pbx.received('Login')).get('Secret'), 's3cret');
    await probe.session.close();
  });

  it('delivers FullyBooted and events that come in one segment with the answer of the login', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('Asterisk Call Manager/11.0.0\r\n');
      socket.on('data', (chunk) => {
        const id = /ActionID: (\S+)/.exec(chunk.toString())?.[1];
        if (/Challenge/.test(chunk.toString()))
          socket.write(`Response: Success\r\nActionID: ${id}\r\nChallenge: 1\r\n\r\n`);
        else {
          socket.write(
            `Response: Success\r\nActionID: ${id}\r\nMessage: Authentication accepted\r\n\r\nEvent: FullyBooted\r\n\r\nEvent: A\r\n\r\nEvent: B\r\n\r\nEvent: C\r\n\r\n`,
          );
        }
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const probe = new Probe({ host: '127.0.0.1', port });
    await probe.session.open();
    await probe.event('C');
    assert.deepEqual(probe.names, ['FullyBooted', 'A', 'B', 'C']);
    await probe.session.close();
    server.close();
  });

  it('says unauthorized for a wrong password, naming the access list too', async () => {
    await refusedWith(new Probe(pbx, { password: 'wrong' }), 'unauthorized', /password is wrong, or .* not allowed/);
    await pbx.until(() => pbx.clients.size === 0);
  });

  it('says the same for an unknown user and for a refused address, since Asterisk does', async () => {
    await pbx.close();
    pbx = await FakeAmi.listen({ users: { tester: { secret: 's3cret', refused: true } } });
    const refused = await refusedWith(new Probe(pbx), 'unauthorized', /permit, deny or acl/);
    const unknown = await refusedWith(new Probe(pbx, { username: 'nobody' }), 'unauthorized', /permit, deny or acl/);
    assert.equal(refused.message, unknown.message);
    assert.deepEqual(refused.cause.vendor, { code: null, message: 'Authentication failed' });
  });

  it('waits for a refusal that comes late', async () => {
    await pbx.close();
    const served = new VirtualClock();
    pbx = await FakeAmi.listen({ delay: (ms) => new Promise((resolve) => void served.after(ms, resolve)) });
    const probe = new Probe(pbx, { password: 'wrong' });
    const refused = refusedWith(probe, 'unauthorized', /wrong/);
    await pbx.received('Login');
    await pbx.until(() => served.pending === 1);
    probe.clock.advance(1000);
    served.advance(1000);
    await refused;
  });

  it('says rejected when the user may have one connection only', async () => {
    await pbx.close();
    pbx = await FakeAmi.listen({ users: { tester: { secret: 's3cret', single: true } } });
    const first = new Probe(pbx);
    await first.session.open();
    await refusedWith(new Probe(pbx), 'rejected', /one connection only/);
    await first.session.close();
  });

  it('refuses a name or password that would break the line', async () => {
    const error = await refusedWith(
      new Probe(pbx, { password: 's3cret\r\nAction: Originate' }),
      'invalid-argument',
      /^password must not hold a line break/,
    );
    assert.equal(error.cause.retryable, false);
    assert.equal(pbx.connections, 0);
  });

  it('refuses settings that cannot be', async () => {
    await refusedWith(new Probe({ host: '', port: 5038 }), 'invalid-argument', /host is missing/);
    await refusedWith(new Probe({ host: '127.0.0.1', port: 65_536 }), 'invalid-argument', /[Pp]ort/);
    await refusedWith(new Probe(pbx, { tls: { ca: 'x', cert: 'no certificate' } }), 'invalid-argument', /./);
  });

  it('says unavailable when nothing listens on any address of a name', async () => {
    await pbx.close();
    await refusedWith(new Probe({ host: 'localhost', port: pbx.port }), 'unavailable', /nothing listens on localhost/);
  });

  it('says unavailable when nothing listens', async () => {
    await pbx.close();
    const error = await refusedWith(
      new Probe(pbx),
      'unavailable',
      /nothing listens on 127\.0\.0\.1:\d+.*manager\.conf/,
    );
    assert.equal(error.cause.retryable, true);
  });

  for (const [code, expected, text] of [
    ['ENOTFOUND', 'unavailable', /name pbx\.example was not found/],
    ['EAI_AGAIN', 'unavailable', /name pbx\.example was not found/],
    ['EHOSTUNREACH', 'unavailable', /pbx\.example:5038 cannot be reached/],
    ['ECONNRESET', 'unavailable', /was cut/],
    ['EMFILE', 'unavailable', /failed \(EMFILE\)/],
    ['CERT_HAS_EXPIRED', 'protocol', /certificate .* not accepted \(CERT_HAS_EXPIRED\)/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'protocol', /does not speak TLS/],
  ] as const) {
    it(`says ${expected} when the socket fails with ${code}`, () => {
      const place = { account: 'Office', host: 'pbx.example', port: 5038, tls: true };
      const error = socketError(Object.assign(new Error('in words for developers'), { code }), place);
      assert.equal(error.code, expected);
      assert.match(error.message, text);
      assert.equal(error.cause.vendor?.code, code);
    });
  }

  for (const [peer, banner, text] of [
    [
      'a web server',
      'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
      /not an Asterisk manager interface.*web server/,
    ],
    ['an SSH server', 'SSH-2.0-OpenSSH_9.2p1\n', /SSH server/],
    ['binary rubbish', Buffer.alloc(2000, 0xfe).toString('latin1'), /not an Asterisk manager interface, it says "\?+"/],
  ] as const) {
    it(`says protocol when the peer is ${peer}`, async () => {
      await pbx.close();
      pbx = await FakeAmi.listen({ banner });
      const probe = new Probe(pbx);
      await refusedWith(probe, 'protocol', text);
      assert.deepEqual(probe.events, []);
      assert.equal(pbx.actions.length, 0, 'nothing was sent to it');
    });
  }

  it('gives up a peer that takes the connection and says nothing', async () => {
    await pbx.close();
    pbx = await FakeAmi.listen({ banner: null });
    const probe = new Probe(pbx);
    const refused = refusedWith(probe, 'unavailable', /sent no AMI greeting within 10 s.*TLS/);
    await pbx.until(() => pbx.connections === 1);
    await turns(2);
    probe.clock.advance(10_000);
    await refused;
  });

  it('gives up a login that is never answered', async () => {
    pbx.goSilent();
    await pbx.close();
    pbx = await FakeAmi.listen({ delay: () => new Promise(() => undefined) });
    const probe = new Probe(pbx, { password: 'wrong' });
    const refused = refusedWith(probe, 'unavailable', /did not answer the login within 15 s/);
    await pbx.received('Login');
    probe.clock.advance(15_000);
    await refused;
  });

  it('says unavailable when the connection ends during the login', async () => {
    const probe = new Probe(pbx);
    const refused = refusedWith(probe, 'unavailable', /closed the connection (?:during the login|at once)/);
    await pbx.received('Challenge');
    pbx.cut();
    await refused;
  });

  it('says protocol when TLS is wanted and the port is a plain one', async () => {
    await refusedWith(new Probe(pbx, { tls: {} }), 'protocol', /does not speak TLS/);
  });

  it('opens once only', async () => {
    const probe = new Probe(pbx);
    await probe.session.open();
    await assert.rejects(probe.session.open(), { code: 'not-connected' });
    await probe.session.close();
  });
});
