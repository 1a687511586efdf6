import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeMessage } from 'node-red';
import type { Call } from '../../lib/index';
import { Example, EXAMPLES, isCoreType, projectRoot, readExample } from './example-flows';
import { startServer, stopServer } from './flows';

interface Answer {
  call: Call;
  result: { id?: string; file?: string; disposition?: string };
}

function answer({ payload }: NodeMessage): Answer {
  return payload as Answer;
}

/** What each example is for, tried on the simulator it comes with. */
const SCENARIOS: Readonly<Record<string, (example: Example) => Promise<void>>> = {
  async 'Demo - a small office on the simulator'(example) {
    example.press('play a call');
    assert.match(String((await example.shown('calls')).payload), /^call\.begin +Peter/);
    assert.equal(answer(await example.shown('moved')).call.to.extension, '500');
    example.press('play one');
    assert.match(String((await example.shown('to the team')).payload), /\+421900123456/);
    example.press('every 5 s');
    const { result } = answer(await example.shown('wallboard')) as unknown as { result: { members: unknown[] }[] };
    assert.ok(result[0]?.members.length);
    example.press('call a customer');
    assert.equal(answer(await example.shown('they talk')).call.tag, 'offer 117');
    example.press('call a busy one');
    assert.equal(answer(await example.shown('not reached')).result.disposition, 'busy');
    assert.deepEqual(example.unread('errors'), []);
  },

  async 'Missed call to a message'(example) {
    example.press('Jana calls 22, nobody answers');
    const { topic, payload } = await example.shown('the text');
    assert.equal(topic, 'Missed call from Jana');
    assert.match(String(payload), /\+421900123456/);
  },

  async 'Click-to-call by HTTP'(example) {
    const place = (body: object) => example.http().post('/click-to-call').send(body);
    const { status, body } = await place({ from: '22', to: '0900000016' });
    assert.equal(status, 202);
    assert.equal((body as { ok: boolean }).ok, true);
    const refused = await place({ from: '99', to: '0900000016' });
    assert.equal(refused.status, 404);
    assert.equal((refused.body as { code: string }).code, 'not-found');
    assert.equal((await place({ from: '22', to: '' })).status, 400);
    assert.match((await example.http().get('/click-to-call')).text, /<form/);
  },

  async 'Business hours with redirect'(example) {
    for (const [name, value] of Object.entries({ OPEN_FROM: '0', OPEN_TO: '24', DAYS: '1234567' }))
      example.environment(name, value);
    await example.restart();
    example.press('Jana calls the queue');
    assert.equal((await example.shown('open: rings as always')).topic, 'call.begin');
    example.environment('OPEN_FROM', '24');
    await example.restart();
    example.press('Jana calls the queue');
    const { call } = answer(await example.shown('closed: redirected'));
    assert.equal(call.from.number, '+421900123456');
    assert.deepEqual(example.unread('problem'), []);
  },

  async 'VIP to his own agent'(example) {
    example.press('the list');
    example.press('a VIP calls');
    assert.equal(answer(await example.shown('redirected')).call.to.extension, '24');
    example.press('somebody else calls');
    await nothingMoreThan(example, 'redirected');
  },

  async 'Call log to a CSV file'(example) {
    example.press('at the start');
    void example.simulate({
      do: 'incoming',
      from: '+421900123456',
      name: '=Jana',
      to: '22',
      answerSeconds: 0,
      talkSeconds: 0.01,
    });
    const line = String((await example.shown('the line')).payload);
    assert.match(line, /inbound,\+?421900123456,Jana/, 'a name can be no formula');
    const file = join(example.folder, 'pbx', 'calls.csv');
    await until(() => existsSync(file) && readFileSync(file, 'utf8').split('\n').length > 2);
    assert.match(readFileSync(file, 'utf8'), /^"?started"?,/);
  },

  async 'Recording archive to a folder'(example) {
    example.press('a recorded call of 4 s');
    const { file = '' } = answer(await example.shown('kept')).result;
    assert.ok(file.startsWith(example.folder));
    assert.equal(readFileSync(file).subarray(0, 4).toString(), 'RIFF');
    assert.deepEqual(example.unread('not kept'), []);
  },

  async 'Call back those who hung up in the queue'(example) {
    example.press('Jana gives up in the queue');
    const { call } = answer(await example.shown('they talk'));
    assert.equal(call.answeredBy?.number, '+421900000016');
    assert.deepEqual(example.unread('problem'), []);
  },

  async 'SMS answer to a missed call'(example) {
    example.press('Jana calls, nobody answers');
    assert.ok(answer(await example.shown('sent')).result.id);
    assert.equal((await example.shown('delivery')).topic, 'sms.delivered');
    example.press('Jana calls, nobody answers');
    await nothingMoreThan(example, 'sent');
  },

  async 'Agent log-in and log-out by HTTP'(example) {
    const agents = async () =>
      (await example.http().get('/agents').expect(200)).body as { extension: string; paused: boolean }[];
    assert.equal((await example.http().post('/agents/24/pause')).status, 200);
    assert.equal((await agents()).find(({ extension }) => extension === '24')?.paused, true);
    assert.equal((await example.shown('agents')).topic, 'queue.member.pause');
    assert.equal((await example.http().post('/agents/24/logout')).status, 200);
    assert.equal(
      (await agents()).some(({ extension }) => extension === '24'),
      false,
    );
    assert.equal((await example.http().post('/agents/99/login')).status, 404);
    assert.equal((await example.http().post('/agents/24/dance')).status, 404);
  },

  async 'Errors - catch and status'(example) {
    example.press('a call');
    assert.ok(answer(await example.shown('accepted')).call.id);
    example.press('a refused number');
    assert.equal(codeOf(await example.shown('failed')), 'forbidden');
    example.press('a call that is over');
    assert.equal(codeOf(await example.shown('failed')), 'not-found');
    example.press('cut the line for 10 s');
    assert.equal((await example.shown('lost')).topic, 'account.disconnected');
    assert.equal((await example.shown('events may be missing')).topic, 'account.gap');
  },

  async 'Queue wallboard'(example) {
    example.press('every 2 s');
    const { payload } = await example.shown('agents');
    assert.deepEqual((payload as { extension: string; state: string }[])[0]?.state, 'free');
    const call = example.simulate({
      do: 'incoming',
      from: '+421900123456',
      to: '500',
      answerSeconds: 0,
      talkSeconds: 0.05,
    });
    assert.equal((await example.shown('Answered within 20 s')).payload, 100);
    const bars = (await example.shown('answered and given up')).payload as { what: string; count: number }[];
    assert.deepEqual(
      // The function node has arrays of a world of its own.
      Array.from(bars, ({ what, count }) => [what, count]),
      [
        ['answered', 1],
        ['gave up', 0],
      ],
    );
    await call;
  },

  async 'Two PBXs in one flow'(example) {
    example.press('missed in Bratislava');
    assert.match(String((await example.shown('missed calls')).payload), /Bratislava/);
    example.press('missed in the warehouse');
    assert.match(String((await example.shown('missed calls')).payload), /Warehouse/);
    assert.equal(answer(await example.shown('they talk')).call.answeredBy?.number, '+421900000016');
  },
};

function codeOf(message: NodeMessage): string {
  return (message['error'] as { code: string }).code;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A call is played through, and nothing new has reached the debug node. */
async function nothingMoreThan(example: Example, name: string): Promise<void> {
  const before = example.unread(name).length;
  const call = example.simulate({
    do: 'incoming',
    from: '+421900999999',
    to: '22',
    answerSeconds: 0,
    talkSeconds: 0.05,
  });
  await call;
  assert.equal(example.unread(name).length, before);
}

describe('examples', () => {
  const flows = new Map(EXAMPLES.map((name) => [name, readExample(name)]));

  describe('are whole', () => {
    const ids = new Map<string, string>();
    for (const [name, flow] of flows)
      it(name, () => {
        const own = new Set(flow.map(({ id }) => id));
        for (const node of flow) {
          assert.ok(
            !ids.has(node.id),
            `the node id ${node.id} is in "${ids.get(node.id)}" as well: both could not be imported`,
          );
          ids.set(node.id, name);
          assert.ok(
            ['tab', 'group'].includes(node.type) || /^(?:pbx|ui)-/.test(node.type) || isCoreType(node.type),
            node.type,
          );
          assert.equal('credentials' in node, false, 'no secrets in an example');
          for (const target of ((node['wires'] ?? []) as string[][]).flat())
            assert.ok(own.has(target), `wire to ${target}`);
          if (node.type.startsWith('pbx-') && node['account'] !== undefined)
            assert.ok(own.has(node['account'] as string), `${node.type} "${String(node['name'])}" has no account`);
          if (node.type.startsWith('pbx-'))
            for (const property of propertiesOf(node.type))
              assert.ok(property in node, `${node.type} lacks ${property}`);
        }
        const tab = flow.find(({ type }) => type === 'tab');
        assert.ok(String(tab?.['info']).length > 40, 'the tab says what the flow is for');
        assert.ok(flow.some(({ type }) => type === 'comment'));
      });
  });

  it('show every node of the package', () => {
    const shown = new Set([...flows.values()].flat().map(({ type }) => type));
    const types = readdirSync(join(projectRoot(), 'nodes')).filter((folder) => folder.startsWith('pbx-'));
    assert.deepEqual(
      types.filter((type) => !shown.has(type)),
      [],
    );
  });

  describe('do what they say', () => {
    let example: Example;
    before(startServer);
    after(stopServer);
    afterEach(() => example.stop());

    for (const [name, flow] of flows) {
      const accounts = flow.filter(({ type }) => type === 'pbx-account');
      const isSimulated = accounts.every(({ provider }) => provider === 'simulator');
      it(isSimulated ? name : `${name}, as far as it goes without the PBX: it loads`, async () => {
        example = new Example(name);
        await example.start();
        if (!isSimulated) return;
        const scenario = SCENARIOS[name];
        assert.ok(scenario, 'an example needs a scenario here');
        await scenario(example);
      });
    }
  });
});

/** The properties that Node-RED's editor gives a new node, out of its `editor.ts`. */
function propertiesOf(type: string): string[] {
  const source = readFileSync(join(projectRoot(), 'nodes', type, 'editor.ts'), 'utf8');
  const [, defaults = ''] = /\n {2}defaults: \{\n([\s\S]*?)\n {2}\},\n/.exec(source) ?? [];
  return [...defaults.matchAll(/^ {4}(\w+): /gm)].map(([, name]) => name ?? '');
}
