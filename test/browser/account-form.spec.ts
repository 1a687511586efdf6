/** The account form: what it asks follows from the provider, it tries the connection, shows the webhook address, and keeps secrets. */
import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { Exchange } from '../providers/asterisk/exchange';
import { field, fill, form, read } from './form';
import { account, accountId } from './form-table';
import { type Editor, EditorBrowser, NodeRed } from './harness';

const secret = 's3cret-of-the-pbx';

for (const version of [4, 5] as const) {
  describe(`the account form in Node-RED ${version}`, () => {
    let browser: EditorBrowser;
    let nodeRed: NodeRed;
    let editor: Editor;
    let pbx: Exchange;

    before(async function () {
      this.timeout(180_000);
      pbx = await Exchange.open({ users: { tester: { secret } } });
      browser = await EditorBrowser.start();
      nodeRed = await NodeRed.startOrSkip(this, {
        version,
        flows: [
          { id: 'flow', type: 'tab', label: 'Flow' },
          account,
          { ...callEvents, account: accountId },
          {
            ...account,
            id: 'head-office',
            name: 'Head office',
            provider: 'asterisk',
            host: '127.0.0.1',
            port: String(pbx.ami.port),
            context: 'from-internal',
            technology: 'PJSIP',
            credentials: { username: 'tester', password: secret },
          },
        ],
      });
      editor = await browser.open(nodeRed, { viewport: { width: 1280, height: 1000 } });
    });
    after(async () => {
      await browser?.stop();
      await nodeRed?.stop();
      await pbx?.ami.close();
    });
    beforeEach(() => {
      editor.problems.length = 0;
    });

    it('asks each provider for what it needs, and for nothing else', async () => {
      interface Descriptor {
        readonly id: string;
        readonly description: Record<string, string>;
        readonly fields: readonly { readonly name: string; readonly advanced?: boolean; readonly type: string }[];
      }
      const descriptors = await nodeRed.get<Descriptor[]>('pbx-account/providers');
      await editor.openForm(accountId);
      for (const { id, fields, description } of descriptors) {
        await fill(editor, { provider: id });
        assert.equal(await editor.page.locator('#pbx-account-description').innerText(), description['en-US']);
        await editor.page.evaluate(`document.querySelector('#pbx-account-advanced').open = true`);
        for (const { name, type } of fields)
          if (!['select', 'boolean', 'json'].includes(type)) await field(editor, name).waitFor({ timeout: 5000 });
        const shown = await editor.page.evaluate<string[]>(
          `[...document.querySelectorAll('#pbx-account-tab-connection [id^=node-config-input-]')].map(({ id }) => id.slice(18))`,
        );
        assert.deepEqual(shown.sort(), fields.map(({ name }) => name).sort(), id);
      }
      await fill(editor, { provider: 'simulator' });
      assert.deepEqual(await read(editor, ['extensions', 'queues']), { extensions: '21-26', queues: '500,501' });
      await editor.closeForm('cancel');
      assert.deepEqual(editor.problems, []);
    });

    it('tells which nodes will work with the provider', async () => {
      await editor.openForm(accountId);
      await fill(editor, { provider: 'gravitel' });
      await tab(editor, 'served');
      const rows = form(editor).locator('#pbx-account-served tr');
      assert.equal(await rows.count(), 15);
      assert.match(await rows.filter({ hasText: 'hang up' }).innerText(), /not with this telephone system/);
      assert.doesNotMatch(await rows.filter({ hasText: 'make call' }).innerText(), /not with/);
      await editor.closeForm('cancel');
    });

    it('marks what is missing or wrong while one types', async () => {
      await editor.openForm(accountId);
      await fill(editor, { provider: 'asterisk', host: 'two words', port: '99999' });
      for (const name of ['host', 'port'])
        await editor.page.locator(`#node-config-input-${name}.input-error`).waitFor({ timeout: 10_000 });
      await fill(editor, { host: 'pbx.example.com', port: '5038' });
      await editor.page.waitForFunction(
        `!document.querySelector('#node-config-input-host.input-error, #node-config-input-port.input-error')`,
      );
      await editor.closeForm('cancel');
    });

    describe('test connection', () => {
      beforeEach(async () => editor.openForm('head-office'));
      afterEach(async () => editor.closeForm('cancel'));

      it('says what it found, with the stored password', async () => {
        const text = await testConnection(editor);
        assert.match(text, /connected as tester, Asterisk 22\.10\.1/);
        assert.match(text, /3 extensions/);
      });

      it('says that the PBX refused the password', async () => {
        await fill(editor, { password: 'pa55-of-mine' });
        assert.match(await testConnection(editor), /user name or password is wrong/);
      });

      it('does not send the stored password to another address', async () => {
        await fill(editor, { host: 'localhost' });
        assert.match(await testConnection(editor), /enter the password again/);
      });

      it('says nothing of a PBX that is not chosen any more', async () => {
        let release!: () => void;
        const held = new Promise<void>((resolve) => (release = resolve));
        const address = '**/pbx-account/test';
        await editor.page.route(address, async (route) => {
          await held;
          await route.continue();
        });
        await form(editor).locator('#pbx-account-test').click();
        await fill(editor, { provider: 'simulator' });
        release();
        await form(editor).locator('#pbx-account-test:enabled').waitFor();
        assert.equal(await form(editor).locator('#pbx-account-test-result').innerText(), '');
        await editor.page.unroute(address);
      });

      it('says that nothing listens at the port', async () => {
        await fill(editor, { port: '1', password: secret });
        assert.match(await testConnection(editor), /refused|nothing listens/i);
      });

      it('says that something else than a PBX listens at the port', async () => {
        await fill(editor, { port: new URL(nodeRed.url).port, password: secret });
        assert.match(await testConnection(editor), /Asterisk|manager|AMI|answer/);
      });
    });

    it('never gives a secret back to the browser', async () => {
      const seen: string[] = [];
      editor.page.on('response', (response) => {
        response.text().then(
          (text) => seen.push(text),
          () => undefined,
        );
      });
      await editor.load();
      await editor.openForm('head-office');
      assert.deepEqual(await read(editor, ['username', 'password']), { username: 'tester', password: '__PWRD__' });
      await editor.closeForm('cancel');
      const answers = await Promise.all(
        ['flows', 'credentials/pbx-account/head-office', 'pbx-account/head-office/state', 'settings'].map(
          async (path) => JSON.stringify(await nodeRed.get(path)),
        ),
      );
      for (const text of [...seen, ...answers]) assert.ok(!text.includes(secret));
      assert.ok(seen.length > 10);
      assert.ok(!nodeRed.log.includes(secret));
    });

    it('shows the webhook address of a PBX that posts, and copies it', async () => {
      await editor.openForm(accountId);
      await fill(editor, { provider: 'mango' });
      await tab(editor, 'network');
      await fill(editor, { webhookPath: 'office' });
      const address = form(editor).locator('#pbx-account-address');
      await editor.page.waitForFunction(`document.querySelector('#pbx-account-address').innerText.endsWith('/office')`);
      assert.equal(await address.innerText(), `${nodeRed.url}/pbx/office`);
      const unreachable = form(editor).locator('#pbx-account-private-hint');
      assert.match(await unreachable.innerText(), /cannot reach it/);
      await form(editor).locator('#pbx-account-copy').click();
      assert.match(await editor.page.locator('.red-ui-popover:visible').last().innerText(), /copied/i);
      await editor.closeForm('cancel');
      assert.deepEqual(editor.problems, []);
    });

    it('enters the addresses that a PBX is known to send from, and leaves those alone that a person entered', async () => {
      await editor.openForm(accountId);
      await tab(editor, 'network');
      const allowed = form(editor).locator('#pbx-account-allowFrom');
      assert.equal(await allowed.inputValue(), '');
      await fill(editor, { provider: 'mango' });
      const known = await allowed.inputValue();
      assert.match(known, /^\d+\.\d+\.\d+\.\d+.*, /);
      await fill(editor, { provider: 'gravitel' });
      assert.equal(await allowed.inputValue(), '');
      await allowed.fill('192.0.2.7');
      await fill(editor, { provider: 'mango' });
      assert.equal(await allowed.inputValue(), '192.0.2.7');
      await editor.closeForm('cancel');

      await editor.import([{ ...account, id: 'moves', provider: 'mango', allowFrom: known.split(', ') }]);
      await editor.openForm('moves');
      await fill(editor, { provider: 'gravitel' });
      assert.equal(await allowed.inputValue(), '', 'another PBX sends from elsewhere');
      await fill(editor, { provider: 'mango' });
      assert.equal(await allowed.inputValue(), known);
      await editor.closeForm('cancel');
      assert.deepEqual(editor.problems, []);
    });

    it('an account that is not deployed yet causes no failed request, here and in the forms that use it', async () => {
      const z = await editor.flowId();
      await editor.import([
        { ...account, id: 'new', name: 'New' },
        { ...callEvents, id: 'new-events', account: 'new', z },
      ]);
      await editor.openForm('new');
      await editor.closeForm('cancel');
      await editor.openForm('new-events');
      await field(editor, 'extension').click();
      await editor.closeForm('cancel');
      assert.deepEqual(editor.problems, []);
    });

    describe('lists live from the account', () => {
      before(async () => editor.openForm('events'));
      after(async () => editor.closeForm('cancel'));

      it('offer its extensions by number and name', async () => {
        await field(editor, 'extension').click();
        await offered(editor).filter({ hasText: '21 – Jana' }).waitFor();
        assert.ok((await offered(editor).count()) >= 6);
      });

      it('are searched while one types', async () => {
        await field(editor, 'extension').pressSequentially('Iva');
        await offered(editor).filter({ hasText: '22 – Ivan' }).waitFor();
        await offered(editor).filter({ hasText: '21 – Jana' }).waitFor({ state: 'hidden' });
        await offered(editor).filter({ hasText: '22 – Ivan' }).click();
        assert.deepEqual(await read(editor, ['extension']), { extension: '22' });
      });

      it('offer its queues', async () => {
        await field(editor, 'queue').click();
        await offered(editor).filter({ hasText: '501' }).first().click();
        assert.deepEqual(await read(editor, ['queue']), { queue: '501' });
      });

      it('leave free text as it is', async () => {
        await fill(editor, { extension: '99', queue: 'sales' });
        assert.deepEqual(await read(editor, ['extension', 'queue']), { extension: '99', queue: 'sales' });
      });
    });

    it('statuses are words and no label keys', async () => {
      const status = editor.page.locator('.red-ui-flow-node-status-label').first();
      await status.waitFor();
      assert.equal(await status.textContent(), 'connected');
    });
  });
}

const callEvents = {
  id: 'events',
  type: 'pbx-call-events',
  z: 'flow',
  name: '',
  account: accountId,
  events: [],
  extension: '',
  number: '',
  queue: '',
  direction: '',
  raw: false,
  version: 1,
  x: 200,
  y: 100,
  wires: [[]],
};

async function tab(editor: Editor, id: string): Promise<void> {
  await form(editor).locator(`a[href="#${id}"]`).click();
}

async function testConnection(editor: Editor): Promise<string> {
  await form(editor).locator('#pbx-account-test').click();
  const result = form(editor).locator('.pbx-result-ok, .pbx-result-failed');
  await result.waitFor();
  return await result.innerText();
}

/** The entries of the list that is open below a field. */
function offered(editor: Editor): Locator {
  return editor.page.locator('.red-ui-autoComplete-container:visible li');
}
