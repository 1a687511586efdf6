/**
 * Calls this provider places. Each is known by an id of its own from the first event, because Asterisk lets the client choose it
 * (`ChannelId`, since 12). "Queued" is no acceptance: an endpoint that does not exist is told later and without any channel, so the
 * first sign of the call itself is waited for.
 */

import type { Interpreter } from '../../asterisk-events';
import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type { CallCommand } from '../../model';
import type { Accepted, CommandContext } from '../../provider';
import { checkExtension } from '../../transport/ami';
import type { AmiFields, AmiMessage, AmiSession } from '../../transport/ami';
import type { Settings } from './config';

/** After "queued" the channel or its failure shows at once; a user without read class `call` sees neither. */
const SIGN_MS = 3_000;
const DEFAULT_RING_SECONDS = 30;
const CALLER_ID = /^(?:[\p{L}\p{N} .,'&/_-]{0,60}<[0-9A-Za-z+*#]{1,40}>|[0-9A-Za-z+*#]{1,40})$/u;

/** `over`: nobody waits for it any more. */
type Sign = 'seen' | 'silent' | 'over';

interface Waiting {
  accepted: (sign: Sign) => void;
  failed: (event: AmiMessage) => void;
}

export class Placing {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #interpreter: Interpreter;
  /** By ActionID: the Uniqueid of a failure can be that of another call. */
  readonly #byAction = new Map<string, Waiting>();
  readonly #byCall = new Map<string, Waiting>();
  /** A call was taken, and nothing was told of it. */
  readonly #silent: () => void;

  constructor(settings: Settings, clock: Clock, interpreter: Interpreter, silent: () => void) {
    this.#settings = settings;
    this.#clock = clock;
    this.#interpreter = interpreter;
    this.#silent = silent;
  }

  async place(session: AmiSession, command: CallCommand, { reference, signal }: CommandContext): Promise<Accepted> {
    const uid = `pbxflow-${reference}`;
    const fields = originate(command, uid, this.#settings);
    const actionId = session.newActionId();
    let timer: { cancel(): void } | null = null;
    const sign = new Promise<Sign>((resolve, reject) => {
      const waiting: Waiting = { accepted: resolve, failed: (event) => reject(failure(event, command)) };
      this.#byAction.set(actionId, waiting);
      this.#byCall.set(uid, waiting);
    });
    // It may fail while the answer is still on its way; it is awaited below.
    sign.catch(() => undefined);
    const giveUp = () => this.#byCall.get(uid)?.accepted('over');
    signal.addEventListener('abort', giveUp, { once: true });
    this.#interpreter.expect(uid, { reference, from: command.from, to: command.to });
    try {
      const { response } = await session.action(fields, { actionId, signal });
      timer = this.#clock.after(SIGN_MS, () => this.#byCall.get(uid)?.accepted('silent'));
      if ((await sign) === 'silent' && session.ready) this.#silent();
      return { call: uid, reference, result: { call: uid }, raw: response.toObject() };
    } catch (error) {
      this.#interpreter.unexpect(uid);
      throw error;
    } finally {
      timer?.cancel();
      signal.removeEventListener('abort', giveUp);
      this.#byAction.delete(actionId);
      this.#byCall.delete(uid);
    }
  }

  /** The call with this id has begun. */
  begun(callId: string): void {
    this.#byCall.get(callId)?.accepted('seen');
  }

  /** OriginateResponse */
  responded(event: AmiMessage): void {
    const waiting = this.#byAction.get(event.get('actionid') ?? '');
    if (!waiting) return;
    if (event.get('response') === 'Success') waiting.accepted('seen');
    else waiting.failed(event);
  }
}

function originate(command: CallCommand, uid: string, settings: Settings): AmiFields {
  const { technology, context } = settings;
  checkExtension('"from"', command.from);
  checkExtension('"to"', command.to);
  if (command.callerId !== undefined && command.callerId !== '' && !CALLER_ID.test(command.callerId))
    throw new PbxError('invalid-argument', '"callerId" must be a number, or a name with a number: Shop <0220282028>');
  const local = technology === 'Local';
  return {
    Action: 'Originate',
    Channel: local ? `Local/${command.from}@${context}/n` : `${technology}/${command.from}`,
    Context: context,
    Exten: command.to,
    Priority: 1,
    CallerID: command.callerId || undefined,
    Timeout: Math.round((command.timeout ?? DEFAULT_RING_SECONDS) * 1000),
    // A synchronous one would hold up the whole session until the phone is answered.
    Async: 'true',
    ChannelId: uid,
    OtherChannelId: local ? `${uid}-2` : undefined,
  };
}

/** `Reason` of OriginateResponse: 0 tells nothing, and is what an unknown endpoint gives. */
const REASONS: Readonly<Record<string, string>> = {
  '1': 'the other end hung up',
  '3': 'nobody answered',
  '5': 'it is busy',
  '8': 'it cannot be reached',
};

function failure(event: AmiMessage, command: CallCommand): PbxError {
  const code = event.get('reason') ?? null;
  const why = REASONS[code ?? ''] ?? 'there is no such endpoint, or it is not registered';
  return new PbxError('rejected', `Asterisk could not call ${command.from}: ${why}`, {
    vendor: { code, message: event.get('response') ?? null },
  });
}
