import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pack, type Tarball } from '../package/tarball';
import { type Editor, EditorBrowser, newUserDir, NodeRed, packageJson } from './harness';

const externalModules = { palette: { allowInstall: true, allowUpload: true } };
const call = {
  id: 'call',
  type: 'pbx-call',
  x: 200,
  y: 100,
  wires: [[]],
  account: 'office',
  from: '21',
  fromType: 'str',
  to: '22',
  toType: 'str',
  replyWhen: 'accepted',
  version: 1,
};
const types = Object.keys(packageJson['node-red'].nodes);

/**
 * The order in which an editor that is already open receives nodes and plugins is not fixed, unlike that of a page load.
 * (Node-RED's runtime announces both at once, and the editor fetches each on its own.)
 */
for (const version of [4, 5] as const) {
  describe(`installed from the palette manager while the editor of Node-RED ${version} is open`, () => {
    let browser: EditorBrowser;
    let tarball: Tarball;
    let nodeRed: NodeRed;
    let editor: Editor;

    before(async function () {
      this.timeout(120_000);
      browser = await EditorBrowser.start();
      tarball = await pack();
      nodeRed = await NodeRed.startOrSkip(this, { version, userDir: newUserDir(), settings: { externalModules } });
      editor = await browser.open(nodeRed);
    });
    after(async () => {
      await browser?.stop();
      await nodeRed?.stop();
      tarball?.remove();
    });

    it('puts every node into the palette, and a form opens, without a reload', async function () {
      this.timeout(120_000);
      await upload(nodeRed, tarball);
      const inPalette = types.filter((type) => type !== 'pbx-account');
      for (const type of inPalette) {
        await editor.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`).waitFor({ state: 'attached' });
      }
      await editor.import([
        { id: 'office', type: 'pbx-account', name: 'Office', provider: 'simulator', dialLimit: 30, version: 1 },
        { ...call, z: await editor.flowId() },
      ]);
      await editor.deploy();
      await editor.openForm('call');
      await editor.closeForm('cancel');
      await editor.openForm('office');
      await editor.closeForm('cancel');
      assert.deepEqual(editor.problems, []);
    });
  });
}

/** What the button "upload module tgz file" of the palette manager does. */
async function upload(nodeRed: NodeRed, { file }: Tarball): Promise<void> {
  const form = new FormData();
  form.append('tarball', new Blob([readFileSync(file)]), basename(file));
  const response = await fetch(`${nodeRed.url}/nodes`, { method: 'POST', body: form });
  assert.equal(response.status, 200, `${await response.text()}\n${nodeRed.log}`);
}
