/** One suite on each version of Asterisk: the PBX, its phones, and an account of the package that watches it. */
import { ALL_TOPICS, PbxAccount, type AccountOptions, type AccountState } from '../../../lib/index';
import { Cable } from './cable';
import { EventLog } from './event-log';
import { PATIENCE_MS } from './patience';
import { ASTERISK_VERSIONS, AsteriskUnavailable, Pbx, type AsteriskVersion } from './pbx';
import type { SipCall } from './sip-call';
import type { SipPhone } from './sip-phone';

export class Stage {
  /** Everything the account says in the running test. */
  readonly log = new EventLog();
  account: PbxAccount;

  constructor(
    readonly pbx: Pbx,
    /** What the account is connected to. */
    readonly cable: Cable,
    /** 1001 */
    readonly alice: SipPhone,
    /** 1002 */
    readonly bob: SipPhone,
    /** 1003 */
    readonly carol: SipPhone,
    /** 1004 */
    readonly dan: SipPhone,
    /** +421900123456, outside: calls in through the trunk and takes what goes out. */
    readonly jana: SipPhone,
  ) {
    this.account = this.#open({});
  }

  /** Replaces the account by one with other options; resolves when it is connected. */
  async reopen(options: Partial<AccountOptions>): Promise<void> {
    await this.account.close();
    this.account = this.#open(options);
    await stateOf(this.account, 'connected');
  }

  optionsOf(options: Partial<AccountOptions> = {}): AccountOptions {
    const { agiPort, secret } = this.pbx.addresses;
    return {
      name: 'Office',
      provider: 'asterisk',
      dialLimit: 1000,
      // The shortest waits between two tries, so that a test which cuts the line often is not kept waiting.
      random: () => 0,
      ...options,
      config: {
        host: '127.0.0.1',
        port: this.cable.port,
        technology: 'PJSIP',
        context: 'from-internal',
        smsVia: 'MessageSend',
        agiPort,
        username: 'flow',
        password: secret,
        ...options.config,
      },
    };
  }

  #open(options: Partial<AccountOptions>): PbxAccount {
    const account = new PbxAccount(this.optionsOf(options));
    account.subscribe({ topics: [...ALL_TOPICS] }, (event) => {
      this.log.add(event);
    });
    account.open();
    return account;
  }

  /** All calls are over, on the PBX and in the account, and everything that was to be said has been said. */
  async settle(): Promise<void> {
    await this.pbx.sweep();
    for (const id of this.log.open) await this.log.wait('call.end', (event) => event.call.id === id);
    await this.caughtUp();
  }

  /** Everything the PBX has sent so far has gone through the account: a marker went the same way. */
  async caughtUp(): Promise<void> {
    if (this.account.status.state !== 'connected') return;
    const marker = `caught-up-${this.pbx.tap.position}-${this.log.events.length}`;
    await this.pbx.tap.action({ Action: 'UserEvent', UserEvent: marker });
    await this.log.wait('raw', (event) => JSON.stringify(event.message).includes(marker));
  }

  async close(): Promise<void> {
    await this.account.close();
    await this.cable.close();
    await this.pbx.close();
  }
}

/** Resolves when the account is in `state`; fails with the account's own reason when it is not within `timeoutMs`. */
export async function stateOf(account: PbxAccount, state: AccountState, timeoutMs = PATIENCE_MS): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const deadline = setTimeout(() => {
      const { state: now, reason } = account.status;
      reject(new Error(`the account is ${now}, not ${state}: ${reason?.text ?? 'no reason given'}`));
    }, timeoutMs);
    let stop: (() => void) | undefined;
    let done = false;
    stop = account.onStatus((status) => {
      if (status.state !== state) return;
      done = true;
      clearTimeout(deadline);
      stop?.();
      resolve();
    });
    if (done) stop();
  });
}

/** The server that the running suite plays on. */
let playing: Pbx | undefined;

/** Defines the suite once for each version; a version that cannot be had here is pending, and says so. */
export function onEachAsterisk(title: string, define: (stage: () => Stage) => void): void {
  for (const version of ASTERISK_VERSIONS) {
    describe(`Asterisk ${version}: ${title}`, function () {
      this.timeout(120_000);
      this.slow(10_000);
      let stage: Stage | undefined;

      before(async function () {
        this.timeout(300_000); // the first time it is downloaded
        const pbx = await startOrSkip(version);
        if (pbx === undefined) {
          this.skip();
          return;
        }
        playing = pbx;
        stage = await openStage(pbx);
        await stateOf(stage.account, 'connected');
        stage.log.clear();
      });

      afterEach(async () => {
        if (stage === undefined) return;
        try {
          await stage.settle();
          stage.log.assertWholeCalls();
        } finally {
          stage.log.clear();
        }
      });

      after(async () => {
        await stage?.close();
      });

      define(() => {
        if (stage === undefined) throw new Error('no PBX');
        return stage;
      });
    });
  }
}

async function startOrSkip(version: AsteriskVersion): Promise<Pbx | undefined> {
  try {
    return await Pbx.start(version);
  } catch (error) {
    if (!(error instanceof AsteriskUnavailable)) throw error;
    console.warn(`\n  !!! ${error.message}\n  !!! The suite for Asterisk ${version} is pending.\n`);
    return undefined;
  }
}

async function openStage(pbx: Pbx): Promise<Stage> {
  return new Stage(
    pbx,
    await Cable.to(pbx.addresses.amiPort),
    await pbx.phone('1001', 'Alice'),
    await pbx.phone('1002', 'Bob'),
    await pbx.phone('1003', 'Carol'),
    await pbx.phone('1004', 'Dan'),
    await pbx.trunk('+421900123456', 'Jana'),
  );
}

/** The phone takes its next call. */
export async function takes(phone: SipPhone): Promise<SipCall> {
  const call = await phone.incoming.take();
  return call.ring().answer();
}

/** The phone's next call rings. */
export async function rings(phone: SipPhone): Promise<SipCall> {
  const call = await phone.incoming.take();
  return call.ring();
}

/** A call that is answered on both sides. */
export async function talk(
  from: SipPhone,
  number: string,
  to: SipPhone,
): Promise<{ caller: SipCall; callee: SipCall }> {
  const tap = playing?.tap;
  const position = tap?.position ?? 0;
  const caller = from.call(number);
  const callee = await takes(to);
  await caller.until('answered');
  // Nobody presses a key within the millisecond between the answer and the moment when both hear each other.
  await tap?.event('BridgeEnter', { BridgeNumChannels: '2' }, { from: position });
  return { caller, callee };
}
