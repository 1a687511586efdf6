/** Programs that only some tests need, installed from the npm registry into .build/, once. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from './harness-project';

/** Something cannot be had on this machine (no registry): what needs it is skipped, loudly. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** Folder in whose node_modules the packages are. They are installed one after another. @throws Unavailable */
export async function installOnce(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(projectRoot, '.build', name);
  if (existsSync(join(folder, 'node_modules'))) return folder;
  const work = `${folder}-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    writeFileSync(join(work, 'package.json'), '{ "private": true }\n');
    for (const spec of packages) await npmInstall(work, spec);
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/** Runs in the folder's own Node.js as soon as one is installed: packages choose their binaries by its version. */
async function npmInstall(cwd: string, spec: string): Promise<void> {
  const path = [join(cwd, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const { code, output } = await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', spec], {
    cwd,
    env: { ...process.env, PATH: path },
  });
  if (code !== 0) throw new Unavailable(`npm install ${spec} failed: ${output.trim().slice(-500)}`);
}

/** Runs a program to its end and collects what it prints: `output` is both streams, `stdout` the first alone. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<{ code: number; output: string; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output, stdout }));
  });
}
