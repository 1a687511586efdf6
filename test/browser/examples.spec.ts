/**
 * Every example as a person meets it: taken from the import menu's library, put into the editor, deployed with its button, and then the
 * messages it promises. Only one thing is changed: the people of the simulator are in a hurry. Those for a PBX of a vendor deploy
 * without a fault and say that the account still needs its login.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DebugEntry,
  type DebugFeed,
  type Editor,
  EditorBrowser,
  type FlowNode,
  NodeRed,
  packageJson,
  projectRoot,
  value,
} from './harness';

/** How many times faster the simulated people are than in the example. */
const hurry = 20;

/** It needs the dashboard's nodes and has a test of its own. */
const wallboard = 'Queue wallboard';

/** One example, imported and deployed. */
interface Stage {
  readonly folder: string;
  /** Presses the button of the inject node with this name. */
  readonly press: (name: string) => Promise<void>;
  /** What the debug node with this name prints next, from now on or before, as text. */
  readonly shown: (name: string, pattern?: RegExp) => Promise<string>;
  readonly http: (path: string, body?: object) => Promise<{ status: number; text: string }>;
}

const scenarios: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  async 'Demo - a small office on the simulator'({ press, shown }) {
    await press('play a call');
    await shown('calls', /^call\.begin/);
    await press('call a customer');
    await shown('they talk');
    await press('call a busy one');
    await shown('not reached');
  },
  async 'Missed call to a message'({ press, shown }) {
    await press('Jana calls 22, nobody answers');
    await shown('the text', /\+421900123456/);
  },
  async 'Click-to-call by HTTP'({ http }) {
    assert.match((await http('click-to-call')).text, /<form/);
    const placed = await http('click-to-call', { from: '22', to: '0900000016' });
    assert.equal(placed.status, 202, placed.text);
    const refused = await http('click-to-call', { from: '99', to: '0900000016' });
    assert.equal(refused.status, 404, refused.text);
  },
  async 'Business hours with redirect'({ press, shown }) {
    await press('Jana calls the queue');
    // Which of the two depends on the hour.
    await Promise.any([shown('open: rings as always'), shown('closed: redirected')]);
  },
  async 'VIP to his own agent'({ press, shown }) {
    await press('a VIP calls');
    await shown('redirected', /24/);
  },
  async 'Call log to a CSV file'({ folder, shown }) {
    await shown('the line', /,/);
    const file = join(folder, 'pbx', 'calls.csv');
    assert.ok(existsSync(file));
    assert.match(readFileSync(file, 'utf8'), /^"?started"?,/);
  },
  async 'Recording archive to a folder'({ press, shown }) {
    await press('a recorded call of 4 s');
    await shown('kept', /\.wav/);
  },
  async 'Call back those who hung up in the queue'({ press, shown }) {
    await press('Jana gives up in the queue');
    await shown('they talk');
  },
  async 'SMS answer to a missed call'({ press, shown }) {
    await press('Jana calls, nobody answers');
    await shown('sent');
    await shown('delivery');
  },
  async 'Agent log-in and log-out by HTTP'({ http, shown }) {
    const paused = await http('agents/24/pause', {});
    assert.equal(paused.status, 200, paused.text);
    await shown('agents', /queue\.member\.pause/);
    assert.match((await http('agents')).text, /"extension":"24"/);
    assert.equal((await http('agents/24/dance', {})).status, 404);
  },
  async 'Errors - catch and status'({ press, shown }) {
    await press('a call');
    await shown('accepted');
    await press('a refused number');
    await shown('failed', /forbidden/);
    await press('cut the line for 10 s');
    await shown('lost');
    await shown('events may be missing', /"recovered"/);
  },
  async 'Two PBXs in one flow'({ press, shown }) {
    await press('missed in Bratislava');
    await shown('missed calls', /Bratislava/);
    await press('missed in the warehouse');
    await shown('missed calls', /Warehouse/);
  },
};

describe('examples', () => {
  let browser: EditorBrowser;
  let nodeRed: NodeRed;
  let editor: Editor;
  let names: string[];
  const library = `library/examples/flows/${packageJson.name}/`;
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));

  before(async function () {
    this.timeout(120_000);
    browser = await EditorBrowser.start();
    nodeRed = await NodeRed.start({ settings: { fileWorkingDirectory: folder } });
    names = (await nodeRed.get<{ fn: string }[]>(library)).map(({ fn }) => fn);
    editor = await browser.open(nodeRed);
  });
  after(async () => {
    await browser?.stop();
    await nodeRed?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the import menu offers them, and each has its scenario here or is for one vendor', async () => {
    assert.ok(names.length >= 12);
    for (const name of Object.keys(scenarios)) assert.ok(names.includes(name), name);
  });

  const examples = readdirSync(join(projectRoot, 'examples'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => name !== wallboard);
  for (const name of examples) {
    it(name, async () => {
      await nodeRed.deploy([]);
      const feed = await nodeRed.debug();
      editor.problems.length = 0;
      await editor.load();
      const flow = await nodeRed.get<FlowNode[]>(library + encodeURIComponent(name));
      await editor.import(flow);
      assert.deepEqual(await editor.invalidNodes(), []);
      await editor.page.evaluate(
        `RED.nodes.eachConfig((node) => { if (node.provider === 'simulator') node.speed = '${hurry}'; })`,
      );

      await editor.deploy();
      if (!isSimulated(flow)) {
        for (const { id } of flow.filter(({ account, type }) => account !== undefined && type !== 'pbx-account'))
          await feed.waitFor(({ topic, data }) => topic === `status/${id}` && data.text !== undefined);
        assert.deepEqual(editor.problems, []);
        feed.close();
        return;
      }
      const scenario = scenarios[name];
      assert.ok(scenario, 'an example needs a scenario here');
      await scenario(stageOf(nodeRed, flow, folder, feed));
      assert.deepEqual(editor.problems, []);
      feed.close();
    });
  }
});

function isSimulated(flow: readonly FlowNode[]): boolean {
  return flow.every(({ type, provider }) => type !== 'pbx-account' || provider === 'simulator');
}

function stageOf(nodeRed: NodeRed, flow: readonly FlowNode[], folder: string, feed: DebugFeed): Stage {
  const find = (type: string, name: string): FlowNode => {
    const found = flow.find((node) => node.type === type && node['name'] === name);
    assert.ok(found, `no ${type} node "${name}"`);
    return found;
  };
  return {
    folder,
    press: async (name) => nodeRed.inject(find('inject', name).id),
    shown: async (name, pattern = /./) => {
      const { id } = find('debug', name);
      const entry = await feed.waitFor(
        (one) => one.topic === 'debug' && one.data.id === id && pattern.test(textOf(one)),
        60_000,
      );
      return textOf(entry);
    },
    http: async (path, body) => {
      const response = await fetch(`${nodeRed.url}/${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      return { status: response.status, text: await response.text() };
    },
  };
}

function textOf(entry: DebugEntry): string {
  const printed = value(entry);
  return typeof printed === 'string' ? printed : JSON.stringify(printed);
}
