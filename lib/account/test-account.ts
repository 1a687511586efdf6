/**
 * "Test connection" and the set-up actions of the form: the provider with the values of the form, on a connection of its own that leaves
 * no trace here.
 */

import { systemClock } from '../clock';
import { PbxError } from '../model';
import type { Provider, SetupReport, TestReport } from '../provider';
import { providerOf } from '../registry';
import type { AccountOptions } from './account';

const nothing = (): void => {};

/** Rejects with a {@link PbxError} that says what the person can do; `timeout` when the signal ends it. */
export function testAccount(options: AccountOptions, signal: AbortSignal): Promise<TestReport> {
  return alone(options, signal, (provider) => provider.test(signal));
}

/** Carries out one of the provider's set-up actions, once. Rejects like {@link testAccount}; `not-found` for an action it has not. */
export function setUpAccount(
  options: AccountOptions,
  action: string,
  inputs: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<SetupReport> {
  return alone(options, signal, (provider) => {
    const { descriptor } = providerOf(options.provider, options.providers);
    if (!provider.setup || !descriptor.setupActions?.some(({ name }) => name === action))
      throw new PbxError('not-found', `${descriptor.label} has no such set-up action`);
    return provider.setup(action, inputs, signal);
  });
}

async function alone<T>(
  options: AccountOptions,
  signal: AbortSignal,
  run: (provider: Provider) => Promise<T>,
): Promise<T> {
  try {
    const provider = providerOf(options.provider, options.providers).create(options.config, {
      account: options.name,
      log: options.logger ?? { error: nothing, warn: nothing, info: nothing, debug: nothing },
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      ...(options.tls && { tls: options.tls }),
      ...(options.proxy && { proxy: options.proxy }),
      fact: nothing,
      state: nothing,
      warning: nothing,
      gap: nothing,
      malformed: nothing,
      wants: () => false,
      call: () => undefined,
      calls: () => [],
      route: () => Promise.resolve(null),
    });
    try {
      return await Promise.race([run(provider), givenUp(signal)]);
    } finally {
      await provider.close();
    }
  } catch (error) {
    throw PbxError.from(error, { account: options.name });
  }
}

function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = () => reject(new PbxError('timeout', 'the PBX did not answer in time'));
    if (signal.aborted) late();
    else signal.addEventListener('abort', late, { once: true });
  });
}
