// Turns the compiled editor modules into the inline scripts that Node-RED's editor loads.
//
// A node's own script must stay readable at its top level: the Node-RED scorecard and the Flow Library find a node's
// colour, icon and ports by parsing the literal `RED.nodes.registerType('type', {...})` of an inline script. The helpers
// shared by all forms are shipped once (plugin `pbx-editor`) and are reached through one object on `globalThis`. A page
// load brings plugins before nodes; an installation into a running Node-RED brings them in any order. Therefore the
// object is created by whoever comes first, and the compiled imports look a helper up when it is called.
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const shared = 'nodes/shared/editor';
const sharedObject = '(globalThis.pbxflowEditor ??= {})';

/** The text of one `<script>` for the compiled module `entry` (path without extension, below `compiledDir`). */
export function bundle(compiledDir, entry) {
  const isSharedBundle = entry.startsWith(`${shared}/`);
  const modules = new Map();

  const read = (id) => {
    const source = readFileSync(join(compiledDir, `${id}.js`), 'utf8');
    return source.replace(/\brequire\("([^"]+)"\)/g, (_, request) => {
      const target = resolve(compiledDir, id, request);
      if (!isSharedBundle && target.startsWith(`${shared}/`)) {
        if (target !== `${shared}/index`) throw new Error(`${id}.ts: import shared editor code from '${shared}'`);
        return sharedObject;
      }
      if (target !== entry && !modules.has(target)) {
        modules.set(target, undefined);
        modules.set(target, read(target));
      }
      return `require(${JSON.stringify(target)})`;
    });
  };

  const main = read(entry).replace('"use strict";', '').trim();
  if (/<\/script|<!--/i.test(main + [...modules.values()].join(''))) {
    throw new Error(`${entry}.ts: "</script" and "<!--" may not occur in editor code`);
  }
  const parts = ['(() => {', "'use strict';"];
  if (modules.size > 0) parts.push(loader(modules));
  parts.push('const exports = {};', main);
  if (isSharedBundle)
    parts.push(`const shared = ${sharedObject};`, 'for (const name in exports) shared[name] = exports[name];');
  parts.push('})();');
  return parts.join('\n');
}

function loader(modules) {
  const sources = [...modules].map(
    ([id, source]) => `${JSON.stringify(id)}: (exports, require) => {\n${source.trim()}\n}`,
  );
  return [
    `const sources = {\n${sources.join(',\n')}\n};`,
    'const loaded = {};',
    'const require = (id) => {',
    '  if (!loaded[id]) sources[id]((loaded[id] = {}), require);',
    '  return loaded[id];',
    '};',
  ].join('\n');
}

function resolve(compiledDir, from, request) {
  if (!request.startsWith('.')) throw new Error(`${from}.ts: the editor cannot load the package '${request}'`);
  const path = posix.join(posix.dirname(from), request);
  const found = [path, `${path}/index`].find((candidate) => existsSync(join(compiledDir, `${candidate}.js`)));
  if (!found) throw new Error(`${from}.ts: '${request}' was not found among the compiled editor code`);
  return found;
}
