/** The table of telephone systems in the help of every node says what the providers say of themselves, in every language. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROVIDERS } from '../../lib/index';
import type { Capabilities } from '../../lib/index';
import { COMMAND_NODES, EVENT_NODES, ROUTE_NODES, serves } from '../../nodes/shared/capability';
import type { NodeType } from '../../nodes/shared/capability';
import { projectRoot } from './example-flows';

const languages = ['en-US', 'sk', 'ru'] as const;

/** How the help calls a provider, by its id: the name of the product, which is the same in every language. */
const names: Readonly<Record<string, string>> = {
  simulator: 'Simulator',
  asterisk: 'Asterisk',
  viptel: 'VIPTel',
  mango: 'MANGO OFFICE',
  'mango-client': 'MANGO OFFICE server-client',
  gravitel: 'Gravitel, MegaFon',
  vwell: 'vwell-bpx-srv',
};

/** Choices that the help lists by their names. */
const choices: Readonly<Partial<Record<NodeType, (can: Capabilities) => readonly string[]>>> = {
  'pbx-transfer': (can) => can.transfer,
  'pbx-recording': (can) => can.recording,
  'pbx-query': (can) => can.queries,
};

// The reply belongs to the request, whose help has the table.
const types: NodeType[] = [
  ...COMMAND_NODES,
  ...(Object.keys(EVENT_NODES) as (keyof typeof EVENT_NODES)[]),
  ...ROUTE_NODES.filter((type) => type !== 'pbx-route-reply'),
];

describe('help: the table of telephone systems', () => {
  for (const type of types) {
    for (const language of languages) {
      it(`of ${type} in ${language} agrees with the providers`, () => {
        const cells = table(type, language);
        for (const { descriptor } of PROVIDERS) {
          const { id, capabilities } = descriptor;
          const name = names[id];
          assert.ok(name, `give the provider ${id} a name in this test, and a row in every help table`);
          const cell = cells.get(name);
          assert.ok(cell, `nodes/${type}/help/${language}.md: add a row "| ${name} | ... |"`);
          assert.equal(!cell.startsWith('–'), serves(type, capabilities), `${type}, ${language}, ${name}: "${cell}"`);
          const listed = choices[type]?.(capabilities);
          if (listed?.length && language === 'en-US') {
            const words = cell.split(', ').filter((word) => allChoices(type).has(word));
            assert.deepEqual(new Set(words), new Set(listed), `${type}, ${name}: "${cell}"`);
          }
        }
      });
    }
  }
});

/** Second column by the names in the first, of the table that has a row for the simulator. */
function table(type: NodeType, language: string): Map<string, string> {
  const help = readFileSync(join(projectRoot(), 'nodes', type, 'help', `${language}.md`), 'utf8');
  const known = new Set(Object.values(names));
  const rows = new Map<string, string>();
  for (const [, first = '', second = ''] of help.matchAll(/^\| *([^|]+?) *\| *([^|]+?) *\|$/gm))
    for (const name of known.has(first) ? [first] : first.split(', ')) if (known.has(name)) rows.set(name, second);
  return rows;
}

function allChoices(type: NodeType): Set<string> {
  return new Set(PROVIDERS.flatMap(({ descriptor }) => choices[type]?.(descriptor.capabilities) ?? []));
}
