// The pictures of the README (docs/*.png), taken from a real Node-RED in Chromium: `npm run build && node scripts/screenshots.mjs`.
// It runs test/browser/screenshots.spec.ts, which is a test as well: a picture of a page with faults is not taken.
import { join } from 'node:path';
import { root, runNode } from './run.mjs';

const suite = ['--suite', 'browser', 'browser/screenshots'];
const { code } = await runNode(join(root, 'scripts', 'test.mjs'), suite, {
  env: { README_PICTURES: join(root, 'docs') },
});
process.exitCode = code;
