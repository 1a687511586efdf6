import assert from 'node:assert/strict';
import { PbxError } from '../../../lib/model';
import type { PbxErrorCode } from '../../../lib/model';

/** The error a promise rejects with, which must be a PbxError of this code. */
export async function fails(promise: Promise<unknown>, code: PbxErrorCode): Promise<PbxError> {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof PbxError, String(thrown));
  assert.equal(thrown.code, code, thrown.message);
  return thrown;
}
