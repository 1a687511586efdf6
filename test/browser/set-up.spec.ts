/** Set-up actions of the account form: nothing is done at the PBX without a click and a yes, and the token that comes of it is stored as a secret. */
import assert from 'node:assert/strict';
import { FakeMangoClient } from '../fakes/mango-client-server';
import { field, form } from './form';
import { account } from './form-table';
import { type Editor, EditorBrowser, NodeRed } from './harness';

const id = 'mango';

describe('set-up actions of the account form', function () {
  this.timeout(120_000);
  let service: FakeMangoClient;
  let browser: EditorBrowser;
  let nodeRed: NodeRed;
  let editor: Editor;
  let sure: boolean;

  before(async function () {
    this.timeout(180_000);
    service = await FakeMangoClient.listen({ users: [] });
    browser = await EditorBrowser.start();
    const mango = { ...account, id, name: 'Mango', provider: 'mango-client', url: service.url, extensions: '101, 102' };
    nodeRed = await NodeRed.start({ flows: [{ id: 'flow', type: 'tab', label: 'Flow' }, mango] });
    editor = await browser.open(nodeRed, { viewport: { width: 1280, height: 1000 } });
    editor.page.on('dialog', (dialog) => void (sure ? dialog.accept() : dialog.dismiss()));
    await editor.openForm(id);
  });
  after(async () => {
    await browser?.stop();
    await nodeRed?.stop();
    await service?.close();
  });

  it('do nothing at a deploy, at opening the form, or without a yes', async () => {
    sure = false;
    await form(editor).getByRole('button', { name: 'Create the integration' }).click();
    await editor.page.waitForLoadState('networkidle');
    assert.deepEqual(service.requests, []);
  });

  it('fill in the token that the PBX answers', async () => {
    sure = true;
    await form(editor).getByRole('button', { name: 'Create the integration' }).click();
    await form(editor).locator('#pbx-account-setup .pbx-result-ok').waitFor();
    assert.equal(service.asked('createIntegration').length, 1);
    assert.equal(await field(editor, 'token').inputValue(), service.token);
  });

  it('with it the employees are added, and it is kept from the browser once it is deployed', async () => {
    await form(editor).getByRole('button', { name: 'Add the employees' }).click();
    await form(editor).locator('#pbx-account-setup .pbx-result-ok').nth(1).waitFor();
    assert.deepEqual([...service.users.keys()].sort(), ['101', '102']);
    await editor.closeForm('done');
    await editor.deploy();
    await editor.load();
    await editor.openForm(id);
    assert.notEqual(await field(editor, 'token').inputValue(), service.token);
    assert.ok(!(await editor.page.content()).includes(service.token));
    await editor.closeForm('cancel');
    assert.deepEqual(editor.problems, []);
  });
});
