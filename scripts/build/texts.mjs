// Labels and help of each node in each language: read, compared with one another, and joined with the shared labels.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { languages, nodesDir } from './folders.mjs';

/**
 * Label catalogs of a folder by language, shared labels included. Node-RED looks labels up in the catalog of the node
 * that shows them, so what is written once in nodes/shared/locales is copied into every node's catalog.
 */
export function readCatalogs(folder, problems) {
  const own = readLanguages(folder, problems);
  if (folder === 'shared') return own;
  const shared = readLanguages('shared', []);
  return Object.fromEntries(
    languages.map((language) => [language, merge(shared[language], own[language], folder, problems)]),
  );
}

function readLanguages(folder, problems) {
  const catalogs = {};
  for (const language of languages) {
    const file = `nodes/${folder}/locales/${language}.json`;
    try {
      catalogs[language] = JSON.parse(readFileSync(join(nodesDir, folder, 'locales', `${language}.json`), 'utf8'));
    } catch (error) {
      problems.push(`${file}: ${error.code === 'ENOENT' ? 'is missing' : error.message}`);
      catalogs[language] = {};
    }
  }
  const [reference, ...others] = languages;
  const expected = keysOf(catalogs[reference]);
  for (const [key, text] of expected) {
    if (typeof text !== 'string' || text.trim() === '')
      problems.push(`nodes/${folder}/locales/${reference}.json: "${key}" has no text`);
  }
  for (const language of others) {
    const file = `nodes/${folder}/locales/${language}.json`;
    const actual = keysOf(catalogs[language]);
    for (const [key, text] of expected) {
      if (!actual.has(key)) problems.push(`${file}: "${key}" is missing`);
      else if (placeholders(actual.get(key)) !== placeholders(text))
        problems.push(`${file}: "${key}" has other __placeholders__`);
      else if (String(actual.get(key)).trim() === '') problems.push(`${file}: "${key}" has no text`);
    }
    for (const key of actual.keys()) if (!expected.has(key)) problems.push(`${file}: "${key}" is not in ${reference}`);
  }
  return catalogs;
}

/** Flat map of dotted keys. Plural forms differ by language (`_plural`, `_0`, `_1`, `_2`), so they count as one key. */
export function keysOf(catalog, prefix = '') {
  const keys = new Map();
  for (const [name, value] of Object.entries(catalog)) {
    const key = prefix + name;
    if (value && typeof value === 'object') for (const entry of keysOf(value, `${key}.`)) keys.set(...entry);
    else keys.set(key.replace(/_(plural|\d)$/, ''), value);
  }
  return keys;
}

function placeholders(text) {
  return [...String(text).matchAll(/__\w+?__/g)]
    .map(([name]) => name)
    .sort()
    .join();
}

function merge(shared, own, folder, problems, path = '') {
  const result = { ...shared };
  for (const [name, value] of Object.entries(own)) {
    const there = result[name];
    if (there === undefined) result[name] = value;
    else if (isObject(there) && isObject(value))
      result[name] = merge(there, value, folder, problems, `${path}${name}.`);
    else problems.push(`nodes/${folder}/locales: "${path}${name}" exists already in nodes/shared/locales`);
  }
  return result;
}

const isObject = (value) => typeof value === 'object' && value !== null;

/** Help of a node by language, as the script element that Node-RED's help sidebar renders. */
export function readHelp(type, problems) {
  const help = {};
  let expected;
  for (const language of languages) {
    const file = `nodes/${type}/help/${language}.md`;
    const path = join(nodesDir, type, 'help', `${language}.md`);
    if (!existsSync(path)) {
      problems.push(`${file}: is missing`);
      continue;
    }
    const text = readFileSync(path, 'utf8').trim();
    if (/<\/?script/i.test(text)) problems.push(`${file}: "<script" may not occur in help`);
    if (!/^[^#:\s]/.test(text)) problems.push(`${file}: must begin with a sentence (the tooltip in the palette)`);
    const names = [...text.matchAll(/^\s*: *([^\s(:]+)/gm)].map(([, name]) => name).join(' ');
    expected ??= names;
    if (names !== expected)
      problems.push(`${file}: describes other properties (${names}) than ${languages[0]} (${expected})`);
    help[language] = `<script type="text/markdown" data-help-name="${type}">\n${text}\n</script>\n`;
  }
  return help;
}
