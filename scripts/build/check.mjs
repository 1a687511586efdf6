// Checks of one node's editor side that neither the compiler nor Node-RED makes. Each problem is one line for a person.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { nodesDir } from './folders.mjs';
import { keysOf } from './texts.mjs';

/** What the scorecard and the Flow Library must be able to read without running the script. */
const literals = {
  category: /^\s*category: ['"][\w-]+['"],$/m,
  color: /^\s*color: ['"]#[0-9a-f]{6}['"],$/im,
  icon: /^\s*icon: ['"][^'"]+['"],$/m,
  inputs: /^\s*inputs: [01],$/m,
  outputs: /^\s*outputs: \d,$/m,
};

export function checkEditor(type, script, form, catalogs, problems) {
  const file = `nodes/${type}/editor.ts`;
  const definition = register(type, script, problems);
  if (!definition) return;

  const isConfig = definition.category === 'config';
  for (const [property, pattern] of Object.entries(literals)) {
    if (isConfig && property !== 'category') continue;
    if (!pattern.test(script)) problems.push(`${file}: "${property}" must be a literal on a line of its own`);
  }
  if (
    !isConfig &&
    !existsSync(join(nodesDir, 'icons', definition.icon)) &&
    !definition.icon.startsWith('font-awesome/')
  ) {
    problems.push(`${file}: icon nodes/icons/${definition.icon} does not exist`);
  }
  if (definition.defaults?.version?.value !== undefined) {
    if (!Number.isInteger(definition.defaults.version.value))
      problems.push(`${file}: "version" must be a whole number`);
  } else problems.push(`${file}: "defaults" must hold a "version"`);

  checkForm(type, form, isConfig, definition, catalogs, problems);
}

/**
 * Runs the script as Node-RED does when it installs the package while an editor is open: the shared helpers are not
 * there yet, so a script that needs one to register its type would leave that person without the node.
 */
function register(type, script, problems) {
  const file = `nodes/${type}/editor.ts`;
  const registered = new Map();
  const anything = new Proxy(() => anything, { get: (_, name) => (name === Symbol.toPrimitive ? () => '' : anything) });
  const nodes = { registerType: (name, definition) => registered.set(name, definition) };
  const RED = new Proxy({}, { get: (_, name) => (name === 'nodes' ? nodes : anything) });
  try {
    runInNewContext(script, { RED, $: anything, jQuery: anything, console, window: {}, document: anything });
  } catch (error) {
    problems.push(
      `${file}: fails while registering (shared helpers may be used only inside functions): ${error.message}`,
    );
    return undefined;
  }
  if (registered.size !== 1 || !registered.has(type)) {
    problems.push(`${file}: must register exactly '${type}', registers '${[...registered.keys()].join("', '")}'`);
    return undefined;
  }
  if (!script.includes(`RED.nodes.registerType('${type}', {`)) {
    problems.push(`${file}: must call RED.nodes.registerType('${type}', { with the literal type and object`);
  }
  return registered.get(type);
}

function checkForm(type, form, isConfig, definition, catalogs, problems) {
  const file = `nodes/${type}/form.html`;
  const templates = [...form.matchAll(/data-template-name\s*=\s*['"]([^'"]*)['"]/g)].map(([, name]) => name);
  if (templates.join() !== type)
    problems.push(`${file}: must hold one template '${type}', holds '${templates.join()}'`);
  if (/data-help-name/.test(form)) problems.push(`${file}: help belongs to nodes/${type}/help/<language>.md`);
  if (/style="[^"]*#[0-9a-f]{3}/i.test(form)) problems.push(`${file}: use var(--red-ui-...) instead of fixed colours`);

  const known = keysOf(catalogs['en-US']);
  for (const [, attribute] of form.matchAll(/data-i18n\s*=\s*["']([^"']*)["']/g)) {
    for (const key of attribute.split(';').map((part) => part.replace(/^\[[^\]]*\]/, ''))) {
      if (!key.includes(':') && !known.has(key)) problems.push(`${file}: label "${key}" is in no catalog`);
    }
  }

  const prefix = isConfig ? 'node-config-input-' : 'node-input-';
  const names = new Set([...Object.keys(definition.defaults), ...Object.keys(definition.credentials ?? {})]);
  for (const [, id] of form.matchAll(/<(?:input|select|textarea)\b[^>]*\bid=["']([^"']+)["']/g)) {
    if (id.startsWith(prefix) && !names.has(id.slice(prefix.length))) {
      problems.push(`${file}: #${id} belongs to no property in "defaults" or "credentials"`);
    }
  }
}
