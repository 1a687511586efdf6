/** "Test connection": connects on its own, looks round, and says in one sentence what it found. */

import { isPhone } from '../../asterisk-events';
import { PbxError } from '../../model';
import type { ProviderHost, TestReport } from '../../provider';
import { AmiSession } from '../../transport/ami';
import { Boot, BOOT_EVENT } from './boot';
import type { Settings } from './config';
import { overview } from './lists';

/** A person waits for the result, and a user without `read = system` is never told. */
const BOOT_MS = 3_000;

export async function report(settings: Settings, host: ProviderHost, signal: AbortSignal): Promise<TestReport> {
  const boot = new Boot();
  const session = new AmiSession({
    host: settings.host,
    port: settings.port,
    username: settings.username,
    password: settings.password,
    account: host.account,
    clock: host.clock,
    ...(host.tls && { tls: host.tls }),
    wants: (name) => name === BOOT_EVENT,
    onMessage: () => boot.over(),
  });
  const giveUp = () => void session.close();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    if (signal.aborted) throw new PbxError('timeout', 'the test was given up');
    await session.open();
    await boot.wait(session, host.clock, BOOT_MS, () => undefined);
    const seen = await overview(session, signal);
    const queues = seen.queues?.filter((item) => item.name === 'QueueParams').length;
    const extensions = seen.endpoints?.filter(isPhone).length;
    const missing = seen.missing.map(({ what, error }) => ({ what, code: error.code, text: error.message }));
    const parts = [
      `connected as ${settings.username}`,
      seen.version ? `Asterisk ${seen.version}` : 'an Asterisk that does not tell its version',
      ...(queues === undefined ? [] : [counted(queues, 'queue')]),
      ...(extensions === undefined ? [] : [counted(extensions, 'extension')]),
    ];
    const lacks = missing.filter(({ code }) => code === 'forbidden').map(({ what }) => what);
    const warning = lacks.length > 0 ? `; this manager user may not list ${lacks.join(', ')}` : '';
    return {
      summary: parts.join(', ') + warning,
      details: {
        version: seen.version,
        protocol: session.version,
        queues: queues ?? null,
        extensions: extensions ?? null,
        calls: seen.channels?.length ?? null,
        encrypted: host.tls !== undefined,
        missing,
      },
    };
  } finally {
    signal.removeEventListener('abort', giveUp);
    await session.close();
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
