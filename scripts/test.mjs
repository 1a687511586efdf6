// `npm test`: installs what is missing, builds, checks format, lint and types, and runs every test that needs no root.
//
//   npm test                     everything
//   npm test -- <pattern>        only test files whose path holds the pattern, else tests whose title matches it
//   node scripts/test.mjs --suite integration|browser [pattern]     a suite that needs system packages (see .ci/run)
//   node scripts/test.mjs --suite <name> --skip "<reason>"          counts its tests as skipped, and says why
//
// The last line is `N passed, N failed, N skipped`. Each static check counts as one. The counts are kept in .build/results.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './install.mjs';
import { root, runNode, tool } from './run.mjs';
import { compiled, runSuite, suiteNames } from './test/suites.mjs';

const { values, positionals } = parseArgs({
  options: { suite: { type: 'string', default: 'unit' }, skip: { type: 'string' } },
  allowPositionals: true,
});
const [pattern] = positionals;
if (!suiteNames.includes(values.suite)) {
  console.error(`There is no suite '${values.suite}'. Suites: ${suiteNames.join(', ')}`);
  process.exit(2);
}

await ensureInstalled();
const total = { passed: 0, failed: 0, skipped: 0 };
await checks();
const counts = values.skip ? await skipped(values.skip) : await runSuite(values.suite, { pattern });
for (const name of Object.keys(total)) total[name] += counts[name];
if (counts.passed + counts.failed + counts.skipped === 0) {
  console.error(pattern ? `No test matches '${pattern}'.` : `The suite '${values.suite}' holds no test.`);
  process.exitCode = 1;
}

const results = join(root, '.build', 'results');
mkdirSync(results, { recursive: true });
writeFileSync(join(results, `${values.suite}.total.json`), JSON.stringify(total));
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (total.failed > 0) process.exitCode = 1;

/** Build and static checks. The tests run in spite of a failed one: the compiler emits what it can, and more facts help. */
async function checks() {
  const tsc = tool('typescript', 'tsc');
  rmSync(compiled, { recursive: true, force: true });
  const build = check('build', runNode(join(root, 'scripts', 'build.mjs'), [], { capture: true }));
  const types = check('types', runNode(tsc, ['-p', '.', '--outDir', compiled], { capture: true }));
  // A person who asks for one test, and a suite that runs after the full one, need not wait for the rest.
  if (values.suite === 'unit' && !pattern) {
    await build;
    await check('format', runNode(tool('oxfmt', 'oxfmt'), ['--check', '.'], { capture: true }));
    await check(
      'lint',
      runNode(tool('oxlint', 'oxlint'), ['--type-aware', 'lib', 'nodes', 'test', 'scripts'], { capture: true }),
    );
  }
  await Promise.all([build, types]);
}

async function check(name, running) {
  const { code, output } = await running;
  const counted = values.suite === 'unit';
  if (code !== 0) total.failed++;
  else if (counted) total.passed++;
  if (code !== 0) console.error(`${name}: failed\n${output.trim()}\n`);
  else if (counted) console.log(`${name}: ok`);
}

async function skipped(reason) {
  const { passed, failed, skipped: pending } = await runSuite(values.suite, { dryRun: true });
  const tests = passed + failed + pending;
  console.error(`\n*** SKIPPED: the ${tests} tests of the suite '${values.suite}' were NOT run: ${reason}\n`);
  return { passed: 0, failed: 0, skipped: tests };
}
