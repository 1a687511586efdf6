/** Events written down for a test: `{Event: ..., Channel: ...}` as flat objects, fed to an interpreter and a call tracker. */

import { FlatEvent, Interpreter } from '../../lib/asterisk-events';
import type { InterpreterOptions, ManagerEvent } from '../../lib/asterisk-events';
import { CallTracker } from '../../lib/calls';
import type { Emission } from '../../lib/calls';
import { VirtualClock } from '../../lib/clock';
import type { Fact } from '../../lib/facts';
import { lineOf } from './replay';

export type Values = Readonly<Record<string, string | number>>;

export class Bench {
  readonly clock = new VirtualClock();
  readonly facts: Fact[] = [];
  readonly emissions: Emission[] = [];
  readonly tracker: CallTracker;
  readonly interpreter: Interpreter;

  constructor(options: Partial<InterpreterOptions> = {}) {
    this.tracker = new CallTracker({ clock: this.clock, emit: (emission) => this.emissions.push(emission) });
    this.interpreter = new Interpreter({
      context: 'from-internal',
      fact: (fact) => {
        this.facts.push(fact);
        this.tracker.apply(fact);
      },
      ...options,
    });
  }

  event(name: string, values: Values): void {
    this.feed(new FlatEvent({ Event: name, ...values }));
  }

  feed(event: ManagerEvent): void {
    this.interpreter.apply(event, this.clock.now());
    this.clock.advance(1);
  }

  /** Everything told so far, and whatever a second more brings. */
  get lines(): string[] {
    this.clock.advance(1_000);
    return this.emissions.map(lineOf);
  }
}

/** The fields of a channel: `PJSIP/1001-00000001`, uid 1.1, call 1.1 unless said otherwise. */
export function channel(name: string, uid: string, more: Values = {}, prefix = ''): Values {
  const peer = name.slice(name.indexOf('/') + 1, name.lastIndexOf('-'));
  const fields: Values = {
    Channel: name,
    Uniqueid: uid,
    Linkedid: '1.1',
    ChannelState: 4,
    CallerIDNum: peer,
    CallerIDName: `Phone ${peer}`,
    Context: 'from-internal',
    Exten: 's',
    ...more,
  };
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [prefix + key, value]));
}
