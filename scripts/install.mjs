// Installs the dependencies when they are missing or older than the lock file: `npm start` and `npm test` work on a fresh clone.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, runNode } from './run.mjs';

export async function ensureInstalled() {
  const wanted = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  console.log('Installing dependencies (npm ci) ...');
  const { code } = await npm(['ci', '--no-audit', '--no-fund']);
  if (code !== 0) {
    console.error('npm ci failed: see the lines above.');
    process.exit(code);
  }
}

/** Runs npm itself: the one that started this script, else the one in the path. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return runNode(cli, args, options);
  return process.platform === 'win32' ? run('cmd', ['/c', 'npm', ...args], options) : run('npm', args, options);
}
