/** Who listens for what. An index decides before anything is built, so that nodes which do not want an event cost nothing. */

import type { Emission } from './calls';
import { bareNumber, numberPattern } from './numbers';
import type { Normalise } from './numbers';
import type { Direction, PbxEvent, Topic } from './model';

export interface Filter {
  /** Topics wanted. */
  topics: readonly Topic[];
  /** Any of these extensions takes part. Empty or absent: any. */
  extensions?: readonly string[];
  /** The call or event is about one of these queues. */
  queues?: readonly string[];
  /** A number outside takes part; `*` stands for any characters. */
  numbers?: readonly string[];
  direction?: Direction;
  /** Hand on the vendor's own message as well. */
  raw?: boolean;
}

export type Listener = (event: PbxEvent, raw: unknown) => void;

export interface Subscription {
  readonly filter: Filter;
  readonly listener: Listener;
}

interface Entry extends Subscription {
  /** Wants every event of its topics. */
  readonly any: boolean;
  readonly exactNumbers: ReadonlySet<string>;
  readonly patterns: readonly RegExp[];
}

/** What an event offers to be chosen by. */
export interface Traits {
  extensions: readonly (string | null | undefined)[];
  queues: readonly (string | null | undefined)[];
  numbers: readonly (string | null | undefined)[];
  direction: Direction | null;
}

class TopicIndex {
  /** Entries without an exact key: each is looked at. */
  readonly open = new Set<Entry>();
  readonly byExtension = new Map<string, Set<Entry>>();
  readonly byQueue = new Map<string, Set<Entry>>();
  readonly byNumber = new Map<string, Set<Entry>>();

  get empty(): boolean {
    return this.open.size === 0 && this.keyless;
  }

  /** Nobody is found by a key of the event. */
  get keyless(): boolean {
    return this.byExtension.size === 0 && this.byQueue.size === 0 && this.byNumber.size === 0;
  }

  /** The places an entry stands in: under each value of its first exact filter. */
  *places(entry: Entry): Iterable<{ map: Map<string, Set<Entry>>; key: string } | null> {
    const { extensions, queues } = entry.filter;
    if (extensions?.length) for (const key of extensions) yield { map: this.byExtension, key };
    else if (queues?.length) for (const key of queues) yield { map: this.byQueue, key };
    else if (entry.exactNumbers.size && !entry.patterns.length)
      for (const key of entry.exactNumbers) yield { map: this.byNumber, key };
    else yield null;
  }

  add(entry: Entry): void {
    for (const place of this.places(entry)) {
      if (!place) this.open.add(entry);
      else {
        const set = place.map.get(place.key) ?? new Set();
        place.map.set(place.key, set.add(entry));
      }
    }
  }

  remove(entry: Entry): void {
    for (const place of this.places(entry)) {
      if (!place) this.open.delete(entry);
      else {
        const set = place.map.get(place.key);
        set?.delete(entry);
        if (set?.size === 0) place.map.delete(place.key);
      }
    }
  }
}

export class Subscriptions {
  readonly #topics = new Map<Topic, TopicIndex>();
  readonly #normalise: Normalise;
  #rawWanted = 0;

  constructor(normalise: Normalise) {
    this.#normalise = normalise;
  }

  /** Returns the function that ends the subscription. */
  add(wanted: Filter, listener: Listener): () => void {
    // A copy: what is taken out must be found where it was put in, whatever became of the original.
    const filter = structuredClone(wanted);
    const numbers = (filter.numbers ?? []).map(bareNumber).filter(Boolean);
    const entry: Entry = {
      filter,
      listener,
      any: !filter.direction && !filter.extensions?.length && !filter.queues?.length && numbers.length === 0,
      exactNumbers: new Set(numbers.flatMap((n) => (n.includes('*') ? [] : [n, this.#normalise(n) ?? n]))),
      patterns: numbers.filter((n) => n.includes('*')).map(numberPattern),
    };
    for (const topic of filter.topics) {
      const index = this.#topics.get(topic) ?? new TopicIndex();
      this.#topics.set(topic, index);
      index.add(entry);
    }
    if (filter.raw) this.#rawWanted++;
    let live = true;
    return () => {
      if (!live) return;
      live = false;
      if (filter.raw) this.#rawWanted--;
      for (const topic of filter.topics) {
        const index = this.#topics.get(topic);
        index?.remove(entry);
        if (index?.empty) this.#topics.delete(topic);
      }
    };
  }

  wants(topic: Topic): boolean {
    return this.#topics.has(topic);
  }

  get rawWanted(): boolean {
    return this.#rawWanted > 0;
  }

  get size(): number {
    return this.#topics.size;
  }

  /** Everyone who wants this event; empty for nobody. */
  matching(topic: Topic, traits: () => Traits): readonly Subscription[] {
    const index = this.#topics.get(topic);
    if (!index) return [];
    let offered: Traits | null = null;
    const found = new Set<Entry>();
    for (const entry of index.open) if (entry.any || this.#passes(entry, (offered ??= traits()))) found.add(entry);
    if (index.keyless) return [...found];
    offered ??= traits();
    this.#collect(index.byExtension, offered.extensions, offered, found);
    this.#collect(index.byQueue, offered.queues, offered, found);
    if (index.byNumber.size) this.#collect(index.byNumber, offered.numbers, offered, found);
    return [...found];
  }

  #collect(
    map: Map<string, Set<Entry>>,
    keys: readonly (string | null | undefined)[],
    offered: Traits,
    found: Set<Entry>,
  ): void {
    if (map.size === 0) return;
    for (const key of keys) {
      const entries = key ? map.get(key) : undefined;
      if (entries) for (const entry of entries) if (this.#passes(entry, offered)) found.add(entry);
    }
  }

  #passes(entry: Entry, offered: Traits): boolean {
    const { extensions, queues, direction } = entry.filter;
    if (direction && direction !== offered.direction) return false;
    if (extensions?.length && !offered.extensions.some((value) => value && extensions.includes(value))) return false;
    if (queues?.length && !offered.queues.some((value) => value && queues.includes(value))) return false;
    if (entry.exactNumbers.size === 0 && entry.patterns.length === 0) return true;
    return offered.numbers.some(
      (value) => value && (entry.exactNumbers.has(value) || entry.patterns.some((pattern) => pattern.test(value))),
    );
  }
}

/** What an emission offers to the filters. */
export function traitsOf(emission: Emission, normalise: Normalise): Traits {
  const call = 'call' in emission ? emission.call : null;
  const extensions: (string | null | undefined)[] = [];
  const numbers: (string | null | undefined)[] = [];
  const queues: (string | null | undefined)[] = [];
  if (call) {
    extensions.push(call.from.extension, call.to.extension, call.answeredBy?.extension);
    for (const number of [call.from.number, call.to.number, call.dialed])
      if (number) numbers.push(number, normalise(number));
    queues.push(call.queue);
  }
  if (emission.kind === 'call') {
    extensions.push(emission.ringing?.extension, emission.by?.extension, emission.transfer?.by?.extension);
  } else if (emission.kind === 'queue') {
    extensions.push(emission.member?.extension);
    queues.push(emission.queue.id, emission.queue.name);
  } else if (emission.kind === 'message') {
    for (const number of [emission.fact.message.from, emission.fact.message.to])
      if (number) numbers.push(number, normalise(number));
  }
  return { extensions, queues, numbers, direction: call?.direction ?? null };
}
