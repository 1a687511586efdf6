// Which folders below nodes/ make up the package: found, not listed, so that adding a node is adding a folder.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';

export const languages = ['en-US', 'sk', 'ru'];
export const nodesDir = join(root, 'nodes');

/**
 * Every folder `pbx-*` is a node type of that name; `shared/editor` and every other folder with an `editor.ts`
 * is an editor plugin (`pbx-editor`, `pbx-<folder>`).
 */
export function findParts() {
  const folders = readdirSync(nodesDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const nodes = folders.filter((name) => name.startsWith('pbx-'));
  const plugins = folders
    .filter((name) => !name.startsWith('pbx-') && existsSync(join(nodesDir, name, 'editor.ts')))
    .map((name) => ({ name: `pbx-${name}`, folder: name, entry: `nodes/${name}/editor` }));
  return {
    nodes,
    plugins: [{ name: 'pbx-editor', folder: 'shared', entry: 'nodes/shared/editor/index' }, ...plugins],
  };
}

/** The `node-red` entries that package.json must hold for these folders. */
export function expectedEntries({ nodes, plugins }) {
  return {
    nodes: Object.fromEntries(nodes.map((type) => [type, `dist/nodes/${type}.js`])),
    plugins: Object.fromEntries(plugins.map(({ name }) => [name, `dist/nodes/${name}.html`])),
  };
}
