/** Calls that go elsewhere: redirected before they are answered, transferred after. */

import type { Leg, SimulatedCall } from './call';
import type { Exchange, Surroundings, Watcher } from './exchange';

/** How long the colleague is told what it is about before an attended transfer is completed. */
const CONSULT_MS = 2_000;

/** A move that cannot be made, in words for the person who asked. */
export class Impossible extends Error {}

export class Moves implements Watcher {
  readonly #exchange: Exchange;
  readonly #around: Surroundings;

  constructor(exchange: Exchange, around: Surroundings) {
    this.#exchange = exchange;
    this.#around = around;
    exchange.watch(this);
  }

  /** A ringing or waiting call goes to another destination. */
  redirect(call: SimulatedCall, to: string): void {
    if (call.answeredAt !== null) throw new Impossible('the call is answered: it can be transferred, not redirected');
    if (!call.caller || call.caller.state !== 'up')
      throw new Impossible('the phone that places the call has not been picked up yet');
    this.#exchange.withdraw(call);
    call.to = this.#around.directory.party(to);
    this.#around.tell({ event: 'CallRedirected', call: call.id, to: call.to });
    this.#exchange.dial(call, to);
  }

  blind(call: SimulatedCall, to: string, extension?: string): void {
    const leg = this.#transferrer(call, extension);
    if (this.consultationOf(call)) throw new Impossible('the call is being transferred already');
    call.held = false;
    call.to = this.#around.directory.party(to);
    this.#around.tell({ event: 'CallTransferred', call: call.id, mode: 'blind', by: leg.party, to: call.to });
    this.#exchange.detach(call, leg);
    this.#exchange.dial(call, to);
  }

  /** The colleague is called first; when he answers, the two calls become one. Returns the consultation. */
  attended(call: SimulatedCall, to: string, extension?: string): SimulatedCall {
    const leg = this.#transferrer(call, extension);
    if (this.consultationOf(call)) throw new Impossible('the call is being transferred already');
    this.#exchange.setHeld(call, true, leg.party);
    const target = this.#around.directory.party(to);
    const consultation = this.#exchange.create(
      {
        direction: target.extension === null ? 'outbound' : 'internal',
        from: leg.party,
        to: target,
        dialed: to,
        script: call.script.manual ? { manual: true } : {},
      },
      'up',
      call.id,
    );
    this.#exchange.dial(consultation, to);
    return consultation;
  }

  consultationOf(call: SimulatedCall): SimulatedCall | undefined {
    for (const other of this.#exchange.calls.values()) if (other.consults === call.id) return other;
    return undefined;
  }

  answered(call: SimulatedCall, leg: Leg): void {
    if (call.consults === null || leg.side !== 'callee') return;
    this.#around.schedule.after(this.#around.pace(CONSULT_MS), call.id, () => this.#complete(call, leg));
  }

  ended(call: SimulatedCall): void {
    const waits = call.consults === null ? undefined : this.#exchange.calls.get(call.consults);
    const holder = waits?.legOf(call.from.extension ?? '');
    // The colleague could not be had, or hung up before he had the call: back to the customer. After a transfer nobody holds him any more.
    if (waits && holder) this.#exchange.setHeld(waits, false, holder.party);
    // The customer is gone: there is nothing to consult about.
    const consultation = this.consultationOf(call);
    if (consultation) this.#exchange.finish(consultation, 16);
  }

  #complete(consultation: SimulatedCall, target: Leg): void {
    const call = consultation.consults === null ? undefined : this.#exchange.calls.get(consultation.consults);
    const old = call?.legOf(consultation.from.extension ?? '');
    const own = consultation.caller;
    if (!call || !old || !own || !consultation.has(target)) return;
    call.held = false;
    call.to = target.party;
    this.#around.tell({
      event: 'CallsJoined',
      call: consultation.id,
      into: call.id,
      by: old.party,
      to: target.party,
    });
    this.#exchange.move(target, consultation, call);
    this.#exchange.move(own, consultation, call);
    this.#exchange.absorb(consultation);
    this.#exchange.detach(call, old);
    this.#exchange.detach(call, own);
    this.#exchange.joined(call, target);
  }

  /** The leg that transfers: the one asked for, or the only phone inside. */
  #transferrer(call: SimulatedCall, extension: string | undefined): Leg {
    if (!call.talking) throw new Impossible('the call is not answered: it can be redirected, not transferred');
    const inside = call.legs.filter((leg) => leg.state === 'up' && leg.party.extension !== null);
    const wanted = extension === undefined ? inside : inside.filter((leg) => leg.party.extension === extension);
    // Between two phones inside it is the called one who knows to whom the call should go.
    const leg = wanted.find(({ side }) => side === 'callee') ?? wanted[0];
    if (leg) return leg;
    throw new Impossible(
      extension === undefined ? 'no extension takes part in the call' : `${extension} does not take part in the call`,
    );
  }
}
