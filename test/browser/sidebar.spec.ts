/** The telephony sidebar over a busy simulator: what it shows, what its buttons do, and that nobody pays for it while it is hidden. */
import assert from 'node:assert/strict';
import { seriousFindings } from './accessibility';
import { type Editor, EditorBrowser, NodeRed } from './harness';

const id = 'aaaaaaaaaaaaaaaa';
const office = { id, type: 'pbx-account', name: 'Office', provider: 'simulator', dialLimit: 60, version: 1 };
const simulator = { seed: '7', callsPerMinute: '240', extensions: '21-29', queues: '500' };
/** Nobody calls here but the test. */
const quiet = { ...office, id: 'bbbbbbbbbbbbbbbb', name: 'Quiet', seed: '8', callsPerMinute: '0', extensions: '31-32' };
const flows = [
  { id: 'flow', type: 'tab', label: 'Flow' },
  { ...office, ...simulator },
  quiet,
  ...[id, quiet.id].map((account, index) => ({
    id: `events${index}`,
    type: 'pbx-call-events',
    z: 'flow',
    x: 200,
    y: 100 + index * 60,
    account,
    events: [],
    wires: [[]],
    version: 1,
  })),
];
const longWait = 45_000;
const stream = '/pbx-account/live';

const queueOf = (queue: string) => ({ id: queue, account: id, name: null, waiting: 0, callers: [], members: [] });
const queueFrame = (...queues: string[]) =>
  JSON.stringify({ now: 0, queues: [{ account: id, list: queues.map(queueOf) }] });

/** The browser notes a refusal of a test call that was meant. */
const meant = (problem: string): boolean => /^400 .*\/live\/call$|status of 400/.test(problem);

for (const version of [4, 5] as const) {
  describe(`telephony sidebar in Node-RED ${version}`, function () {
    this.timeout(120_000);
    let browser: EditorBrowser;
    let nodeRed: NodeRed;
    let editor: Editor;
    const streams = { open: 0, all: 0 };

    before(async function () {
      this.timeout(180_000);
      browser = await EditorBrowser.start();
      nodeRed = await NodeRed.startOrSkip(this, { version, flows });
      editor = await browser.open(nodeRed, { theme: version === 5 ? 'dark' : 'light' });
      editor.page.on('request', (request) => {
        if (!request.url().endsWith(stream)) return;
        streams.open++;
        streams.all++;
      });
      const { page } = editor;
      page.on('requestfailed', (request) => request.url().endsWith(stream) && streams.open--);
      page.on('requestfinished', (request) => request.url().endsWith(stream) && streams.open--);
    });
    after(async () => {
      await browser?.stop();
      await nodeRed?.stop();
    });

    const show = (tab: string) => editor.page.evaluate(`RED.sidebar.show('${tab}')`);
    const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
      const end = Date.now() + longWait;
      while (!(await condition())) {
        if (Date.now() > end) throw new Error(`never happened: ${what}`);
        await editor.page.waitForTimeout(50);
      }
    };

    it('asks for nothing before it is opened', () => assert.equal(streams.all, 0));

    it('shows the account, who talks to whom and how long, the queue with its agents', async () => {
      await show('pbx-telephony');
      const { page } = editor;
      await page.locator('.pbx-live-account', { hasText: 'Office · Simulator' }).waitFor({ timeout: longWait });
      const call = page.locator('.pbx-live-call').first();
      await call.waitFor({ timeout: longWait });
      assert.match(await call.innerText(), /→[\s\S]*\d+:\d\d/);
      const queue = page.locator('.pbx-live-queue').first();
      await queue.waitFor({ timeout: longWait });
      assert.match(await queue.innerText(), /500[\s\S]*waiting: \d+/);
      assert.ok((await queue.locator('.pbx-live-member').count()) > 3);
      assert.equal(streams.open, 1);
    });

    it('durations count on without a word from the runtime', async () => {
      const times = editor.page.locator('.pbx-live-call .pbx-live-time');
      const first = (await times.allInnerTexts()).join();
      await until('a duration moves', async () => (await times.allInnerTexts()).join() !== first);
    });

    it('an event opens as the message that a flow gets, and is copied', async () => {
      const { page } = editor;
      await page.evaluate(`RED.clipboard.copyText = (text) => { window.copied = text; return true; }`);
      // The list moves on while a person reads: the row that was opened stays opened.
      const row = page.locator('.pbx-live-event', { hasText: 'call.' }).first();
      await row.waitFor({ timeout: longWait });
      const handle = await row.elementHandle();
      await handle?.evaluate((element) => element.querySelector('button')?.click());
      const text = await handle?.evaluate((element) => element.querySelector('pre')?.textContent ?? '');
      const message = JSON.parse(text ?? '') as {
        topic: string;
        payload: { type: string; account: string; raw?: unknown };
      };
      assert.equal(message.topic, message.payload.type);
      assert.equal(message.payload.account, 'Office');
      assert.equal('raw' in message.payload, false);
      await handle?.evaluate((element) => element.querySelector<HTMLElement>('.pbx-live-message button')?.click());
      assert.equal(await page.evaluate('window.copied'), text);
    });

    it('a test call is placed, and what the account refuses is said', async () => {
      const { page } = editor;
      const form = page.locator('.pbx-live-test');
      await form.getByLabel('Account of the test call').selectOption('Quiet');
      await form.getByLabel('from extension').fill('31');
      await form.getByLabel('to number').fill('0900 not a number');
      await form.getByRole('button').click();
      const notice = page.locator('.pbx-live-notice');
      await until('the refusal is shown', async () => (await notice.innerText()).length > 0);
      const refusal = await notice.innerText();
      assert.doesNotMatch(refusal, /taken/);
      const latest = page.locator('.pbx-live-event').first();
      const before = await latest.elementHandle();
      const isOld = () => before?.evaluate((row) => row.parentElement?.firstElementChild === row);
      await until('a later event is shown', async () => !(await isOld()));
      assert.equal(await notice.innerText(), refusal, 'what happens meanwhile leaves it readable');
      await form.getByLabel('to number').fill('0900123456');
      await form.getByRole('button').click();
      const placed = page.locator('.pbx-live-call', { hasText: '0900123456' });
      await placed.first().waitFor({ timeout: longWait });
      editor.problems.splice(0, editor.problems.length, ...editor.problems.filter((problem) => !meant(problem)));
    });

    it('a call is hung up', async () => {
      const { page } = editor;
      const placed = page.locator('.pbx-live-call', { hasText: '0900123456' }).first();
      await placed.getByRole('button', { name: 'Hang up' }).click();
      await placed.waitFor({ state: 'detached', timeout: longWait });
    });

    it('can be used with a screen reader', async () => {
      assert.deepEqual(await seriousFindings(editor, '.pbx-live'), []);
    });

    it('costs nothing when another sidebar is shown, and begins anew when it is shown again', async () => {
      await show('info');
      await until('the stream ends', () => streams.open === 0);
      const { all } = streams;
      await show('pbx-telephony');
      await until('a stream begins', () => streams.all === all + 1);
      await editor.page.locator('.pbx-live-call').first().waitFor({ timeout: longWait });
    });

    it('a queue that the PBX has no more goes', async () => {
      const { page } = editor;
      const body = [
        JSON.stringify({ now: 0, fresh: true, accounts: [] }),
        queueFrame('600', '700'),
        queueFrame('700'),
        '',
      ];
      await show('info');
      await until('the stream ends', () => streams.open === 0);
      await page.route(`**${stream}`, (route) => route.fulfill({ body: body.join('\n') }));
      await show('pbx-telephony');
      await page.locator('.pbx-live-queue', { hasText: '700' }).waitFor({ timeout: longWait });
      assert.equal(await page.locator('.pbx-live-queue').count(), 1);
      await page.unroute(`**${stream}`);
    });

    it('nothing was wrong on the way', () => assert.deepEqual(editor.problems, []));
  });
}
