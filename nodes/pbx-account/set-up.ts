/**
 * The set-up actions of the form: what must be done once at the PBX, when the person says so and never at a deploy. An answer for fields
 * of the form goes back to the form, since what is stored is the person's to deploy.
 */

import type { NodeAPI } from 'node-red';
import { setUpAccount } from '../../lib/index';
import type { ProviderModule } from '../../lib/index';
import { isRecord } from '../shared/values';
import { enteredAccount, failureOf } from './test-connection';
import type { Deployed, TestAnswer, TestRequest } from './test-connection';

const SET_UP_WITHIN_MS = 60_000;

export interface SetUpRequest extends TestRequest {
  action: string;
  /** By the names of the action's inputs. */
  inputs?: unknown;
}

export interface SetUpAnswer extends TestAnswer {
  /** To be filled in, by the names of the form's fields. */
  fields: Readonly<Record<string, string>>;
}

export async function setUp(
  RED: NodeAPI,
  providers: readonly ProviderModule[],
  request: SetUpRequest,
  deployed: Deployed | null,
): Promise<SetUpAnswer> {
  let mask: (text: string) => string = String;
  try {
    const entered = enteredAccount(RED, providers, request, deployed);
    ({ mask } = entered);
    const action = typeof request.action === 'string' ? request.action : '';
    const inputs = isRecord(request.inputs) ? request.inputs : {};
    const limit = AbortSignal.timeout(SET_UP_WITHIN_MS);
    const { summary, fields = {} } = await setUpAccount(entered.options, action, inputs, limit);
    // Only what the form has: nothing else may be put into a flow.
    const known = Object.entries(fields).filter(([name]) => entered.descriptor.fields.some((one) => one.name === name));
    return { ok: true, reason: mask(summary), details: null, fields: Object.fromEntries(known) };
  } catch (error) {
    return { ...failureOf(error, mask), fields: {} };
  }
}
