/** Forms that fit the PBX of the account: fields it has no use for are hidden, groups and recordings are offered where it has them. */
import assert from 'node:assert/strict';
import { field } from './form';
import { account } from './form-table';
import { type Editor, EditorBrowser, NodeRed } from './harness';

const place = { z: 'flow', x: 200, wires: [[]], version: 1 };
const filters = { events: [], extension: '', number: '', queue: '', direction: '', raw: false };
const transfer = { ...place, type: 'pbx-transfer', call: 'payload', callType: 'msg', to: '22', toType: 'str' };
const blind = { mode: 'blind', modeType: 'str', by: '', byType: 'str' };
const recording = { type: 'pbx-recording', actionType: 'str', recording: '', recordingType: 'str' };
const viptel = { ...account, id: 'viptel', name: 'VIPTel', provider: 'viptel', url: 'ws://127.0.0.1:1/' };
const mango = { ...account, id: 'mango', name: 'Mango', provider: 'mango-client', url: 'http://127.0.0.1:1/api' };
const vpbx = { ...account, id: 'vpbx', name: 'VPBX', provider: 'mango', url: 'http://127.0.0.1:1/vpbx/' };
const busy = { ...account, id: 'busy', name: 'Busy', callsPerMinute: '600', speed: '10' };
const flows = [
  { id: 'flow', type: 'tab', label: 'Flow' },
  { ...viptel, credentials: { username: 'u', password: 'p' } },
  { ...mango, extensions: '101', credentials: { token: 't' } },
  { ...vpbx, webhookPath: 'vpbx', credentials: { apiKey: 'k', apiSalt: 's' } },
  busy,
  { ...transfer, ...blind, id: 'blind-only', y: 60, account: viptel.id },
  { ...transfer, ...blind, id: 'with-by', y: 100, account: viptel.id, by: '21' },
  { ...transfer, ...blind, id: 'both', y: 140, account: busy.id },
  { ...place, ...filters, id: 'no-queues', type: 'pbx-call-events', y: 180, account: mango.id },
  { ...place, ...filters, id: 'queues', type: 'pbx-call-events', y: 220, account: busy.id },
  {
    ...place,
    id: 'call',
    type: 'pbx-call',
    y: 260,
    account: busy.id,
    from: '',
    fromType: 'str',
    to: '22',
    toType: 'str',
    replyWhen: 'accepted',
  },
  { ...place, ...recording, id: 'fetch', y: 300, account: busy.id, action: 'fetch' },
  { ...place, ...recording, id: 'link', y: 340, account: busy.id, action: 'link' },
  { ...place, ...recording, id: 'signed-link', y: 380, account: vpbx.id, action: 'link' },
];

describe('forms that fit the PBX', function () {
  this.timeout(120_000);
  let browser: EditorBrowser;
  let nodeRed: NodeRed;
  let editor: Editor;

  before(async function () {
    this.timeout(180_000);
    browser = await EditorBrowser.start();
    nodeRed = await NodeRed.start({ flows });
    editor = await browser.open(nodeRed, { viewport: { width: 1280, height: 1000 } });
  });
  after(async () => {
    await browser?.stop();
    await nodeRed?.stop();
  });

  /** Which of these fields the form of a node shows. */
  const shown = async (id: string, ...names: string[]): Promise<string[]> => {
    await editor.openForm(id);
    const rows = names.map((name) => field(editor, name).locator('xpath=ancestor::*[contains(@class,"form-row")]'));
    const visible = await Promise.all(rows.map((row) => row.isVisible()));
    await editor.closeForm('cancel');
    return names.filter((_, index) => visible[index]);
  };

  it('a PBX with blind transfers only is not asked for the mode, nor who transfers', async () => {
    assert.deepEqual(await shown('blind-only', 'call', 'to', 'mode', 'by'), ['call', 'to']);
    assert.deepEqual(await shown('both', 'call', 'to', 'mode', 'by'), ['call', 'to', 'mode', 'by']);
  });

  it('what holds a value is never hidden', async () => {
    assert.deepEqual(await shown('with-by', 'mode', 'by'), ['by']);
  });

  it('a PBX without queues has no filter for them', async () => {
    assert.deepEqual(await shown('no-queues', 'extension', 'queue'), ['extension']);
    assert.deepEqual(await shown('queues', 'extension', 'queue'), ['extension', 'queue']);
  });

  it('when a link ends is asked only where it can be chosen', async () => {
    assert.deepEqual(await shown('link', 'recording', 'folder', 'expires'), ['recording']);
    assert.deepEqual(await shown('signed-link', 'recording', 'folder', 'expires'), ['recording', 'expires']);
  });

  const offered = () => editor.page.locator('.red-ui-autoComplete-container:visible li');
  const input = (name: string) =>
    field(editor, name).locator('xpath=following-sibling::*').locator('input.red-ui-autoComplete').first();

  it('a call may come from a group, which is offered with the extensions', async () => {
    await editor.openForm('call');
    await input('from').pressSequentially('group');
    await offered().filter({ hasText: 'group:500' }).first().click();
    assert.equal(await field(editor, 'from').inputValue(), 'group:500');
    await editor.closeForm('cancel');
  });

  it('a recording is chosen from those of the latest calls', async () => {
    // The form asks once: the simulator's people must have had a call by then.
    while ((await nodeRed.get<unknown[]>('pbx-account/busy/recordings')).length === 0)
      await editor.page.waitForTimeout(200);
    await editor.openForm('fetch');
    await input('recording').click();
    const recording = offered().filter({ hasText: '→' }).first();
    await recording.waitFor();
    await recording.click();
    assert.notEqual(await field(editor, 'recording').inputValue(), '');
    await editor.closeForm('cancel');
  });

  it('nothing was wrong on the way', () => assert.deepEqual(editor.problems, []));
});
