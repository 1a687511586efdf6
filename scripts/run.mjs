// Runs a child process and tells how it went: the one place where the scripts start anything.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Absolute path of the JavaScript file behind a dependency's command, e.g. `tool('typescript', 'tsc')`. */
export function tool(packageName, command) {
  const file = createRequire(join(root, 'package.json')).resolve(`${packageName}/package.json`);
  const { bin } = createRequire(file)(file);
  return join(dirname(file), typeof bin === 'string' ? bin : bin[command]);
}

/** Starts a Node.js script. Resolves with the exit code and, when `capture` is set, with what it printed. */
export function runNode(script, args, options) {
  return run(process.execPath, [script, ...args], options);
}

export function run(command, args, { capture = false, env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, output }));
  });
}
