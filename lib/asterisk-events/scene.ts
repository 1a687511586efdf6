/**
 * What is known of a PBX at this moment, and the facts that follow from it. The files beside this one say what each event changes;
 * here is when a leg counts as ringing, answered or gone, and that each is stated once.
 */

import type { Fact, LegResult } from '../facts';
import type { Party, Reason, TransferMode } from '../model';
import { outcomeOf, reasonOf, ANSWERED_ELSEWHERE, REDIRECTED } from './causes';
import type { Directory } from './directory';
import type { ManagerEvent } from './event';
import type { AsteriskCall, Channel, Leg } from './legs';
import { STATED } from './legs';
import { detailsOf, settleByDialled } from './parties';
import { end as recordingOver } from './recordings';
import { Roster } from './roster';
import { Tables } from './tables';
import { told } from './told';
import type { Statement } from './told';

/** How a leg stands to the person on the other side. */
type Standing = 'caller' | 'callee' | 'consult' | 'open';

export interface SceneOptions {
  directory: Directory;
  state: (fact: Fact) => void;
  rawOf: (event: ManagerEvent) => unknown;
  channelLimit: number;
  rememberMs: number;
}

export class Scene {
  readonly directory: Directory;
  readonly tables: Tables;
  readonly roster = new Roster();
  /** Milliseconds: the time of the present event. */
  at = 0;
  event: ManagerEvent | null = null;
  /** Set while facts are worked out and not told. */
  inferred = false;
  /** When the call being created began, where that is known to have been earlier; in milliseconds. */
  beganAt: number | null = null;
  /** Whether the PBX tells variables to this user: without them some reasons stay unknown. */
  tellsVariables = false;
  /** How many facts were stated. */
  told = 0;
  readonly #state: (fact: Fact) => void;
  readonly #rawOf: (event: ManagerEvent) => unknown;

  constructor(options: SceneOptions) {
    this.directory = options.directory;
    this.#state = options.state;
    this.#rawOf = options.rawOf;
    this.tables = new Tables(
      options.directory,
      {
        together: (leg, other) => this.#together(leg, other),
        placed: (call, root) => {
          // A Local channel that Asterisk calls gets its number with the next event; everything else is known now.
          if (!root.local || !root.originated || call.reference) this.announce(call);
        },
        overflow: (channel) => this.#giveUp(channel),
      },
      { channels: options.channelLimit, rememberMs: options.rememberMs },
    );
  }

  tell(statement: Statement): void {
    const { at, event } = this;
    const fact: Fact = event ? told(statement, at, event, this.#rawOf) : { ...statement, at };
    if (this.inferred) fact.inferred = true;
    this.told++;
    this.#state(fact);
  }

  /** The call's first fact, once. */
  announce(call: AsteriskCall): void {
    if (call.announced) return;
    call.announced = true;
    const { reference, root } = call;
    const { beganAt } = this;
    this.tell({
      fact: 'call.begin',
      call: call.key,
      details: detailsOf(call),
      ...(reference && { reference }),
      ...(beganAt !== null && { startedAt: beganAt }),
    });
    if (root?.alive) this.#begin(root, 'caller');
  }

  /** Who the caller is became clearer. */
  callerKnown(leg: Leg): void {
    const { call } = leg;
    if (call.announced && (call.root === leg || leg.through === call.root))
      this.tell({ fact: 'call.update', call: call.key, details: { from: leg.party } });
  }

  /** A leg is being called: the call is for it, until another rings or answers. */
  reached(leg: Leg): void {
    const { call } = leg;
    if (leg.passing || leg.lent || !leg.alive || this.#standing(leg) !== 'callee') return;
    this.announce(call);
    this.#takeOver(leg);
    this.#begin(leg, 'callee');
    if (call.answered) return;
    this.#settle(leg);
    const { number, extension } = leg.party;
    if (number || extension)
      this.tell({ fact: 'call.update', call: call.key, details: { to: leg.party }, elsewhere: true });
  }

  /** States the ringing of a leg as soon as it is clear whom it rings for. */
  ring(leg: Leg): void {
    if (!leg.ringing || leg.stated >= STATED.ringing || !leg.alive || leg.passing || leg.lent) return;
    const standing = this.#standing(leg);
    if (standing === 'open' || standing === 'consult') return;
    this.announce(leg.call);
    if (standing === 'caller') {
      this.#begin(leg, 'caller');
      return;
    }
    this.#takeOver(leg);
    this.#settle(leg);
    if (leg.stated >= STATED.ringing) return;
    leg.stated = STATED.ringing;
    leg.call.hadLegs = true;
    this.tell({ fact: 'leg.ringing', call: leg.call.key, leg: leg.id, party: leg.party });
  }

  /** A leg was taken: by a dial application's word, or because it talks in a bridge. */
  answer(leg: Leg): void {
    leg.taken = true;
    if (leg.stated === STATED.answered || !leg.alive || leg.passing || leg.lent) return;
    const standing = this.#standing(leg);
    if (standing === 'open' || standing === 'consult') return;
    this.announce(leg.call);
    const { call } = leg;
    if (standing === 'caller') {
      this.#begin(leg, 'caller');
      leg.stated = STATED.answered;
      this.tell({ fact: 'leg.answer', call: call.key, leg: leg.id, party: leg.party });
      return;
    }
    this.#takeOver(leg);
    this.#settle(leg);
    leg.stated = STATED.answered;
    call.hadLegs = true;
    call.answered = true;
    this.tell({ fact: 'leg.answer', call: call.key, leg: leg.id, party: leg.party });
    if (call.parked) {
      call.parked = false;
      this.tell({ fact: 'call.resume', call: call.key, by: leg.party });
    }
  }

  /** A leg that placed a call of its own now talks in another one: it is the called side there. */
  join(leg: Leg): void {
    if (leg.joined || !leg.root || leg === leg.call.root) return;
    leg.joined = true;
    const before = leg.id;
    const wasStated = leg.stated > STATED.nothing;
    leg.id = `${before}/joined`;
    leg.stated = STATED.nothing;
    this.answer(leg);
    if (wasStated) this.tell({ fact: 'leg.end', call: leg.call.key, leg: before, lost: true });
  }

  /** A party that was asked before the transfer now belongs to the call. */
  include(leg: Leg): void {
    leg.consult = false;
    leg.dialled = true;
    this.clear(leg, false);
  }

  /**
   * It is clear now whom a leg, or those behind it, ring for: what was kept back is stated.
   * @param rang whether the ringing of a leg that has answered since is still worth telling
   */
  clear(leg: Leg, rang = true): void {
    if (rang || !leg.taken) this.ring(leg);
    if (leg.taken) this.answer(leg);
    if (!leg.passing) return;
    for (const behind of leg.call.legs) if (behind.through === leg) this.clear(behind, rang);
  }

  /** Two calls become one. @returns the one that goes on */
  merge(
    one: AsteriskCall,
    other: AsteriskCall,
    transfer?: { mode: TransferMode | null; by?: Partial<Party>; to?: Partial<Party> },
    into?: AsteriskCall,
  ): AsteriskCall {
    const stays = into ?? survivor(one, other);
    const gone = stays === one ? other : one;
    if (stays === gone) return stays;
    this.announce(stays);
    if (gone.announced)
      this.tell({ fact: 'call.merge', call: gone.key, into: stays.key, ...(transfer && { transfer }) });
    else if (transfer) this.transferred(stays, transfer.mode, transfer.by, transfer.to ?? {});
    stays.answered ||= gone.answered;
    stays.parked ||= gone.parked;
    stays.hadLegs ||= gone.hadLegs;
    stays.wait ??= gone.wait;
    this.tables.absorb(gone, stays);
    return stays;
  }

  transferred(call: AsteriskCall, mode: TransferMode | null, by: Partial<Party> | undefined, to: Partial<Party>): void {
    this.announce(call);
    // Parking is told before or after the transfer that leads to it, as it happens.
    const held = call.parked;
    this.tell({ fact: 'call.transfer', call: call.key, mode, ...(by && { by }), to, ...(held && { held }) });
  }

  /** A channel is gone; its leg is when no other half of it is left. */
  hangup(channel: Channel, cause: number, causeText: string | null): void {
    if (!channel.alive) return;
    const { leg } = channel;
    this.#gone(channel);
    // The halves of a Local channel often end with different codes, one of them saying nothing.
    if (leg.cause === 0 || (leg.cause === 16 && cause !== 0)) {
      leg.cause = cause;
      leg.causeText = causeText;
    }
    if (!leg.alive) this.#end(leg);
  }

  /**
   * A channel is gone and nobody told its end. What came of its call is unknown then, and nothing is made up for it: somebody may have
   * answered meanwhile.
   * @param reason how it came that nobody told
   */
  vanish(channel: Channel, reason: Reason | null): void {
    if (!channel.alive) return;
    const { leg } = channel;
    this.#gone(channel);
    if (leg.alive) return;
    // The other half of a Local channel may have told.
    leg.unheard = leg.cause === 0;
    this.#end(leg, reason);
  }

  /** What came of a leg, as far as it is known now; a dial status may come after the leg is gone. */
  judge(leg: Leg): void {
    const { call } = leg;
    if (leg.cause === ANSWERED_ELSEWHERE || leg.cause === REDIRECTED || leg.forwarded) leg.lost = true;
    const reason = reasonOf(leg.cause, leg.causeText);
    if (call.answered && reason && !leg.lost) call.endReason = reason;
    if (leg.lost || leg.passing || leg.consult || leg.unheard) return;
    if (this.#standing(leg) === 'caller') {
      const disposition = ownEnd(leg);
      if (disposition) call.callerResult = { disposition, ...(reason && { reason }) };
      if (call.cancelled === true && reason) call.cancelled = reason;
      return;
    }
    if (leg.taken) return;
    const disposition = outcomeOf(leg.cause, leg.dialStatus);
    if (disposition) call.calleeResult = { disposition, ...(reason && { reason }) };
  }

  #gone(channel: Channel): void {
    recordingOver(this, channel);
    this.tables.ended(channel, this.at);
  }

  #end(leg: Leg, unheard: Reason | null = null): void {
    const { call } = leg;
    this.judge(leg);
    call.legs.delete(leg);
    const undecided = leg.unheard && !isDecided(call);
    const result = undecided ? null : resultOf(call);
    if (leg.stated > STATED.nothing && !leg.lent) {
      this.tell({
        fact: 'leg.end',
        call: call.key,
        leg: leg.id,
        ...(leg.lost ? { lost: true } : result && { result }),
      });
    }
    if (call.legs.size > 0) return;
    this.tables.callEnded(call, this.at);
    if (!call.announced) return;
    if (undecided) {
      const unknown: LegResult = { disposition: 'unknown', ...(unheard && { reason: unheard }) };
      this.tell({ fact: 'call.end', call: call.key, undecided, result: unknown });
    } else if (!call.hadLegs) this.tell({ fact: 'call.end', call: call.key, ...(result && { result }) });
  }

  #begin(leg: Leg, role: 'caller' | 'callee'): void {
    if (leg.stated > STATED.nothing) return;
    leg.stated = STATED.begun;
    leg.call.hadLegs = true;
    if (leg.through && leg.through === leg.call.root) this.callerKnown(leg);
    this.tell({ fact: 'leg.begin', call: leg.call.key, leg: leg.id, role, party: leg.party });
  }

  /** The person behind a Local channel takes the place that the channel itself had so far. */
  #takeOver(leg: Leg): void {
    const connector = leg.through;
    if (!connector || connector.lent || connector.stated === STATED.nothing || leg.stated > STATED.nothing) return;
    leg.id = connector.id;
    leg.stated = connector.stated;
    connector.lent = true;
  }

  #settle(leg: Leg): void {
    const { call } = leg;
    if (!settleByDialled(call, leg)) return;
    const { direction, line } = call;
    this.tell({ fact: 'call.update', call: call.key, details: { direction, ...(line && { line }) } });
  }

  #standing(leg: Leg): Standing {
    if (leg.joined) return 'callee';
    if (leg.root) return 'caller';
    if (leg.consult) return 'consult';
    if (leg.through) return this.#standing(leg.through);
    return leg.dialled ? 'callee' : 'open';
  }

  #together(leg: Leg, other: AsteriskCall): void {
    const stays = this.merge(leg.call, other);
    if (leg.root && stays.root !== leg && leg.up) this.join(leg);
  }

  /** What happens within is worked out, not told. */
  inferring(act: () => void): void {
    const { event, inferred } = this;
    this.event = null;
    this.inferred = true;
    try {
      act();
    } finally {
      this.event = event;
      this.inferred = inferred;
    }
  }

  #giveUp(channel: Channel): void {
    this.inferring(() => {
      for (const half of channel.leg.channels) this.vanish(half, null);
    });
  }
}

/** Calls with somebody outside go on; of two alike, the older. */
function survivor(one: AsteriskCall, other: AsteriskCall): AsteriskCall {
  if (one.external !== other.external) return one.external ? one : other;
  return one.order < other.order ? one : other;
}

/** Whether nothing that happened unheard can have changed the outcome: it was answered, or the caller had hung up. */
function isDecided(call: AsteriskCall): boolean {
  if (call.answered) return true;
  return (call.root?.hungUpFirst ?? false) && (call.cancelled !== null || call.calleeResult !== null);
}

/** What is known of the outcome: a person's answer, the caller's giving up, a called leg, the calling leg. */
export function resultOf(call: AsteriskCall): LegResult | null {
  if (call.answered) return { disposition: 'answered', ...(call.endReason && { reason: call.endReason }) };
  if (call.cancelled) return { disposition: 'cancelled', ...(call.cancelled !== true && { reason: call.cancelled }) };
  const { calleeResult, callerResult } = call;
  // The caller's leg often ends with the code of the called one, and sometimes earlier; 16 is Asterisk's own hang-up.
  if (calleeResult && !calleeResult.reason && callerResult?.disposition === calleeResult.disposition)
    return callerResult.reason?.code === '16' ? calleeResult : callerResult;
  return calleeResult ?? callerResult;
}

/**
 * How a calling leg itself ended: by its code, else nobody answered; a leg that was called in order to place a call and did not even
 * ring has failed. `null` for the person behind a Local channel when the code says nothing.
 */
function ownEnd(leg: Leg): LegResult['disposition'] | null {
  const told = outcomeOf(leg.cause, leg.root && !leg.originated ? null : leg.dialStatus);
  if (told) return told;
  if (!leg.root) return null;
  return leg.originated && !leg.taken && !leg.ringing ? 'failed' : 'no-answer';
}
