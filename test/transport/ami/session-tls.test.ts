import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeAmi } from '../../fakes/ami-server';
import { Probe, turns } from './collect';

const pem = (name: string) => readFileSync(join(process.cwd(), 'test', 'data', 'ami', 'tls', name));

describe('an AMI session over TLS', () => {
  const cert = pem('cert.pem');
  let pbx: FakeAmi;

  beforeEach(async () => {
    pbx = await FakeAmi.listen({ tls: { cert, key: pem('key.pem') } });
  });

  afterEach(() => pbx.close());

  it('logs in, acts and closes like a plain one', async () => {
    const probe = new Probe(pbx, { tls: { ca: cert } });
    await probe.session.open();
    await probe.event('FullyBooted');
    const { response } = await probe.session.action({ Action: 'Ping' });
    assert.equal(response.get('ping'), 'Pong');
    await probe.session.close();
    await pbx.received('Logoff');
    await pbx.until(() => pbx.clients.size === 0);
    assert.equal(probe.clock.pending, 0);
  });

  it('verifies the certificate unless told otherwise', async () => {
    const careful = new Probe(pbx, { tls: {} });
    await assert.rejects(careful.session.open(), {
      code: 'protocol',
      message: /certificate of 127\.0\.0\.1:\d+ is not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    });
    assert.equal(pbx.actions.length, 0);
    const careless = new Probe(pbx, { tls: { rejectUnauthorized: false } });
    await careless.session.open();
    await careless.session.close();
  });

  it('does not take the certificate of another host', async () => {
    const probe = new Probe(pbx, { tls: { ca: cert, servername: 'other.example' } });
    await assert.rejects(probe.session.open(), { code: 'protocol', message: /ERR_TLS_CERT_ALTNAME_INVALID/ });
  });

  it('gives up a plain connection to a TLS port with a hint', async () => {
    const probe = new Probe(pbx);
    const refused = assert.rejects(probe.session.open(), { code: 'unavailable', message: /whether it wants TLS/ });
    await pbx.until(() => pbx.connections === 1);
    await turns(2);
    probe.clock.advance(10_000);
    await refused;
  });

  it('is found dead when the peer is silent', async () => {
    const probe = new Probe(pbx, { tls: { ca: cert } });
    await probe.session.open();
    pbx.goSilent();
    for (let second = 0; second < 30; second++) probe.clock.advance(1000);
    assert.equal((await probe.session.closed).reason?.code, 'unavailable');
  });
});
