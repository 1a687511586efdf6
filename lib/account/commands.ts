/** The way of a command: checked, counted, in its turn, to the provider once, and its answer back exactly once. */

import { randomBytes } from 'node:crypto';
import type { CallTracker, TrackedCall } from '../calls';
import type { Clock } from '../clock';
import type { DialGuard } from '../dial-rules';
import { PbxError } from '../model';
import type { AccountState, Call, CallCommand, CallTopic, Command, CommandResult } from '../model';
import type { Normalise } from '../numbers';
import { callOf, listOf } from '../payload';
import type { Accepted, CommandContext, KnownCall, Provider, ProviderDescriptor, RateLimit } from '../provider';
import type { Redact } from '../redact';
import { RateLimiter } from '../transport/rate-limit';
import { checkArguments, checkSupported } from './checks';
import { Outcomes } from './outcomes';
import type { Placed } from './outcomes';

export interface CommandOutcome {
  payload: CommandResult;
  /** The vendor's reply, secrets masked. */
  raw: unknown;
}

/** Told of every step of a call that make call placed, until its command has ended. */
export type Watch = (topic: CallTopic, call: Call) => void;

interface Surroundings {
  account: string;
  descriptor: ProviderDescriptor;
  provider: Provider;
  tracker: CallTracker;
  clock: Clock;
  guard: DialGuard;
  state: () => { state: AccountState; reason: { text: string } | null };
  known: (id: string) => KnownCall | undefined;
  normalise: Normalise;
  /** Runs what is not ours, so that its failure harms nobody else. */
  guarded: (run: () => void) => void;
  redact: Redact;
}

/** A provider that forgets to answer must not hold a flow for ever. */
const PROVIDER_MS = 120_000;
const DEFAULT_ANSWER_SECONDS = 60;
/** After a hang-up for want of an answer the end must show within this time. */
const END_WITHIN_MS = 10_000;
const LONGEST_CALL_MS = 24 * 3_600_000;

export class Commands {
  readonly #around: Surroundings;
  readonly #limiter: RateLimiter<RateLimit>;
  readonly #outcomes: Outcomes;
  /** Ends each command under way, should the account close. */
  readonly #underWay = new Set<() => void>();

  constructor(around: Surroundings) {
    this.#around = around;
    this.#outcomes = new Outcomes(around.clock);
    this.#limiter = new RateLimiter(around.descriptor.rateLimits ?? [], around.clock);
  }

  observe(topic: CallTopic, call: TrackedCall): void {
    this.#outcomes.observe(topic, call);
  }

  async run(wanted: Command, watch?: Watch): Promise<CommandOutcome> {
    checkSupported(wanted, this.#around.descriptor);
    checkArguments(wanted, this.#around.descriptor);
    this.#mustBeConnected();
    const command = this.#around.guard.check(wanted);
    await this.#limiter.turn(undefined, ({ commands }) => commands === 'all' || commands.includes(command.command));
    this.#mustBeConnected();
    return command.command === 'call' ? this.#place(command, watch) : this.#send(command);
  }

  close(): void {
    for (const end of this.#underWay) end();
    this.#limiter.close();
    this.#outcomes.close();
  }

  #mustBeConnected(): void {
    const { state, reason } = this.#around.state();
    if (state === 'connected' || state === 'degraded') return;
    const why = reason ? `: ${reason.text}` : '';
    throw new PbxError('not-connected', `no connection to the PBX of account "${this.#around.account}"${why}`);
  }

  async #send(command: Exclude<Command, CallCommand>): Promise<CommandOutcome> {
    const reference = newReference();
    const accepted = await this.#ask(command, reference);
    const callId = accepted.call ?? ('call' in command ? command.call : undefined);
    const call = callId === undefined ? undefined : this.#around.tracker.find(callId);
    return this.#outcome(command, accepted, call, accepted.reference ?? null);
  }

  async #place(command: CallCommand, watch?: Watch): Promise<CommandOutcome> {
    const { normalise, guarded } = this.#around;
    const reference = newReference();
    const placed = this.#outcomes.expect(
      reference,
      command.tag ?? null,
      watch ? (topic, call) => guarded(() => watch(topic, callOf(call, normalise))) : null,
    );
    try {
      const accepted = await this.#ask(command, reference);
      const found = accepted.call === undefined ? undefined : this.#around.tracker.find(accepted.call);
      this.#outcomes.tie(placed, found, accepted.reference ?? accepted.call);
      const until = command.replyWhen ?? 'accepted';
      if (until === 'accepted') return this.#outcome(command, accepted, placed.call, accepted.reference ?? reference);
      const call = await this.#follow(command, placed, until);
      const outcome = this.#outcome(command, accepted, call, accepted.reference ?? reference);
      outcome.payload.reached = call.answeredAt > 0;
      outcome.payload.result = { disposition: call.disposition ?? 'answered', reason: call.reason };
      return outcome;
    } finally {
      this.#outcomes.release(placed, command.replyWhen && command.replyWhen !== 'accepted' ? 'now' : 'soon');
    }
  }

  /** Waits for the answer; a call that is not answered in time is hung up, so that it does not ring on behind the flow's back. */
  async #follow(command: CallCommand, placed: Placed, until: 'answered' | 'ended'): Promise<TrackedCall> {
    const answerMs = (command.timeout ?? DEFAULT_ANSWER_SECONDS) * 1000;
    let call: TrackedCall;
    try {
      call = await this.#outcomes.wait(placed, 'answered', answerMs);
    } catch (error) {
      if (!(error instanceof PbxError) || error.code !== 'timeout') throw error;
      if (!placed.call || !this.#around.descriptor.capabilities.hangup) throw error;
      if (talksToNobody(placed.call))
        throw new PbxError(
          'timeout',
          'the own phone has answered, and of nobody else who is called anything is told: it may be connected with a voice menu, a conference or a queue, so the call is left alone',
        );
      await this.#hangUp(placed.call);
      call = await this.#outcomes.wait(placed, 'ended', END_WITHIN_MS);
    }
    if (until === 'answered' || call.ended) return call;
    return this.#outcomes.wait(placed, 'ended', LONGEST_CALL_MS);
  }

  async #hangUp(call: TrackedCall): Promise<void> {
    try {
      await this.#ask({ command: 'hangup', call: call.id }, newReference());
    } catch (error) {
      // It ended by itself just now: that is what was wanted, and its end is still on the way.
      const { code, cause, message } = PbxError.from(error);
      if (call.ended || code === 'not-found') return;
      if (!cause.retryable && code !== 'timeout') throw error;
      // The call was placed: "try again" would be said of hanging up, and taken for placing it a second time.
      throw new PbxError('uncertain', `the call was placed, not answered in time and could not be hung up: ${message}`);
    }
  }

  /** The provider's answer, or an error when it never comes: exactly one of both. */
  async #ask(command: Command, reference: string): Promise<Accepted> {
    const { provider, clock, known } = this.#around;
    const over = new AbortController();
    const { signal } = over;
    const target = 'call' in command && command.call ? known(command.call) : undefined;
    const context: CommandContext = { reference, signal, ...(target && { target }) };
    const effect = command.command !== 'query';
    let giveUp!: (error: PbxError) => void;
    const given = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    const closed = () => {
      over.abort();
      giveUp(
        effect
          ? new PbxError(
              'uncertain',
              'the account was closed before the PBX answered; the request may have been carried out',
            )
          : new PbxError('not-connected', 'the account was closed before the PBX answered'),
      );
    };
    this.#underWay.add(closed);
    const timer = clock.after(PROVIDER_MS, () => {
      over.abort();
      giveUp(new PbxError(effect ? 'uncertain' : 'timeout', 'the PBX did not answer'));
    });
    try {
      const answer =
        command.command === 'query' ? provider.query(command, context) : provider.execute(command, context);
      return await Promise.race([answer, given]);
    } finally {
      timer.cancel();
      this.#underWay.delete(closed);
    }
  }

  #outcome(
    command: Command,
    accepted: Accepted,
    call: TrackedCall | null | undefined,
    reference: string | null,
  ): CommandOutcome {
    const { account, descriptor, normalise, redact } = this.#around;
    const result = accepted.result ?? null;
    return {
      payload: {
        command: command.command,
        account,
        provider: descriptor.id,
        call: call ? callOf(call, normalise) : null,
        reference,
        // That of an action is what the PBX itself said; every other one is made here.
        result:
          command.command === 'action'
            ? redact(result)
            : command.command === 'query'
              ? listOf(command.query, result, normalise)
              : result,
      },
      raw: redact(accepted.raw ?? null),
    };
  }
}

/** 32 hexadecimal digits: short and plain enough for every PBX that lets the client choose an id. */
function newReference(): string {
  return randomBytes(16).toString('hex');
}

/** A destination that is no telephone has no leg: whoever listens there must not be cut off. */
function talksToNobody({ legs }: TrackedCall): boolean {
  const own = legs.some(({ role, state }) => role === 'caller' && state === 'answered');
  return own && legs.every(({ role }) => role !== 'callee');
}
