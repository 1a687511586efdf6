/**
 * Node-RED 5 beside the development dependency, which is 4. It needs Node.js 22.9 or later and refuses to start on an
 * older one, so it is installed together with its own Node.js (npm package `node`) into .build/nr5, once.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { projectRoot } from './harness-project';

/** Node-RED 5 cannot be had on this machine (no registry): what needs it is skipped, loudly. */
export class NodeRed5Unavailable extends Error {
  override readonly name = 'NodeRed5Unavailable';
}

export interface NodeRedProgram {
  readonly node: string;
  readonly script: string;
}

const folder = join(projectRoot, '.build', 'nr5');

/** Paths of Node-RED 5 and its Node.js, installing them when missing. @throws NodeRed5Unavailable */
export async function nodeRed5(): Promise<NodeRedProgram> {
  const program = {
    node: join(folder, 'node_modules', '.bin', 'node'),
    script: join(folder, 'node_modules', 'node-red', 'red.js'),
  };
  if (!existsSync(program.script)) await install();
  return program;
}

async function install(): Promise<void> {
  const work = `${folder}-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    writeFileSync(join(work, 'package.json'), '{ "private": true }\n');
    await npmInstall(work, 'node@24');
    await npmInstall(work, 'node-red@5');
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs in the folder's own Node.js as soon as that is installed: packages choose their binaries by its version. */
async function npmInstall(cwd: string, spec: string): Promise<void> {
  const path = [join(cwd, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const { code, output } = await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', spec], {
    cwd,
    env: { ...process.env, PATH: path },
  });
  if (code !== 0) throw new NodeRed5Unavailable(`npm install ${spec} failed: ${output.trim().slice(-500)}`);
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
