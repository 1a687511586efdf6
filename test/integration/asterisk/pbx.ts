/**
 * A real Asterisk for a suite: starts and stops one version, says why it cannot, and gives what a test needs of it
 * (ports, secrets, phones, a tap of its own). The work is done by start-asterisk.sh beside this file.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AmiTap } from './ami-tap';
import { SipPhone } from './sip-phone';

export const ASTERISK_VERSIONS = ['22', '16'] as const;
export type AsteriskVersion = (typeof ASTERISK_VERSIONS)[number];

/** The version cannot be had on this machine; its suite is pending, loudly. */
export class AsteriskUnavailable extends Error {
  override readonly name = 'AsteriskUnavailable';
}

export interface PbxAddresses {
  readonly amiPort: number;
  readonly amiTlsPort: number;
  readonly sipPort: number;
  /** Where calls to the telephone company go. */
  readonly trunkPort: number;
  readonly agiPort: number;
  readonly secret: string;
  /** Folder of recordings, messages and the like. */
  readonly spool: string;
  /** Folder with the self-signed certificate (keys/crt.pem) and the logs. */
  readonly run: string;
}

export class Pbx {
  readonly version: AsteriskVersion;
  readonly addresses: PbxAddresses;
  /** Sees everything that the PBX reports. */
  tap: AmiTap;
  readonly #phones = new Map<string, SipPhone>();

  private constructor(version: AsteriskVersion, addresses: PbxAddresses, tap: AmiTap) {
    this.version = version;
    this.addresses = addresses;
    this.tap = tap;
  }

  /** Starts the version, or joins it when it runs already. @throws AsteriskUnavailable when it cannot be installed here */
  static async start(version: AsteriskVersion): Promise<Pbx> {
    const addresses = await startServer(version);
    return new Pbx(version, addresses, await Pbx.#openTap(addresses));
  }

  static async #openTap(addresses: PbxAddresses): Promise<AmiTap> {
    return await AmiTap.login(addresses.amiPort, 'tester', addresses.secret);
  }

  /** A registered phone (1001 to 1005), the same one for the whole suite. */
  async phone(user: string, name: string): Promise<SipPhone> {
    const known = this.#phones.get(user);
    if (known !== undefined) return known;
    const { sipPort, secret } = this.addresses;
    const phone = await SipPhone.open({ user, name, port: sipPort, password: secret });
    await phone.registered();
    this.#phones.set(user, phone);
    return phone;
  }

  /** The telephone company's side of the trunk: calls in by `number` of a caller, and takes what the PBX sends out. */
  async trunk(number: string, name: string): Promise<SipPhone> {
    const key = `trunk ${number}`;
    const known = this.#phones.get(key);
    if (known !== undefined) return known;
    const { sipPort, trunkPort } = this.addresses;
    const trunk = await SipPhone.open({ user: number, name, port: sipPort, localPort: trunkPort });
    this.#phones.set(key, trunk);
    return trunk;
  }

  /** Between tests: no call, no text, no queue member is left over. */
  async sweep(): Promise<void> {
    for (const phone of this.#phones.values()) await phone.hangUpAll();
    await this.tap.sweep();
    for (const member of await this.tap.list({ Action: 'QueueStatus' })) {
      if (member.fields['Event'] !== 'QueueMember') continue;
      const { Queue = '', Location = '', Membership = '', Paused = '0' } = member.fields;
      if (Membership === 'dynamic') await this.tap.action({ Action: 'QueueRemove', Queue, Interface: Location });
      else if (Paused === '1')
        await this.tap.action({ Action: 'QueuePause', Queue, Interface: Location, Paused: 'false' });
    }
  }

  /** Ends the server: at once and without a word with `kill`, else as an orderly shutdown. */
  async stop(how: 'orderly' | 'kill' = 'orderly'): Promise<void> {
    await run('stop-asterisk.sh', [this.version, ...(how === 'kill' ? ['--kill'] : [])]);
    await this.tap.close();
  }

  /** Starts it again on the same ports after stop(). What was registered lately is lost when it was killed. */
  async startAgain(): Promise<void> {
    const addresses = await startServer(this.version, this.addresses.amiPort);
    if (addresses.amiPort !== this.addresses.amiPort) throw new Error('the PBX came back on another port');
    this.tap = await Pbx.#openTap(addresses);
    for (const phone of this.#phones.values()) if (phone.registers) await phone.registered();
  }

  /** Ends phones, tap and server. */
  async close(): Promise<void> {
    for (const phone of this.#phones.values()) await phone.close();
    this.#phones.clear();
    await this.stop();
  }
}

/** AMI port of each version when the ports are not shifted, see start-asterisk.sh. */
const AMI_PORT = { '22': 5038, '16': 5138 } as const;

async function startServer(version: AsteriskVersion, amiPort?: number): Promise<PbxAddresses> {
  const shift = amiPort === undefined ? {} : { AST_PORT_OFFSET: String(amiPort - AMI_PORT[version]) };
  const { code, stdout, stderr } = await run('start-asterisk.sh', [version], shift);
  const lastWord = stderr.trim().split('\n').at(-1) ?? '';
  if (code === 3) throw new AsteriskUnavailable(`Asterisk ${version} cannot be installed here: ${lastWord}`);
  if (code !== 0) throw new Error(`Asterisk ${version} did not start:\n${stderr}`);
  const values = new Map(
    stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const text = (name: string): string => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`start-asterisk.sh did not say ${name}`);
    return value;
  };
  return {
    amiPort: Number(text('AMI_PORT')),
    amiTlsPort: Number(text('AMI_TLS_PORT')),
    sipPort: Number(text('SIP_PORT')),
    trunkPort: Number(text('TRUNK_PORT')),
    agiPort: Number(text('AGI_PORT')),
    secret: text('AMI_SECRET'),
    spool: text('AST_SPOOL'),
    run: text('AST_RUN'),
  };
}

/** The tests run compiled from another folder, so the scripts are found from the project's root. */
function scriptFolder(): string {
  const place = join('test', 'integration', 'asterisk');
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, place, 'start-asterisk.sh'))) {
      return join(folder, place);
    }
    if (folder === dirname(folder)) throw new Error('start-asterisk.sh not found');
  }
}

async function run(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await new Promise((resolve, reject) => {
    const child = spawn('bash', [join(scriptFolder(), script), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}
