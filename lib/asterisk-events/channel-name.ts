/** What the name of a channel tells: `PJSIP/1001-0000002a`, `Local/21@from-queue-00000003;1`. */

export interface ChannelName {
  /** `PJSIP`, `SIP`, `IAX2`, `DAHDI`, `Local` ... */
  technology: string;
  /** The endpoint (`1001`), or for Local the extension and context (`21@from-queue`). */
  peer: string;
  /** 1 and 2 are the halves of a Local channel: 1 is held by whoever dialled it, 2 runs the dialplan. */
  half: 0 | 1 | 2;
}

const SEMICOLON = 59;

export function parseChannelName(name: string): ChannelName {
  const slash = name.indexOf('/');
  if (slash < 0) return { technology: '', peer: name, half: 0 };
  const technology = name.slice(0, slash);
  let end = name.length;
  let half: ChannelName['half'] = 0;
  if (name.charCodeAt(end - 2) === SEMICOLON) {
    half = name.endsWith('1') ? 1 : 2;
    end -= 2;
  }
  const dash = name.lastIndexOf('-', end - 1);
  return {
    technology,
    peer: name.slice(slash + 1, dash > slash ? dash : end),
    half: technology === 'Local' ? half : 0,
  };
}

/** Both halves of a Local channel have this in common. */
export function pairOf(name: string): string {
  return name.slice(0, -2);
}

/** Channels that are no calls: announcers, recorders and spies of Asterisk itself, and the queue of text messages. */
const MACHINERY: ReadonlySet<string> = new Set([
  'Announcer',
  'AsyncGoto',
  'CBAnn',
  'CBRec',
  'Message',
  'Recorder',
  'Snoop',
  'Surrogate',
  'UnicastRTP',
]);

export function isMachinery(name: string): boolean {
  const slash = name.indexOf('/');
  return slash < 0 || MACHINERY.has(name.slice(0, slash));
}

/**
 * The extension behind a queue member's interface or a dialled device: `Local/21@from-queue/n`, `PJSIP/21`, `SIP/21`, `Agent/21`,
 * `Agent:21`. `null` when a trunk is dialled (`PJSIP/0900123456@trunk`, `SIP/trunk/0900123456`).
 */
export function extensionOf(device: string): string | null {
  const at = device.search(/[/:]/);
  if (at < 0) return null;
  const rest = device.slice(at + 1);
  if (device.startsWith('Local/')) return rest.slice(0, (rest + '@').indexOf('@')) || null;
  return rest === '' || rest.includes('/') || rest.includes('@') ? null : rest;
}

export function isDigits(text: string, longest: number): boolean {
  if (text.length === 0 || text.length > longest) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
