/** Where things are, seen from a compiled test (which lies somewhere below .build/). */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Root folder of the project: the nearest one upward with a lock file. */
export const projectRoot = findRoot(__dirname);

export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Record<string, string>;
  readonly 'node-red': {
    readonly version: string;
    readonly nodes: Record<string, string>;
    readonly plugins?: Record<string, string>;
  };
}

export const packageJson = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as PackageJson;

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package-lock.json')) && existsSync(join(folder, 'tsconfig.build.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no project above ${__dirname}`);
  return findRoot(parent);
}
