/** Everything an account said, to be waited for and looked through; and the rule that every call is told whole. */
import assert from 'node:assert/strict';
import type {
  AccountEvent,
  AccountTopic,
  CallEvent,
  CallTopic,
  MessageEvent,
  MessageTopic,
  PbxEvent,
  QueueEvent,
  QueueTopic,
  RecordingEvent,
  RecordingTopic,
  Topic,
} from '../../../lib/index';
import { PATIENCE_MS } from './patience';

export type EventOf<T extends Topic> = T extends CallTopic
  ? CallEvent
  : T extends QueueTopic
    ? QueueEvent
    : T extends RecordingTopic
      ? RecordingEvent
      : T extends MessageTopic
        ? MessageEvent
        : T extends AccountTopic
          ? AccountEvent
          : never;

interface Watcher {
  readonly look: () => boolean;
}

export class EventLog {
  readonly events: PbxEvent[] = [];
  readonly #watchers = new Set<Watcher>();

  add(event: PbxEvent): void {
    this.events.push(event);
    for (const watcher of this.#watchers) if (watcher.look()) this.#watchers.delete(watcher);
  }

  clear(): void {
    this.events.length = 0;
  }

  /** The first event of this test with that topic that matches; waited for if it has not come yet. */
  async wait<T extends Topic>(
    topic: T,
    match: (event: EventOf<T>) => boolean = () => true,
    timeoutMs = PATIENCE_MS,
  ): Promise<EventOf<T>> {
    return await new Promise((resolve, reject) => {
      const watcher: Watcher = {
        look: () => {
          const found = this.all(topic).find(match);
          if (found === undefined) return false;
          clearTimeout(deadline);
          resolve(found);
          return true;
        },
      };
      const deadline = setTimeout(() => {
        this.#watchers.delete(watcher);
        const said = this.events.filter((event) => event.type !== 'raw').map((event) => event.type);
        reject(new Error(`no ${topic} within ${timeoutMs} ms; the account said: ${said.join(' ') || 'nothing'}`));
      }, timeoutMs);
      if (!watcher.look()) this.#watchers.add(watcher);
    });
  }

  all<T extends Topic>(topic: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> & PbxEvent => event.type === topic);
  }

  callEvents(callId: string): CallEvent[] {
    return this.events.filter((event): event is CallEvent => event.type.startsWith('call.') && ofCall(event, callId));
  }

  /** What was told of one call, `begin ringing answer end`. */
  story(callId: string): string {
    return this.callEvents(callId)
      .map((event) => event.type.slice('call.'.length))
      .join(' ');
  }

  /** The calls of this test, oldest first. */
  get callIds(): string[] {
    return [...new Set(this.all('call.begin').map((event) => event.call.id))];
  }

  /** Calls that began and have not ended. */
  get open(): string[] {
    const ended = new Set(this.all('call.end').map((event) => event.call.id));
    return this.callIds.filter((id) => !ended.has(id));
  }

  /**
   * Whatever happened, each call has one begin, first, and one end; at most one answer; a missed one only after the end of an
   * inbound call that no person took; and nothing else after the end. No event has the id of another.
   */
  assertWholeCalls(): void {
    const ids = this.events.map((event) => event.id);
    assert.equal(new Set(ids).size, ids.length, 'two events have the same id');
    const touched = new Set(
      this.events.filter((e): e is CallEvent => e.type.startsWith('call.')).map((event) => event.call.id),
    );
    for (const id of touched) {
      const events = this.callEvents(id);
      const count = (topic: CallTopic): number => events.filter((event) => event.type === topic).length;
      const told = `call ${id}: ${this.story(id)}`;
      assert.equal(count('call.begin'), 1, told);
      assert.equal(count('call.end'), 1, told);
      assert.ok(count('call.answer') <= 1 && count('call.missed') <= 1, told);
      assert.equal(events[0]?.type, 'call.begin', told);
      const end = events.findIndex((event) => event.type === 'call.end');
      const after = events.slice(end + 1).map((event) => event.type);
      assert.ok(after.length === 0 || (after.length === 1 && after[0] === 'call.missed'), told);
      if (after.length === 1) {
        assert.equal(events[end]?.call.direction, 'inbound', told);
        assert.equal(events[end]?.call.answeredBy, null, told);
      }
    }
  }
}

function ofCall(event: PbxEvent, callId: string): boolean {
  return 'call' in event && event.call?.id === callId;
}
