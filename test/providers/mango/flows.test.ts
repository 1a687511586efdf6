/** From the vendor's post over Node-RED's own HTTP server to the end of a flow: the examples for MANGO, run against the fake PBX. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import type { NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import type { CallEvent } from '../../../lib/index';
import { mango } from '../../../lib/providers/mango';
import { projectRoot } from '../../browser/harness-project';
import { MangoServer } from '../../fakes/mango-server';
import { helper, Inbox, initializers, load, startServer, stopServer } from '../../nodes/flows';
import type { FlowNode } from '../../nodes/flows';
import { eventually } from './office';

const CORE = [
  'function/10-switch',
  'function/15-change',
  'function/80-template',
  'function/89-delay',
  'function/89-trigger',
  'common/25-catch',
];
const customer = { number: '79160000001' };
const line = { line_number: '74950000055' };
const jana = { extension: '101', ...line };

const now = () => Math.floor(Date.now() / 1000);

function core(name: string): NodeInitializer {
  return require(`@node-red/nodes/core/${name}.js`) as NodeInitializer;
}

describe('flows with MANGO', function () {
  // A machine that does ten things at once is slow, not wrong.
  this.timeout(20_000);

  let pbx: MangoServer;
  let server: Server;
  let flow: FlowNode[];
  const runtime: { RED?: NodeAPI } = {};

  before(startServer);
  after(stopServer);
  beforeEach(async () => {
    pbx = await MangoServer.listen();
  });
  afterEach(async () => {
    await helper.unload();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await pbx.close();
  });

  /** Runs an example as a person would who has filled in the account, with inboxes in place of its debug nodes. */
  async function run(example: string, more: Record<string, unknown> = {}): Promise<void> {
    const text = readFileSync(join(projectRoot, 'examples', `${example}.json`), 'utf8');
    flow = (JSON.parse(text) as FlowNode[])
      .filter(({ type }) => type !== 'comment')
      .map((node) => (node.type === 'debug' ? { ...node, type: 'helper' } : node))
      .map((node) =>
        node.type === 'pbx-account' ? { ...node, url: pbx.url, allowFrom: [], smsExtension: '101', ...more } : node,
      );
    const account = flow.find(({ type }) => type === 'pbx-account')?.id ?? '';
    const credentials = { [account]: { apiKey: pbx.apiKey, apiSalt: pbx.apiSalt } };
    await load([...initializers([mango], runtime), ...CORE.map(core)], flow, credentials);
    const app = express();
    if (runtime.RED?.httpNode) app.use('/', runtime.RED.httpNode);
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pbx/mango`;
    pbx.deliver = async ({ path, body, headers }) => {
      const type = headers['content-type'] ?? '';
      const answer = await fetch(address + path, {
        method: 'POST',
        headers: { 'content-type': type },
        body: new Uint8Array(body ?? []),
      });
      return { status: answer.status };
    };
  }

  const named = (name: string) => new Inbox(flow.find((node) => node.name === name)?.id ?? name);

  it('let in only the addresses of the vendor, as the account of each example is filled in', async () => {
    const vendors = mango.descriptor.webhook?.allowFrom;
    await run('MANGO OFFICE - missed call', { allowFrom: vendors });
    assert.equal(await pbx.post('/ping', {}), 403);
  });

  it('tell a missed call, and answer it by a text', async () => {
    await run('MANGO OFFICE - missed call');
    const told = named('отправьте это');
    const delivery = named('доставка');
    const call = pbx.call('E1');
    const leg = call.leg('L1', { from: customer, to: jana });
    assert.equal(await leg.appeared(), 200);
    await leg.gone(1110);
    await call.summary({ disconnect_reason: 1110, line_number: line.line_number });
    const message = await told.one();
    assert.match(
      String(message.payload),
      /^Пропущен звонок: \+79160000001 на номер 74950000055, ждал \d+ с\. Причина: .+ \(1110\)\.$/,
    );
    await eventually('the text', () => pbx.paths.includes('commands/sms'));
    const { command_id, to_number } = pbx.last('commands/sms');
    assert.equal(to_number, '79160000001');
    await pbx.post('/events/sms', { command_id, timestamp: now(), reason: 1000 });
    assert.equal(((await delivery.one()).payload as { type: string }).type, 'sms.delivered');
  });

  it('ask who a visitor of the site is, and tell known from unknown', async () => {
    await run('MANGO OFFICE - call tracking');
    const known = named('в CRM');
    const unknown = named('посетитель неизвестен');
    const ring = (entry: string, number: string) =>
      pbx
        .call(entry)
        .leg(`L${entry}`, { from: customer, to: jana, more: { dct: { type: 1, number } } })
        .appeared();
    await ring('E1', '70000000055');
    const text = String((await known.one()).payload);
    assert.match(text, /^Звонит \+79160000001: источник ad/);
    assert.match(text, /страница https:\/\/example\.ru\/p\?id=1&utm=a$/, 'an address that can be opened');
    await ring('E2', '70000000056');
    const { call } = (await unknown.one()) as NodeMessage & { call: CallEvent['call'] };
    assert.equal(call.id, 'E2');
    assert.deepEqual(pbx.last('queries/user_info_by_dct_number'), { number: '70000000056' });
  });

  it('archive a recording as soon as it is in the storage', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mango-'));
    const before = process.cwd();
    process.chdir(folder);
    try {
      await run('MANGO OFFICE - recording archive');
      const saved = named('сохранено');
      pbx.files.set('UkVDMDAwMDE=', Buffer.from('ID3 words'));
      await pbx.post('/events/record/added', { recording_id: 'UkVDMDAwMDE=', entry_id: 'E1', timestamp: now() });
      const { payload } = (await saved.one()) as NodeMessage & { payload: { result: { file: string } } };
      const today = new Date().toISOString().slice(0, 10);
      assert.match(payload.result.file, new RegExp(`recordings.${today}.UkVDMDAwMDE=\\.mp3$`));
      assert.equal(await readFile(payload.result.file, 'utf8'), 'ID3 words');
    } finally {
      process.chdir(before);
      await rm(folder, { recursive: true });
    }
  });
});
