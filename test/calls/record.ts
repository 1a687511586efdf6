/** A tracker on a virtual clock, and what it told, in words. */

import { CallTracker } from '../../lib/calls';
import type { Emission, TrackerOptions } from '../../lib/calls';
import { VirtualClock } from '../../lib/clock';
import type { CallFact, Fact, QueueFact } from '../../lib/facts';
import type { Call } from '../../lib/model';

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** A fact whose time is now unless it is given. */
export type Now<T extends Fact> = Without<T, 'at'> & { at?: number };

export interface Told {
  topic: string;
  id: string;
  at: number;
  inferred: boolean;
  /** The call as it stood. */
  call: Call | null;
  emission: Emission;
}

export interface Record {
  readonly clock: VirtualClock;
  readonly tracker: CallTracker;
  readonly told: Told[];
  /** States facts, all now. */
  say: (...facts: Now<Fact>[]) => void;
  topics: () => string[];
  last: (topic: string) => Told;
  call: (id: string) => Call;
}

export function record(options: Partial<TrackerOptions> = {}): Record {
  const clock = new VirtualClock();
  const told: Told[] = [];
  const tracker = new CallTracker({
    clock,
    emit: (emission) => {
      const common = emission.kind === 'call' || emission.kind === 'queue' ? emission : null;
      const call = 'call' in emission ? emission.call : null;
      told.push({
        topic: common?.topic ?? ('fact' in emission ? emission.fact.fact : ''),
        id: emission.id,
        at: common?.at ?? emission.fact.at,
        inferred: common?.inferred ?? false,
        call: call?.snapshot() ?? null,
        emission,
      });
    },
    ...options,
  });
  const call = (id: string): Call => {
    const found = tracker.find(id);
    if (!found) throw new Error(`there is no call ${id}`);
    return found.snapshot();
  };
  return {
    clock,
    tracker,
    told,
    say(...facts) {
      for (const fact of facts) tracker.apply({ at: clock.now(), ...fact });
    },
    topics: () => told.map(({ topic }) => topic),
    last(topic) {
      const found = told.findLast((one) => one.topic === topic);
      if (!found) throw new Error(`${topic} was not told`);
      return found;
    },
    call,
  };
}

/** The usual facts, with little to write. */
export const begin = (call: string, direction: 'inbound' | 'outbound' | 'internal' = 'inbound'): Now<CallFact> => ({
  fact: 'call.begin',
  call,
  details: { direction, from: { number: '+421900123456' }, dialed: '0220282028' },
});
export const caller = (call: string, leg = `${call}/caller`): Now<CallFact> => ({
  fact: 'leg.begin',
  call,
  leg,
  role: 'caller',
});
export const rings = (call: string, extension: string, leg = `${call}/${extension}`): Now<CallFact> => ({
  fact: 'leg.ringing',
  call,
  leg,
  party: { extension },
});
export const answers = (call: string, extension: string, leg = `${call}/${extension}`): Now<CallFact> => ({
  fact: 'leg.answer',
  call,
  leg,
  party: { extension },
});
export const leaves = (
  call: string,
  extension: string,
  more: Partial<Extract<CallFact, { fact: 'leg.end' }>> = {},
): Now<CallFact> => ({ fact: 'leg.end', call, leg: `${call}/${extension}`, ...more });
export const ends = (call: string, more: Partial<Extract<CallFact, { fact: 'call.end' }>> = {}): Now<CallFact> => ({
  fact: 'call.end',
  call,
  ...more,
});
export const joins = (call: string, id = '500'): Now<QueueFact> => ({ fact: 'queue.join', call, queue: { id } });
export const leavesQueue = (call: string, why?: QueueFact['why'], id = '500'): Now<QueueFact> => ({
  fact: 'queue.leave',
  call,
  queue: { id },
  ...(why && { why }),
});
