/**
 * Calls this provider places. `dial` lets the client choose no id for the call, so it is recognised by its first channel: that of the
 * phone which rings first. "Queued" is no acceptance: a phone that cannot be reached is told later, so a first sign is waited for.
 */

import type { Interpreter, ManagerEvent } from '../../asterisk-events';
import type { Clock, Timer } from '../../clock';
import { PbxError } from '../../model';
import type { CallCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { checkExtension } from '../../transport/ami';
import type { AmiLink, Answer } from './ami-link';
import { normalised, numberIn, oneLine, ownContext } from './numbers';
import type { Settings } from './settings';
import type { Times } from './times';
import type { ServerEvent } from './wire';

const DEFAULT_RING_SECONDS = 30;
/** OriginateResponse comes when the phone has answered or its ringing time is over, and a moment later over a busy server. */
const RESULT_LATE_MS = 10_000;

export interface PlacingTools {
  settings: Settings;
  clock: Clock;
  times: Times;
  ami: AmiLink;
  interpreter: Interpreter;
  /** Whether events come through now: else there is no sign to wait for. */
  hears: () => boolean;
  /** The call with this id turned out to be that of the command. @returns whether it is known already */
  tied: (call: string, reference: string) => boolean;
}

interface Placed {
  reference: string;
  /** Beginning of the name of the first channel: `SIP/269-`, `Local/269@context-`. */
  channel: string;
  from: string;
  to: string;
  /** Uniqueid of the channel taken for its first. */
  uid: string | null;
  seen: () => void;
  failed: (error: PbxError) => void;
  /** From the reply on: until then the command itself waits, and no longer than it may. */
  expires: Timer | null;
}

export class Placing {
  readonly #tools: PlacingTools;
  /** By ActionID. */
  readonly #placed = new Map<string, Placed>();

  constructor(tools: PlacingTools) {
    this.#tools = tools;
  }

  async place(command: CallCommand, context: CommandContext): Promise<Accepted> {
    const { ami, clock, times, hears } = this.#tools;
    const { reference } = context;
    const from = numberIn('from', command.from);
    const to = numberIn('to', command.to);
    const actionId = ami.newActionId();
    const own = this.#tools.settings.context;
    const placed: Placed = {
      reference,
      channel: own ? `Local/${from}@${own}-` : `SIP/${from}-`,
      from,
      to,
      uid: null,
      seen: () => undefined,
      failed: () => undefined,
      expires: null,
    };
    const sign = new Promise<void>((resolve, reject) => {
      placed.seen = resolve;
      placed.failed = reject;
    });
    // It may fail while the reply is still on its way; it is awaited below.
    sign.catch(() => undefined);
    this.#placed.set(actionId, placed);
    const { signal } = context;
    signal.addEventListener('abort', placed.seen, { once: true });
    let follows = false;
    try {
      const answer = await this.#ask(command, { from, to, actionId }, context);
      // An event that carries a `Response` is taken for the reply by the server, when it comes first.
      if (answer.response.get('event') === 'OriginateResponse') this.responded(answer.response);
      if (hears() && !signal.aborted) {
        const timer = clock.after(times.signMs, placed.seen);
        await sign.finally(() => timer.cancel());
        follows = !signal.aborted && this.#follow(actionId, ringMs(command) + RESULT_LATE_MS);
      }
      const call = placed.uid && (this.#tools.interpreter.call(placed.uid)?.key ?? placed.uid);
      return { reference, ...(call && { call, result: { call } }), raw: answer.raw };
    } finally {
      signal.removeEventListener('abort', placed.seen);
      // What is not heard now would be taken for a call that comes much later.
      if (!follows) this.#forget(actionId);
    }
  }

  /** Every event passes here before the calls learn of it. */
  before(event: ServerEvent): void {
    if (this.#placed.size === 0) return;
    switch (event.name) {
      case 'Newchannel':
        this.#claim(event);
        return;
      case 'DialBegin':
      case 'Dial':
        this.#unclaim(event);
    }
  }

  /** The connection is gone or the account closes: what comes of these calls will not be told. */
  end(): void {
    for (const actionId of this.#placed.keys()) this.#forget(actionId);
  }

  /** The call may still be told of, until its result is: no longer than that, or it would claim the calls of others. */
  #follow(actionId: string, ms: number): boolean {
    const placed = this.#placed.get(actionId);
    if (placed) placed.expires = this.#tools.clock.after(ms, () => this.#forget(actionId));
    return placed !== undefined;
  }

  #ask(
    command: CallCommand,
    { from, to, actionId }: { from: string; to: string; actionId: string },
    { reference, signal }: CommandContext,
  ): Promise<Answer> {
    const { ami, settings } = this.#tools;
    const timeout = ringMs(command);
    const callerId = command.callerId ? oneLine('callerId', command.callerId) : '';
    // What the server waits for is Asterisk's word that the call is queued: never as long as the phone may ring.
    const options = { effect: true, what: 'dial', signal, amiMs: timeout + 3_000 };
    if (settings.context === '' && callerId === '') return ami.ask('dial', { from, to, timeout, actionId }, options);
    const context = settings.context || ownContext(from);
    checkExtension('"from"', from);
    return ami.action(
      {
        Action: 'Originate',
        Channel: settings.context ? `Local/${from}@${context}/n` : `SIP/${from}`,
        Context: context,
        Exten: to,
        Priority: 1,
        Async: 'true',
        Timeout: timeout,
        CallerID: callerId || to,
        // Asterisk before 12 passes over this one.
        ChannelId: `pbxflow-${reference}`,
      },
      { effect: true, what: 'Originate', signal, actionId },
    );
  }

  /** A channel to the phone appeared that nobody inside calls: it is that of the oldest command for this phone that has none. */
  #claim(event: ServerEvent): void {
    const uid = event.get('uniqueid');
    const name = event.get('channel') ?? '';
    const linkedid = event.get('linkedid');
    if (!uid || name.endsWith(';2') || (linkedid !== undefined && linkedid !== uid)) return;
    for (const placed of this.#placed.values()) if (placed.uid === uid) return;
    for (const placed of this.#placed.values()) {
      if (placed.uid !== null || !name.startsWith(placed.channel)) continue;
      // A phone that dials by itself begins with Ring, one that is called with Down.
      if ((event.get('channelstate') ?? '0') !== '0') continue;
      const { reference, from, to } = placed;
      placed.uid = uid;
      this.#tools.interpreter.expect(uid, { reference, from, to });
      placed.seen();
      return;
    }
  }

  /** Somebody else calls this phone; before Asterisk 12 the channel itself did not tell. */
  #unclaim(event: ServerEvent): void {
    const called = event.get('destuniqueid');
    const caller = event.get('uniqueid');
    // Nobody's dial application calls the phone of a command: no caller is told.
    if (called === undefined || caller === undefined || caller === called) return;
    for (const placed of this.#placed.values())
      if (placed.uid === called) {
        this.#tools.interpreter.unexpect(called);
        placed.uid = null;
      }
  }

  /** OriginateResponse, which may be heard before what comes of the call's channel. */
  responded(event: ManagerEvent): void {
    const actionId = event.get('actionid') ?? '';
    const placed = this.#placed.get(actionId);
    if (!placed) return;
    const uid = event.get('uniqueid');
    if (event.get('response') === 'Success') {
      if (placed.uid === null && uid) {
        const { reference, from, to } = placed;
        placed.uid = uid;
        if (!this.#tools.tied(uid, reference)) {
          // Its channel is still to come, and is nobody else's.
          this.#tools.interpreter.expect(uid, { reference, from, to });
          placed.seen();
          return;
        }
      }
      placed.seen();
    } else placed.failed(failure(event, placed.from));
    placed.expires?.cancel();
    this.#placed.delete(actionId);
  }

  #forget(actionId: string): void {
    const placed = this.#placed.get(actionId);
    if (!placed) return;
    this.#placed.delete(actionId);
    placed.expires?.cancel();
    if (placed.uid) this.#tools.interpreter.unexpect(placed.uid);
    placed.seen();
  }
}

function ringMs({ timeout = DEFAULT_RING_SECONDS }: CallCommand): number {
  return Math.round(timeout * 1000);
}

/** `Reason` of OriginateResponse: 0 tells nothing, and is what an unknown phone gives. */
const REASONS: Readonly<Record<string, string>> = {
  '1': 'the other end hung up',
  '3': 'nobody answered',
  '5': 'it is busy',
  '8': 'it cannot be reached',
};

function failure(event: ManagerEvent, from: string): PbxError {
  const code = event.get('reason') ?? null;
  const why = REASONS[code ?? ''] ?? 'there is no such phone, or it is not registered';
  return new PbxError('rejected', `Asterisk could not call ${normalised(from)}: ${why}`, {
    vendor: { code, message: event.get('response') ?? null },
  });
}
