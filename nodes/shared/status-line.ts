/**
 * The status line of one node. While the connection is down it says so. While it is up it shows the latest thing of interest: a
 * command under way, its outcome for a while, or the last event and its age. Bursts are thinned out, so that the editor does not flicker
 * and a Status node in the flow is not flooded.
 */

import type { NodeStatus, NodeStatusFill } from 'node-red';
import { badge } from './badges';
import type { Ticker } from './ticker';
import { ticker as sharedTicker } from './ticker';

/** A label by its key, numbers filled in. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

const MINUTE_MS = 60_000;
/** The age is told in these steps (minutes), not in each minute: whoever looks wants to know "just now" from "long ago". */
const STEPS = [1, 2, 3, 5, 10, 15, 20, 30, 45];
const SHORTEST_SHOW_MS = 1_000;
const OUTCOME_MS = 10_000;

export class StatusLine {
  readonly #show: (status: NodeStatus) => void;
  readonly #translate: Translate;
  readonly #ticker: Ticker;
  #connection: NodeStatus = {};
  #isUp = false;
  #note: { status: NodeStatus; until: number } | null = null;
  #event: { topic: string; at: number } | null = null;
  #shown = '';
  #closed = false;
  #eventShownAt = -Infinity;

  constructor(show: (status: NodeStatus) => void, translate: Translate, ticker: Ticker = sharedTicker) {
    this.#show = show;
    this.#translate = translate;
    this.#ticker = ticker;
  }

  connection(status: NodeStatus, isUp: boolean): void {
    this.#connection = status;
    this.#isUp = isUp;
    this.#draw();
  }

  /** An event has just been sent. */
  event(topic: string): void {
    const now = this.#ticker.clock.now();
    this.#event = { topic, at: now };
    if (this.#closed) return;
    if (now - this.#eventShownAt < SHORTEST_SHOW_MS) {
      this.#ticker.at(this.#eventShownAt + SHORTEST_SHOW_MS, this.#draw);
      return;
    }
    this.#eventShownAt = now;
    this.#draw();
  }

  /** What a command does now; stays until the next note. */
  busy(text: string): void {
    this.#note = { status: badge('blue', 'dot', text), until: Infinity };
    this.#draw();
  }

  /** How a command went; gives way to the connection after a while. */
  outcome(fill: NodeStatusFill, text: string): void {
    this.#note = {
      status: badge(fill, fill === 'green' ? 'dot' : 'ring', text),
      until: this.#ticker.clock.now() + OUTCOME_MS,
    };
    this.#draw();
  }

  /** Nothing is shown any more. */
  close(): void {
    this.#closed = true;
    this.#ticker.cancel(this.#draw);
  }

  // One function object for the life of the line: the ticker knows it by identity.
  readonly #draw = (): void => {
    if (this.#closed) return;
    const now = this.#ticker.clock.now();
    if (this.#event && this.#event.at > this.#eventShownAt) this.#eventShownAt = now;
    if (this.#note && this.#note.until <= now) this.#note = null;
    const { status, nextAt } = this.#now(now);
    const text = JSON.stringify(status);
    if (text !== this.#shown) {
      this.#shown = text;
      this.#show(status);
    }
    if (nextAt === Infinity) this.#ticker.cancel(this.#draw);
    else this.#ticker.at(nextAt, this.#draw);
  };

  #now(now: number): { status: NodeStatus; nextAt: number } {
    const note = this.#note;
    // Work that waits for a lost connection would hide the loss for as long; how a command went is shown for a moment in any case.
    if (note && (this.#isUp || note.until !== Infinity)) return { status: note.status, nextAt: note.until };
    if (!this.#isUp || !this.#event) return { status: this.#connection, nextAt: Infinity };
    const { age, nextAt } = this.#age(now - this.#event.at);
    const text = age ? `${this.#event.topic} · ${age}` : this.#event.topic;
    return { status: { ...this.#connection, text }, nextAt: this.#event.at + nextAt };
  }

  /** The age as a text, empty for "just now", and how old the event is when the text changes next. */
  #age(ageMs: number): { age: string; nextAt: number } {
    const minutes = Math.floor(ageMs / MINUTE_MS);
    const step = STEPS.findLast((limit) => limit <= minutes);
    if (!step) return { age: '', nextAt: MINUTE_MS };
    if (minutes < 60) {
      const next = STEPS.find((limit) => limit > minutes) ?? 60;
      return { age: this.#translate('common.age.minutes', { count: step }), nextAt: next * MINUTE_MS };
    }
    const hours = Math.floor(minutes / 60);
    if (hours < 24)
      return { age: this.#translate('common.age.hours', { count: hours }), nextAt: (hours + 1) * 60 * MINUTE_MS };
    const days = Math.floor(hours / 24);
    return { age: this.#translate('common.age.days', { count: days }), nextAt: (days + 1) * 24 * 60 * MINUTE_MS };
  }
}
