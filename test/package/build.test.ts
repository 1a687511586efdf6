import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot, run } from '../browser/harness';

const languages = ['en-US', 'sk', 'ru'];

/** A small project with the build of this one, so that a fault can be planted in it. */
describe('the build', function () {
  this.timeout(60_000);
  let project: string;

  beforeEach(() => {
    mkdirSync(join(projectRoot, '.build'), { recursive: true });
    project = mkdtempSync(join(projectRoot, '.build', 'project-'));
    const copied = ['scripts', 'tsconfig.json', 'tsconfig.build.json', 'nodes/tsconfig.editor.json'];
    for (const path of [...copied, 'nodes/icons', 'nodes/shared/editor/node-red.d.ts']) {
      cpSync(join(projectRoot, path), join(project, path), { recursive: true });
    }
    symlinkSync(join(projectRoot, 'node_modules'), join(project, 'node_modules'), 'junction');
    for (const [path, text] of Object.entries(goodProject())) write(path, text);
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it('lays out each file where Node-RED looks for it', async () => {
    const { code, output } = await build();
    assert.equal(code, 0, output);
    assert.match(read('dist/nodes/pbx-ring.js'), /require\('\.\/pbx-ring\/runtime'\)\.default/);
    assert.match(
      read('dist/nodes/pbx-ring.html'),
      /RED\.nodes\.registerType\('pbx-ring', \{[^]*data-template-name="pbx-ring"/,
    );
    assert.ok(existsSync(join(project, 'dist/nodes/icons/pbx-call.svg')));
    assert.ok(existsSync(join(project, 'dist/lib/index.d.ts')));
    assert.match(
      read('dist/nodes/locales/sk/pbx-ring.html'),
      /<script type="text\/markdown" data-help-name="pbx-ring">\nRings/,
    );
  });

  it('copies the shared labels into the catalog of each node, and ships the shared editor code once', async () => {
    const { code, output } = await build();
    assert.equal(code, 0, output);
    assert.deepEqual(JSON.parse(read('dist/nodes/locales/ru/pbx-ring.json')), {
      common: { account: 'Account ru' },
      ring: { palette: 'ring ru' },
    });
    assert.match(read('dist/nodes/pbx-editor.html'), /function hint\(/);
    assert.doesNotMatch(read('dist/nodes/pbx-ring.html'), /function hint\(/);
  });

  it('refuses type errors in the runtime and in the editor code, and keeps the dist/ of before', async () => {
    write('dist/kept.txt', 'from the last good build');
    write('nodes/pbx-ring/runtime.ts', `${good.runtime}\nexport const seconds: number = 'ten';\n`);
    write('nodes/shared/editor/index.ts', 'export function hint(): string { return 10; }\n');
    const { code, output } = await build();
    assert.equal(code, 1);
    assert.match(output, /nodes\/pbx-ring\/runtime\.ts\(\d+,\d+\): error TS2322/);
    assert.match(output, /nodes\/shared\/editor\/index\.ts\(\d+,\d+\): error TS2322/);
    assert.equal(read('dist/kept.txt'), 'from the last good build');
  });

  it('refuses labels and help that differ between the languages', async () => {
    write('nodes/pbx-ring/locales/ru.json', '{ "ring": { "other": "x" } }');
    write('nodes/pbx-ring/locales/sk.json', '{ "ring": { "palette": "" } }');
    write('nodes/pbx-ring/help/sk.md', 'Rings.\n\n: volume (number) : how loud\n');
    rmSync(join(project, 'nodes/pbx-ring/help/ru.md'));
    const { code, output } = await build();
    assert.equal(code, 1);
    assert.match(output, /pbx-ring\/locales\/ru\.json: "ring\.palette" is missing/);
    assert.match(output, /pbx-ring\/locales\/ru\.json: "ring\.other" is not in en-US/);
    assert.match(output, /pbx-ring\/locales\/sk\.json: "ring\.palette" has no text/);
    assert.match(output, /pbx-ring\/help\/sk\.md: describes other properties/);
    assert.match(output, /pbx-ring\/help\/ru\.md: is missing/);
  });

  it('refuses a form with an unknown label or property', async () => {
    const form = good.form.replace('common.account', 'common.nobody').replaceAll('input-account', 'input-extension');
    write('nodes/pbx-ring/form.html', form);
    const { code, output } = await build();
    assert.equal(code, 1);
    assert.match(output, /form\.html: label "common\.nobody" is in no catalog/);
    assert.match(output, /form\.html: #node-input-extension belongs to no property/);
  });

  it('refuses a node that needs a shared helper in order to register', async () => {
    write('nodes/pbx-ring/editor.ts', good.editor.replace("value: '', type", 'value: hint(), type'));
    const { code, output } = await build();
    assert.equal(code, 1);
    assert.match(output, /pbx-ring\/editor\.ts: fails while registering/);
  });

  it('refuses what the Flow Library could not read, a missing icon and a missing version', async () => {
    const editor = good.editor
      .replace("color: '#7fba9c'", "color: '#7fba9c'.toLowerCase()")
      .replace("icon: 'pbx-call.svg'", "icon: 'pbx-nothing.svg'")
      .replace('version: { value: 1 },', '')
      .replace('version: number;', '');
    write('nodes/pbx-ring/editor.ts', editor);
    const { code, output } = await build();
    assert.equal(code, 1);
    assert.match(output, /"color" must be a literal/);
    assert.match(output, /icon nodes\/icons\/pbx-nothing\.svg does not exist/);
    assert.match(output, /"defaults" must hold a "version"/);
  });

  it('refuses a package.json that names other nodes than there are folders', async () => {
    write('package.json', good.packageJson.replaceAll('pbx-ring', 'pbx-gone'));
    const { code, output } = await build();
    assert.equal(code, 1);
    assert.match(output, /"node-red\.nodes" must hold "pbx-ring": "dist\/nodes\/pbx-ring\.js"/);
    assert.match(output, /"node-red\.nodes" names "pbx-gone", which has no folder/);
  });

  function build(): Promise<{ code: number; output: string }> {
    return run(process.execPath, [join(project, 'scripts', 'build.mjs')], { cwd: project });
  }

  function read(path: string): string {
    return readFileSync(join(project, path), 'utf8');
  }

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
});

const good = {
  packageJson: JSON.stringify({
    name: '@example/node-red-ring',
    type: 'commonjs',
    'node-red': {
      nodes: { 'pbx-ring': 'dist/nodes/pbx-ring.js' },
      plugins: { 'pbx-editor': 'dist/nodes/pbx-editor.html' },
    },
  }),
  runtime: `import type { NodeAPI } from 'node-red';
import { greeting } from '../../lib/index';
export default (RED: NodeAPI): void => RED.log.info(greeting);
`,
  editor: `import { hint } from '../shared/editor';

interface RingProperties {
  name: string;
  account: string;
  version: number;
}

RED.nodes.registerType<RingProperties>('pbx-ring', {
  category: 'telephony',
  color: '#7fba9c',
  icon: 'pbx-call.svg',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    account: { value: '', type: 'pbx-account', required: true },
    version: { value: 1 },
  },
  label() {
    return this.name || hint();
  },
});
`,
  form: `<script type="text/html" data-template-name="pbx-ring">
  <div class="form-row">
    <label for="node-input-account" data-i18n="common.account"></label>
    <input type="text" id="node-input-account">
  </div>
</script>
`,
};

function goodProject(): Record<string, string> {
  const files: Record<string, string> = {
    'package.json': good.packageJson,
    'lib/index.ts': "export const greeting = 'hello';\n",
    'nodes/pbx-ring/runtime.ts': good.runtime,
    'nodes/pbx-ring/editor.ts': good.editor,
    'nodes/pbx-ring/form.html': good.form,
    'nodes/shared/editor/index.ts': "export function hint(): string { return 'ring'; }\n",
  };
  for (const language of languages) {
    files[`nodes/pbx-ring/locales/${language}.json`] = `{ "ring": { "palette": "ring ${language}" } }`;
    files[`nodes/pbx-ring/help/${language}.md`] = 'Rings a telephone.\n\n: payload (string) : which one\n';
    files[`nodes/shared/locales/${language}.json`] = `{ "common": { "account": "Account ${language}" } }`;
  }
  return files;
}
