/** From VIPTel's events to a text on the way: the Slovak example, run by Node-RED against the fake PBX. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeInitializer } from 'node-red';
import { systemClock } from '../../../lib';
import { viptel } from '../../../lib/providers/viptel';
import { FakeViptel } from '../../fakes/viptel-server';
import { projectRoot } from '../../nodes/example-flows';
import { helper, Inbox, initializers, load, startServer, stopServer } from '../../nodes/flows';
import type { FlowNode } from '../../nodes/flows';
import { closeServers } from '../../transport/http/servers';
import { FakeWeb } from './fake-web';

const CORE = [
  'function/10-switch',
  'function/10-function',
  'function/89-delay',
  'function/89-trigger',
  'common/25-catch',
];

const missed = (unique_id: string, caller = '0900000001') => [
  { event: 'call.begin', caller, caller_name: caller, callee: '22', called_number: '0220282028', unique_id },
  { event: 'call.end', unique_id, status: 'cancel' },
];

describe('a flow with VIPTel', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let pbx: FakeViptel;
  let web: FakeWeb;
  let flow: FlowNode[];

  const named = (name: string) => flow.find((node) => node['name'] === name)?.id ?? name;

  before(startServer);
  after(stopServer);

  beforeEach(async () => {
    pbx = await FakeViptel.listen({ users: { pbxapi: { password: 'Žltý kôň' } } });
    web = await FakeWeb.listen(systemClock);
    const text = readFileSync(join(projectRoot(), 'examples', 'VIPTel - zmeškaný hovor na SMS.json'), 'utf8');
    flow = (JSON.parse(text) as FlowNode[])
      .filter(({ type }) => type !== 'comment')
      .map((node) => (node.type === 'debug' ? { ...node, type: 'helper' } : node))
      // Two minutes are too long for a test.
      .map((node) => (node.type === 'delay' ? { ...node, timeout: '50', timeoutUnits: 'milliseconds' } : node))
      .map((node) =>
        node.type === 'pbx-account'
          ? { ...node, url: pbx.url, smsUrl: web.config['smsUrl'], smsIdentity: web.config['smsIdentity'] }
          : node,
      );
    const account = flow.find(({ type }) => type === 'pbx-account')?.id ?? '';
    const credentials = {
      [account]: { username: 'pbxapi', password: 'Žltý kôň', smsUsername: 'sms', smsPassword: 'sms-secret' },
    };
    const core = CORE.map((name) => require(`@node-red/nodes/core/${name}.js`) as NodeInitializer);
    await load([...initializers([viptel]), ...core], flow, credentials);
    await pbx.until(() => pbx.logins === 1);
  });

  afterEach(async () => {
    await helper.unload();
    await pbx.close();
    await closeServers();
  });

  it('answers a missed call by a text, once an hour', async () => {
    const sent = new Inbox(named('odoslané'));
    pbx.emit(...missed('1.1'), ...missed('1.2'));
    const { payload } = await sent.one();
    assert.deepEqual((payload as { result: unknown }).result, { id: 'hash1', price: '0.045' });
    const [request] = web.web.received;
    assert.match(request?.body ?? '', /name="dest_msisdn"\r\n\r\n00421900000001\r\n/);
    assert.match(request?.body ?? '', /name="body"\r\n\r\nDobrý deň, /);
    pbx.emit(...missed('1.3', '0911000009'));
    await sent.one();
    assert.equal(web.texts.size, 2, 'one for each caller');
  });

  it('leaves alone who got through meanwhile, and who called from a fixed line', async () => {
    const sent = new Inbox(named('odoslané'));
    const back = { caller: '22', callee: '0900000001', called_number: '0900000001', unique_id: '1.2' };
    pbx.emit(...missed('1.1'), ...missed('1.4', '0220000000'));
    pbx.emit({ event: 'call.begin', ...back }, { event: 'call.pickup', unique_id: '1.2' });
    pbx.emit(...missed('1.3', '0911000009'));
    await sent.one();
    assert.equal(web.texts.size, 1);
    assert.match(web.web.received[0]?.body ?? '', /00421911000009/);
  });

  it('says when a text could not be sent', async () => {
    const problem = new Inbox(named('chyba'));
    web.odd.set('/sms/api/messages/', (response) => response.writeHead(401).end());
    pbx.emit(...missed('1.1'));
    const { error } = (await problem.one()) as { error?: { code: string } };
    assert.equal(error?.code, 'unauthorized');
  });
});
