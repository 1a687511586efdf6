/**
 * The calls VIPTel has told of, by every id it uses for them: a created call changes its id, a caller in a queue has one of his own and
 * each agent he is offered to another. What is kept here is what the next event needs to be understood; calls themselves are the tracker's.
 */

import type { Timer } from '../../clock';
import type { Direction, Party } from '../../model';

/** A phone that is or was being called. */
export interface Target {
  /** Id of the leg for the tracker. */
  leg: string;
  number: string | null;
  party: Partial<Party>;
  answered: boolean;
}

/** The first callee of a call, not yet known to be a person: a queue looks the same. */
export interface Doubt {
  number: string;
  name: string | null;
  begunAt: number;
  /** When it was picked up, by the person or by the PBX. */
  pickupAt: number | null;
  raw: unknown;
  timer: Timer;
}

/** A call that an API client asked for: we, or another client of the same account (`asked` is null then). */
export interface Creation {
  reference: string;
  asked: { from: string; to: string; callerId: string | null } | null;
  at: number;
  /** Ids told before anything else was. */
  ids: string[];
  call: ViptelCall | null;
  /** The own phone was picked up. */
  ownAnswered: boolean;
  /** The far end is being called. */
  far: boolean;
}

export interface ViptelCall {
  /** The first id: what the tracker and the flows know it by. */
  readonly key: string;
  /** Ids of the call itself, oldest first; the last one is in force. */
  readonly ids: string[];
  /** Every id of it and of its legs, also of those that are over. */
  readonly everyId: Set<string>;
  /** Phones called under an id of the call itself. */
  targets: Target[];
  /** Phones a queue calls, by the id of their leg. */
  readonly agents: Map<string, Target>;
  direction: Direction;
  /** The caller's number as VIPTel wrote it. */
  caller: string | null;
  /** The own number that was called from outside. */
  line: string | null;
  startedAt: number;
  /** Of the latest event. */
  touchedAt: number;
  answeredAt: number | null;
  /** Who took it last. */
  answeredBy: Partial<Party> | null;
  /** When the PBX itself picked up: a queue or a menu. */
  stageAt: number | null;
  doubt: Doubt | null;
  /** The queue it waits in. */
  queue: { id: string; joinedAt: number } | null;
  /** The queue it was in last, and whether something has come of that. */
  left: { id: string; settled: boolean } | null;
  queued: boolean;
  creation: Creation | null;
  /** A redirect of ours is under way. */
  redirecting: boolean;
  /** The link was down while it lived. */
  interrupted: boolean;
  linger: Timer | null;
  legs: number;
}

const MAX_CALLS = 20_000;
const MAX_ENDED = 5_000;
const CREATION_MS = 600_000;
/** A caller can be offered to agents for hours. */
const MAX_IDS = 200;

export class CallBook {
  readonly #byId = new Map<string, ViptelCall>();
  readonly #calls = new Set<ViptelCall>();
  /** Ids of calls and legs that are over, so that what comes late is not taken for something new. */
  readonly #ended = new Set<string>();
  readonly #creations = new Map<string, Creation>();

  /** A live call by any id of it or of its legs. */
  find(id: string | null): ViptelCall | undefined {
    return id === null ? undefined : this.#byId.get(id);
  }

  ended(id: string): boolean {
    return this.#ended.has(id);
  }

  /** The live calls, oldest first. */
  live(): ReadonlySet<ViptelCall> {
    return this.#calls;
  }

  add(id: string, at: number): ViptelCall {
    const call: ViptelCall = {
      key: id,
      ids: [id],
      everyId: new Set([id]),
      targets: [],
      agents: new Map(),
      direction: 'unknown',
      caller: null,
      line: null,
      startedAt: at,
      touchedAt: at,
      answeredAt: null,
      answeredBy: null,
      stageAt: null,
      doubt: null,
      queue: null,
      left: null,
      queued: false,
      creation: null,
      redirecting: false,
      interrupted: false,
      linger: null,
      legs: 0,
    };
    this.#calls.add(call);
    this.#byId.set(id, call);
    if (this.#calls.size > MAX_CALLS) {
      const [oldest] = this.#calls;
      if (oldest) this.remove(oldest);
    }
    return call;
  }

  /** Another id of the call itself; it is in force from now on. */
  rename(call: ViptelCall, id: string): void {
    if (!call.ids.includes(id)) call.ids.push(id);
    call.everyId.add(id);
    this.#byId.set(id, call);
  }

  addAgent(call: ViptelCall, id: string, target: Target): void {
    call.agents.set(id, target);
    if (call.everyId.size < MAX_IDS) call.everyId.add(id);
    this.#byId.set(id, call);
  }

  removeAgent(call: ViptelCall, id: string): void {
    call.agents.delete(id);
    this.#forget(id);
  }

  remove(call: ViptelCall): void {
    call.doubt?.timer.cancel();
    call.linger?.cancel();
    this.#calls.delete(call);
    for (const id of [...call.ids, ...call.agents.keys()]) this.#forget(id);
    if (call.creation) this.#creations.delete(call.creation.reference);
  }

  /** A call is about to be asked for. */
  creating(creation: Creation): void {
    for (const other of this.#creations.values())
      if (!other.call && creation.at - other.at > CREATION_MS) this.#creations.delete(other.reference);
    this.#creations.set(creation.reference, creation);
  }

  notCreated(reference: string): void {
    const creation = this.#creations.get(reference);
    if (creation && !creation.call) this.#creations.delete(reference);
  }

  creation(reference: string): Creation | undefined {
    return this.#creations.get(reference);
  }

  creations(): Iterable<Creation> {
    return this.#creations.values();
  }

  clear(): void {
    for (const call of this.#calls) this.remove(call);
    this.#creations.clear();
  }

  #forget(id: string): void {
    this.#byId.delete(id);
    this.#ended.add(id);
    if (this.#ended.size <= MAX_ENDED) return;
    const [oldest] = this.#ended;
    if (oldest !== undefined) this.#ended.delete(oldest);
  }
}
