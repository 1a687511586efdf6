/** The people at the phones: who answers, who gives up, how long they talk and what they do meanwhile. */

import type { Party } from '../../../model';
import type { Leg, SimulatedCall } from './call';
import type { CauseCode } from './causes';
import { isCause } from './causes';
import type { Exchange, Surroundings, Watcher } from './exchange';
import type { Moves } from './moves';
import type { Random } from './random';
import type { Recorder } from './recorder';
import type { Script } from './script';

type Reaction = { kind: 'answer' | 'reject'; afterMs: number } | { kind: 'fail'; code: CauseCode } | { kind: 'ignore' };

/** Numbers outside that always do the same, for flows under test: `...0000` and the release cause. */
const TEST_NUMBER = /0000(\d\d)$/;

export class People implements Watcher {
  /** What one person does in every call, by extension or number. */
  readonly #habits = new Map<string, Script>();
  readonly #exchange: Exchange;
  readonly #around: Surroundings;
  readonly #moves: Moves;
  readonly #recorder: Recorder;
  readonly #random: Random;
  readonly #answerRatio: number;

  constructor(
    exchange: Exchange,
    around: Surroundings,
    parts: { moves: Moves; recorder: Recorder; random: Random; answerRatio: number },
  ) {
    this.#exchange = exchange;
    this.#around = around;
    this.#moves = parts.moves;
    this.#recorder = parts.recorder;
    this.#random = parts.random;
    this.#answerRatio = parts.answerRatio;
    exchange.obstacle = (call, phone) => this.#obstacle(call, phone);
    exchange.watch(this);
  }

  /** From now on, until told otherwise. An empty script: as the person likes. */
  behave(party: string, script: Script): void {
    this.#habits.delete(party);
    if (Object.keys(script).length > 0) this.#habits.set(party, script);
  }

  created(call: SimulatedCall): void {
    const { manual, giveUpSeconds } = call.script;
    if (manual && giveUpSeconds === undefined) return;
    const patienceMs = giveUpSeconds === undefined ? this.#patience() : giveUpSeconds * 1000;
    this.#around.schedule.after(patienceMs, call.id, () => {
      const { caller } = call;
      if (call.answeredAt === null && caller?.state === 'up') this.#exchange.hangup(call, caller);
    });
  }

  ringing(call: SimulatedCall, leg: Leg): void {
    this.#react(call, leg, this.#atThePhone(call, leg));
  }

  dialling(call: SimulatedCall, leg: Leg): void {
    if (call.script.manual && !this.#habit(leg.party)) {
      this.#exchange.ring(call, leg);
      return;
    }
    const reaction = this.#outside(call, leg);
    const { schedule, pace } = this.#around;
    schedule.after(pace(this.#random.between(500, 1_500)), leg.id, () => {
      if (reaction.kind === 'fail') this.#exchange.leave(call, leg, reaction.code);
      else {
        this.#exchange.ring(call, leg);
        this.#react(call, leg, reaction);
      }
    });
  }

  answered(call: SimulatedCall): void {
    const owner = talkOf(call);
    this.#around.schedule.drop(owner);
    if (!call.talking || call.consults !== null) return;
    const { script } = call;
    // Somebody also answers after a transfer, while it is being recorded still.
    if (script.record && !this.#recorder.isRecording(call)) this.#recorder.start(call);
    if (script.manual && script.talkSeconds === undefined) return;
    const talkMs =
      script.talkSeconds === undefined
        ? this.#around.pace(this.#random.between(10_000, 90_000))
        : script.talkSeconds * 1000;
    if (script.lively) this.#liven(call, owner, talkMs);
    const side = script.hangupBy ?? (this.#random.chance(0.5) ? 'caller' : 'callee');
    this.#around.schedule.after(talkMs, owner, () => this.#sayGoodbye(call, side));
  }

  ended(call: SimulatedCall): void {
    this.#around.schedule.drop(talkOf(call));
  }

  /** Some have no time at all. */
  #patience(): number {
    const hurried = this.#random.chance(0.12);
    return this.#around.pace(hurried ? this.#random.between(2_000, 7_000) : this.#random.between(25_000, 70_000));
  }

  #sayGoodbye(call: SimulatedCall, side: 'caller' | 'callee'): void {
    if (call.ended) return;
    // Nobody hangs up on a person who said "one moment, please".
    if (call.held || !call.talking)
      this.#around.schedule.after(this.#around.pace(5_000), talkOf(call), () => this.#sayGoodbye(call, side));
    else {
      const leg = call.legs.find((candidate) => candidate.side === side && candidate.state === 'up') ?? call.legs[0];
      if (leg) this.#exchange.hangup(call, leg);
    }
  }

  #react(call: SimulatedCall, leg: Leg, reaction: Reaction): void {
    if (reaction.kind === 'ignore') return;
    const { schedule } = this.#around;
    if (reaction.kind === 'fail') this.#exchange.leave(call, leg, reaction.code);
    else if (reaction.kind === 'answer')
      schedule.after(reaction.afterMs, leg.id, () => this.#exchange.answer(call, leg));
    else schedule.after(reaction.afterMs, leg.id, () => this.#exchange.leave(call, leg, 21));
  }

  #obstacle(call: SimulatedCall, phone: Party): CauseCode | null {
    // The script of a call is about the called; the own phone of a call by click has only its habits.
    return obstacleIn(this.#habit(phone)) ?? (phone === call.from ? null : obstacleIn(call.script));
  }

  /** What the person whose phone rings does. */
  #atThePhone(call: SimulatedCall, leg: Leg): Reaction {
    const told = this.#told(call, leg);
    if (told) return told;
    const { pace } = this.#around;
    // Whoever asked for the call by click waits for his own phone to ring.
    if (leg.side === 'caller') return { kind: 'answer', afterMs: pace(this.#random.between(1_500, 3_500)) };
    if (this.#random.chance(this.#answerRatio))
      return { kind: 'answer', afterMs: pace(this.#random.between(3_000, 8_000)) };
    return this.#random.chance(0.4)
      ? { kind: 'reject', afterMs: pace(this.#random.between(2_000, 5_000)) }
      : { kind: 'ignore' };
  }

  #outside(call: SimulatedCall, leg: Leg): Reaction {
    const told = this.#told(call, leg);
    const obstacle = obstacleIn(this.#habit(leg.party)) ?? obstacleIn(call.script);
    if (obstacle !== null) return { kind: 'fail', code: obstacle };
    if (told) return told;
    const code = Number(TEST_NUMBER.exec(leg.party.number ?? '')?.[1] ?? Number.NaN);
    if (isCause(code)) return alwaysTheSame(code, this.#around.pace);
    const between = (low: number, high: number) => this.#around.pace(this.#random.between(low, high));
    switch (this.#random.weighted({ answer: 70, ignore: 10, busy: 10, reject: 5, unreachable: 3, invalid: 2 })) {
      case 'answer':
        return { kind: 'answer', afterMs: between(3_000, 10_000) };
      case 'reject':
        return { kind: 'reject', afterMs: between(2_000, 6_000) };
      case 'ignore':
        return { kind: 'ignore' };
      case 'busy':
        return { kind: 'fail', code: 17 };
      case 'unreachable':
        return { kind: 'fail', code: 20 };
      case 'invalid':
        return { kind: 'fail', code: 1 };
    }
  }

  /** What a script wants, if it wants anything. */
  #told(call: SimulatedCall, leg: Leg): Reaction | null {
    // The script of the call is about whoever is called; the one who calls has only his habits.
    const scripts = [this.#habit(leg.party), leg.side === 'callee' ? call.script : undefined];
    for (const script of scripts) {
      if (script?.answerSeconds === false) return { kind: 'ignore' };
      if (script?.answerSeconds !== undefined) return { kind: 'answer', afterMs: script.answerSeconds * 1000 };
      if (script?.rejectSeconds !== undefined) return { kind: 'reject', afterMs: script.rejectSeconds * 1000 };
    }
    return call.script.manual ? { kind: 'ignore' } : null;
  }

  #habit(party: Party): Script | undefined {
    return this.#habits.get(party.extension ?? party.number ?? '');
  }

  /** One thing more than talking, perhaps. */
  #liven(call: SimulatedCall, owner: string, talkMs: number): void {
    const { schedule, pace } = this.#around;
    if (this.#random.chance(0.3) && !this.#recorder.isRecording(call)) this.#recorder.start(call);
    const event = this.#random.weighted({ nothing: 68, hold: 12, digits: 8, blind: 6, attended: 6 });
    const atMs = talkMs * this.#random.between(0.2, 0.5);
    const digits = String(this.#random.pick([1, 2, 3, 9]));
    const forMs = Math.min(talkMs * 0.3, pace(this.#random.between(3_000, 15_000)));
    if (event === 'nothing') return;
    schedule.after(atMs, owner, () => {
      const inside = call.legs.find((leg) => leg.state === 'up' && leg.party.extension !== null);
      // Somebody else has been faster, by a command or a script.
      if (!inside || !call.talking || call.held || this.#moves.consultationOf(call)) return;
      if (event === 'hold') {
        this.#exchange.setHeld(call, true, inside.party);
        schedule.after(forMs, owner, () => this.#exchange.setHeld(call, false, inside.party));
      } else if (event === 'digits') {
        const presses = call.caller?.party ?? inside.party;
        const press = this.#exchange.newId('press');
        this.#around.tell({ event: 'Digits', call: call.id, press, digits, by: presses });
      } else this.#handOver(call, event);
    });
  }

  #handOver(call: SimulatedCall, mode: 'blind' | 'attended'): void {
    const colleagues = [...this.#around.directory.extensions.keys()].filter(
      (extension) => this.#exchange.stateOf(extension) === 'idle',
    );
    if (colleagues.length === 0) return;
    this.#moves[mode](call, this.#random.pick(colleagues));
  }
}

function talkOf(call: SimulatedCall): string {
  return `talk/${call.id}`;
}

function obstacleIn(script: Script | undefined): CauseCode | null {
  if (script?.busy) return 17;
  if (script?.unreachable) return 20;
  return script?.invalid ? 1 : null;
}

function alwaysTheSame(code: CauseCode, pace: (ms: number) => number): Reaction {
  if (code === 16) return { kind: 'answer', afterMs: pace(2_000) };
  if (code === 21) return { kind: 'reject', afterMs: pace(2_000) };
  return code === 19 ? { kind: 'ignore' } : { kind: 'fail', code };
}
