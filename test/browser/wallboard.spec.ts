/** The wallboard example with the dashboard palette it needs: its page shows the figures of the simulated queue, and they move. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Editor, EditorBrowser, type FlowNode, installOnce, NodeRed, packageJson, Unavailable } from './harness';

const example = 'Queue wallboard';
/** A busy day at a quick pace, with many who give up. */
const pace = { speed: '4', callsPerMinute: '60', answerRatio: '40' };

describe('the wallboard example', () => {
  let browser: EditorBrowser;
  let nodeRed: NodeRed;
  let editor: Editor;
  let page: Page;

  before(async function () {
    this.timeout(300_000);
    try {
      const folder = await installOnce('dashboard', ['@flowfuse/node-red-dashboard@1']);
      const palettes = [join(folder, 'node_modules', '@flowfuse', 'node-red-dashboard')];
      nodeRed = await NodeRed.start({ palettes });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      console.error(`*** SKIPPED, the dashboard palette cannot be installed here: ${error.message}`);
      this.skip();
    }
    browser = await EditorBrowser.start();
    editor = await browser.open(nodeRed, { viewport: { width: 1400, height: 900 } });
  });
  after(async () => {
    await browser?.stop();
    await nodeRed?.stop();
  });

  it('is imported and deployed without a fault', async () => {
    const path = `library/examples/flows/${packageJson.name}/${encodeURIComponent(example)}`;
    await editor.import(await nodeRed.get<FlowNode[]>(path));
    assert.deepEqual(await editor.invalidNodes(), []);
    await editor.page.evaluate(`RED.nodes.eachConfig((node) => {
      if (node.type === 'pbx-account') Object.assign(node, ${JSON.stringify(pace)});
    })`);
    await editor.deploy();
  });

  it('shows the agents of the queue with what they do', async function () {
    this.timeout(120_000);
    page = await editor.page.context().newPage();
    await page.goto(`${nodeRed.url}/dashboard/queue`);
    const agents = page.locator('table', { hasText: 'Extension' }).locator('tbody tr');
    await agents.nth(5).waitFor();
    for (const row of await agents.all())
      assert.match(await row.innerText(), /^2[1-6]\s[\s\S]*(free|talks|on a break)$/);
  });

  it('shows who waits, and the figures move', async function () {
    this.timeout(120_000);
    const callers = page.locator('table', { hasText: 'Waits' }).locator('tbody');
    const shown = new Set<string>();
    while (shown.size < 3) {
      shown.add(await callers.innerText());
      await page.waitForFunction(
        `[...document.querySelectorAll('table')].find((one) => one.innerText.includes('Waits')).tBodies[0].innerText !== ${JSON.stringify([...shown].at(-1))}`,
      );
    }
    assert.ok([...shown].some((text) => /\d+ s/.test(text)));
  });

  it('draws answered and abandoned callers', async function () {
    this.timeout(150_000);
    await drawn(page, green);
    await drawn(page, red);
  });

  it('shows the service level: who was answered in time, of all', async function () {
    this.timeout(120_000);
    const level = page.locator('.nrdb-ui-gauge-dial, .nrdb-ui-gauge', { hasText: 'Answered within' }).first();
    const flow = (await nodeRed.flows()).find(({ type, label }) => type === 'tab' && label === example);
    for (;;) {
      const { msg } = await nodeRed.get<{ msg: string }>(`context/flow/${flow?.id}/today`);
      const { inTime, answered, abandoned } = JSON.parse(msg) as Today;
      const percent = Math.round((100 * inTime) / (answered + abandoned));
      const lines = (await level.innerText()).split(/\s+/);
      // A caller may have come in between the two questions.
      if (percent > 0 && lines.includes(String(percent))) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.deepEqual(editor.problems, []);
  });
});

interface Today {
  readonly inTime: number;
  readonly answered: number;
  readonly abandoned: number;
}

const green = [0x2e, 0x8b, 0x57];
const red = [0xc0, 0x39, 0x2b];

/** Resolves when a bar of this colour stands in the chart (the legend above has some of it as well, but comes with the first bar). */
async function drawn(page: Page, [r, g, b]: readonly number[]): Promise<void> {
  await page.waitForFunction(
    `(() => {
      const canvas = document.querySelector('.nrdb-ui-chart canvas');
      if (!canvas) return false;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let pixels = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i] === ${r} && data[i + 1] === ${g} && data[i + 2] === ${b}) pixels++;
      return pixels > 1000;
    })()`,
    undefined,
    { timeout: 60_000, polling: 500 },
  );
}
