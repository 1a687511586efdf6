/** "Test connection": the provider with the values of the form, on a connection of its own that leaves no trace. */

import { systemClock } from '../clock';
import { PbxError } from '../model';
import type { TestReport } from '../provider';
import { providerOf } from '../registry';
import type { AccountOptions } from './account';

const nothing = (): void => {};

/** Rejects with a {@link PbxError} that says what the person can do; `timeout` when the signal ends it. */
export async function testAccount(options: AccountOptions, signal: AbortSignal): Promise<TestReport> {
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
      return await Promise.race([provider.test(signal), givenUp(signal)]);
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
