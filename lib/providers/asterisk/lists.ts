/** What Asterisk lists on request: version, live channels, queues, parked calls, endpoints. A list a user may not read is left out. */

import { known, pjsipEndpoint, shortVersion, sipPeer } from '../../asterisk-events';
import type { Endpoint } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { AmiFields, AmiMessage, AmiReply, AmiSession } from '../../transport/ami';

export interface Overview {
  /** `22.10`, `null` when it is not told. */
  version: string | null;
  channels?: readonly AmiMessage[];
  queues?: readonly AmiMessage[];
  parked?: readonly AmiMessage[];
  endpoints?: readonly Endpoint[];
  /** What could not be listed, and why. */
  missing: { what: string; error: PbxError }[];
}

const LIST_MS = 15_000;

export async function overview(session: AmiSession, signal?: AbortSignal): Promise<Overview> {
  const found: Overview = { version: null, missing: [] };
  const tries: Promise<void>[] = [];
  const attempt = (what: string, run: () => Promise<void>) => {
    tries.push(
      run().catch((thrown: unknown) => {
        const error = PbxError.from(thrown);
        // Without a connection nothing is missing: there is nothing at all.
        if (error.code === 'not-connected') throw error;
        found.missing.push({ what, error });
      }),
    );
  };
  attempt('version', async () => {
    const { response } = await ask(session, { Action: 'CoreSettings' }, false, signal);
    found.version = shortVersion(known(response, 'asteriskversion'));
  });
  attempt('live calls', async () => {
    found.channels = (await ask(session, { Action: 'CoreShowChannels' }, true, signal)).items;
  });
  attempt('queues', async () => {
    found.queues = (await ask(session, { Action: 'QueueStatus' }, true, signal)).items;
  });
  attempt('parked calls', async () => {
    found.parked = (await ask(session, { Action: 'ParkedCalls' }, true, signal)).items;
  });
  attempt('endpoints', async () => {
    found.endpoints = await endpoints(session, signal);
  });
  await Promise.all(tries);
  // An Asterisk that is starting refuses what it cannot do yet as if it were forbidden, and ends the connection.
  if (found.missing.some(({ error }) => error.code === 'forbidden'))
    await ask(session, { Action: 'Ping' }, false, signal);
  return found;
}

export function ask(
  session: AmiSession,
  fields: AmiFields,
  list: boolean,
  signal: AbortSignal | undefined,
): Promise<AmiReply> {
  return session.action(fields, { effect: false, list, timeoutMs: LIST_MS, ...(signal && { signal }) });
}

/** PJSIP and, where it is still there, chan_sip; an Asterisk without either module has no endpoints to list. */
export async function endpoints(session: AmiSession, signal?: AbortSignal): Promise<Endpoint[]> {
  const [pjsip, sip] = await Promise.allSettled([
    ask(session, { Action: 'PJSIPShowEndpoints' }, true, signal),
    ask(session, { Action: 'SIPpeers' }, true, signal),
  ]);
  for (const answer of [pjsip, sip])
    if (answer.status === 'rejected' && PbxError.from(answer.reason).code === 'not-connected') throw answer.reason;
  if (pjsip.status === 'rejected' && sip.status === 'rejected') {
    const error = PbxError.from(pjsip.reason);
    // "No endpoints found", or the module is not there.
    if (error.code !== 'not-found' && error.code !== 'not-supported') throw error;
  }
  return [
    ...(pjsip.status === 'fulfilled' ? pjsip.value.items.flatMap((item) => pjsipEndpoint(item) ?? []) : []),
    ...(sip.status === 'fulfilled' ? sip.value.items.flatMap((item) => sipPeer(item) ?? []) : []),
  ];
}
