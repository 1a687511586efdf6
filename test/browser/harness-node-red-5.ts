/**
 * Node-RED 5 beside the development dependency, which is 4. It needs Node.js 22.9 or later and refuses to start on an
 * older one, so it is installed together with its own Node.js (npm package `node`).
 */
import { join } from 'node:path';
import { installOnce } from './harness-on-demand';

export interface NodeRedProgram {
  readonly node: string;
  readonly script: string;
}

/** Paths of Node-RED 5 and its Node.js, installing them when missing. @throws Unavailable */
export async function nodeRed5(): Promise<NodeRedProgram> {
  const folder = await installOnce('nr5', ['node@24', 'node-red@5']);
  return {
    node: join(folder, 'node_modules', '.bin', 'node'),
    script: join(folder, 'node_modules', 'node-red', 'red.js'),
  };
}
