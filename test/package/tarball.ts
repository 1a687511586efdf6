/** The package as npm would publish it, and a Node-RED user folder into which it is installed as a user does it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUserDir, projectRoot, run } from '../browser/harness';

export interface Tarball {
  /** Path of the .tgz file. */
  readonly file: string;
  /** Paths inside the package. */
  readonly contents: readonly string[];
  /** Bytes when unpacked. */
  readonly unpackedSize: number;
  remove(): void;
}

/** Packs what dist/ holds now (`npm test` has built it). */
export async function pack(): Promise<Tarball> {
  const folder = mkdtempSync(join(tmpdir(), 'pack-'));
  const output = await npm(projectRoot, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const report = JSON.parse(output.slice(output.search(/^[[{]/m))) as PackReport[] | Record<string, PackReport>;
  const [packed] = Object.values(report);
  if (!packed) throw new Error(`npm pack reported nothing: ${output}`);
  return {
    file: join(folder, packed.filename),
    contents: packed.files.map(({ path }) => path),
    unpackedSize: packed.unpackedSize,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A new Node-RED user folder with the package installed from the tarball, its dependencies from the npm cache or registry. */
export async function installInto(tarball: Tarball): Promise<string> {
  const userDir = newUserDir();
  await npm(userDir, 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball.file);
  return userDir;
}

interface PackReport {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Standard output of npm. @throws with all that npm printed */
async function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  const cli = process.env['npm_execpath'];
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  const { code, output, stdout } = await run(command, [...first, ...args], { cwd });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${output}`);
  return stdout;
}
