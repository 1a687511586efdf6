/** What is done once at the vendor, by a button of the form: the integration, and the employees in it (overview 2.1(1), (2)). */

import { PbxError } from '../../model';
import type { SetupReport } from '../../provider';
import type { MangoClientApi } from './api';
import { isFields, textAt } from './read';
import type { Settings } from './settings';
import { extensionsOf } from './settings';

export interface SetUpOptions {
  account: string;
  api: MangoClientApi;
  settings: Settings;
}

const ONCE = { effect: true } as const;

type Inputs = Readonly<Record<string, unknown>>;

export function setUp(
  options: SetUpOptions,
  action: string,
  inputs: Inputs,
  signal: AbortSignal,
): Promise<SetupReport> {
  if (action === 'createIntegration') return createIntegration(options, inputs, signal);
  if (action === 'createUsers') return createUsers(options, inputs, signal);
  throw new PbxError('not-found', `there is no set-up action "${action}"`);
}

async function createIntegration(
  { account, api, settings }: SetUpOptions,
  { parameters }: Inputs,
  signal: AbortSignal,
): Promise<SetupReport> {
  const { body } = await api.call('createIntegration', {}, { ...ONCE, signal, more: objectOf(parameters) });
  const token = textAt(body, settings.profile.answer.token);
  if (!token)
    throw new PbxError(
      'protocol',
      `"${account}": MANGO OFFICE created the integration, but its answer has no key where the profile looks for it (answer.token). The fields of the answer: ${isFields(body) ? Object.keys(body).slice(0, 20).join(', ') || 'none' : 'none'}.`,
      { account },
    );
  return { summary: 'The integration was created. Its key is filled in: deploy to keep it.', fields: { token } };
}

/** One after another; the first that fails ends it, and those before it stand. */
async function createUsers(
  { account, api, settings }: SetUpOptions,
  { extensions: given }: Inputs,
  signal: AbortSignal,
): Promise<SetupReport> {
  const only = extensionsOf(given, account);
  const extensions = only.length > 0 ? only : settings.extensions;
  if (!settings.token || extensions.length === 0)
    throw new PbxError('invalid-argument', `"${account}": the key of the integration and an extension are needed.`, {
      account,
    });
  const added: string[] = [];
  for (const user of extensions) {
    try {
      await api.call('createUser', { user }, { ...ONCE, signal });
      added.push(user);
    } catch (error) {
      const failed = PbxError.from(error);
      const done = added.length > 0 ? ` Added before it: ${added.join(', ')}.` : '';
      throw new PbxError(failed.code, `Extension ${user} was not added: ${failed.message}${done}`, failed.cause);
    }
  }
  return { summary: `Added: ${added.join(', ')}. From now on MANGO OFFICE collects their calls.` };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  let given: unknown = value;
  if (typeof value === 'string') {
    if (value.trim() === '') return {};
    try {
      given = JSON.parse(value) as unknown;
    } catch {
      throw new PbxError('invalid-argument', 'the request is no valid JSON');
    }
  }
  if (given === undefined || given === null) return {};
  if (!isFields(given)) throw new PbxError('invalid-argument', 'the request must be a JSON object');
  return given;
}
