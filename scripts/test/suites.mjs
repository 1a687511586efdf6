// Runs one suite of compiled tests with mocha and returns its counts.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { root, tool } from '../run.mjs';

/** A test run must end by itself; what keeps it alive longer than this was left open by a test. */
const lingerMs = 15_000;

export const compiled = join(root, '.build', 'test');

const suites = {
  unit: (path) => path.endsWith('.test.js'),
  integration: (path) => path.startsWith('integration/') && path.endsWith('.spec.js'),
  browser: (path) => path.startsWith('browser/') && path.endsWith('.spec.js'),
};

export const suiteNames = Object.keys(suites);

/** Compiled test files of a suite, those whose source still exists. */
export function filesOf(suite) {
  const base = join(compiled, 'test');
  if (!existsSync(base)) return [];
  return readdirSync(base, { recursive: true })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => suites[suite](path) && existsSync(join(root, 'test', path.replace(/\.js$/, '.ts'))))
    .sort((a, b) => a.localeCompare(b));
}

/**
 * A pattern that occurs in file names chooses these files, any other one chooses tests by title.
 * `dryRun` runs nothing: how many tests there are.
 */
export async function runSuite(suite, { pattern, dryRun = false } = {}) {
  const files = filesOf(suite);
  const chosen = pattern ? files.filter((path) => path.includes(pattern)) : files;
  const grep = pattern && chosen.length === 0;
  const run = grep ? files : chosen;
  if (run.length === 0) return { passed: 0, failed: 0, skipped: 0 };

  const output = join(root, '.build', 'results', `${suite}${dryRun ? '-dry' : ''}.json`);
  mkdirSync(join(output, '..'), { recursive: true });
  rmSync(output, { force: true });
  const style = pattern || process.env.CI ? 'spec' : 'dot';
  const args = [
    `--reporter=${join(root, 'scripts', 'test', 'reporter.cjs')}`,
    `--reporter-option=output=${output},console=${style}`,
    `--timeout=${suite === 'unit' ? 10_000 : 120_000}`,
    ...run.map((path) => join(compiled, 'test', path)),
  ];
  if (process.env.CI) args.push('--forbid-only');
  if (dryRun) args.push('--dry-run');
  if (grep) args.push('--grep', pattern);
  const lingered = await runMocha(args, output, dryRun);
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: 0 };
  const counts = JSON.parse(readFileSync(output, 'utf8'));
  if (lingered) {
    console.error(
      `${suite}: the tests ended, but a socket, timer or process was left open (ended after ${lingerMs / 1000} s)`,
    );
    counts.failed++;
  }
  return counts;
}

function runMocha(args, output, silent) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [tool('mocha', 'mocha'), ...args], {
      cwd: root,
      stdio: ['ignore', silent ? 'ignore' : 'inherit', 'inherit'],
    });
    let lingered = false;
    let endedAt;
    const watch = setInterval(() => {
      if (!existsSync(output)) return;
      endedAt ??= Date.now();
      if (Date.now() - endedAt < lingerMs) return;
      lingered = true;
      child.kill('SIGKILL');
    }, 500);
    child.on('close', () => {
      clearInterval(watch);
      resolve(lingered);
    });
  });
}
