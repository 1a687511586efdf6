/** What VIPTel lists, in the shapes every provider has. */

import type { Clock } from '../../clock';
import { PbxError } from '../../model';
import type { Member, QueryCommand, QueueStatus } from '../../model';
import type { Accepted, KnownCall } from '../../provider';
import type { CallBook } from './calls';
import { wishOf } from '../../history';
import { queryHistory } from './history';
import type { Directory } from './numbers';
import type { ViptelRest } from './rest';
import { extensions, queues, queueState } from './rest-lists';
import type { Queue, QueueState } from './rest-lists';
import type { Sms } from './sms';

export interface QueriesOptions {
  account: string;
  book: CallBook;
  directory: Directory;
  clock: Clock;
  calls: () => Iterable<KnownCall>;
  rest: () => ViptelRest;
  sms: () => Sms;
}

const MAX_QUEUES = 50;

export class Queries {
  readonly #options: QueriesOptions;

  constructor(options: QueriesOptions) {
    this.#options = options;
  }

  async run({ query, params = {} }: QueryCommand, signal: AbortSignal): Promise<Accepted> {
    const { calls, rest, sms, directory, clock } = this.#options;
    switch (query) {
      case 'members':
        return { result: await this.#members(signal) };
      case 'queues':
        return { result: (await this.#queues(signal)).map(statusOf) };
      case 'calls':
        return { result: [...calls()].map(({ call }) => call) };
      case 'history':
        return { result: await queryHistory(rest(), directory, wishOf(params, clock.now()), signal) };
      case 'balance':
        return sms().balance(signal);
      default:
        throw new PbxError('not-supported', `VIPTel cannot list ${String(query)}`);
    }
  }

  async #members(signal: AbortSignal): Promise<Member[]> {
    const { rest, directory } = this.#options;
    const all = await extensions(rest(), signal);
    const states = await this.#queues(signal);
    for (const { number } of all) directory.extension(number);
    return all.map(({ number, name, registered, doNotDisturb }) => {
      const memberships = states.flatMap(({ queue, state }) => {
        const member = state.members.find(({ extension }) => extension === number);
        return member ? [{ queue: queue.id, paused: member.paused }] : [];
      });
      const paused = memberships.length > 0 && memberships.every((membership) => membership.paused === true);
      const idle = registered === null ? 'unknown' : paused ? 'paused' : 'idle';
      return {
        extension: number,
        name,
        login: null,
        state: this.#busy(number) ?? (registered === false || doNotDisturb ? 'unavailable' : idle),
        queues: memberships.map(({ queue }) => queue),
      };
    });
  }

  /** What the phone does, by the calls that were told of. */
  #busy(extension: string): 'busy' | 'ringing' | null {
    let ringing = false;
    for (const call of this.#options.book.live()) {
      if (call.caller === extension) return 'busy';
      for (const target of [...call.targets, ...call.agents.values()]) {
        if (target.number !== extension) continue;
        if (target.answered) return 'busy';
        ringing = true;
      }
    }
    return ringing ? 'ringing' : null;
  }

  async #queues(signal: AbortSignal): Promise<{ queue: Queue; state: QueueState }[]> {
    const rest = this.#options.rest();
    const all: { queue: Queue; state: QueueState }[] = [];
    for (const queue of (await queues(rest, signal)).slice(0, MAX_QUEUES)) {
      this.#options.directory.queue(queue.id, queue.name);
      all.push({ queue, state: await queueState(rest, queue.id, signal) });
    }
    return all;
  }
}

function statusOf({ queue, state }: { queue: Queue; state: QueueState }): QueueStatus {
  return {
    id: queue.id,
    name: queue.name,
    waiting: state.waiting.length,
    members: state.members.map(({ extension, paused }) => ({ extension, name: null, paused })),
    callers: state.waiting.map(({ id, caller, waitSeconds }) => ({
      call: id,
      from: caller,
      position: null,
      waitSeconds,
    })),
  };
}
