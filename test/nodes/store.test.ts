/** Which context store keeps what must outlive a restart. */

import assert from 'node:assert/strict';
import { lastingStore } from '../../nodes/pbx-account/store';

const memory = { module: 'memory' };
const file = { module: 'localfilesystem' };

describe('the context store of an account', () => {
  for (const [what, storage, expected] of [
    ['is the default one where nothing is set', undefined, undefined],
    ['is the default one where there are no others', { default: memory }, undefined],
    ['is the default one where that is on the file system', { default: file, other: file }, undefined],
    ['is the default one under its own name', { default: 'disk', disk: file, fast: memory }, undefined],
    ['is the one on the file system where the default is in memory', { default: memory, disk: file }, 'disk'],
    ['is the same where the default has another name', { default: 'fast', fast: memory, disk: file }, 'disk'],
    ['is the same where the first stands for the default', { fast: memory, disk: file }, 'disk'],
    ['is the default one where that is the user’s own', { default: { module: () => {} }, disk: file }, undefined],
    ['is the default one where the setting is spoiled', { default: null }, undefined],
  ] as const)
    it(what, () => assert.equal(lastingStore(storage), expected));
});
