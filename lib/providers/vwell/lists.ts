/**
 * Lists of Asterisk over this server: the reply to the action is only Asterisk's first word, the items come as events that carry the
 * action's id, perhaps before the reply. Asterisk gives them only to the connection that asked. A server that has once been without
 * requests for a minute asks on another connection than the one whose events it delivers, and from then on no list comes through.
 */

import type { Clock } from '../../clock';
import type { ServerEvent } from './wire';

export interface Listing {
  items: readonly ServerEvent[];
  /** The event that closes the list; `null` when it never came. */
  complete: ServerEvent | null;
}

export interface Gathered {
  /** Resolves with the end of the list, or when nothing of it came within `firstMs` or not all of it within `limitMs`. */
  finished(firstMs: number, limitMs: number): Promise<Listing>;
  drop(): void;
}

interface Gathering {
  items: ServerEvent[];
  done: (listing: Listing) => void;
}

const MOST_ITEMS = 50_000;

export class Lists {
  readonly #clock: Clock;
  readonly #gathering = new Map<string, Gathering>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to gather what carries this id; call before the action is sent. */
  gather(actionId: string): Gathered {
    let done!: (listing: Listing) => void;
    const listing = new Promise<Listing>((resolve) => {
      done = resolve;
    });
    const gathering: Gathering = { items: [], done };
    const stop = () => done({ items: gathering.items, complete: null });
    this.#gathering.set(actionId, gathering);
    const drop = () => this.#gathering.delete(actionId);
    return {
      drop,
      finished: async (firstMs, limitMs) => {
        const first = this.#clock.after(firstMs, () => {
          if (gathering.items.length === 0) stop();
        });
        const last = this.#clock.after(limitMs, stop);
        try {
          return await listing;
        } finally {
          first.cancel();
          last.cancel();
          drop();
        }
      },
    };
  }

  /** @returns whether the event is an item, or the end, of a list that is being gathered */
  hear(event: ServerEvent): boolean {
    if (this.#gathering.size === 0) return false;
    const id = event.get('actionid');
    const gathering = id === undefined ? undefined : this.#gathering.get(id);
    // OriginateResponse answers an action too, but is no item.
    if (!gathering || event.name === 'OriginateResponse') return false;
    if (isEnd(event)) gathering.done({ items: gathering.items, complete: event });
    else if (gathering.items.length < MOST_ITEMS) gathering.items.push(event);
    return true;
  }

  /** The connection is gone: what is here is all there will be. */
  end(): void {
    for (const { items, done } of this.#gathering.values()) done({ items, complete: null });
  }
}

/** Asterisk before 13 does not mark the end, but every end is called so; `EndpointListComplete`, `PeerlistComplete`. */
function isEnd(event: ServerEvent): boolean {
  return event.get('eventlist')?.toLowerCase() === 'complete' || /complete$/i.test(event.name);
}
