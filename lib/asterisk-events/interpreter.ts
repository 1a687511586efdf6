/**
 * What the events of an Asterisk manager interface mean: events in, facts out. Pure: no socket and no clock, so that recordings test
 * exactly what runs live. Works on the vocabulary of Asterisk 12 and later; `legacy.ts` brings older ones into it.
 *
 * What makes it hard, and what is done about it: events are in order for each channel only, so any event may be the first of its leg;
 * Linkedids change silently when calls come together; Local channels are connectors and no parties; the end of a called leg is told
 * by its own hang-up code rather than by the dial status. Memory is bounded by the number of live channels and a limit on them.
 */

import type { Fact } from '../facts';
import { beginningOf } from '../transport/ami';
import type { AmiBlock } from '../transport/ami';
import { Directory } from './directory';
import type { ManagerEvent } from './event';
import { stampOf } from './event';
import type { Handler } from './handlers';
import { BRIDGE_EVENTS } from './on-bridges';
import { CHANNEL_EVENTS } from './on-channels';
import { DIAL_EVENTS } from './on-dials';
import { QUEUE_EVENTS } from './on-queues';
import { RECORDING_EVENTS, VARIABLES } from './on-recordings';
import { TRANSFER_EVENTS } from './on-transfers';
import { allGone, reconcile } from './reconcile';
import type { Lists } from './reconcile';
import { Scene } from './scene';
import type { AsteriskCall } from './legs';
import type { Expected, Tables } from './tables';

export interface InterpreterOptions {
  /** Takes each fact at once. */
  fact: (fact: Fact) => void;
  /** Dialplan context in which phones dial: channels in it are inside. */
  context?: string;
  /** What `raw` of a fact shows; asked only when somebody looks. Default: the event itself. */
  rawOf?: (event: ManagerEvent) => unknown;
  /** Live channels; beyond, the oldest is given up as ended. Default 50 000. */
  channelLimit?: number;
  /** How long ended channels are remembered for late events, in milliseconds. Default one minute. */
  rememberMs?: number;
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  Object.entries({
    ...CHANNEL_EVENTS,
    ...DIAL_EVENTS,
    ...BRIDGE_EVENTS,
    ...TRANSFER_EVENTS,
    ...QUEUE_EVENTS,
    ...RECORDING_EVENTS,
  }),
);

/** The events that mean something; all others need not even be parsed. */
export const AMI_EVENTS: ReadonlySet<string> = new Set(HANDLERS.keys());

const VARIABLE = beginningOf('Variable');

export class Interpreter {
  readonly directory: Directory;
  readonly scene: Scene;
  #stamped = false;
  #sinceLook = 0;

  constructor(options: InterpreterOptions) {
    this.directory = new Directory(options.context ?? '');
    this.scene = new Scene({
      directory: this.directory,
      state: options.fact,
      rawOf: options.rawOf ?? ((event) => event),
      channelLimit: options.channelLimit ?? 50_000,
      rememberMs: options.rememberMs ?? 60_000,
    });
  }

  get tables(): Tables {
    return this.scene.tables;
  }

  /** Whether an event is worth parsing. Half of what Asterisk sends are variables, of which four matter. */
  wants(name: string, block: AmiBlock): boolean {
    // The first one tells by itself that this user is shown variables.
    if (name !== 'VarSet' || !this.scene.tellsVariables) return AMI_EVENTS.has(name);
    const variable = block.value(VARIABLE);
    return variable === undefined || VARIABLES.has(variable);
  }

  /**
   * @param receivedAt milliseconds; stands in where the PBX does not stamp its events
   * @returns whether a fact came of it
   */
  apply(event: ManagerEvent, receivedAt: number): boolean {
    const handler = HANDLERS.get(event.name);
    if (!handler) return false;
    const { scene } = this;
    const { told } = scene;
    scene.at = this.#time(event, receivedAt);
    scene.event = event;
    try {
      handler(scene, event);
    } finally {
      scene.event = null;
    }
    return scene.told > told;
  }

  /** A call will be placed with this Uniqueid: its first fact tells from whom and to whom, and whose command it was. */
  expect(uid: string, expected: Expected): void {
    this.scene.tables.expect(uid, expected);
  }

  unexpect(uid: string): void {
    this.scene.tables.unexpect(uid);
  }

  /** What the PBX lists as live, taken as true: see `reconcile.ts`. */
  reconcile(lists: Lists, at: number): void {
    this.scene.at = at;
    reconcile(this.scene, lists);
  }

  /** The PBX went down: its calls are over. */
  allGone(at: number): void {
    this.scene.at = at;
    allGone(this.scene);
  }

  /** A live call by any id of it, also that of one of its channels. */
  call(id: string): AsteriskCall | null {
    const call = this.tables.call(id);
    return call && !call.ended ? call : null;
  }

  /** A command of ours is about to end this call: if nobody has answered, it was given up and not refused. */
  givenUp(call: AsteriskCall): void {
    if (!call.answered) call.cancelled ??= true;
  }

  /** Whether events are stamped is a setting of the PBX; looking for the stamp now and then is enough. */
  #time(event: ManagerEvent, receivedAt: number): number {
    if (!this.#stamped && this.#sinceLook++ % 64 !== 0) return receivedAt;
    const stamp = stampOf(event);
    this.#stamped = stamp !== null;
    return stamp ?? receivedAt;
  }
}
