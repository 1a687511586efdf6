/**
 * A small telephone exchange in the process: phones, queues, people, recordings, texts. It knows nothing of this package's calls and
 * events: it tells its messages to whoever is connected, and does what it is asked.
 */

import type { Clock } from '../../../clock';
import type { Member } from '../../../model';
import type { Leg, SimulatedCall } from './call';
import { Directory } from './directory';
import { Exchange } from './exchange';
import type { Surroundings, Watcher } from './exchange';
import { History } from './history';
import type { SimulatorMessage } from './messages';
import { Moves } from './moves';
import { People } from './people';
import { Queue } from './queue';
import { Random } from './random';
import { Recorder } from './recorder';
import { Schedule } from './schedule';
import type { Script } from './script';
import { Texts } from './texts';
import { Traffic } from './traffic';

export interface PbxSettings {
  seed: string;
  callsPerMinute: number;
  extensions: readonly string[];
  queues: readonly string[];
  names: Readonly<Record<string, string>>;
  /** 0..1 */
  answerRatio: number;
  /** How many times faster than people are. */
  speed: number;
}

export interface PbxHost {
  clock: Clock;
  tell: (message: SimulatorMessage) => void;
  /** Asks outside where an incoming call should go; `null`: nobody knows better. */
  route: (call: SimulatedCall) => Promise<{ to: string | null; contactName: string | null } | null>;
}

export class Pbx implements Watcher {
  readonly directory: Directory;
  readonly exchange: Exchange;
  readonly queues = new Map<string, Queue>();
  readonly moves: Moves;
  readonly people: People;
  readonly recorder: Recorder;
  readonly texts: Texts;
  readonly history = new History();
  readonly traffic: Traffic;
  readonly #settings: PbxSettings;
  readonly #schedule: Schedule;
  readonly #host: PbxHost;
  /** What calls to outside have cost, in cents. */
  #spent = 0;

  constructor(settings: PbxSettings, host: PbxHost) {
    this.#settings = settings;
    this.#host = host;
    const chance = (purpose: string) => new Random(`${settings.seed}/${purpose}`);
    this.directory = new Directory(settings.extensions, settings.names, settings.queues, chance('town'));
    this.#schedule = new Schedule(host.clock);
    const around: Surroundings = {
      clock: host.clock,
      schedule: this.#schedule,
      directory: this.directory,
      tell: (message) => host.tell({ time: host.clock.now(), ...message }),
      pace: (ms) => ms / settings.speed,
    };
    this.exchange = new Exchange(around);
    // In this order they hear of what happens: the record first, the people, who act, last.
    this.exchange.watch(this.history);
    this.recorder = new Recorder(this.exchange, around);
    this.moves = new Moves(this.exchange, around);
    for (const id of settings.queues) this.#addQueue(id, around);
    this.exchange.enqueue = (call, queue) => this.queues.get(queue)?.join(call);
    this.exchange.dequeue = (call, why) => this.queues.get(call.waitsIn ?? '')?.leave(call, why);
    this.exchange.watch(this);
    this.people = new People(this.exchange, around, {
      moves: this.moves,
      recorder: this.recorder,
      random: chance('people'),
      answerRatio: settings.answerRatio,
    });
    this.texts = new Texts(this.exchange, around, chance('texts'));
    this.traffic = new Traffic(this, host.clock, chance('traffic'));
  }

  open(): void {
    this.traffic.callsPerMinute = this.#settings.callsPerMinute;
  }

  close(): void {
    this.traffic.close();
    this.#schedule.close();
  }

  /** A call from outside comes in. */
  incoming(wanted: { from: string; name?: string; to: string; dialed?: string; script?: Script }): SimulatedCall {
    const { directory } = this;
    const phone = directory.extensions.has(wanted.to);
    const call = this.exchange.create(
      {
        direction: 'inbound',
        from: directory.outside(wanted.from, wanted.name),
        ...(phone && { to: directory.inside(wanted.to) }),
        dialed: wanted.dialed ?? directory.directNumber(wanted.to),
        line: directory.line,
        ...(wanted.script && { script: wanted.script }),
      },
      'up',
    );
    void this.#route(call, wanted.to);
    return call;
  }

  /** A phone inside is picked up and dials. */
  dial(wanted: { from: string; to: string; script?: Script }): SimulatedCall {
    const call = this.exchange.create(this.#fromInside(wanted), 'up');
    this.exchange.dial(call, wanted.to);
    return call;
  }

  /** A call by click: the own phone rings first, the destination is dialled when it is picked up. */
  place(wanted: { from: string; to: string; callerId?: string; reference?: string; tag?: string }): SimulatedCall {
    const { reference, tag } = wanted;
    const made = this.#fromInside(wanted);
    const from = { ...made.from, number: wanted.callerId ?? null };
    return this.exchange.create({ ...made, from, ...(reference && { reference }), ...(tag && { tag }) }, 'ringing');
  }

  /** The free members of a queue that are not on a break, longest idle first. */
  freeMembers(queue: string): string[] {
    return [...(this.queues.get(queue)?.members.values() ?? [])]
      .filter(({ paused, extension }) => !paused && this.stateOf(extension) === 'idle')
      .sort((one, other) => one.servedAt - other.servedAt)
      .map(({ extension }) => extension);
  }

  /** The caller presses digits. */
  press(call: SimulatedCall, digits: string): void {
    const by = call.caller?.party ?? call.from;
    const press = this.exchange.newId('press');
    this.#host.tell({ event: 'Digits', time: this.#host.clock.now(), call: call.id, press, digits, by });
  }

  answered(call: SimulatedCall, leg: Leg): void {
    if (leg.side === 'caller' && call.answeredAt === null && call.dialed !== null)
      this.exchange.dial(call, call.dialed);
  }

  ended(call: SimulatedCall): void {
    if (call.direction !== 'outbound' || call.answeredAt === null || call.endedAt === null) return;
    this.#spent += Math.ceil((call.endedAt - call.answeredAt) / 60_000) * 3;
  }

  stateOf(extension: string): Member['state'] {
    return this.exchange.stateOf(extension);
  }

  /** The prepaid credit, in euro. */
  get balance(): number {
    return (10_000 - this.#spent) / 100;
  }

  members(): Member[] {
    return [...this.directory.extensions].map(([extension, name]) => {
      const seats = [...this.queues.values()].filter((queue) => queue.members.has(extension));
      const state = this.stateOf(extension);
      const onBreak = seats.length > 0 && seats.every((queue) => queue.members.get(extension)?.paused);
      return {
        extension,
        name,
        login: null,
        state: state === 'idle' && onBreak ? 'paused' : state,
        queues: seats.map(({ id }) => id),
      };
    });
  }

  #fromInside({ from, to, script }: { from: string; to: string; script?: Script }) {
    const target = this.directory.party(to);
    return {
      direction: target.extension === null ? ('outbound' as const) : ('internal' as const),
      from: this.directory.inside(from),
      to: target,
      dialed: to,
      ...(target.extension === null && { line: this.directory.line }),
      ...(script && { script }),
    };
  }

  /** Outside may know better where the call should go. When it does not, the call rings where it was dialled to. */
  async #route(call: SimulatedCall, to: string): Promise<void> {
    const answer = await this.#host.route(call).catch(() => null);
    if (call.ended) return;
    if (answer?.contactName) this.exchange.name(call, answer.contactName);
    // Redirected while the question was open: that decision was later.
    if (call.offers.length > 0 || call.waitsIn !== null || call.answeredAt !== null) return;
    this.exchange.dial(call, answer?.to ?? to);
  }

  /** Every extension sits in the first queue, every second one in the next, and so on. */
  #addQueue(id: string, around: Surroundings): void {
    const queue = new Queue(id, this.exchange, around);
    const every = this.queues.size + 1;
    for (const [index, extension] of this.#settings.extensions.entries())
      if (index % every === 0) queue.seat(extension);
    this.queues.set(id, queue);
  }
}
