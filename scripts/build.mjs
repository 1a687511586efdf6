// Builds dist/: the library and the node runtimes by the TypeScript compiler, and around them what Node-RED's loader
// looks for beside each file that package.json names: <type>.js, <type>.html, icons/, locales/<language>/<type>.json|html.
// (Where it looks: @node-red/registry, localfilesystem.js `getModuleNodeFiles` and loader.js `loadNodeConfig`.)
//
//   node scripts/build.mjs [--keep-going]     --keep-going lays out what it can in spite of problems, and still exits 1
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './build/bundle.mjs';
import { checkEditor } from './build/check.mjs';
import { expectedEntries, findParts, languages, nodesDir } from './build/folders.mjs';
import { readCatalogs, readHelp } from './build/texts.mjs';
import { root, runNode, tool } from './run.mjs';

const keepGoing = process.argv.includes('--keep-going');
const work = join(root, '.build', `work-${process.pid}`);
const dist = join(work, 'dist');
const editor = join(work, 'editor');
const problems = [];
const started = Date.now();

try {
  await compile();
  const parts = findParts();
  checkPackageJson(parts);
  for (const type of parts.nodes) attempt(() => layOutNode(type));
  for (const plugin of parts.plugins) attempt(() => layOutPlugin(plugin));
  cpSync(join(nodesDir, 'icons'), join(dist, 'nodes', 'icons'), { recursive: true });

  for (const problem of problems) console.error(`build: ${problem}`);
  if (problems.length === 0 || keepGoing) {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    renameSync(dist, join(root, 'dist'));
  }
  if (problems.length > 0) {
    console.error(`build: failed, ${problems.length} problem(s)`);
    process.exitCode = 1;
  } else console.log(`build: dist/ with ${parts.nodes.length} node types, ${Date.now() - started} ms`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function compile() {
  const tsc = tool('typescript', 'tsc');
  const results = await Promise.all([
    runNode(tsc, ['-p', 'tsconfig.build.json', '--outDir', dist], { capture: true }),
    runNode(tsc, ['-p', 'nodes/tsconfig.editor.json', '--outDir', editor], { capture: true }),
  ]);
  for (const { code, output } of results) {
    if (code !== 0) problems.push(`type check failed\n${output.trim()}`);
  }
  // Only the library is an interface for programs; type declarations of the nodes would be dead weight.
  mkdirSync(join(dist, 'nodes'), { recursive: true });
  for (const file of readdirSync(join(dist, 'nodes'), { recursive: true })) {
    if (file.endsWith('.d.ts')) rmSync(join(dist, 'nodes', file));
  }
}

function attempt(step) {
  try {
    step();
  } catch (error) {
    problems.push(error.message);
  }
}

function layOutNode(type) {
  for (const file of ['runtime.ts', 'editor.ts', 'form.html']) {
    if (!existsSync(join(nodesDir, type, file))) throw new Error(`nodes/${type}/${file}: is missing`);
  }
  const script = bundle(editor, `nodes/${type}/editor`);
  const form = readFileSync(join(nodesDir, type, 'form.html'), 'utf8').trim();
  const catalogs = readCatalogs(type, problems);
  checkEditor(type, script, form, catalogs, problems);

  write(`${type}.js`, `'use strict';\nmodule.exports = require('./${type}/runtime').default;\n`);
  write(`${type}.html`, `<script type="text/javascript">\n${script}\n</script>\n\n${form}\n`);
  writeCatalogs(type, catalogs);
  for (const [language, text] of Object.entries(readHelp(type, problems)))
    write(`locales/${language}/${type}.html`, text);
}

function layOutPlugin({ name, folder, entry }) {
  const styles = join(nodesDir, folder === 'shared' ? 'shared/editor' : folder, 'style.css');
  const css = existsSync(styles) ? `<style>\n${readFileSync(styles, 'utf8').trim()}\n</style>\n` : '';
  write(`${name}.html`, `${css}<script type="text/javascript">\n${bundle(editor, entry)}\n</script>\n`);
  writeCatalogs(name, readCatalogs(folder, problems));
}

function writeCatalogs(name, catalogs) {
  for (const language of languages)
    write(`locales/${language}/${name}.json`, `${JSON.stringify(catalogs[language], null, 2)}\n`);
}

function write(path, text) {
  const file = join(dist, 'nodes', path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}

/** package.json must name exactly the folders; their order is the order in the palette and is a person's choice. */
function checkPackageJson(parts) {
  const actual = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))['node-red'];
  for (const [section, expected] of Object.entries(expectedEntries(parts))) {
    const found = actual[section] ?? {};
    for (const [name, path] of Object.entries(expected)) {
      if (found[name] !== path) problems.push(`package.json: "node-red.${section}" must hold "${name}": "${path}"`);
    }
    for (const name of Object.keys(found)) {
      if (!(name in expected))
        problems.push(`package.json: "node-red.${section}" names "${name}", which has no folder in nodes/`);
    }
  }
}
