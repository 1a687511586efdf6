/** What Asterisk lists on request: version, live channels, queues, parked calls, phones. A list that may not be read is left out. */

import { known, pjsipEndpoint, shortVersion, sipPeer } from '../../asterisk-events';
import type { Endpoint, ManagerEvent } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { AmiLink } from './ami-link';

export interface Overview {
  /** `13.38.3`, `null` when it is not told. */
  version: string | null;
  channels?: readonly ManagerEvent[];
  queues?: readonly ManagerEvent[];
  parked?: readonly ManagerEvent[];
  endpoints?: readonly Endpoint[];
  /** What could not be listed, and why. */
  missing: { what: string; error: PbxError }[];
}

/** One after the other: the server hands everything to one connection, and a request more at a time would gain nothing. */
export async function overview(ami: AmiLink, signal?: AbortSignal): Promise<Overview> {
  const found: Overview = { version: null, missing: [] };
  const attempt = async (what: string, run: () => Promise<void>) => {
    // Where one list does not come through, no other will.
    if (found.missing.some(({ error }) => error.code === 'unavailable')) return;
    try {
      await run();
    } catch (thrown) {
      const error = PbxError.from(thrown);
      if (error.code === 'not-connected' || ami.suspect) throw error;
      found.missing.push({ what, error });
    }
  };
  await attempt('version', async () => {
    const { response } = await ami.action({ Action: 'CoreSettings' }, { effect: false, what: 'CoreSettings', signal });
    found.version = shortVersion(known(response, 'asteriskversion'));
  });
  await attempt('live calls', async () => {
    found.channels = (await ami.list({ Action: 'CoreShowChannels' }, { what: 'live calls', signal })).items;
  });
  await attempt('queues', async () => {
    found.queues = await queueItems(ami, undefined, signal);
  });
  await attempt('parked calls', async () => {
    found.parked = (await ami.list({ Action: 'ParkedCalls' }, { what: 'parked calls', signal })).items;
  });
  await attempt('phones', async () => {
    found.endpoints = await endpoints(ami, signal);
  });
  return found;
}

export async function queueItems(
  ami: AmiLink,
  queue: string | undefined,
  signal?: AbortSignal,
): Promise<readonly ManagerEvent[]> {
  return (await ami.list({ Action: 'QueueStatus', Queue: queue }, { what: 'queues', signal })).items;
}

/** chan_sip, and PJSIP where there is one; an Asterisk without either module has none to list. */
export async function endpoints(ami: AmiLink, signal?: AbortSignal): Promise<Endpoint[]> {
  const all: Endpoint[] = [];
  let failed: PbxError | null = null;
  for (const [Action, read] of [
    ['SIPpeers', sipPeer],
    ['PJSIPShowEndpoints', pjsipEndpoint],
  ] as const)
    try {
      const { items } = await ami.list({ Action }, { what: 'phones', signal });
      all.push(...items.flatMap((item) => read(item) ?? []));
    } catch (thrown) {
      const error = PbxError.from(thrown);
      if (error.code !== 'not-supported' && error.code !== 'not-found') failed = error;
    }
  if (failed && all.length === 0) throw failed;
  return all;
}
