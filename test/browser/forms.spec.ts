/** Every form in both versions of Node-RED, every language and both themes: filled, saved, opened again, and fit to be used. */
import assert from 'node:assert/strict';
import { seriousFindings } from './accessibility';
import { fill, form, overflowing, read, tick, ticked } from './form';
import { account, accountId, forms } from './form-table';
import { type Editor, EditorBrowser, type EditorOptions, NodeRed, packageJson } from './harness';

const nodeTypes = Object.keys(packageJson['node-red'].nodes).filter((type) => type !== accountType());

/** Node-RED's own widgets inside our forms: not ours to mend. */
const coreWidgets = [
  '[id^="red-ui-trap-"]',
  '.red-ui-typedInput-container',
  '[id^="node-input-lookup-"], [id^="node-config-input-lookup-"]',
];

const looks: readonly (EditorOptions & { readonly version: 4 | 5 })[] = [
  { version: 4, language: 'en-US' },
  { version: 4, language: 'sk' },
  { version: 4, language: 'ru' },
  { version: 5, language: 'en-US', theme: 'dark' },
  { version: 5, language: 'ru', theme: 'light' },
  { version: 5, language: 'sk', theme: 'dark' },
];

for (const version of [4, 5] as const) {
  describe(`forms in Node-RED ${version}`, () => {
    let browser: EditorBrowser;
    let nodeRed: NodeRed;

    before(async function () {
      this.timeout(180_000);
      browser = await EditorBrowser.start();
      const flow = { id: 'flow', type: 'tab', label: 'Flow' };
      nodeRed = await NodeRed.startOrSkip(this, { version, flows: [flow, account] });
    });
    after(async () => {
      await browser?.stop();
      await nodeRed?.stop();
    });

    describe('filled, saved and opened again', () => {
      let editor: Editor;
      before(async () => {
        editor = await browser.open(nodeRed, { viewport: { width: 1280, height: 1000 } });
        const x = 200;
        const z = await editor.flowId();
        // As from the palette: nothing but the type, so that the defaults are those of the node.
        await editor.page.evaluate(`RED.nodes.import(${JSON.stringify(nodeTypes)}.map((type, index) => {
          const node = { id: 'a-' + type, type, x: ${x}, y: 40 + index * 50, z: '${z}', wires: [[]] };
          for (const [name, { value }] of Object.entries(RED.nodes.getType(type).defaults)) node[name] = value;
          return node;
        }), { generateIds: false })`);
      });
      after(async () => editor.close());

      for (const [type, { values, events, saved }] of Object.entries(forms)) {
        it(type, async () => {
          const id = `a-${type}`;
          const names = Object.keys(values);
          await editor.openForm(id);
          if (type !== 'pbx-route-reply') await fill(editor, { account: accountId });
          await fill(editor, values);
          if (events) await tick(editor, events);
          await editor.closeForm('done');

          await editor.openForm(id);
          assert.deepEqual(await read(editor, names), values);
          if (events) assert.deepEqual(new Set(await ticked(editor)), new Set(events));
          await editor.closeForm('cancel');
          for (const [name, value] of Object.entries({ ...(events && { events }), ...saved }))
            assert.deepEqual(new Set([await property(editor, id, name)].flat()), new Set([value].flat()), name);
        });
      }

      it('all is in the flow file after a deploy, without fault on the way', async () => {
        await editor.deploy();
        const flows = await nodeRed.flows();
        for (const [type, { values }] of Object.entries(forms)) {
          const node = flows.find(({ id }) => id === `a-${type}`);
          assert.ok(node, type);
          for (const [name, value] of Object.entries(values)) {
            if (typeof value === 'object')
              assert.deepEqual([node[`${name}Type`], node[name]], value, `${type} ${name}`);
            else assert.equal(String(node[name]), String(value), `${type} ${name}`);
          }
        }
        assert.deepEqual(await editor.invalidNodes(), []);
        assert.deepEqual(editor.problems, []);
      });
    });

    for (const { version: _, ...look } of looks.filter((one) => one.version === version)) {
      describe(`in ${look.language}, ${look.theme ?? 'light'}`, () => {
        let editor: Editor;
        before(async () => {
          const nodes = Object.entries(forms).map(([type, { values, events }], index) => ({
            ...defaultsOf(values, events),
            id: `a-${type}`,
            type,
            ...(type !== 'pbx-route-reply' && { account: accountId }),
            x: 200,
            y: 40 + index * 50,
            z: 'flow',
            wires: [[], []],
            version: 1,
          }));
          await nodeRed.deploy([{ id: 'flow', type: 'tab', label: 'Flow' }, account, ...nodes]);
          editor = await browser.open(nodeRed, { ...look, viewport: { width: 1280, height: 1000 } });
        });
        after(async () => editor.close());

        it('every node is in the palette under its own name', async () => {
          const labels = await editor.paletteLabels();
          assert.deepEqual(Object.keys(labels).sort(), [...nodeTypes].sort());
          assert.equal(new Set(Object.values(labels)).size, nodeTypes.length);
          for (const [type, label] of Object.entries(labels)) assert.match(label, /^[^.]+$/, `${type}: a raw key`);
          const category = await editor.page.locator('#red-ui-palette-header-telephony').innerText();
          assert.equal(
            category.trim().toLowerCase(),
            { 'en-US': 'telephony', sk: 'telefónia', ru: 'телефония' }[look.language ?? 'en-US'],
          );
        });

        for (const type of [...nodeTypes, accountType()]) {
          it(`${type} fits, is readable and can be used`, async () => {
            await editor.openForm(type === accountType() ? accountId : `a-${type}`);
            const name = `${version}-${look.language}-${look.theme ?? 'light'}/${type}`;
            await picture(editor, name);
            const texts = await form(editor).innerText();
            assert.doesNotMatch(
              texts,
              /(?:^|\s)(?:common|account|[a-z]+Events|call|query)\.[a-z]+\.[a-zA-Z]+(?:\s|$)/m,
            );
            const problems = [...(await overflowing(editor))];
            problems.push(...(await seriousFindings(editor, '.red-ui-tray form', coreWidgets)));
            if (type === accountType())
              for (const tab of ['numbers', 'network', 'served']) {
                await editor.page.locator(`.pbx-account-form a[href="#${tab}"]`).click();
                await picture(editor, `${name}-${tab}`);
                problems.push(...(await overflowing(editor)));
                problems.push(...(await seriousFindings(editor, '.red-ui-tray form', coreWidgets)));
              }
            await editor.closeForm('cancel');
            assert.deepEqual(problems, []);
          });
        }

        it('help says what each node does, in the same language', async () => {
          for (const type of [...nodeTypes, accountType()]) {
            const text = await editor.help(type);
            assert.ok(text.length > 300, `${type}: ${text.slice(0, 80)}`);
          }
          await picture(editor, `${version}-${look.language}-${look.theme ?? 'light'}/help`);
        });

        it('nothing went wrong on the way', () => assert.deepEqual(editor.problems, []));
      });
    }
  });
}

function accountType(): string {
  return 'pbx-account';
}

/** For whoever wants to look: SCREENSHOTS=1 leaves one of every form in .build/screenshots. */
async function picture(editor: Editor, name: string): Promise<void> {
  if (process.env['SCREENSHOTS']) await editor.screenshot(name);
}

async function property(editor: Editor, id: string, name: string): Promise<unknown> {
  return await editor.page.evaluate(`RED.nodes.node('${id}')['${name}']`);
}

/** The properties a form makes of these values. */
function defaultsOf(values: (typeof forms)[string]['values'], events: readonly string[] | undefined) {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'object'
      ? [
          [name, value[1]],
          [`${name}Type`, value[0]],
        ]
      : [[name, value]],
  );
  return { ...Object.fromEntries(entries), ...(events && { events }) } as Record<string, unknown>;
}
