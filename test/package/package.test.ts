import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeRed, packageJson, projectRoot, run, type FlowNode } from '../browser/harness';
import { installInto, pack, type Tarball } from './tarball';

const types = Object.keys(packageJson['node-red'].nodes);
const languages = ['en-US', 'sk', 'ru'];

describe('the published package', function () {
  this.timeout(120_000);
  let tarball: Tarball;

  before(async () => {
    tarball = await pack();
  });
  after(() => tarball?.remove());

  it('holds what Node-RED loads for each node type: code, form, icon, labels and help in every language', () => {
    const needed = types.flatMap((type) => [
      `dist/nodes/${type}.js`,
      `dist/nodes/${type}.html`,
      `dist/nodes/icons/${type}.svg`,
      ...languages.flatMap((language) => [
        `dist/nodes/locales/${language}/${type}.json`,
        `dist/nodes/locales/${language}/${type}.html`,
      ]),
    ]);
    const plugins = Object.values(packageJson['node-red'].plugins ?? {});
    assert.deepEqual(missing([...needed, ...plugins]), []);
  });

  it('holds the library with its types, and the papers a user expects', () => {
    const papers = ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json'];
    assert.deepEqual(missing(['dist/lib/index.js', 'dist/lib/index.d.ts', ...papers]), []);
  });

  it('holds nothing else: no sources, tests, maps or tools', () => {
    const expected = [
      /^(README\.md|LICENSE|CHANGELOG\.md|package\.json)$/,
      /^dist\/lib\/[\w/.-]+\.(js|d\.ts)$/,
      /^dist\/nodes\/[\w/-]+\.(js|html)$/,
      /^dist\/nodes\/icons\/[\w-]+\.svg$/,
      /^dist\/nodes\/locales\/(en-US|sk|ru)\/[\w-]+\.(json|html)$/,
      /^examples\/[^/]+\.json$/,
    ];
    const surplus = tarball.contents.filter((path) => !expected.some((pattern) => pattern.test(path)));
    assert.deepEqual(surplus, []);
    assert.ok(tarball.unpackedSize < 3_000_000, `${tarball.unpackedSize} bytes unpacked`);
  });

  it('needs no more packages than it declares, and few of them', () => {
    assert.deepEqual(Object.keys(packageJson.dependencies).sort(), ['libphonenumber-js', 'undici', 'ws']);
  });

  it('shows each node type in at least one example', () => {
    const folder = join(projectRoot, 'examples');
    const shown = new Set(
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as FlowNode[])
        .map(({ type }) => type),
    );
    assert.deepEqual(
      types.filter((type) => !shown.has(type)),
      [],
    );
  });

  function missing(paths: readonly string[]): string[] {
    return paths.filter((path) => !tarball.contents.includes(path));
  }

  describe('installed into an empty Node-RED', () => {
    let nodeRed: NodeRed;
    let userDir: string;

    before(async () => {
      userDir = await installInto(tarball);
      nodeRed = await NodeRed.start({ userDir });
    });
    after(async () => {
      await nodeRed?.stop();
      if (userDir) rmSync(userDir, { recursive: true, force: true });
    });

    it('brings every node type, enabled and without an error', async () => {
      const sets = await nodeRed.get<NodeSet[]>('nodes');
      const own = sets.filter((set) => set.module === packageJson.name);
      assert.deepEqual(
        own.map(({ name, types: registered, enabled, err }) => ({ name, registered, enabled, err })),
        types.map((type) => ({ name: type, registered: [type], enabled: true, err: undefined })),
        nodeRed.log,
      );
    });

    it('brings its editor plugins', async () => {
      const plugins = await nodeRed.get<NodeSet[]>('plugins');
      const own = plugins.filter((plugin) => plugin.module === packageJson.name);
      assert.deepEqual(
        own.map(({ name, enabled, err }) => ({ name, enabled, err })),
        Object.keys(packageJson['node-red'].plugins ?? {}).map((name) => ({ name, enabled: true, err: undefined })),
      );
    });

    it('offers its examples in the import menu', async () => {
      const listed = await nodeRed.get<{ fn: string }[]>(`library/examples/flows/${packageJson.name}/`);
      const files = readdirSync(join(projectRoot, 'examples')).filter((name) => name.endsWith('.json'));
      assert.ok(files.length > 0, 'there is no example');
      assert.deepEqual(listed.map(({ fn }) => fn).sort(), files.map((name) => name.replace(/\.json$/, '')).sort());
    });

    it('type-checks in the strict program of a user of TypeScript 5.9', async function () {
      const compiler = typescript5();
      if (compiler === undefined) return this.skip();
      writeFileSync(join(userDir, 'program.ts'), `import * as pbx from '${packageJson.name}';\nexport default pbx;\n`);
      const typeRoots = join(projectRoot, 'node_modules', '@types');
      const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'node16', '--types', 'node'];
      const { code, output } = await run(
        process.execPath,
        [compiler, ...options, '--typeRoots', typeRoots, 'program.ts'],
        { cwd: userDir },
      );
      assert.equal(code, 0, output);
    });

    it('resolves as a library without Node-RED', () => {
      const folder = join(userDir, 'node_modules', packageJson.name);
      assert.ok(existsSync(join(folder, 'package.json')));
      const library = require(require.resolve(packageJson.name, { paths: [userDir] })) as Record<string, unknown>;
      assert.ok(Object.keys(library).length > 0);
    });
  });
});

/** TypeScript 5.9 beside the 7 that the project is built with, or undefined when it is not installed. */
function typescript5(): string | undefined {
  try {
    return require.resolve('typescript-5/bin/tsc');
  } catch {
    return undefined;
  }
}

interface NodeSet {
  readonly name: string;
  readonly module: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly err?: string;
}
