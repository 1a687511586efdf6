/**
 * The pictures of the README, made of the very things they show. Part of the suite, so that what they need stays true; they are written
 * to docs/ only by `node scripts/screenshots.mjs` (which sets README_PICTURES), else to .build/screenshots.
 */
import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { fill } from './form';
import { account, accountId } from './form-table';
import {
  type Editor,
  EditorBrowser,
  type FlowNode,
  installOnce,
  NodeRed,
  packageJson,
  projectRoot,
  Unavailable,
} from './harness';

const folder = process.env['README_PICTURES'] ?? join(projectRoot, '.build', 'screenshots', 'readme');
const heaviest = 300_000;

describe('pictures for the README', () => {
  let browser: EditorBrowser;
  let nodeRed: NodeRed;
  let editor: Editor;

  before(async function () {
    this.timeout(300_000);
    mkdirSync(folder, { recursive: true });
    let palettes: string[];
    try {
      const dashboard = await installOnce('dashboard', ['@flowfuse/node-red-dashboard@1']);
      palettes = [join(dashboard, 'node_modules', '@flowfuse', 'node-red-dashboard')];
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      console.error(`*** SKIPPED, the dashboard palette cannot be installed here: ${error.message}`);
      this.skip();
    }
    browser = await EditorBrowser.start();
    nodeRed = await NodeRed.start({ palettes });
  });
  after(async () => {
    await browser?.stop();
    await nodeRed?.stop();
  });
  afterEach(async () => {
    const problems = editor.problems;
    await editor.close();
    assert.deepEqual(problems, []);
  });

  it('the flow of the demo', async () => {
    await deployExample('Demo - a small office on the simulator', {});
    editor = await browser.open(nodeRed, { viewport: { width: 1860, height: 680 } });
    await editor.page.evaluate(`RED.sidebar.show('debug')`);
    await editor.page.locator('.red-ui-debug-msg').nth(3).waitFor({ timeout: 60_000 });
    await picture(editor.page, 'demo');
  });

  it('the account form', async () => {
    await nodeRed.deploy([{ id: 'flow', type: 'tab', label: 'Office' }, account]);
    editor = await browser.open(nodeRed, { viewport: { width: 1280, height: 1090 } });
    await editor.openForm(accountId);
    await fill(editor, { provider: 'asterisk', name: 'Head office', host: 'pbx.example.com', username: 'node-red' });
    await editor.settled();
    await picture(editor.page, 'account', '.red-ui-tray');
    await editor.closeForm('cancel');
  });

  it('the form of call events', async () => {
    const z = 'flow';
    const events = { id: 'events', type: 'pbx-call-events', account: accountId, events: ['call.missed'], queue: '500' };
    const rest = { extension: '', number: '', direction: 'inbound', raw: false, name: '', version: 1 };
    await nodeRed.deploy([
      { id: z, type: 'tab', label: 'Office' },
      account,
      { ...rest, ...events, z, x: 200, y: 100, wires: [[]] },
    ]);
    editor = await browser.open(nodeRed, { viewport: { width: 1280, height: 900 } });
    const label = editor.page.locator('.red-ui-flow-node-label').first();
    assert.match((await label.textContent()) ?? '', /^missed calls on 500$/);
    await editor.openForm('events');
    await picture(editor.page, 'call-events', '.red-ui-tray');
    await editor.closeForm('cancel');
  });

  it('the wallboard', async function () {
    this.timeout(180_000);
    await deployExample('Queue wallboard', { speed: '4', callsPerMinute: '60', answerRatio: '40' });
    editor = await browser.open(nodeRed, { viewport: { width: 1280, height: 900 } });
    await editor.page.goto(`${nodeRed.url}/dashboard/queue`);
    const waiting = editor.page.locator('table', { hasText: 'Waits' }).locator('tbody');
    await untilAnsweredAndGivenUp(nodeRed);
    await waiting.filter({ hasText: /\d+ s/ }).waitFor({ timeout: 120_000 });
    // The bars grow for a second.
    await editor.page.waitForTimeout(1_500);
    await picture(editor.page, 'wallboard');
  });

  /** An example as it stands, but for the account's pace. */
  async function deployExample(name: string, pace: Record<string, string>): Promise<void> {
    const flow = await nodeRed.get<FlowNode[]>(
      `library/examples/flows/${packageJson.name}/${encodeURIComponent(name)}`,
    );
    await nodeRed.deploy(flow.map((node) => (node.type === 'pbx-account' ? { ...node, ...pace } : node)));
  }
});

async function picture(page: Page, name: string, of?: string): Promise<void> {
  const path = join(folder, `${name}.png`);
  if (of) await page.locator(of).last().screenshot({ path });
  else await page.screenshot({ path });
  assert.ok(statSync(path).size < heaviest, `${name}.png has ${statSync(path).size} bytes`);
}

/** Some callers of each kind, so that there is something to be seen. */
async function untilAnsweredAndGivenUp(nodeRed: NodeRed): Promise<void> {
  const flow = (await nodeRed.flows()).find(({ type }) => type === 'tab');
  for (;;) {
    const { msg = '{}' } = await nodeRed.get<{ msg?: string }>(`context/flow/${flow?.id}/today`);
    const { answered = 0, abandoned = 0 } = (msg.startsWith('{') ? JSON.parse(msg) : {}) as Record<string, number>;
    if (answered > 4 && abandoned > 1) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
