/** "Test connection": connects on its own, looks round, and says in one sentence what it found. */

import { isPhone } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { ProviderHost, TestReport } from '../../provider';
import { AmiLink } from './ami-link';
import { EventPath } from './event-path';
import { overview } from './overview';
import { VwellSession } from './session';
import type { Settings } from './settings';
import type { Times } from './times';

export async function report(
  settings: Settings,
  host: ProviderHost,
  times: Times,
  signal: AbortSignal,
): Promise<TestReport> {
  const { account, clock } = host;
  const path = new EventPath(clock, times);
  let session: VwellSession | null = null;
  const way = () => {
    if (session) return session;
    throw new PbxError('not-connected', 'no connection to vwell-bpx-srv', { account });
  };
  const ami = new AmiLink({ account, clock, times, way, trouble: () => undefined });
  const ears = {
    heard: () => path.heard(),
    event: (event: Parameters<AmiLink['hear']>[0]) => void ami.hear(event),
    melted: () => undefined,
    wants: () => false,
  };
  const opened = await VwellSession.open(settings, host, times, ears, signal);
  session = opened;
  const giveUp = () => {
    path.cut();
    void opened.close();
  };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await opened.subscribe();
    const events = await path.check(ami);
    const seen = events === 'silent' ? null : await overview(ami, signal);
    const queues = seen?.queues?.filter((item) => item.name === 'QueueParams').length;
    const phones = seen?.endpoints?.filter(isPhone).length;
    const parts = [
      'connected to vwell-bpx-srv',
      seen?.version ? `Asterisk ${seen.version}` : 'an Asterisk that does not tell its version',
      ...(queues === undefined ? [] : [counted(queues, 'queue')]),
      ...(phones === undefined ? [] : [counted(phones, 'extension')]),
    ];
    const warning =
      events === 'silent'
        ? '; it delivers no events: "secret" in its config/app-config.js must not be empty, and its manager user must be allowed to read'
        : '';
    return {
      summary: parts.join(', ') + warning,
      details: {
        version: seen?.version ?? null,
        events,
        queues: queues ?? null,
        extensions: phones ?? null,
        calls: seen?.channels?.length ?? null,
        missing: (seen?.missing ?? []).map(({ what, error }) => ({ what, code: error.code, text: error.message })),
      },
    };
  } finally {
    signal.removeEventListener('abort', giveUp);
    ami.close();
    await opened.close();
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
